package carafe;

import carafe.feature.proxy.Proxy;
import carafe.feature.web.PanelRoutes;
import carafe.platform.config.Config;
import carafe.platform.db.DataFolder;
import carafe.platform.db.Db;
import carafe.platform.db.DbConfig;
import carafe.platform.db.Ids;
import carafe.platform.db.Migrations;
import carafe.platform.http.Json;
import carafe.platform.ops.Metrics;
import carafe.platform.ops.RequestLog;
import java.io.IOException;
import java.time.Clock;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The transparent proxy by itself: no accounts, no models, one port, {@code PORT} or 8088. When that is taken, the port
 * of {@code FALLBACK_PORT} and then any free one, as the proxies do whose place it takes.
 */
public final class ProxyAlone implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(ProxyAlone.class);
    private static final int PORT = 8088;

    /** What must be closed, the last opened first. */
    private final Deque<AutoCloseable> open = new ArrayDeque<>();

    private final Config config;
    private final Proxy proxy;

    public ProxyAlone(Config config, Clock clock) throws IOException {
        this.config = config;
        try {
            var folder = closing(DataFolder.own(config.data().folder()));
            var metrics = closing(new Metrics());
            var logs = closing(Db.open(
                    config.data().database().isSet()
                            ? DbConfig.of(config.data().database().reveal())
                            : new DbConfig("sqlite:" + folder.path().resolve("log.db"), 1, false)));
            Migrations.LOG_TABLES.apply(logs, folder.path().resolve("backup"), clock);
            proxy = closing(new Proxy(
                    config.proxy(),
                    new Proxy.Ground(
                            config.server().host(),
                            config.server().shutdownTimeout(),
                            logs,
                            null,
                            null,
                            "PORT",
                            (routes, on) -> new PanelRoutes(on).register(routes),
                            () -> System.exit(Main.ENDED),
                            token -> false,
                            new RequestLog(metrics, config.logs().requestsPerSecond()),
                            Json.mapper(),
                            new Ids(clock),
                            clock)));
        } catch (RuntimeException | IOException e) {
            close();
            throw e;
        }
    }

    private <T extends AutoCloseable> T closing(T part) {
        open.push(part);
        return part;
    }

    public void start() throws IOException {
        proxy.start();
        int wanted = config.server().givenPort().orElse(PORT);
        var ports = List.of(wanted, config.proxy().fallbackPort(), 0);
        for (int port : ports) {
            try {
                proxy.listen(port);
                return;
            } catch (IOException e) {
                log.warn("port {} cannot be opened cause={}", port, e.toString());
            }
        }
        throw new IllegalStateException("No port can be opened.");
    }

    public int port() {
        return proxy.port();
    }

    @Override
    public void close() {
        while (!open.isEmpty()) {
            var part = open.pop();
            try {
                part.close();
            } catch (Exception e) {
                log.error("closing failed part={}", part.getClass().getSimpleName(), e);
            }
        }
    }
}
