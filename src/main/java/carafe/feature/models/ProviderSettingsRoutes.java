package carafe.feature.models;

import carafe.engine.llm.LlmException;
import carafe.platform.audit.AuditLog;
import carafe.platform.config.Catalogue;
import carafe.platform.config.LiveSettings;
import carafe.platform.config.Secret;
import carafe.platform.config.Setting;
import carafe.platform.db.Db;
import carafe.platform.db.Ids;
import carafe.platform.http.Access;
import carafe.platform.http.Body;
import carafe.platform.http.Caller;
import carafe.platform.http.Fields;
import carafe.platform.http.Problem;
import carafe.platform.http.Routes;
import carafe.platform.http.Rule;
import carafe.platform.http.Surface;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.http.Context;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Open WebUI's page of connections: {@code config}, {@code config/update} and {@code verify} under {@code /openai} and
 * {@code /ollama}. The page has no ids; it sends all addresses in order, with what belongs to each beside it. Keys never
 * leave the server: a mask stands for one that is set. Connections of the environment cannot be changed here.
 */
public final class ProviderSettingsRoutes {
    /** What pages get instead of a key, and send back for the key that is known. */
    static final String MASK = "********";

    private static final Rule ADMIN = Rule.of(Surface.WEBUI, Access.ADMIN);
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final int MAX_URL = 2_000;
    private static final int MAX_KEY = 4_000;

    /** How the fields of one of the two are called. */
    private record Names(Connection.Kind kind, String path, Setting on, String urls, String keys, String configs) {}

    private static final List<Names> ALL = List.of(
            new Names(
                    Connection.Kind.OPENAI,
                    "/openai",
                    Catalogue.ENABLE_OPENAI,
                    "OPENAI_API_BASE_URLS",
                    "OPENAI_API_KEYS",
                    "OPENAI_API_CONFIGS"),
            new Names(
                    Connection.Kind.OLLAMA,
                    "/ollama",
                    Catalogue.ENABLE_OLLAMA,
                    "OLLAMA_BASE_URLS",
                    "",
                    "OLLAMA_API_CONFIGS"));

    private final Connections connections;
    private final ConnectionStore store;
    private final ModelCatalogue catalogue;
    private final Providers providers;
    private final LiveSettings settings;
    private final AuditLog audit;
    private final Db db;
    private final Body body;
    private final Ids ids;

    public ProviderSettingsRoutes(
            Connections connections,
            ConnectionStore store,
            ModelCatalogue catalogue,
            Providers providers,
            LiveSettings settings,
            AuditLog audit,
            Db db,
            Body body,
            Ids ids) {
        this.connections = connections;
        this.store = store;
        this.catalogue = catalogue;
        this.providers = providers;
        this.settings = settings;
        this.audit = audit;
        this.db = db;
        this.body = body;
        this.ids = ids;
    }

    public void register(Routes routes) {
        for (var names : ALL) {
            routes.get(names.path() + "/config", ADMIN, ctx -> ctx.json(shown(names)));
            routes.post(names.path() + "/config/update", ADMIN, ctx -> update(ctx, names));
            routes.post(names.path() + "/verify", ADMIN, ctx -> verify(ctx, names));
        }
    }

    private List<Connection> all(Names names) {
        return connections.all().stream()
                .filter(connection -> connection.kind() == names.kind())
                .toList();
    }

    private ObjectNode shown(Names names) {
        var answer = JsonNodeFactory.instance.objectNode().put(names.on().name(), settings.isOn(names.on()));
        var urls = answer.putArray(names.urls());
        var keys = JsonNodeFactory.instance.arrayNode();
        var configs = answer.putObject(names.configs());
        for (var connection : all(names)) {
            var mask = connection.key().isSet() ? MASK : "";
            var config = connection
                    .options()
                    .json()
                    .put("enable", connection.enabled())
                    .put("auth_type", connection.key().isSet() ? "bearer" : "none");
            if (names.keys().isEmpty()) {
                config.put("key", mask);
            }
            configs.set(Integer.toString(urls.size()), config);
            urls.add(connection.url());
            keys.add(mask);
        }
        if (!names.keys().isEmpty()) {
            answer.set(names.keys(), keys);
        }
        return answer;
    }

    // ---- changing -----------------------------------------------------------------------------

    /** One row of the page: an address and what stands beside it. */
    private record Sent(String url, String key, boolean enabled, ConnectionOptions options) {}

    private void update(Context ctx, Names names) {
        var fields = body.fields(ctx);
        var on = fields.optionalBool(names.on().name()).orElse(settings.isOn(names.on()));
        var wanted = matched(names, sent(fields, names));
        var by = Caller.of(ctx).person().id();
        var ip = Caller.addressOf(ctx);
        db.transaction(() -> {
            if (on != settings.isOn(names.on())) {
                settings.set(Map.of(names.on(), Boolean.toString(on)), by);
            }
            store(names, wanted);
            var detail =
                    JsonNodeFactory.instance.objectNode().put("enabled", on).put("addresses", wanted.size());
            audit.add("connections-changed", by, "connections:" + names.kind().wire(), ip, detail);
            return true;
        });
        catalogue.refresh();
        ctx.json(shown(names));
    }

    private List<Sent> sent(Fields fields, Names names) {
        var urls = fields.optionalArray(names.urls()).orElseThrow(() -> fields.missing(names.urls()));
        if (urls.size() > ConnectionStore.MOST) {
            throw new Problem.Unprocessable(
                    "'" + names.urls() + "' may hold at most " + ConnectionStore.MOST + " addresses.", names.urls());
        }
        var keys = names.keys().isEmpty()
                ? JsonNodeFactory.instance.arrayNode()
                : fields.optionalArray(names.keys()).orElseGet(JsonNodeFactory.instance::arrayNode);
        var configs = fields.optionalObject(names.configs())
                .orElseGet(() -> new Fields(JsonNodeFactory.instance.objectNode(), names.configs() + "."));
        var sent = new ArrayList<Sent>();
        for (int i = 0; i < urls.size(); i++) {
            var config = configs.optionalObject(Integer.toString(i))
                    .orElseGet(() -> new Fields(JsonNodeFactory.instance.objectNode(), ""));
            var key = names.keys().isEmpty()
                    ? config.optionalText("key", MAX_KEY).orElse("")
                    : keys.path(i).asText("");
            var url = urls.path(i).asText("");
            if (key.length() > MAX_KEY || url.length() > MAX_URL) {
                throw new Problem.Unprocessable("'" + names.urls() + "' holds something too long.", names.urls());
            }
            sent.add(new Sent(
                    ConnectionRoutes.url(url),
                    config.optionalText("auth_type", 50).orElse("").equals("none") ? "" : key,
                    config.optionalBool("enable").orElse(true),
                    ConnectionOptions.read(config)));
        }
        return sent;
    }

    /** Rows are known by their address, and one with a new address by its place. */
    private List<Connection> matched(Names names, List<Sent> rows) {
        var left = new ArrayList<>(all(names));
        var places = List.copyOf(left);
        var same = new ArrayList<@Nullable Connection>();
        for (var row : rows) {
            var found = left.stream().filter(c -> c.url().equals(row.url())).findFirst();
            found.ifPresent(left::remove);
            same.add(found.orElse(null));
        }
        var wanted = new ArrayList<Connection>();
        for (int i = 0; i < rows.size(); i++) {
            var old = Optional.ofNullable(same.get(i))
                    .or(() -> at(places, wanted.size()).filter(left::remove));
            wanted.add(changed(names, rows.get(i), old.orElse(null)));
        }
        left.stream().filter(Connection::fixed).findFirst().ifPresent(ProviderSettingsRoutes::refuse);
        return wanted;
    }

    private static Optional<Connection> at(List<Connection> places, int at) {
        return at < places.size() ? Optional.of(places.get(at)) : Optional.empty();
    }

    private Connection changed(Names names, Sent row, @Nullable Connection old) {
        var key = key(names, row, old);
        var fresh = new Connection(
                old == null ? ids.next() : old.id(),
                names.kind(),
                old == null || !old.url().equals(row.url()) ? Connections.name(row.url()) : old.name(),
                row.url(),
                key,
                row.enabled(),
                false,
                row.options());
        if (old == null || !old.fixed()) {
            return fresh;
        }
        boolean untouched = old.url().equals(fresh.url())
                && old.enabled() == fresh.enabled()
                && old.options().equals(fresh.options())
                && old.key().reveal().equals(key.reveal());
        return untouched ? old : refuse(old);
    }

    private static Connection refuse(Connection fixed) {
        throw new Problem.Conflict("The connection to " + fixed.name()
                + " comes from the server's environment; change it there and restart.");
    }

    /** The mask stands for the known key, which goes to no other server than the one it was entered for. */
    private static Secret key(Names names, Sent row, @Nullable Connection old) {
        if (!row.key().equals(MASK)) {
            return row.key().isEmpty() ? Secret.NONE : new Secret(row.key());
        }
        if (old != null && sameServer(old.url(), row.url())) {
            return old.key();
        }
        throw new Problem.BadRequest("Enter the key of " + row.url() + " again; its address is new.", names.keys());
    }

    private static boolean sameServer(String one, String other) {
        var first = URI.create(one);
        var second = URI.create(other);
        return Objects.equals(first.getScheme(), second.getScheme())
                && Objects.equals(first.getAuthority(), second.getAuthority());
    }

    private void store(Names names, List<Connection> wanted) {
        var kept = wanted.stream().map(Connection::id).toList();
        for (var old : all(names)) {
            if (!kept.contains(old.id())) {
                store.delete(old.id());
            }
        }
        for (var connection : wanted) {
            if (!connection.fixed() && !store.update(connection)) {
                if (store.all().size() >= ConnectionStore.MOST) {
                    throw new Problem.BadRequest(
                            "There are " + ConnectionStore.MOST + " connections already, which is the most.");
                }
                store.insert(connection);
            }
        }
    }

    // ---- trying -------------------------------------------------------------------------------

    private void verify(Context ctx, Names names) {
        var fields = body.fields(ctx);
        var url = ConnectionRoutes.url(fields.text("url", MAX_URL));
        var sent = fields.optionalText("key", MAX_KEY).orElse("");
        var key = sent.equals(MASK)
                ? all(names).stream()
                        .filter(connection -> connection.url().equals(url))
                        .map(Connection::key)
                        .findFirst()
                        .orElse(Secret.NONE)
                : sent.isEmpty() ? Secret.NONE : new Secret(sent);
        var connection = new Connection(
                "test", names.kind(), Connections.name(url), url, key, true, false, ConnectionOptions.NONE);
        try {
            ctx.json(listed(connection));
        } catch (LlmException e) {
            throw new Problem.BadRequest(e.failure().message());
        }
    }

    private ObjectNode listed(Connection connection) {
        var answer = JsonNodeFactory.instance.objectNode().put("object", "list");
        var data = answer.putArray("data");
        providers
                .client(connection.kind())
                .models(connection.target(), PATIENCE)
                .forEach(id -> data.addObject().put("id", id).put("object", "model"));
        return answer;
    }
}
