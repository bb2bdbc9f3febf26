package carafe.platform.ops;

import java.util.concurrent.atomic.LongAdder;

/** Counts of durations below fixed bounds, and their sum: one histogram. Recording allocates nothing and never waits. */
final class Buckets {
    private final long[] bounds;
    private final LongAdder[] counts;
    private final LongAdder nanos = new LongAdder();

    /** @param bounds upper bounds in nanoseconds, rising; one more bucket takes what is above */
    Buckets(long[] bounds) {
        this.bounds = bounds;
        this.counts = new LongAdder[bounds.length + 1];
        for (int i = 0; i < counts.length; i++) {
            counts[i] = new LongAdder();
        }
    }

    void record(long duration) {
        int i = 0;
        while (i < bounds.length && duration > bounds[i]) {
            i++;
        }
        counts[i].increment();
        nanos.add(duration);
    }

    long[] counts() {
        var all = new long[counts.length];
        for (int i = 0; i < all.length; i++) {
            all[i] = counts[i].sum();
        }
        return all;
    }

    double seconds() {
        return nanos.sum() / 1e9;
    }

    static long[] nanoseconds(double... seconds) {
        var all = new long[seconds.length];
        for (int i = 0; i < all.length; i++) {
            all[i] = Math.round(seconds[i] * 1e9);
        }
        return all;
    }
}
