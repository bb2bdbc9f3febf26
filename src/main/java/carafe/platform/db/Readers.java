package carafe.platform.db;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The threads that read a SQLite file, each with a connection of its own. They are platform threads: a native call on a
 * virtual one would hold its carrier, and there are hardly more of these than cores.
 */
final class Readers {
    private static final int QUEUE = 4_096;
    private static final long WAIT_MS = 5_000;

    private static final class Job<T extends @Nullable Object> {
        final Work<T> work;
        final CompletableFuture<T> answer = new CompletableFuture<>();
        final AtomicBoolean taken = new AtomicBoolean();

        Job(Work<T> work) {
            this.work = work;
        }

        /** Only one of a reader that begins and a caller that gives up gets the job. */
        boolean take() {
            return taken.compareAndSet(false, true);
        }

        void run(Session session) {
            try {
                session.forgetLoss();
                answer.complete(work.run(session));
            } catch (Throwable e) {
                answer.completeExceptionally(e); // whatever it is belongs to the caller; the reader must go on
            }
        }
    }

    private final BlockingQueue<Job<?>> queue = new ArrayBlockingQueue<>(QUEUE);
    private final Job<Boolean> end = new Job<>(session -> true);
    private final List<Thread> threads = new ArrayList<>();

    /** @param sessions makes a connection; called on each reader's thread, at its first job */
    Readers(String name, int count, Supplier<Session> sessions) {
        for (int i = 0; i < count; i++) {
            threads.add(Thread.ofPlatform().name(name + "-" + i).daemon().start(() -> loop(sessions)));
        }
    }

    private void loop(Supplier<Session> sessions) {
        @Nullable Session session = null;
        try {
            for (var job = queue.take(); job != end; job = queue.take()) {
                if (!job.take()) {
                    continue;
                }
                try {
                    session = session == null ? sessions.get() : session;
                } catch (RuntimeException e) {
                    job.answer.completeExceptionally(e);
                    continue;
                }
                job.run(session);
            }
            queue.put(end); // for the next reader
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            if (session != null) {
                session.close();
            }
        }
    }

    /** Waits for the answer; a job that no reader begins within five seconds fails as BUSY. */
    <T extends @Nullable Object> T run(Work<T> work) throws Exception {
        var job = new Job<>(work);
        if (!queue.offer(job)) {
            throw new DbException(DbException.Kind.BUSY, "the read queue is full: " + QUEUE + " jobs wait", null);
        }
        return await(job);
    }

    private static <T extends @Nullable Object> T await(Job<T> job) throws Exception {
        try {
            try {
                return job.answer.get(WAIT_MS, TimeUnit.MILLISECONDS);
            } catch (TimeoutException e) {
                if (job.take()) {
                    throw new DbException(DbException.Kind.BUSY, "waiting for a reader", e);
                }
                return job.answer.get(); // it runs, and a query that has begun is let finish
            }
        } catch (java.util.concurrent.ExecutionException e) {
            if (e.getCause() instanceof Exception cause) {
                throw cause;
            }
            if (e.getCause() instanceof Error cause) {
                throw cause;
            }
            throw e;
        }
    }

    /** Reads that were accepted are answered first. */
    void close() {
        try {
            queue.put(end);
            for (var thread : threads) {
                thread.join();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        for (var job = queue.poll(); job != null; job = queue.poll()) {
            job.answer.completeExceptionally(new DbException(DbException.Kind.OTHER, "the database is closed", null));
        }
    }
}
