package carafe.platform.jobs;

import carafe.platform.db.Db;
import carafe.platform.db.DbException;
import carafe.platform.db.Ids;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Work that outlives its request and its process: rows of table {@code job}, run on virtual threads, at most so many at
 * once, tried again with growing pauses, taken over when their node dies. A job runs at least once and is finished at
 * most once.
 */
public final class Jobs implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Jobs.class);
    private static final Duration POLL = Duration.ofSeconds(1); // for what other nodes enqueue
    private static final Duration SWEEP = Duration.ofSeconds(5);

    private final Db db;
    private final Nodes nodes;
    private final Ids ids;
    private final Clock clock;
    private final JobStore store;
    private final Workers workers;
    private final ArrayBlockingQueue<Boolean> bell = new ArrayBlockingQueue<>(1);
    private final Thread dispatcher = Thread.ofVirtual().name("jobs").unstarted(this::dispatch);
    private volatile boolean stopping;

    /** @param concurrency how many jobs run on this node at once */
    public Jobs(Db db, Nodes nodes, Ids ids, Clock clock, int concurrency) {
        this.db = db;
        this.nodes = nodes;
        this.ids = ids;
        this.clock = clock;
        this.store = new JobStore(db, nodes, clock);
        this.workers = new Workers(db, nodes, clock, store, concurrency, this::wake);
    }

    /** Names who does the jobs of a kind, before the start; those of other kinds are left to nodes that know them. */
    public void handle(String kind, JobHandler handler) {
        if (dispatcher.getState() != Thread.State.NEW) {
            throw new IllegalStateException("jobs run already, too late for " + kind);
        }
        workers.handle(kind, handler);
    }

    /** The node must have been started. */
    public void start() {
        if (!workers.kinds().isEmpty()) {
            dispatcher.start();
        }
    }

    /**
     * Has the job run on any node from {@code runAt} on; takes part in a running transaction. Returns its id, or empty
     * when {@code dedupe} is set and a job of this kind and key waits or runs already.
     *
     * @param payload JSON
     */
    public Optional<String> enqueue(String kind, @Nullable String dedupe, String payload, Instant runAt) {
        var id = ids.next();
        if (!store.insertReady(id, kind, dedupe, payload, runAt)) {
            return Optional.empty();
        }
        db.afterCommit(this::wake);
        return Optional.of(id);
    }

    /**
     * Like {@link #enqueue}, but the job is this node's from the start and begins as the transaction commits, without a
     * round through the queue; it waits like any other only while all places of this node are taken.
     */
    public Optional<String> startHere(String kind, String key, String payload) {
        var row = new Job.Row(ids.next(), kind, key, payload, 1, nodes.id());
        if (!store.insertRunning(row)) {
            return Optional.empty();
        }
        db.afterCommit(() -> {
            if (workers.take(row.kind())) {
                workers.launch(row);
            } else {
                store.giveBack(row.id());
                wake();
            }
        });
        return Optional.of(row.id());
    }

    /**
     * Begins nothing new and waits as long as {@code patience} for what runs; what does not end is interrupted and given
     * back, to be run again.
     */
    public void stop(Duration patience) {
        stopping = true;
        wake();
        try {
            if (dispatcher.isAlive()) {
                dispatcher.join(patience);
            }
            workers.stop(patience);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        stop(Duration.ofSeconds(10));
    }

    /** Has the queue looked at now. */
    void wake() {
        boolean rung = bell.offer(true);
        LOG.trace("woken first={}", rung);
    }

    private void dispatch() {
        var nextSweep = Instant.MIN;
        while (!stopping) {
            try {
                var now = clock.instant();
                if (!now.isBefore(nextSweep)) {
                    sweep();
                    nextSweep = now.plus(SWEEP);
                }
                if (!claimDue()) {
                    bell.poll(pause().toMillis(), TimeUnit.MILLISECONDS);
                }
            } catch (DbException e) {
                LOG.warn("the job queue cannot be read, next try soon", e);
                rest();
            } catch (InterruptedException e) {
                LOG.error("the job queue was interrupted", e);
                return;
            }
        }
    }

    /** Takes over what dead nodes left, and what this node lost sight of because an outcome could not be stored. */
    private void sweep() {
        for (var row : store.suspects()) {
            if (!workers.isRunning(row.id())) {
                LOG.warn("job taken over job={} kind={} from={}", row.id(), row.kind(), row.nodeId());
                workers.release(row);
            }
        }
        store.forgetOldFailures();
    }

    private boolean claimDue() {
        boolean claimed = false;
        for (var row : store.due(workers.kindsWithRoom(), workers.free())) {
            if (stopping) {
                break;
            }
            if (!workers.take(row.kind())) {
                continue; // its kind has all the places it may have, others may follow
            }
            var ours = store.claim(row.id());
            if (ours.isPresent()) {
                workers.launch(ours.get());
                claimed = true;
            } else {
                workers.leave(row.kind());
            }
        }
        return claimed;
    }

    private Duration pause() {
        return store.nextDue(workers.kinds())
                .map(due -> Duration.between(clock.instant(), due).plusMillis(1))
                .filter(wait -> wait.compareTo(POLL) < 0)
                .orElse(POLL);
    }

    private void rest() {
        try {
            Thread.sleep(POLL);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
