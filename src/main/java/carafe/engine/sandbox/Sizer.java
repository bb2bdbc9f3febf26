package carafe.engine.sandbox;

import java.time.Duration;

/**
 * How many containers a pool should have now: what the forecast says, what somebody warmed, what waits, and the least
 * that is kept; never more than the most. Guarded by the pool's lock; times are of {@link System#nanoTime()}.
 */
final class Sizer {
    /** What it takes to start a container, in seconds, as measured; where each serves one run it is part of the run. */
    private static final double REFILL_SECONDS = 0.27;

    private static final double TICK_SECONDS = 0.4;

    private final SandboxSettings.Sizing sizing;
    private final boolean kept;
    private final double refill;
    private final Forecast forecast = new Forecast();
    private long lastTick = System.nanoTime();
    private boolean used;
    private long lastUsed;
    private int warmSize;
    private long warmUntil = lastTick;
    private long enoughUntil = lastTick;
    private int target;

    Sizer(SandboxSettings.Sizing sizing, boolean kept, boolean reuses) {
        this.sizing = sizing;
        this.kept = kept;
        this.refill = reuses ? 0 : REFILL_SECONDS;
        if (kept) {
            warm(sizing.initial(), sizing.idle());
        }
    }

    void arrived() {
        used = true;
        lastUsed = System.nanoTime();
        forecast.arrived();
    }

    /** A run held its container for {@code seconds}. */
    void served(double seconds) {
        forecast.served(seconds);
    }

    int warm(int size, Duration during) {
        warmSize = Math.clamp(size, 0, sizing.max());
        warmUntil = System.nanoTime() + during.toNanos();
        return Math.max(warmSize, floor(System.nanoTime()));
    }

    /** The least that is kept: of languages that are always kept, and of those that were used lately. */
    int floor(long now) {
        int least = kept ? sizing.min() : 0;
        return wanted(now) && !kept ? Math.max(1, least) : least;
    }

    boolean wanted(long now) {
        return kept || (used && now - lastUsed < sizing.idle().toNanos()) || (warmSize > 0 && now - warmUntil < 0);
    }

    /** {@code pressed} is how many are needed at once for what runs and waits. */
    int decide(long now, int members, int busy, int pressed) {
        double elapsed = (now - lastTick) / 1e9;
        if (elapsed >= TICK_SECONDS) {
            forecast.tick(elapsed, members == 0 ? 0 : (double) busy / members);
            lastTick = now;
        }
        int wished = Math.max(forecast.target(refill, members), pressed);
        if (now - warmUntil < 0) {
            wished = Math.max(wished, warmSize);
        }
        target = Math.min(sizing.max(), Math.max(wished, floor(now)));
        if (members <= target) {
            enoughUntil = now;
        }
        return target;
    }

    /** Whether there were too many for as long as an idle container is kept; the answer yes begins that time anew. */
    boolean surplusForLong(long now) {
        if (now - enoughUntil < sizing.idle().toNanos()) {
            return false;
        }
        enoughUntil = now;
        return true;
    }

    int target() {
        return target;
    }

    double arrivalsPerSecond() {
        return forecast.arrivalsPerSecond();
    }
}
