package carafe.feature.proxy;

import carafe.platform.http.Access;
import carafe.platform.http.Problem;
import carafe.platform.http.Routes;
import carafe.platform.http.Rule;
import carafe.platform.http.Surface;
import io.javalin.http.Context;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;

/** Figures, errors and restart for the panel, under both spellings of their paths. */
final class AdminRoutes {
    private static final double LATEST = 4e9; // seconds; in the year 2096
    private static final long HOUR_MS = 3_600_000;

    private final ProxyConfig config;
    private final StatsJson stats;
    private final Restart restart;
    private final Gate gate;
    private final Clock clock;

    AdminRoutes(ProxyConfig config, Statistics statistics, Restart restart, Gate gate, Clock clock) {
        this.config = config;
        this.stats = new StatsJson(statistics, clock.millis());
        this.restart = restart;
        this.gate = gate;
        this.clock = clock;
    }

    /** The rule of all of these: on the proxy's own port the gate decides, on the main port they are for administrators. */
    static Rule rule(String prefix) {
        return Rule.of(Surface.WEBUI, prefix.isEmpty() ? Access.PUBLIC : Access.ADMIN);
    }

    /** Registers a path of the panel's interface as it is, and as older descriptions call it. */
    static void both(String prefix, String path, BiConsumer<String, Rule> register) {
        if (!Forwarder.SHORT_PATHS.contains("/api" + path)) {
            throw new IllegalArgumentException("the proxy's own port would send it upstream: /api" + path);
        }
        register.accept(prefix + "/api/admin" + path, rule(prefix));
        register.accept(prefix + "/api" + path, rule(prefix));
    }

    void register(Routes routes, String prefix) {
        routes.get(prefix + "/api/admin/health", rule(prefix), this::health);
        both(prefix, "/stats", (path, rule) -> routes.get(path, rule, this::stats));
        both(prefix, "/errors", (path, rule) -> routes.get(path, rule, this::errors));
        both(prefix, "/restart", (path, rule) -> routes.post(path, rule, this::restart));
    }

    private void health(Context ctx) {
        gate.forOwner(ctx);
        ctx.json(Map.of(
                "status",
                "ok",
                "dashboard_enabled",
                config.settings().dashboard(),
                "timestamp",
                clock.millis() / 1000.0));
    }

    private void stats(Context ctx) {
        gate.forReaders(ctx);
        long now = clock.millis();
        long to = moment(ctx, "end_time", now);
        ctx.json(stats.stats(moment(ctx, "start_time", to - HOUR_MS), to, now, number(ctx, "limit", 100)));
    }

    private void errors(Context ctx) {
        gate.forReaders(ctx);
        long to = moment(ctx, "end_time", clock.millis());
        var path = ctx.queryParam("path_filter");
        ctx.json(stats.errors(
                moment(ctx, "start_time", to - HOUR_MS),
                to,
                number(ctx, "limit", 50),
                Math.max(0, number(ctx, "offset", 0)),
                path == null ? "" : path));
    }

    private void restart(Context ctx) {
        gate.forOwner(ctx);
        var strategy = ctx.queryParam("strategy");
        if (strategy != null && !List.of("auto", "exec", "signal").contains(strategy)) {
            throw new Problem.Unprocessable("'strategy' must be auto, exec or signal.", "strategy");
        }
        restart.schedule(strategy == null ? "auto" : strategy);
        ctx.json(Map.of(
                "success",
                true,
                "message",
                restart.says(strategy == null ? "auto" : strategy),
                "restart_scheduled",
                true,
                "restart_after_ms",
                Restart.DELAY_MS));
    }

    /** A moment in epoch seconds, perhaps with a fraction, as milliseconds. */
    private static long moment(Context ctx, String name, long fallback) {
        var text = ctx.queryParam(name);
        if (text == null || text.isBlank()) {
            return fallback;
        }
        try {
            double seconds = Double.parseDouble(text.strip());
            if (seconds >= 0 && seconds < LATEST) {
                return Math.round(seconds * 1000);
            }
        } catch (NumberFormatException e) {
            throw new Problem.Unprocessable("'" + name + "' must be a moment in seconds since 1970.", name);
        }
        throw new Problem.Unprocessable("'" + name + "' must be a moment in seconds since 1970.", name);
    }

    static long number(Context ctx, String name, long fallback) {
        var text = ctx.queryParam(name);
        if (text == null || text.isBlank()) {
            return fallback;
        }
        if (!text.strip().matches("-?\\d{1,9}")) {
            throw new Problem.Unprocessable("'" + name + "' must be a whole number.", name);
        }
        return Long.parseLong(text.strip());
    }
}
