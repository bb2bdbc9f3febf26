package carafe.feature.proxy;

/**
 * How many durations fell where, in steps of five per cent from a microsecond to an hour: enough to tell percentiles, in
 * the same room however many there were. Not safe for several threads.
 */
final class Spread {
    private static final double STEP = Math.log(1.05);
    private static final int STEPS = 452;

    private final int[] counts = new int[STEPS];
    private long total;

    static int step(long nanos) {
        return nanos < 1000 ? 0 : Math.min(STEPS - 1, (int) (Math.log(nanos / 1000.0) / STEP));
    }

    void add(long nanos) {
        add(step(nanos), 1);
    }

    void add(int step, int count) {
        counts[Math.clamp(step, 0, STEPS - 1)] += count;
        total += count;
    }

    void add(Spread other) {
        for (int i = 0; i < STEPS; i++) {
            counts[i] += other.counts[i];
        }
        total += other.total;
    }

    /** The value in milliseconds below which that share of all lies, 0 when there are none; at most 5 % off. */
    double percentile(double share) {
        long wanted = (long) (share * total);
        long seen = 0;
        for (int i = 0; i < STEPS; i++) {
            seen += counts[i];
            if (seen > wanted) {
                return Math.exp((i + 0.5) * STEP) / 1000;
            }
        }
        return 0;
    }

    /** Steps and their counts in turn, without the empty ones: the form in which it is stored. */
    String text() {
        var text = new StringBuilder("[");
        for (int i = 0; i < STEPS; i++) {
            if (counts[i] > 0) {
                text.append(text.length() == 1 ? "" : ",").append(i).append(',').append(counts[i]);
            }
        }
        return text.append(']').toString();
    }

    /** What {@link #text} wrote; anything else is an empty one. */
    static Spread of(String text) {
        var spread = new Spread();
        var numbers = text.replaceAll("[\\[\\]\\s]", "").split(",");
        for (int i = 0; i + 1 < numbers.length; i += 2) {
            if (numbers[i].matches("\\d{1,3}") && numbers[i + 1].matches("\\d{1,9}")) {
                spread.add(Integer.parseInt(numbers[i]), Integer.parseInt(numbers[i + 1]));
            }
        }
        return spread;
    }
}
