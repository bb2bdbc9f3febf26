package carafe.feature.proxy;

import carafe.engine.relay.Ending;
import carafe.engine.relay.Relay;
import carafe.feature.models.Meter;
import carafe.feature.models.Use;
import carafe.platform.audit.AuditLog;
import carafe.platform.config.Config;
import carafe.platform.db.Db;
import carafe.platform.db.Ids;
import carafe.platform.http.Body;
import carafe.platform.http.Caller;
import carafe.platform.http.Cors;
import carafe.platform.http.HttpServer;
import carafe.platform.http.Limits;
import carafe.platform.http.Networks;
import carafe.platform.http.RequestObserver;
import carafe.platform.http.Routes;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The transparent proxy put together: its port, its settings, what it remembers, and its panel. */
public final class Proxy implements AutoCloseable {
    /**
     * What it stands on.
     *
     * @param logs a database with the tables of the log
     * @param meter books the use of models; null where nothing is booked
     * @param audit null where there is none
     * @param portVariable the variable that holds the port
     * @param panel serves the pages of the panel as long as they are switched on
     * @param end ends the process in order
     * @param signedHere whether a token is one by which people are signed in here
     */
    public record Ground(
            String host,
            Duration stopTimeout,
            Db logs,
            @Nullable Meter meter,
            @Nullable AuditLog audit,
            String portVariable,
            BiConsumer<Routes, BooleanSupplier> panel,
            Runnable end,
            Predicate<String> signedHere,
            RequestObserver observer,
            ObjectMapper mapper,
            Ids ids,
            Clock clock) {}

    private static final Logger log = LoggerFactory.getLogger(Proxy.class);

    private final Ground ground;
    private final ProxyConfig config;
    private final Relay relay;
    private final HttpServer pages;
    private final Forwarder forwarder;
    private final ProxyMemory memory;
    private final Restart restart;
    private final Door door;

    public Proxy(Config.Proxy start, Ground ground) throws IOException {
        this.ground = ground;
        this.config = new ProxyConfig(start.environment(), start.file(), ground.mapper(), ground.clock());
        this.memory = new ProxyMemory(ground.logs(), config, ground.mapper(), ground.clock());
        this.restart = new Restart(config, ground.end());
        var passages = new Passages(memory.statistics(), memory.log(), this::book, ground.clock());
        this.forwarder =
                new Forwarder(config, new OwnCookie(ground.signedHere()), passages, this::serve, ground.mapper());
        this.relay = new Relay(forwarder);
        this.door = new Door(relay, ground.host(), ground.portVariable());
        this.pages = new HttpServer(
                new HttpServer.Settings(
                        ground.host(),
                        HttpServer.NO_PORT,
                        ground.stopTimeout(),
                        Networks.parse(List.of()),
                        new Cors(List.of(), false)),
                ground.mapper(),
                (credentials, address) -> new Caller.Anonymous(address),
                new Limits(area -> 0),
                ground.observer(),
                this::pages);
        config.onChange(settings -> {
            memory.use(settings);
            relay.forgetIdle();
        });
    }

    private void book(Caller caller, UsageTap.Used used, long at, Ending ending) {
        var meter = ground.meter();
        if (meter != null) {
            meter.book(
                    new Use(caller, "proxy", "api", "", ground.ids().next()),
                    used.model().isEmpty() ? "unknown" : used.model(),
                    used.tokens(),
                    at,
                    ending.headNanos() / 1_000_000,
                    ending.totalNanos() / 1_000_000,
                    ending.status());
        }
    }

    private void serve(SocketChannel channel, byte[] read) {
        pages.take(channel, read);
    }

    /** What its own port serves beside upstreams. */
    private void pages(Routes routes) {
        var gate = new KeyGate(config, new WrongKeys(ground.audit(), memory.log(), ground.clock()));
        register(routes, "", gate);
        ground.panel().accept(routes, () -> config.settings().dashboard());
    }

    /** Its place under {@code /proxy} of the main port. */
    public void register(Routes routes) {
        register(routes, PrefixRoutes.PREFIX, new AdminGate());
        new PrefixRoutes(relay, forwarder).register(routes);
    }

    private void register(Routes routes, String prefix, Gate gate) {
        var body = new Body(ground.mapper());
        new AdminRoutes(config, memory.statistics(), restart, gate, ground.clock()).register(routes, prefix);
        new ConfigRoutes(config, restart, gate, body, door, ground.audit()).register(routes, prefix);
        new LogRoutes(memory, gate, body, ground.clock()).register(routes, prefix);
        new UpstreamRoutes(config, relay, gate).register(routes, prefix);
    }

    /** Takes up what an earlier run left, and serves. */
    public void start() {
        memory.start();
        config.start();
        pages.start();
        relay.start();
    }

    /** Opens its own port; 0 takes a free one. */
    public void listen(int port) throws IOException {
        door.open(port);
        log.info("the proxy listens on port {}", door.port());
    }

    /** The port that is really open, or 0. */
    public int port() {
        return door.port();
    }

    @Override
    public void close() {
        memory.log().end();
        relay.close(ground.stopTimeout());
        config.close();
        pages.close();
        memory.close();
    }
}
