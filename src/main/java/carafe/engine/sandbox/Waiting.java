package carafe.engine.sandbox;

import carafe.engine.sandbox.Outcome.Unavailable;
import carafe.engine.sandbox.Outcome.Unavailable.Reason;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Who waits for a container, and who has one. Next is the longest waiting among the owners with the fewest runs, so that
 * one owner's many do not stand before others' few. Guarded by the pool's lock.
 */
final class Waiting {
    private final SandboxSettings.Queueing bounds;
    private final LinkedHashSet<Run> queue = new LinkedHashSet<>();
    private final Map<String, Integer> waiting = new HashMap<>();
    private final Map<String, Integer> running = new HashMap<>();

    Waiting(SandboxSettings.Queueing bounds) {
        this.bounds = bounds;
    }

    int size() {
        return queue.size();
    }

    boolean mayBegin(String owner) {
        return room(owner) > 0;
    }

    /** How many more runs of the owner may begin. */
    int room(String owner) {
        return bounds.perOwner() - running.getOrDefault(owner, 0);
    }

    /** Queues the run, or says why not. */
    @Nullable
    Unavailable add(Run run) {
        if (waiting.getOrDefault(run.owner(), 0) >= bounds.perOwnerWaiting()) {
            return new Unavailable(
                    Reason.TOO_MANY_OF_YOURS, "Too many of your programs are waiting already.", Duration.ofSeconds(5));
        }
        if (queue.size() >= bounds.bound()) {
            return new Unavailable(
                    Reason.QUEUE_FULL, "Too many programs are waiting to be run.", Duration.ofSeconds(5));
        }
        queue.add(run);
        waiting.merge(run.owner(), 1, Integer::sum);
        return null;
    }

    boolean remove(Run run) {
        if (!queue.remove(run)) {
            return false;
        }
        less(waiting, run.owner());
        return true;
    }

    /** Takes the next that may begin out of the queue. */
    @Nullable
    Run next() {
        Run best = null;
        int fewest = bounds.perOwner();
        for (var run : queue) {
            int count = running.getOrDefault(run.owner(), 0);
            if (count < fewest) {
                best = run;
                fewest = count;
                if (count == 0) {
                    break;
                }
            }
        }
        if (best != null) {
            remove(best);
        }
        return best;
    }

    /** The run could not begin after all and is next again. */
    void putBack(Run run) {
        queue.addFirst(run);
        waiting.merge(run.owner(), 1, Integer::sum);
    }

    @Nullable
    Run first() {
        return queue.isEmpty() ? null : queue.getFirst();
    }

    void began(Run run) {
        running.merge(run.owner(), 1, Integer::sum);
    }

    void ended(Run run) {
        less(running, run.owner());
    }

    /** How many could begin now if there were containers for all. */
    int eligible() {
        int count = 0;
        for (var entry : waiting.entrySet()) {
            count += Math.max(0, Math.min(room(entry.getKey()), entry.getValue()));
        }
        return count;
    }

    private static void less(Map<String, Integer> counts, String owner) {
        counts.computeIfPresent(owner, (key, count) -> count == 1 ? null : count - 1);
    }
}
