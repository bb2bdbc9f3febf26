package carafe.feature.proxy;

import carafe.feature.proxy.LogLine.Level;
import carafe.platform.http.Body;
import carafe.platform.http.ClientGone;
import carafe.platform.http.Problem;
import carafe.platform.http.ResponseStream;
import carafe.platform.http.Routes;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.http.Context;
import java.io.IOException;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.util.Locale;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The running log for the panel: live, what was, and away with it. */
final class LogRoutes {
    private static final Logger log = LoggerFactory.getLogger(LogRoutes.class);
    private static final int REPLAYED = 20;
    private static final long BEAT_MS = 30_000;
    private static final long LOOK_MS = 5_000;
    private static final int LONGEST = 2000;

    private final RunningLog running;
    private final LogKeeper keeper;
    private final ProxyStore store;
    private final Statistics statistics;
    private final Gate gate;
    private final Body body;
    private final Clock clock;

    LogRoutes(ProxyMemory memory, Gate gate, Body body, Clock clock) {
        this.running = memory.log();
        this.keeper = memory.keeper();
        this.store = memory.store();
        this.statistics = memory.statistics();
        this.gate = gate;
        this.body = body;
        this.clock = clock;
    }

    void register(Routes routes, String prefix) {
        AdminRoutes.both(
                prefix, "/logs/stream", (path, rule) -> routes.get(path, rule, ctx -> stream(ctx, prefix.isEmpty())));
        AdminRoutes.both(prefix, "/logs/history", (path, rule) -> routes.get(path, rule, this::history));
        AdminRoutes.both(prefix, "/logs/clear", (path, rule) -> routes.post(path, rule, this::clear));
        AdminRoutes.both(prefix, "/logs/clear", (path, rule) -> routes.delete(path, rule, this::clear));
        AdminRoutes.both(prefix, "/logs/broadcast", (path, rule) -> routes.post(path, rule, this::broadcast));
    }

    // ---- live ---------------------------------------------------------------------------------

    private void stream(Context ctx, boolean ownPort) throws IOException {
        gate.forOwner(ctx);
        var level = level(ctx.queryParam("level_filter"), "level_filter");
        var part = part(ctx);
        Predicate<LogLine> filter = line -> (level == null || line.level() == level)
                && (part.isEmpty() || line.path().toLowerCase(Locale.ROOT).contains(part));
        var reader = running.open(filter);
        if (reader == null) {
            throw new Problem.TooMany("Too many look at the log already.", java.time.Duration.ofSeconds(30));
        }
        try {
            if (ownPort) {
                ctx.header(
                        "Access-Control-Allow-Origin", "*"); // panels elsewhere read it with the key, not with a cookie
            }
            follow(ResponseStream.events(ctx), reader, filter);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            running.close(reader);
        }
    }

    private void follow(ResponseStream to, RunningLog.Reader reader, Predicate<LogLine> filter)
            throws ClientGone, InterruptedException {
        to.data(system("connection").put("message", "Connected to the live log").toString());
        for (var line : running.last(REPLAYED, filter)) {
            to.data(line.json().toString());
        }
        long told = clock.millis();
        for (var line = reader.next(LOOK_MS); !RunningLog.END.equals(line); line = reader.next(LOOK_MS)) {
            if (line != null) {
                to.data(line.json().toString());
            }
            if (clock.millis() - told >= BEAT_MS) {
                told = clock.millis();
                to.data(system("heartbeat").toString());
                to.data(status().toString());
            }
        }
    }

    private ObjectNode system(String type) {
        long now = clock.millis();
        return JsonNodeFactory.instance
                .objectNode()
                .put("type", type)
                .put("timestamp", now / 1000.0)
                .put("formatted_time", LogLine.shown(now));
    }

    private ObjectNode status() {
        var sum = statistics.window(0, clock.millis()).sum();
        return system("system_status")
                .put("level", "INFO")
                .put("message", "System status: " + sum.calls + " total requests, " + sum.errors + " errors");
    }

    private static String part(Context ctx) {
        var part = ctx.queryParam("path_filter");
        return part == null ? "" : part.strip().toLowerCase(Locale.ROOT);
    }

    private static @Nullable Level level(@Nullable String text, String name) {
        if (text == null || text.isBlank()) {
            return null;
        }
        try {
            return Level.valueOf(text.strip().toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
            throw new Problem.Unprocessable("'" + name + "' must be INFO, WARNING or ERROR.", name);
        }
    }

    // ---- what was -----------------------------------------------------------------------------

    private void history(Context ctx) {
        gate.forOwner(ctx);
        if (!keeper.isOn()) {
            throw new Problem.Upstream(503, "log_off", "Log persistence is disabled");
        }
        long limit = AdminRoutes.number(ctx, "limit", 200);
        long offset = AdminRoutes.number(ctx, "offset", 0);
        if (limit < 1 || limit > 1000 || offset < 0) {
            throw new Problem.Unprocessable("'limit' must be from 1 to 1000, 'offset' not below 0.", "limit");
        }
        var query = new ProxyStore.Query(
                moment(ctx, "start_time", 0),
                moment(ctx, "end_time", Long.MAX_VALUE),
                level(ctx.queryParam("level"), "level"),
                part(ctx));
        keeper.writeWaiting(); // who asks wants to see what has just passed, too
        long total = store.countLines(query);
        var json = JsonNodeFactory.instance.objectNode();
        var lines = json.putArray("logs");
        store.lines(query, (int) limit, (int) offset).forEach(line -> lines.add(line.json()));
        json.putObject("pagination")
                .put("total", total)
                .put("limit", limit)
                .put("offset", offset)
                .put("has_more", offset + limit < total);
        ctx.json(json);
    }

    /** A moment in ISO 8601, with a zone or in the server's own, or seconds since 1970. */
    private static long moment(Context ctx, String name, long fallback) {
        var text = ctx.queryParam(name);
        if (text == null || text.isBlank()) {
            return fallback;
        }
        var stripped = text.strip().replace(' ', '+'); // a plus of a zone that was not escaped
        try {
            if (stripped.matches("\\d{1,12}(\\.\\d+)?")) {
                return Math.round(Double.parseDouble(stripped) * 1000);
            }
            if (stripped.matches("\\d{4}-\\d{2}-\\d{2}")) {
                return LocalDate.parse(stripped)
                        .atStartOfDay(ZoneId.systemDefault())
                        .toInstant()
                        .toEpochMilli();
            }
            if (stripped.endsWith("Z")) {
                return Instant.parse(stripped).toEpochMilli();
            }
            if (stripped.matches(".*[+-]\\d{2}:?\\d{2}")) {
                return OffsetDateTime.parse(stripped).toInstant().toEpochMilli();
            }
            return LocalDateTime.parse(stripped.replace('+', 'T'))
                    .atZone(ZoneId.systemDefault())
                    .toInstant()
                    .toEpochMilli();
        } catch (DateTimeException e) {
            throw new Problem.Unprocessable("'" + name + "' must be a moment such as 2025-12-31T23:59:00Z.", name);
        }
    }

    private void clear(Context ctx) {
        gate.forOwner(ctx);
        try {
            running.clear();
            keeper.clear();
        } catch (IOException e) {
            log.error("the log of the proxy cannot be removed", e);
            throw new Problem.Upstream(
                    500, "log_not_cleared", "The files of the log could not be removed: " + e.getMessage());
        }
        ctx.json(Map.of("success", true, "message", "All logs are removed."));
    }

    private void broadcast(Context ctx) {
        gate.forOwner(ctx);
        var fields = body.fields(ctx);
        var message = fields.optionalText("message", LONGEST).orElse("");
        if (message.isBlank()) {
            throw new Problem.BadRequest("'message' is required.", "message");
        }
        var level = level(fields.optionalText("level", 20).orElse("INFO"), "level");
        long now = clock.millis();
        running.add(new LogLine(
                now,
                level == null ? Level.INFO : level,
                message,
                fields.optionalText("path", LONGEST).orElse(""),
                fields.optionalText("request_id", 100).orElse(""),
                null));
        ctx.json(Map.of("success", true, "message", message, "timestamp", now / 1000.0));
    }
}
