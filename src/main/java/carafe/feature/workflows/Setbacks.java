package carafe.feature.workflows;

import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Runs that stopped because something could not be stored, as on a full disk. What was under way in them is done once more
 * when they are taken up, so that happens after pauses that grow, and not for ever.
 */
final class Setbacks {
    private static final Duration FIRST = Duration.ofSeconds(10);
    private static final Duration LONGEST = Duration.ofMinutes(5);
    private static final int MOST = 8;

    private record Setback(int count, long notBefore) {}

    private final Map<String, Setback> all = new ConcurrentHashMap<>();
    private final Clock clock;

    Setbacks(Clock clock) {
        this.clock = clock;
    }

    void add(String runId) {
        all.compute(runId, (id, before) -> {
            int count = before == null ? 1 : before.count() + 1;
            long pause = Math.min(LONGEST.toMillis(), FIRST.toMillis() << Math.min(count - 1, 10));
            return new Setback(count, clock.millis() + pause);
        });
    }

    void forget(String runId) {
        all.remove(runId);
    }

    /** Whether the run may be taken up again now. */
    boolean isOver(String runId) {
        var last = all.get(runId);
        return last == null || last.notBefore() <= clock.millis();
    }

    /** Whether there were so many that the run shall end. */
    boolean areTooMany(String runId) {
        var last = all.get(runId);
        return last != null && last.count() >= MOST;
    }
}
