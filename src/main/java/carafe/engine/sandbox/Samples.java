package carafe.engine.sandbox;

import java.util.Arrays;

/** The last 1,024 values of something, for percentiles. Guarded by its owner. */
final class Samples {
    private final long[] values = new long[1024];
    private long count;

    void add(long value) {
        values[(int) (count++ % values.length)] = value;
    }

    long[] recent() {
        return Arrays.copyOf(values, (int) Math.min(count, values.length));
    }

    /** The value below which {@code share} of the samples lie; 0 without samples. */
    static long percentile(long[] samples, double share) {
        if (samples.length == 0) {
            return 0;
        }
        var sorted = samples.clone();
        Arrays.sort(sorted);
        return sorted[Math.min(sorted.length - 1, (int) (sorted.length * share))];
    }
}
