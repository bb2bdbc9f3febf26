package carafe.platform.db;

import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One caller's writes on their way through the writer: attempted maybe twice, answered once, after the commit. */
final class WriteJob<T extends @Nullable Object> {
    private static final Logger LOG = LoggerFactory.getLogger(WriteJob.class);
    private static final long SLOW_MS = 50;

    private record Done<T extends @Nullable Object>(T value) {}

    private final Work<T> work;
    private final boolean several;
    private final CompletableFuture<Boolean> answered = new CompletableFuture<>();
    private @Nullable Done<T> done;
    private @Nullable Throwable failure;

    /** @param several more than one statement, so that a failure must take back the earlier ones */
    WriteJob(Work<T> work, boolean several) {
        this.work = work;
        this.several = several;
    }

    /** Runs the work inside the batch's transaction; its own failure is kept for the caller. */
    void attempt(Session session) {
        failure = null;
        long start = System.nanoTime();
        if (several) {
            session.update("SAVEPOINT job");
        }
        try {
            done = new Done<>(work.run(session));
        } catch (Throwable e) {
            failure = e; // whatever it is belongs to the caller; the writer must go on
            if (several && session.lost() == null) {
                session.update("ROLLBACK TO job");
            }
        }
        if (several && session.lost() == null) {
            session.update("RELEASE job");
        }
        warnIfSlow(start, session);
    }

    void acknowledge() {
        answered.complete(true);
    }

    /** Changes nothing once the job is answered. */
    void fail(Throwable cause) {
        if (!answered.isDone()) {
            failure = cause;
            answered.complete(true);
        }
    }

    /** Not interruptible: the work may be committed, and then the caller must learn it. */
    T await() throws Exception {
        answered.join();
        if (failure instanceof Exception e) {
            throw e;
        }
        if (failure instanceof Error e) {
            throw e;
        }
        return Objects.requireNonNull(done).value();
    }

    private void warnIfSlow(long start, Session session) {
        long ms = (System.nanoTime() - start) / 1_000_000;
        if (ms > SLOW_MS) {
            LOG.warn("slow write: everyone who writes waited ms={} last_sql={}", ms, session.lastSql());
        }
    }
}
