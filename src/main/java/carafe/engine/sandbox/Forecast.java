package carafe.engine.sandbox;

/**
 * How many containers the near future needs, from what arrived and how long it took, each over five seconds and over a
 * minute; the larger holds. Guarded by the pool's lock.
 */
final class Forecast {
    private static final double BUSY = 0.8;

    private final Average fast = new Average(5);
    private final Average slow = new Average(60);
    private double usage;
    private double usageNow;
    private int arrived;
    private int served;
    private double servedSeconds;

    private static final class Average {
        private final double seconds;
        private double arrivals;
        private double service;

        Average(double seconds) {
            this.seconds = seconds;
        }

        double weight(double elapsed) {
            return 1 - Math.exp(-elapsed / seconds);
        }

        double busy(double refill) {
            return arrivals * (service + refill);
        }
    }

    void arrived() {
        arrived++;
    }

    /** A container was held for {@code seconds} by one run. */
    void served(double seconds) {
        served++;
        servedSeconds += seconds;
    }

    /** {@code elapsed} seconds since the last tick, {@code share} of the containers in use now. */
    void tick(double elapsed, double share) {
        for (var average : new Average[] {fast, slow}) {
            double weight = average.weight(elapsed);
            average.arrivals += weight * (arrived / elapsed - average.arrivals);
            if (served > 0) {
                average.service += weight * (servedSeconds / served - average.service);
            }
        }
        usageNow = share;
        usage += slow.weight(elapsed) * (share - usage);
        arrived = 0;
        served = 0;
        servedSeconds = 0;
    }

    /** {@code refill} is what it takes to replace a used container, in seconds; 0 when it can be used again. */
    int target(double refill, int total) {
        double busy = Math.max(fast.busy(refill), slow.busy(refill));
        int needed = busy < 0.01 ? 0 : (int) Math.ceil(busy * 1.3 + 2 * Math.sqrt(busy)) + 1;
        return usage > BUSY && usageNow > BUSY ? Math.max(needed, total + 1) : needed;
    }

    double arrivalsPerSecond() {
        return Math.max(fast.arrivals, slow.arrivals);
    }
}
