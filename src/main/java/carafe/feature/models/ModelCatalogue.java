package carafe.feature.models;

import carafe.engine.llm.LlmException;
import carafe.platform.http.Caller;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which models there are, asked of every connection in the background. Reading it never waits for an upstream, but for
 * the first look after a start; a connection that is down keeps the models it had.
 */
public final class ModelCatalogue implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(ModelCatalogue.class);
    private static final Duration LOCAL_EVERY = Duration.ofSeconds(5);
    private static final int REMOTE_EVERY = 12; // times LOCAL_EVERY
    private static final int FAILING_EVERY = 3;
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final Supplier<List<Connection>> connections;
    private final Supplier<List<String>> localModels;
    private final Supplier<List<RouteStore.Row>> routes;
    private final Providers providers;
    private final Workspace workspace;
    private final Clock clock;
    private final Map<String, ConnectionStatus> statuses = new ConcurrentHashMap<>();
    private final CountDownLatch firstLook = new CountDownLatch(1);
    private final ReentrantLock pause = new ReentrantLock();
    private final Condition wake = pause.newCondition();
    private volatile Map<String, ModelEntry> entries = Map.of();
    private volatile Map<String, List<Route>> routesOf = Map.of();
    private volatile boolean closed;

    /**
     * @param connections the enabled ones in order of preference; the first that offers a model id serves it, the others
     *     when it fails
     * @param routes what administrators set instead
     */
    public ModelCatalogue(
            Supplier<List<Connection>> connections,
            Supplier<List<String>> localModels,
            Supplier<List<RouteStore.Row>> routes,
            Providers providers,
            Workspace workspace,
            Clock clock) {
        this.connections = connections;
        this.localModels = localModels;
        this.routes = routes;
        this.providers = providers;
        this.workspace = workspace;
        this.clock = clock;
    }

    public void start() {
        Thread.ofVirtual().name("model-catalogue").start(this::watch);
    }

    /** The models of connections, in the order of those, then the ones that people made of them. */
    public Collection<ModelEntry> all() {
        awaitFirstLook();
        var all = new ArrayList<ModelEntry>();
        entries.values().forEach(entry -> all.add(named(entry)));
        for (var model : workspace.all()) {
            preset(model).ifPresent(all::add);
        }
        return all;
    }

    /** What the caller may see and call. */
    public List<ModelEntry> visible(Caller caller) {
        return all().stream()
                .filter(entry -> workspace.allows(caller, entry.id()))
                .toList();
    }

    public Optional<ModelEntry> find(String id) {
        awaitFirstLook();
        var stored = workspace.find(id).filter(StoredModel::isPreset);
        return stored.isPresent()
                ? stored.flatMap(this::preset)
                : Optional.ofNullable(entries.get(id)).map(this::named);
    }

    /** As {@link #find(String)}, of what the caller may see and call. */
    public Optional<ModelEntry> find(Caller caller, String id) {
        return workspace.allows(caller, id) ? find(id) : Optional.empty();
    }

    /** Empty when its base is gone; a model made of another that was made is not followed further. */
    private Optional<ModelEntry> preset(StoredModel model) {
        return Optional.ofNullable(model.baseId())
                .map(entries::get)
                .map(base -> new ModelEntry(model.id(), model.name(), base.connection(), base.upstreamName()));
    }

    private ModelEntry named(ModelEntry entry) {
        return workspace
                .find(entry.id())
                .map(model -> new ModelEntry(entry.id(), model.name(), entry.connection(), entry.upstreamName()))
                .orElse(entry);
    }

    /** Where the caller can call {@code model}; empty when there is no such model, or not for him. */
    List<Route> routes(Caller caller, String model) {
        awaitFirstLook();
        if (!workspace.allows(caller, model)) {
            return List.of();
        }
        var served = workspace
                .find(model)
                .filter(StoredModel::isPreset)
                .map(StoredModel::baseId)
                .orElse(model);
        return routesOf.getOrDefault(served, List.of());
    }

    /** Where each model is called, as known now: the order is that of the models, then of preference. */
    Map<String, List<Route>> routes() {
        awaitFirstLook();
        return routesOf;
    }

    /** Whether anything can be called, as known now. */
    public boolean hasModels() {
        return !entries.isEmpty();
    }

    ConnectionStatus status(String connectionId) {
        return statuses.getOrDefault(connectionId, ConnectionStatus.UNKNOWN);
    }

    /** Asks every connection now, each for at most five seconds. */
    public void refresh() {
        look(true, true);
    }

    /** Looks at the local models now; no server is asked. */
    public void refreshLocal() {
        look(false, false);
    }

    private void awaitFirstLook() {
        if (firstLook.getCount() == 0) {
            return;
        }
        try {
            if (!firstLook.await(3, TimeUnit.SECONDS)) {
                log.debug("answering before the first look at the connections is done");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void watch() {
        for (int tick = 0; !closed; tick++) {
            try {
                look(tick % REMOTE_EVERY == 0, tick % FAILING_EVERY == 0);
            } catch (RuntimeException e) {
                log.warn("the model catalogue was not refreshed", e);
            }
            pause.lock();
            try {
                if (!closed && wake.await(LOCAL_EVERY.toMillis(), TimeUnit.MILLISECONDS)) {
                    log.debug("model catalogue woken");
                }
            } catch (InterruptedException e) {
                return;
            } finally {
                pause.unlock();
            }
        }
    }

    private void look(boolean remote, boolean failing) {
        var all = connections.get();
        var due = all.stream()
                .filter(c -> c.kind() == Connection.Kind.LOCAL
                        || remote
                        || status(c.id()).checkedAt() == 0
                        || (failing && !status(c.id()).ok())) // one that was down may be back any moment
                .toList();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            due.forEach(connection -> threads.execute(() -> statuses.put(connection.id(), ask(connection))));
        }
        statuses.keySet().retainAll(all.stream().map(Connection::id).toList());
        publish(all);
        firstLook.countDown();
    }

    private ConnectionStatus ask(Connection connection) {
        try {
            var models = connection.kind() == Connection.Kind.LOCAL
                    ? localModels.get()
                    : providers.client(connection.kind()).models(connection.target(), PATIENCE);
            return new ConnectionStatus(models, null, clock.millis());
        } catch (LlmException e) {
            var message = e.failure().message();
            if (!message.equals(status(connection.id()).error())) { // once, not at every look
                log.warn("connection not usable connection={} cause={}", connection.name(), e.getMessage());
            }
            return new ConnectionStatus(status(connection.id()).models(), message, clock.millis());
        } catch (RuntimeException e) {
            log.warn("connection not usable connection={}", connection.name(), e);
            return new ConnectionStatus(
                    status(connection.id()).models(), Objects.toString(e.getMessage(), "unknown"), clock.millis());
        }
    }

    private void publish(List<Connection> all) {
        var fresh = new LinkedHashMap<String, List<Route>>();
        for (var connection : all) {
            var options = connection.options();
            var offered = options.models().isEmpty() ? status(connection.id()).models() : options.models();
            for (var upstreamName : offered) {
                var id = options.named(upstreamName);
                var known = fresh.computeIfAbsent(id, i -> new ArrayList<>(1));
                known.add(new Route(id, connection, upstreamName, 1, known.size()));
            }
        }
        fresh.putAll(chosen(all));
        var named = new LinkedHashMap<String, ModelEntry>();
        fresh.forEach((id, at) -> named.put(
                id,
                new ModelEntry(id, id, at.getFirst().connection(), at.getFirst().upstreamName())));
        routesOf = Collections.unmodifiableMap(fresh);
        entries = Collections.unmodifiableMap(named);
    }

    /** The routes that were set by hand, but for those over connections that are off or gone. */
    private Map<String, List<Route>> chosen(List<Connection> all) {
        var chosen = new LinkedHashMap<String, List<Route>>();
        for (var row : routes.get()) {
            all.stream()
                    .filter(connection -> connection.id().equals(row.connectionId()))
                    .findFirst()
                    .ifPresent(connection -> chosen.computeIfAbsent(row.model(), m -> new ArrayList<>())
                            .add(new Route(row.model(), connection, row.upstreamName(), row.weight(), row.priority())));
        }
        return chosen;
    }

    @Override
    public void close() {
        closed = true;
        pause.lock();
        try {
            wake.signalAll();
        } finally {
            pause.unlock();
        }
    }
}
