package carafe.platform.ops;

import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/** Lets so many through in each second and counts the rest. Exact to a few when seconds turn under load. */
final class Sampler {
    private final int perSecond;
    private final LongSupplier nanoTime;
    private final AtomicLong second = new AtomicLong(Long.MIN_VALUE);
    private final AtomicLong taken = new AtomicLong();
    private final AtomicLong skipped = new AtomicLong();

    Sampler(int perSecond, LongSupplier nanoTime) {
        this.perSecond = perSecond;
        this.nanoTime = nanoTime;
    }

    boolean take() {
        long now = Math.floorDiv(nanoTime.getAsLong(), 1_000_000_000L);
        long current = second.get();
        if (now != current && second.compareAndSet(current, now)) {
            taken.set(0);
        }
        if (taken.get() < perSecond && taken.incrementAndGet() <= perSecond) {
            return true;
        }
        skipped.incrementAndGet();
        return false;
    }

    /** How many were skipped since the last call. */
    long skipped() {
        return skipped.get() == 0 ? 0 : skipped.getAndSet(0);
    }
}
