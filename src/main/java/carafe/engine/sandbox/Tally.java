package carafe.engine.sandbox;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What a pool counted since its start, and its last runs' times. Guarded by the pool's lock. */
final class Tally {
    long created;
    long destroyed;
    long executions;
    long faults;
    long resets;
    long healthCheckFailures;
    double programSeconds;
    final Map<String, Long> retired = new TreeMap<>();
    final Samples wait = new Samples();
    final Samples hot = new Samples();
    final Samples clean = new Samples();

    /** A run that the sandbox answered; all times in nanoseconds. */
    void answered(long waited, long held, long program) {
        executions++;
        programSeconds += program / 1e9;
        wait.add(waited);
        hot.add(Math.max(0, held - program));
    }

    /** A run that the sandbox itself lost. */
    void lost() {
        executions++;
        faults++;
    }

    /** An immutable copy that can be read without the pool's lock. */
    Seen seen() {
        return new Seen(wait.recent(), hot.recent(), clean.recent(), executions, faults, programSeconds);
    }

    record Seen(long[] waits, long[] hot, long[] clean, long executions, long faults, double programSeconds) {
        static Seen join(List<Seen> all) {
            return new Seen(
                    all.stream()
                            .flatMapToLong(seen -> Arrays.stream(seen.waits))
                            .toArray(),
                    all.stream().flatMapToLong(seen -> Arrays.stream(seen.hot)).toArray(),
                    all.stream()
                            .flatMapToLong(seen -> Arrays.stream(seen.clean))
                            .toArray(),
                    all.stream().mapToLong(Seen::executions).sum(),
                    all.stream().mapToLong(Seen::faults).sum(),
                    all.stream().mapToDouble(Seen::programSeconds).sum());
        }

        PoolStats.Timings timings() {
            return new PoolStats.Timings(
                    Samples.percentile(waits, 0.5) / 1e6,
                    Samples.percentile(waits, 0.95) / 1e6,
                    Samples.percentile(hot, 0.5) / 1e6,
                    Samples.percentile(hot, 0.95) / 1e6,
                    Samples.percentile(clean, 0.5) / 1e3,
                    executions == 0 ? 0 : programSeconds / executions,
                    executions == 0 ? 1 : 1 - (double) faults / executions,
                    executions == 0 ? 0 : (double) faults / executions);
        }
    }
}
