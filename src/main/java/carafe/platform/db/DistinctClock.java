package carafe.platform.db;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A clock that never says the same millisecond twice within this process, for times that rows are sorted by: what a
 * client did first is older, however fast it was. It runs ahead of its base by less than {@link #MOST_AHEAD}; where
 * more is asked of it, times repeat.
 */
public final class DistinctClock extends Clock {
    /** Milliseconds. */
    static final long MOST_AHEAD = 1000;

    private final Clock base;
    private final AtomicLong last;

    public DistinctClock(Clock base) {
        this(base, new AtomicLong());
    }

    private DistinctClock(Clock base, AtomicLong last) {
        this.base = base;
        this.last = last;
    }

    @Override
    public long millis() {
        long now = base.millis();
        return last.updateAndGet(previous -> Math.max(now, Math.min(previous + 1, now + MOST_AHEAD - 1)));
    }

    @Override
    public Instant instant() {
        return Instant.ofEpochMilli(millis());
    }

    @Override
    public ZoneId getZone() {
        return base.getZone();
    }

    @Override
    public Clock withZone(ZoneId zone) {
        return new DistinctClock(base.withZone(zone), last);
    }
}
