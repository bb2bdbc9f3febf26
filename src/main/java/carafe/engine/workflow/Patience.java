package carafe.engine.workflow;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/** Stops work that takes longer than its limit, counted from its beginning or from when it was last heard of. */
final class Patience implements AutoCloseable {
    private final Stop stop;
    private final long limit;
    private final CountDownLatch done = new CountDownLatch(1);
    private volatile long heard = System.nanoTime();
    private volatile boolean over;

    private Patience(Stop outer, Duration limit) {
        this.stop = new Stop(outer);
        this.limit = limit.toNanos();
        Thread.ofVirtual().name("workflow-limit").start(this::watch);
    }

    /** What {@code work} gives. @throws FlowFailure with {@code code} and {@code late} when it was stopped for its limit */
    static <T> T within(Stop outer, Duration limit, FlowCode code, String late, Function<Patience, T> work) {
        try (var patience = new Patience(outer, limit)) {
            try {
                return work.apply(patience);
            } catch (FlowFailure e) {
                if (outer.isStopped() || !patience.isOver()) {
                    throw e;
                }
                throw new FlowFailure(code, late);
            }
        }
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
