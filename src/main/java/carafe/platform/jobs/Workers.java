package carafe.platform.jobs;

import carafe.platform.db.Db;
import carafe.platform.db.DbException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The places where jobs of this node run, a fixed number; each takes one job through one attempt to its outcome. */
final class Workers {
    private static final Logger LOG = LoggerFactory.getLogger(Workers.class);
    private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(10);

    private final Db db;
    private final Nodes nodes;
    private final Clock clock;
    private final JobStore store;
    private final Map<String, JobHandler> handlers = new ConcurrentHashMap<>();
    private final int places;
    private final Semaphore free;
    private final Map<String, Semaphore> freeOfKind = new ConcurrentHashMap<>();
    private final Runnable whenFree;
    private final Map<String, Thread> running = new ConcurrentHashMap<>(); // by job id, one per taken place
    private volatile boolean stopping;

    Workers(Db db, Nodes nodes, Clock clock, JobStore store, int places, Runnable whenFree) {
        this.db = db;
        this.nodes = nodes;
        this.clock = clock;
        this.store = store;
        this.places = places;
        this.free = new Semaphore(places);
        this.whenFree = whenFree;
    }

    void handle(String kind, JobHandler handler) {
        if (handlers.putIfAbsent(kind, handler) != null) {
            throw new IllegalStateException("two handlers for jobs of kind " + kind);
        }
        freeOfKind.put(kind, new Semaphore(handler.mostAtOnce()));
    }

    Set<String> kinds() {
        return handlers.keySet();
    }

    /** Those of which one more may run. */
    List<String> kindsWithRoom() {
        return kinds().stream()
                .filter(kind -> ofKind(kind).availablePermits() > 0)
                .toList();
    }

    int free() {
        return free.availablePermits();
    }

    /** Takes a place for a job of a kind; {@link #launch} or {@link #leave} must follow. */
    boolean take(String kind) {
        if (stopping || !ofKind(kind).tryAcquire()) {
            return false;
        }
        if (free.tryAcquire()) {
            return true;
        }
        ofKind(kind).release();
        return false;
    }

    void leave(String kind) {
        ofKind(kind).release();
        free.release();
        whenFree.run();
    }

    /** The places of a kind; one that nobody here does is given back at once and needs no bound. */
    private Semaphore ofKind(String kind) {
        return freeOfKind.computeIfAbsent(kind, unknown -> new Semaphore(Integer.MAX_VALUE));
    }

    boolean isRunning(String jobId) {
        return running.containsKey(jobId);
    }

    /** Gives back what a dead node left, or has it fail for good when it was tried often enough. */
    void release(Job.Row row) {
        var handler = handlers.get(row.kind());
        if (handler == null || row.attempts() < handler.maxAttempts()) {
            store.release(row, false);
            return;
        }
        db.transaction(() -> {
            if (store.release(row, true)) {
                handler.gaveUp(row.payload());
            }
            return true;
        });
    }

    /** Runs a job that is ours in the place taken before. */
    void launch(Job.Row row) {
        var thread = Thread.ofVirtual().name("job-" + row.kind()).unstarted(() -> {
            try {
                attempt(row);
            } finally {
                running.remove(row.id());
                leave(row.kind());
            }
        });
        running.put(row.id(), thread);
        thread.start();
    }

    /** Waits for what runs, interrupts what does not end in time, and gives it back to be run again. */
    void stop(Duration patience) throws InterruptedException {
        stopping = true;
        if (!free.tryAcquire(places, patience.toMillis(), TimeUnit.MILLISECONDS)) {
            LOG.warn("jobs do not end and are interrupted, to be run again jobs={}", running.keySet());
            running.values().forEach(Thread::interrupt);
            running.keySet().forEach(store::giveBack);
        }
    }

    private void attempt(Job.Row row) {
        try {
            outcome(row);
        } catch (DbException e) {
            LOG.warn(
                    "the outcome of a job could not be stored, it will be run again job={} kind={}",
                    row.id(),
                    row.kind(),
                    e);
        }
    }

    private void outcome(Job.Row row) {
        var handler = handlers.get(row.kind());
        if (handler == null) {
            store.giveBack(row.id());
            return;
        }
        try {
            handler.run(new Job(row, nodes.id(), db));
            store.delete(row.id());
        } catch (JobLost e) {
            LOG.warn("{} while it ran kind={}", e.getMessage(), row.kind());
        } catch (Exception e) {
            Thread.interrupted(); // the outcome is stored all the same
            failed(row, handler, e);
        }
    }

    private void failed(Job.Row row, JobHandler handler, Exception e) {
        if (stopping) {
            store.giveBack(row.id());
        } else if (row.attempts() >= handler.maxAttempts()) {
            LOG.error("job failed for good job={} kind={} attempts={}", row.id(), row.kind(), row.attempts(), e);
            db.transaction(() -> {
                store.fail(row.id(), e.toString());
                handler.gaveUp(row.payload());
                return true;
            });
        } else {
            var pause = pauseAfter(row.attempts());
            LOG.warn("job failed, next try later job={} kind={} pause={}", row.id(), row.kind(), pause, e);
            store.retry(row.id(), clock.instant().plus(pause), e.toString());
        }
    }

    /** 1 s, 2 s, 4 s … 10 min, each a quarter shorter to a quarter longer, so that failures do not come back in step. */
    private static Duration pauseAfter(int attempt) {
        long ms = Math.min(FIRST_PAUSE.toMillis() << Math.min(attempt - 1, 20), LONGEST_PAUSE.toMillis());
        return Duration.ofMillis(ThreadLocalRandom.current().nextLong(ms * 3 / 4, ms * 5 / 4 + 1));
    }
}
