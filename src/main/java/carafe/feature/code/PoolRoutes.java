package carafe.feature.code;

import carafe.engine.sandbox.PoolStats;
import carafe.engine.sandbox.Sandbox;
import carafe.platform.audit.AuditLog;
import carafe.platform.config.Catalogue;
import carafe.platform.config.LiveSettings;
import carafe.platform.config.Setting;
import carafe.platform.db.Db;
import carafe.platform.http.Access;
import carafe.platform.http.Body;
import carafe.platform.http.Caller;
import carafe.platform.http.CourseCode;
import carafe.platform.http.Permission;
import carafe.platform.http.Problem;
import carafe.platform.http.RateArea;
import carafe.platform.http.Routes;
import carafe.platform.http.Rule;
import carafe.platform.http.Surface;
import carafe.platform.ops.HealthCheck;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.http.Context;
import java.math.BigDecimal;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The containers for those who look after them, the limits of runs, and the table of errors for everybody. */
public final class PoolRoutes {
    private record Limit(String name, Setting setting) {}

    private static final List<Limit> LIMITS = List.of(
            new Limit("execute", Catalogue.RATE_EXECUTE),
            new Limit("hint", Catalogue.RATE_HINT),
            new Limit("pool_stats", Catalogue.RATE_POOL_STATS),
            new Limit("lessons", Catalogue.RATE_LESSONS),
            new Limit("submit", Catalogue.RATE_SUBMIT),
            new Limit("chat", Catalogue.RATE_TUTOR),
            new Limit("global", Catalogue.RATE_GLOBAL));
    private static final int MOST_MINUTES = 240;

    private final Sandbox sandbox;
    private final RunMeters meters;
    private final CodeSettings settings;
    private final LiveSettings live;
    private final Db db;
    private final AuditLog audit;
    private final Body body;
    private final Clock clock;

    public PoolRoutes(
            Sandbox sandbox,
            RunMeters meters,
            CodeSettings settings,
            LiveSettings live,
            Db db,
            AuditLog audit,
            ObjectMapper mapper,
            Clock clock) {
        this.sandbox = sandbox;
        this.meters = meters;
        this.settings = settings;
        this.live = live;
        this.db = db;
        this.audit = audit;
        this.body = new Body(mapper);
        this.clock = clock;
    }

    public void register(Routes routes) {
        var admin = Rule.of(Permission.VIEW_POOL_STATS, settings.open());
        var look = admin.limitedBy(RateArea.POOL_STATS);
        routes.get("/api/v1/sandbox/pool/stats", look, this::stats);
        routes.get(
                "/api/sandbox/pool/stats",
                look.movedTo("/api/v1/sandbox/pool/stats"),
                Moved.counted(meters, this::stats));
        routes.post("/api/v1/sandbox/pool/warm", admin, this::warm);
        routes.get("/api/v1/sandbox/limits", admin, ctx -> ctx.json(limits()));
        routes.put("/api/v1/sandbox/limits", admin, this::setLimits);
        routes.get("/api/v1/errors", Rule.of(Surface.COURSE, Access.PUBLIC), this::errors);
    }

    /** The component {@code container_pool}: degraded when a run would have to wait, or could not be run at all. */
    public HealthCheck.Result health() {
        var condition = sandbox.condition();
        var counts = sandbox.stats().totals();
        var figures = Map.of("available_containers", counts.available(), "total_containers", counts.total());
        if (!condition.healthy()) {
            return degraded(condition.reason() + " " + condition.remedy(), figures);
        }
        if (!settings.poolEnabled()) {
            return degraded("The container pool is switched off; each run makes a container of its own.", figures);
        }
        return counts.available() == 0
                ? degraded("No container is ready now; a run waits for one.", figures)
                : new HealthCheck.Result(HealthCheck.Status.HEALTHY, null, null, figures);
    }

    private static HealthCheck.Result degraded(String details, Map<String, Integer> figures) {
        return new HealthCheck.Result(HealthCheck.Status.DEGRADED, details, null, figures);
    }

    private void stats(Context ctx) {
        ctx.header("Cache-Control", "no-store");
        if (!settings.poolEnabled()) {
            ctx.json(JsonNodeFactory.instance
                    .objectNode()
                    .put("pool_enabled", false)
                    .put("message", "Container pool is not enabled")
                    .put("timestamp", seconds(clock.instant())));
            return;
        }
        var stats = sandbox.stats();
        var answer = counts(JsonNodeFactory.instance.objectNode().put("pool_enabled", true), stats.totals());
        answer.put("pool_id", stats.poolId());
        var condition = sandbox.condition();
        answer.put("status", condition.healthy() ? "healthy" : "degraded")
                .put("reason", condition.reason())
                .put("remedy", condition.remedy());
        answer.setAll(timings(stats.timings()));
        var pools = answer.putArray("pools");
        stats.pools().forEach(pool -> pools.add(pool(pool)));
        var containers = answer.putArray("containers");
        stats.containers().forEach(container -> containers.add(container(container)));
        ctx.json(answer.put("timestamp", seconds(stats.at())));
    }

    private static ObjectNode counts(ObjectNode into, PoolStats.Counts counts) {
        return into.put("available_containers", counts.available())
                .put("in_use_containers", counts.inUse())
                .put("total_containers", counts.total())
                .put("starting_containers", counts.starting())
                .put("removing_containers", counts.removing())
                .put("total_created", counts.created())
                .put("total_destroyed", counts.destroyed())
                .put("total_executions", counts.executions())
                .put("total_resets", counts.resets())
                .put("health_check_failures", counts.healthCheckFailures())
                .put("min_size", counts.minSize())
                .put("max_size", counts.maxSize())
                .put("target", counts.target())
                .put("queue_depth", counts.queueDepth());
    }

    private static ObjectNode timings(PoolStats.Timings timings) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("wait_ms_p50", timings.waitMsP50())
                .put("wait_ms_p95", timings.waitMsP95())
                .put("hot_ms_p50", timings.hotMsP50())
                .put("hot_ms_p95", timings.hotMsP95())
                .put("clean_us_p50", timings.cleanUsP50())
                .put("avg_execution_time", timings.avgExecutionSeconds())
                .put("success_rate", timings.successRate())
                .put("error_rate", timings.errorRate());
    }

    private static ObjectNode pool(PoolStats.OnePool pool) {
        var node = JsonNodeFactory.instance
                .objectNode()
                .put("language", pool.language())
                .put("mode", pool.isolation().name().toLowerCase(Locale.ROOT))
                .put("image", pool.image())
                .put("status", pool.condition().healthy() ? "healthy" : "degraded")
                .put("reason", pool.condition().reason())
                .put("remedy", pool.condition().remedy())
                .put("arrivals_per_second", pool.arrivalsPerSecond());
        counts(node, pool.counts()).setAll(timings(pool.timings()));
        var retired = node.putObject("retired_by_reason");
        pool.retiredByReason().forEach(retired::put);
        return node;
    }

    private static ObjectNode container(PoolStats.OneContainer container) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("id", container.id())
                .put("language", container.language())
                .put("status", container.status())
                .put("created_at", seconds(container.createdAt()))
                .put("last_used_at", seconds(container.lastUsedAt()))
                .put("execution_count", container.executionCount())
                .put("reset_count", container.resetCount())
                .put("health_check_failures", container.healthCheckFailures())
                .put("avg_execution_time", container.avgExecutionSeconds())
                .put("success_rate", container.successRate())
                .put("error_rate", container.errorRate());
    }

    private static BigDecimal seconds(Instant at) {
        return BigDecimal.valueOf(at.toEpochMilli(), 3);
    }

    /** {@code {size, minutes?, language?}}: containers for a lesson that is about to start. */
    private void warm(Context ctx) {
        var fields = body.fields(ctx);
        int size = (int) (long) fields.optionalLong("size", 1, 1_000).orElseThrow(() -> fields.missing("size"));
        long minutes = fields.optionalLong("minutes", 1, MOST_MINUTES).orElse(15L);
        var language = fields.optionalText("language", 100).orElse("python");
        var known = sandbox.languages().stream().map(Sandbox.LanguageInfo::id).toList();
        if (!known.contains(language)) {
            throw new Problem.Unprocessable("'language' must be one of: " + String.join(", ", known) + ".", "language");
        }
        if (!settings.poolEnabled()) {
            throw new Problem.Course(
                    CourseCode.CONFLICT_ERROR,
                    "The container pool is not enabled (CONTAINER_POOL_ENABLED).",
                    JsonNodeFactory.instance.objectNode().put("resource", "pool"));
        }
        int kept = sandbox.warm(language, size, Duration.ofMinutes(minutes));
        ctx.json(Map.of("success", true, "language", language, "size", kept, "minutes", minutes));
    }

    private ObjectNode limits() {
        var answer = JsonNodeFactory.instance.objectNode();
        LIMITS.forEach(limit -> answer.put(limit.name(), live.number(limit.setting())));
        return answer;
    }

    /** Requests a minute, by area; 0 is no limit. What is not named stays. */
    private void setLimits(Context ctx) {
        var fields = body.fields(ctx);
        var changes = new HashMap<Setting, String>();
        var detail = JsonNodeFactory.instance.objectNode();
        for (var limit : LIMITS) {
            fields.optionalLong(limit.name(), 0, 1_000_000)
                    .filter(wanted -> wanted != live.number(limit.setting()))
                    .ifPresent(wanted -> {
                        changes.put(limit.setting(), wanted.toString());
                        detail.put(limit.setting().name(), wanted);
                    });
        }
        if (!changes.isEmpty()) {
            var by = Caller.of(ctx).person().id();
            db.transaction(() -> {
                live.set(changes, by);
                audit.add("settings-changed", by, "settings:limits", Caller.addressOf(ctx), detail);
                return true;
            });
        }
        ctx.json(limits());
    }

    /** For people as a table, for programs as JSON. */
    private void errors(Context ctx) {
        ctx.res().addHeader("Vary", "Accept");
        var accept = ctx.header("Accept");
        if (accept != null && (accept.contains("text/html") || accept.contains("text/markdown"))) {
            ctx.contentType(
                    accept.contains("text/markdown") ? "text/markdown; charset=utf-8" : "text/plain; charset=utf-8");
            ctx.result("# Error codes of the code and course API\n\n" + CourseCode.markdown());
            return;
        }
        var answer = JsonNodeFactory.instance.objectNode();
        var list = answer.putArray("errors");
        for (var code : CourseCode.values()) {
            list.addObject()
                    .put("code", code.name())
                    .put("http_status", code.status())
                    .put("meaning", code.meaning())
                    .put("retryable", code.retry().retryable())
                    .put("advice", code.retry().advice());
        }
        ctx.json(answer);
    }
}
