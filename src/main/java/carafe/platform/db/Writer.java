package carafe.platform.db;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread that writes to a SQLite file. Whoever waits while a commit runs shares the next one. A job is answered
 * only after its commit; one that fails leaves its neighbours' rows alone, also when the engine drops the whole batch.
 */
final class Writer {
    private static final Logger LOG = LoggerFactory.getLogger(Writer.class);
    private static final int QUEUE = 4_096;
    private static final int BATCH = 256;

    private final Session session;
    private final BlockingQueue<WriteJob<?>> queue = new ArrayBlockingQueue<>(QUEUE);
    private final WriteJob<Boolean> end = new WriteJob<>(session -> true, false);
    private final Thread thread;
    private volatile boolean closed;

    Writer(Session session, String name) {
        this.session = session;
        this.thread = Thread.ofPlatform().name(name).daemon().start(this::loop);
    }

    /** Waits for the commit. A full queue fails at once: waiting longer would only hide that the disk cannot keep up. */
    <T extends @Nullable Object> T run(Work<T> work, boolean several) throws Exception {
        var job = new WriteJob<>(work, several);
        if (closed) {
            throw isClosed();
        }
        if (!queue.offer(job)) {
            throw new DbException(DbException.Kind.BUSY, "the write queue is full: " + QUEUE + " jobs wait", null);
        }
        if (closed && queue.remove(job)) {
            throw isClosed();
        }
        return job.await();
    }

    /** Everything accepted is written first. */
    void close() {
        try {
            queue.put(end);
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            LOG.warn("interrupted while the last writes were being finished");
        }
    }

    private void loop() {
        var batch = new ArrayList<WriteJob<?>>(BATCH);
        try {
            while (!closed) {
                batch.clear();
                batch.add(queue.take());
                queue.drainTo(batch, BATCH - 1);
                if (batch.contains(end)) {
                    closed = true;
                    queue.drainTo(batch);
                }
                process(batch);
            }
        } catch (InterruptedException e) {
            LOG.error("the writer was interrupted", e);
        } finally {
            closed = true;
            queue.drainTo(batch);
            batch.forEach(job -> job.fail(isClosed()));
        }
    }

    private void process(List<WriteJob<?>> batch) {
        session.forgetLoss();
        try {
            session.update("BEGIN IMMEDIATE");
        } catch (DbException e) {
            batch.forEach(job -> job.fail(e));
            return;
        }
        var fault = together(batch);
        if (fault == null) {
            batch.forEach(WriteJob::acknowledge);
            return;
        }
        rollback();
        if (batch.size() == 1) {
            batch.getFirst().fail(fault);
        } else {
            LOG.warn("a batch of {} writes was lost and is run one by one: {}", batch.size(), fault.getMessage());
            batch.forEach(job -> process(List.of(job)));
        }
    }

    /** Runs all and commits; null, or why nothing of it may stay. */
    private @Nullable DbException together(List<WriteJob<?>> batch) {
        try {
            for (var job : batch) {
                job.attempt(session);
                var lost = session.lost();
                if (lost != null) {
                    return lost;
                }
            }
            session.update("COMMIT");
            return null;
        } catch (DbException e) {
            return e;
        }
    }

    private void rollback() {
        try {
            session.rollback();
        } catch (DbException e) {
            LOG.debug("nothing left to roll back: the engine had done it", e);
        }
    }

    private static DbException isClosed() {
        return new DbException(DbException.Kind.OTHER, "the database is closed", null);
    }
}
