package carafe.platform.db;

import java.time.Clock;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;

/** Makes the ids of rows: UUIDv7 as text, in the order of making within this process; not secrets. */
public final class Ids {
    private final Clock clock;
    private final AtomicLong last = new AtomicLong();

    public Ids(Clock clock) {
        this.clock = clock;
    }

    public String next() {
        // 48 bits of milliseconds and a count of 12; a clock that stands or goes back only raises the count
        long now = clock.millis() << 12;
        long stamp = last.updateAndGet(previous -> Math.max(previous + 1, now));
        long high = (stamp >>> 12) << 16 | 0x7000L | (stamp & 0xFFF);
        long low = ThreadLocalRandom.current().nextLong() >>> 2 | 1L << 63;
        return new UUID(high, low).toString();
    }
}
