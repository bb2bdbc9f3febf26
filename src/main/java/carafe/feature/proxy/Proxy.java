package carafe.feature.proxy;

import carafe.engine.relay.Listener;
import carafe.engine.relay.Relay;
import carafe.feature.models.Meter;
import carafe.feature.models.Use;
import carafe.platform.config.Config;
import carafe.platform.db.Db;
import carafe.platform.db.Ids;
import carafe.platform.http.Caller;
import carafe.platform.http.Cors;
import carafe.platform.http.HttpServer;
import carafe.platform.http.Limits;
import carafe.platform.http.Networks;
import carafe.platform.http.RequestObserver;
import carafe.platform.http.Routes;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;
import javax.net.ssl.SSLContext;
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
     * @param signedHere whether a token is one by which people are signed in here
     */
    public record Ground(
            String host,
            Duration stopTimeout,
            Db logs,
            @Nullable Meter meter,
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
    private @Nullable Listener listener;

    public Proxy(Config.Proxy start, Ground ground) throws IOException {
        this.ground = ground;
        this.config = new ProxyConfig(start.environment(), start.file(), ground.mapper(), ground.clock());
        this.memory = new ProxyMemory(ground.logs(), config, ground.mapper(), ground.clock());
        this.pages = new HttpServer(
                new HttpServer.Settings(
                        ground.host(),
                        HttpServer.NO_PORT,
                        ground.stopTimeout(),
                        Networks.parse(List.of()),
                        new Cors(List.of())),
                ground.mapper(),
                (credentials, address) -> new Caller.Anonymous(address),
                new Limits(area -> 0),
                ground.observer(),
                this::pages);
        var passages = new Passages(memory.statistics(), memory.log(), this::book, ground.clock());
        this.forwarder =
                new Forwarder(config, new OwnCookie(ground.signedHere()), passages, pages::take, ground.mapper());
        this.relay = new Relay(forwarder, Proxy::tls);
        config.onChange(settings -> {
            memory.use(settings);
            relay.forgetIdle();
        });
    }

    private static SSLContext tls() {
        try {
            return SSLContext.getDefault();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java speaks TLS", e);
        }
    }

    private void book(Caller caller, UsageTap.Used used, long at, carafe.engine.relay.Ending ending) {
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

    private void pages(Routes routes) {
        // the panel and its interface
    }

    /** Its place under {@code /proxy} of the main port. */
    public void register(Routes routes) {
        new PrefixRoutes(relay, forwarder).register(routes);
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
        listener = relay.listen(ground.host(), port);
        log.info("the proxy listens on port {}", listener.port());
    }

    /** The port that is really open, or -1. */
    public int port() {
        var open = listener;
        return open == null ? -1 : open.port();
    }

    @Override
    public void close() {
        relay.close(ground.stopTimeout());
        config.close();
        pages.close();
        memory.close();
    }
}
