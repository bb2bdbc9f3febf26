package carafe.engine.sandbox;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.ToIntFunction;

/**
 * The pools at one moment. In {@code totals} and in each of {@code pools}: total = available + inUse, and
 * total = created − destroyed; a container counts from the moment it is ready until it is given up.
 */
public record PoolStats(
        String poolId,
        boolean enabled,
        Instant at,
        Counts totals,
        Timings timings,
        List<OnePool> pools,
        List<OneContainer> containers) {
    public PoolStats {
        pools = List.copyOf(pools);
        containers = List.copyOf(containers);
    }

    /**
     * {@code inUse} includes containers that are being wiped; {@code starting} and {@code removing} are beside
     * {@code total}. {@code resets} counts wipes that were verified, {@code healthCheckFailures} containers found dead or
     * unclean.
     */
    public record Counts(
            int available,
            int inUse,
            int total,
            int starting,
            int removing,
            long created,
            long destroyed,
            long executions,
            long resets,
            long healthCheckFailures,
            int minSize,
            int maxSize,
            int target,
            int queueDepth) {
        static Counts sum(List<Counts> all, int maxSize) {
            return new Counts(
                    total(all, Counts::available),
                    total(all, Counts::inUse),
                    total(all, Counts::total),
                    total(all, Counts::starting),
                    total(all, Counts::removing),
                    all.stream().mapToLong(Counts::created).sum(),
                    all.stream().mapToLong(Counts::destroyed).sum(),
                    all.stream().mapToLong(Counts::executions).sum(),
                    all.stream().mapToLong(Counts::resets).sum(),
                    all.stream().mapToLong(Counts::healthCheckFailures).sum(),
                    total(all, Counts::minSize),
                    maxSize,
                    total(all, Counts::target),
                    total(all, Counts::queueDepth));
        }

        private static int total(List<Counts> all, ToIntFunction<Counts> part) {
            return all.stream().mapToInt(part).sum();
        }
    }

    /**
     * Over the last 1,024 runs: {@code wait} for a container, {@code hot} from request to answer less what the program
     * itself took, {@code clean} the wipe. {@code avgExecutionSeconds} is the programs' own time; the rates are of all
     * runs, {@code errorRate} counts only faults of the sandbox.
     */
    public record Timings(
            double waitMsP50,
            double waitMsP95,
            double hotMsP50,
            double hotMsP95,
            double cleanUsP50,
            double avgExecutionSeconds,
            double successRate,
            double errorRate) {}

    /** {@code retiredByReason}: unclean, age, runs, oom, timeout, protocol, cancelled, used, idle, died, output, stopping … */
    public record OnePool(
            String language,
            Program.Isolation isolation,
            String image,
            Counts counts,
            Timings timings,
            double arrivalsPerSecond,
            Map<String, Long> retiredByReason,
            Condition condition) {
        public OnePool {
            retiredByReason = Map.copyOf(retiredByReason);
        }
    }

    /** {@code id} is the engine's, cut to 12 digits; {@code status} is {@code available} or {@code in_use}. */
    public record OneContainer(
            String id,
            String language,
            String status,
            Instant createdAt,
            Instant lastUsedAt,
            int executionCount,
            int resetCount,
            int healthCheckFailures,
            double avgExecutionSeconds,
            double successRate,
            double errorRate) {}
}
