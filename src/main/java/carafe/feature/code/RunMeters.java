package carafe.feature.code;

import carafe.engine.sandbox.Outcome;
import carafe.engine.sandbox.Outcome.CaseResult;
import carafe.engine.sandbox.PoolStats;
import carafe.engine.sandbox.Sandbox;
import carafe.platform.ops.Histogram;
import carafe.platform.ops.Metrics;
import carafe.platform.ops.Tally;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/** What is measured of runs and containers, under the names of the course contract. */
public final class RunMeters {
    private final Tally executions;
    private final Tally runs;
    private final Histogram durations;
    private final Histogram sandboxDurations;
    private final Tally deprecated;

    public RunMeters(Metrics metrics, Sandbox sandbox) {
        this.executions =
                metrics.counter("code_executions", "Programs that ran, by how they ended.", "status", "language");
        this.runs = metrics.counter(
                "sandbox_executions", "Runs that were asked for, by what became of them.", "language", "status");
        this.durations = metrics.histogram(
                "code_execution_duration_seconds", "The programs' own time.", "language", 0.1, 0.5, 1, 2, 5, 10);
        this.sandboxDurations = metrics.histogram(
                "sandbox_execution_duration_seconds",
                "The programs' own time and that until a container was free.",
                "language",
                0.1,
                0.5,
                1,
                2,
                5,
                10,
                30,
                60);
        this.deprecated = metrics.counter("deprecated_requests", "Calls under addresses that will go.", "endpoint");
        gauge(metrics, sandbox, "sandbox_pool_available", "Containers that wait for a run.", c -> c.available());
        gauge(metrics, sandbox, "sandbox_pool_in_use", "Containers with a run.", c -> c.inUse());
        gauge(metrics, sandbox, "sandbox_pool_size", "Containers that are ready or have a run.", c -> c.total());
        gauge(metrics, sandbox, "sandbox_pool_target", "Containers that there should be.", c -> c.target());
        gauge(metrics, sandbox, "sandbox_queue_depth", "Runs that wait for a container.", c -> c.queueDepth());
        grows(metrics, sandbox, "sandbox_container_starts", "Containers made.", c -> c.created());
        grows(metrics, sandbox, "sandbox_container_removals", "Containers given up.", c -> c.destroyed());
        grows(metrics, sandbox, "sandbox_resets", "Wipes between runs that were verified.", c -> c.resets());
        grows(
                metrics,
                sandbox,
                "sandbox_health_check_failures",
                "Containers found dead or unclean.",
                c -> c.healthCheckFailures());
    }

    private static void gauge(
            Metrics metrics, Sandbox sandbox, String name, String help, ToDoubleFunction<PoolStats.Counts> value) {
        metrics.gauge(name, help, () -> value.applyAsDouble(sandbox.stats().totals()));
    }

    private static void grows(
            Metrics metrics, Sandbox sandbox, String name, String help, ToDoubleFunction<PoolStats.Counts> value) {
        metrics.counter(name, help, () -> value.applyAsDouble(sandbox.stats().totals()));
    }

    void count(String language, Outcome outcome) {
        runs.add(1, language, status(outcome));
        if (outcome instanceof Outcome.Finished finished) {
            long nanos = nanos(finished);
            executions.add(1, succeeded(outcome) ? "success" : "error", language);
            durations.record(language, nanos);
            sandboxDurations.record(language, nanos + finished.queued().toNanos());
        }
    }

    void countDeprecated(String endpoint) {
        deprecated.add(endpoint, 1);
    }

    static long nanos(Outcome.Finished finished) {
        return finished.results().stream()
                .mapToLong(result -> result.wall().toNanos())
                .sum();
    }

    static boolean succeeded(Outcome outcome) {
        return outcome instanceof Outcome.Finished finished
                && finished.results().stream().allMatch(RunMeters::succeeded);
    }

    static boolean succeeded(CaseResult result) {
        return result.status() == Outcome.Status.OK && result.exit() != null && result.exit() == 0;
    }

    /** One word for labels and the log. */
    static String status(Outcome outcome) {
        return switch (outcome) {
            case Outcome.Finished finished ->
                finished.results().stream()
                        .filter(result -> !succeeded(result))
                        .findFirst()
                        .map(result -> result.status() == Outcome.Status.OK
                                ? "error"
                                : result.status().name().toLowerCase(Locale.ROOT))
                        .orElse("success");
            case Outcome.Refused refused -> "refused";
            case Outcome.Unavailable unavailable -> "unavailable";
            case Outcome.Broken broken -> "broken";
            case Outcome.Cancelled cancelled -> "cancelled";
        };
    }
}
