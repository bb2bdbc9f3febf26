package carafe.platform.http;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.javalin.Javalin;
import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import io.javalin.json.JavalinJackson;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.eclipse.jetty.ee10.servlet.ServletContextRequest;
import org.eclipse.jetty.ee10.servlet.SessionHandler;
import org.eclipse.jetty.server.AbstractConnector;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.handler.GracefulHandler;
import org.eclipse.jetty.session.NullSessionCache;
import org.eclipse.jetty.session.NullSessionDataStore;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Javalin as Carafe runs it: virtual threads, own JSON, no file serving, one funnel for errors, a graceful stop. */
public final class HttpServer implements AutoCloseable {
    /**
     * @param port 0 takes a free one, {@link #NO_PORT} none: then connections come by {@link #take}
     * @param stopTimeout how long running requests may go on after {@link #close}
     */
    public record Settings(
            String host,
            int port,
            Duration stopTimeout,
            Networks trustedProxies,
            Cors cors,
            @Nullable Second second) {
        public Settings(String host, int port, Duration stopTimeout, Networks trustedProxies, Cors cors) {
            this(host, port, stopTimeout, trustedProxies, cors, null);
        }
    }

    /** Another port, where only some {@code paths} are answered. */
    public record Second(int port, Predicate<String> paths) {}

    /** For a server whose connections are accepted by somebody else. */
    public static final int NO_PORT = -1;

    private static final Logger log = LoggerFactory.getLogger(HttpServer.class);

    /** A head and what came with it in one read of whoever hands a connection over. */
    private static final int HANDED_BYTES = 130 << 10;

    /** Longer than any heartbeat of ours, shorter than a forgotten connection should live. */
    private static final Duration IDLE = Duration.ofMinutes(2);

    private final Javalin javalin;
    private final AtomicReference<List<Routes.Declared>> declared = new AtomicReference<>(List.of());
    private final AtomicReference<@Nullable HandedConnector> handed = new AtomicReference<>();
    private final AtomicReference<@Nullable ServerConnector> secondConnector = new AtomicReference<>();

    /** Registers everything {@code features} asks for; {@link #start} opens the port. */
    public HttpServer(
            Settings settings,
            ObjectMapper mapper,
            Authenticator authenticator,
            Limits limits,
            RequestObserver observer,
            Consumer<Routes> features) {
        var guard = new Guard(authenticator, limits, settings.trustedProxies(), settings.cors());
        this.javalin = Javalin.create(config -> {
            basics(config, settings, mapper);
            connectors(config, settings);
            config.routes.before(ctx -> begin(ctx, settings.cors(), observer));
            var second = settings.second();
            if (second != null) {
                config.routes.before(ctx -> keepToPaths(ctx, second));
            }
            config.requestLogger.http((ctx, ms) -> end(ctx, ms, observer));
            Errors.register(config.routes);
            var routes = new Routes(config.routes, guard);
            features.accept(routes);
            declared.set(routes.declared());
            config.jetty.modifyServer(server -> server.insertHandler(new HeadHandler(routes::hasOwnHead)));
        });
    }

    private static void basics(JavalinConfig config, Settings settings, ObjectMapper mapper) {
        config.concurrency.useVirtualThreads = true;
        config.startup.showJavalinBanner = false;
        config.startup.showOldJavalinVersionWarning = false;
        config.startup.startupWatcherEnabled = false; // a thread that waits five seconds, per instance
        config.jsonMapper(new JavalinJackson(mapper, true));
        config.http.prefer405over404 = true;
        config.http.maxRequestSize = Rule.MEBIBYTE; // only for what bypasses Body, which nothing should
        // its tables would cost each open socket a quarter of a megabyte, for messages of a hundred bytes
        config.jetty.modifyWebSocketServletFactory(
                sockets -> sockets.getAvailableExtensionNames().remove("permessage-deflate"));
        config.jetty.modifyServletContextHandler(context -> {
            keepNoSessions(context.getSessionHandler());
            context.setErrorHandler(new Unreadable());
        });
        config.jetty.modifyServer(server -> {
            server.insertHandler(new GracefulHandler());
            server.setErrorHandler(new Unreadable());
            server.setStopTimeout(settings.stopTimeout().toMillis());
        });
    }

    private void connectors(JavalinConfig config, Settings settings) {
        var second = settings.second();
        if (second != null) {
            connector(config, settings, second.port(), true);
        }
        connector(config, settings, settings.port(), false);
    }

    private void connector(JavalinConfig config, Settings settings, int port, boolean isSecond) {
        config.jetty.addConnector((server, http) -> {
            http.setSendServerVersion(false);
            http.setRequestHeaderSize(32 * 1024);
            http.setOutputBufferSize(8 * 1024); // a thousand open streams keep one each
            // else a connection that sent one token reads the next, different in case only, as the first
            http.setHeaderCacheCaseSensitive(true);
            var copy = new HttpConfiguration(http);
            var connector = port == NO_PORT
                    ? handedConnector(server, copy)
                    : openConnector(server, copy, settings.host(), port);
            if (isSecond) {
                secondConnector.set((ServerConnector) connector);
            }
            connector.setIdleTimeout(IDLE.toMillis());
            connector.setShutdownIdleTimeout(
                    Math.min(200, settings.stopTimeout().toMillis() / 2 + 1));
            return connector;
        });
    }

    /** Javalin asks for a servlet session at each WebSocket, with a cookie, and Jetty would keep it long after its end. */
    private static void keepNoSessions(SessionHandler sessions) {
        var cache = new NullSessionCache(sessions);
        cache.setSessionDataStore(new NullSessionDataStore());
        sessions.setSessionCache(cache);
        sessions.setUsingCookies(false);
    }

    private static AbstractConnector openConnector(Server server, HttpConfiguration http, String host, int port) {
        var connector = new ServerConnector(server, new HttpConnectionFactory(http));
        connector.setHost(host);
        connector.setPort(port);
        connector.setAcceptQueueSize(1024);
        return connector;
    }

    private AbstractConnector handedConnector(Server server, HttpConfiguration http) {
        http.setInputBufferSize(HANDED_BYTES);
        http.setPersistentConnectionsEnabled(false); // the next request may be for whoever handed this one over
        var connector = new HandedConnector(server, new HttpConnectionFactory(http));
        handed.set(connector);
        return connector;
    }

    /** Serves a connection that was accepted elsewhere, beginning with the bytes that were read there. */
    public void take(SocketChannel channel, byte[] read) {
        Objects.requireNonNull(handed.get(), "a server with a port accepts for itself")
                .take(channel, read);
    }

    private static void begin(Context ctx, Cors cors, RequestObserver observer) {
        observer.began();
        RequestId.begin(ctx);
        ctx.res().setHeader("X-Content-Type-Options", "nosniff");
        if (cors.apply(ctx)) {
            ctx.skipRemainingHandlers();
        }
    }

    private void keepToPaths(Context ctx, Second second) {
        var connector = secondConnector.get();
        boolean here = connector != null && ctx.req().getLocalPort() == connector.getLocalPort();
        if (here && !second.paths().test(ctx.path())) {
            throw new Problem.NotFound("not_found", "There is nothing at this address.", null);
        }
    }

    /** The port of {@link Settings#second}, where there is one. */
    public Optional<Integer> secondPort() {
        return Optional.ofNullable(secondConnector.get()).map(ServerConnector::getLocalPort);
    }

    private static void end(Context ctx, float milliseconds, RequestObserver observer) {
        if (RequestId.of(ctx).isEmpty()) {
            observer.began(); // refused before our first handler: each end has its beginning
        }
        var endpoint = ctx.endpoints().lastHttpEndpoint();
        observer.ended(new RequestEnd(
                RequestId.of(ctx),
                HeadHandler.asked(ctx) ? "HEAD" : ctx.req().getMethod(),
                endpoint == null ? "unmatched" : endpoint.path,
                ctx.path(),
                ctx.statusCode(),
                (long) (milliseconds * 1_000_000),
                ResponseStream.isStream(ctx),
                Math.max(0, ctx.req().getContentLengthLong()),
                ServletContextRequest.getServletContextRequest(ctx.req())
                        .getServletContextResponse()
                        .getHttpOutput()
                        .getWritten()));
        RequestId.end();
    }

    public void start() {
        javalin.start();
    }

    /** The port that is really open. */
    public int port() {
        var second = secondConnector.get();
        for (var connector :
                second == null ? new Connector[0] : second.getServer().getConnectors()) {
            if (!connector.equals(second) && connector instanceof ServerConnector first) {
                return first.getLocalPort();
            }
        }
        return javalin.port();
    }

    /** All endpoints in order of matching. */
    public List<Routes.Declared> endpoints() {
        return declared.get();
    }

    /** Refuses new requests and waits for the running ones as long as the settings say; then they are cut off. */
    @Override
    public void close() {
        try {
            javalin.stop();
        } catch (Exception e) {
            // Jetty throws a checked TimeoutException that Kotlin does not declare; the port is closed all the same
            log.warn("requests were still running at the stop cause={}", e.toString());
        }
    }
}
