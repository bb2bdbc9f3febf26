package carafe.engine.workflow;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Stops work that takes longer than its limit, counted from its beginning or from when it was last heard of. */
final class Patience implements AutoCloseable {
    private final Stop stop;
    private final long limit;
    private final CountDownLatch done = new CountDownLatch(1);
    private volatile long heard = System.nanoTime();
    private volatile boolean over;

    Patience(Stop outer, Duration limit) {
        this.stop = new Stop(outer);
        this.limit = limit.toNanos();
        Thread.ofVirtual().name("workflow-limit").start(this::watch);
    }

    /** What the work runs under. */
    Stop stop() {
        return stop;
    }

    /** Something came: the limit counts anew. */
    void heard() {
        heard = System.nanoTime();
    }

    /** Whether it was stopped for its limit. */
    boolean isOver() {
        return over;
    }

    private void watch() {
        try {
            for (long left = limit; left > 0; left = limit - (System.nanoTime() - heard)) {
                if (done.await(left, TimeUnit.NANOSECONDS)) {
                    return;
                }
            }
            over = true;
            stop.stop();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        done.countDown();
        stop.leave();
    }
}
