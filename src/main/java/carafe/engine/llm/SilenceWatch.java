package carafe.engine.llm;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Ends calls whose upstream has been silent for too long, to the second. Socket timeouts would do the same to the
 * millisecond, but each timed read of a virtual thread sets and clears a timer, which cost more than the read itself.
 */
final class SilenceWatch implements AutoCloseable {
    private static final long LOOK_MS = 1_000;

    /** One call under watch. */
    final class Watched implements AutoCloseable {
        private final Runnable end;
        private final long limit;
        private volatile long heard = System.nanoTime();
        private volatile boolean expired;

        private Watched(Runnable end, Duration limit) {
            this.end = end;
            this.limit = limit.toNanos();
        }

        /** Something came. */
        void heard() {
            heard = System.nanoTime();
        }

        /** Whether the call was ended for its silence. */
        boolean expired() {
            return expired;
        }

        private void look(long now) {
            if (now - heard > limit && !expired) {
                expired = true;
                end.run();
            }
        }

        @Override
        public void close() {
            calls.remove(this);
        }
    }

    private final Set<Watched> calls = ConcurrentHashMap.newKeySet();
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Thread thread =
            Thread.ofPlatform().daemon().name("silence-watch").unstarted(this::watch);

    void start() {
        thread.start();
    }

    /** Runs {@code end} once when nothing was heard for {@code limit}. */
    Watched watch(Runnable end, Duration limit) {
        var watched = new Watched(end, limit);
        calls.add(watched);
        return watched;
    }

    private void watch() {
        try {
            while (!closed.await(LOOK_MS, TimeUnit.MILLISECONDS)) {
                long now = System.nanoTime();
                calls.forEach(call -> call.look(now));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        closed.countDown();
    }
}
