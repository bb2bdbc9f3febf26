package carafe.platform.ops;

import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Runs one check: at most once at a time, at most once in {@link #FRESH}, and nobody waits longer than the deadline. A
 * check that hangs holds one virtual thread, and its component fails until it comes back.
 */
final class Probe {
    static final Duration FRESH = Duration.ofSeconds(1);

    /** @param millis how long the check took */
    record Measured(HealthCheck.Result result, double millis) {}

    private record Attempt(FutureTask<Measured> task, Thread thread, long startedAt) {}

    private final HealthCheck check;
    private final Duration deadline;
    private final ReentrantLock lock = new ReentrantLock();
    private @Nullable Attempt attempt;

    Probe(HealthCheck check, Duration deadline) {
        this.check = check;
        this.deadline = deadline;
    }

    HealthCheck check() {
        return check;
    }

    /** Sees to it that a fresh answer is there or under way. */
    void begin() {
        current();
    }

    Measured latest() {
        var current = current();
        long left = deadline.toNanos() - (System.nanoTime() - current.startedAt());
        try {
            return current.task().get(Math.max(0, left), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            current.thread().interrupt(); // again and again, should it hang; it stays the only one
            return failed("no answer within " + deadline.toMillis() + " ms", deadline.toNanos() / 1e6);
        } catch (ExecutionException e) {
            return failed(String.valueOf(e.getCause()), 0);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return failed("interrupted", 0);
        }
    }

    private Attempt current() {
        lock.lock();
        try {
            var last = attempt;
            long now = System.nanoTime();
            if (last != null && (!last.task().isDone() || now - last.startedAt() < FRESH.toNanos())) {
                return last;
            }
            var task = new FutureTask<>(this::measure);
            var thread = Thread.ofVirtual().name("health-" + check.name()).start(task);
            var next = new Attempt(task, thread, now);
            attempt = next;
            return next;
        } finally {
            lock.unlock();
        }
    }

    private Measured measure() {
        long start = System.nanoTime();
        try {
            return new Measured(check.check(), millis(start));
        } catch (Exception e) {
            if (e instanceof InterruptedException) {
                Thread.currentThread().interrupt();
            }
            return failed(e.toString(), millis(start));
        }
    }

    private static double millis(long start) {
        return Math.round((System.nanoTime() - start) / 1e4) / 1e2;
    }

    private Measured failed(String error, double millis) {
        return new Measured(new HealthCheck.Result(check.onFailure(), null, error), millis);
    }
}
