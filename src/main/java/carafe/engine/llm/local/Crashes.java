package carafe.engine.llm.local;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;

/** The recent crashes of one model: the first restart is immediate, the second waits, the third is refused for a while. */
final class Crashes {
    private static final int QUARANTINE = 3;
    private static final Duration WINDOW = Duration.ofMinutes(10);
    private static final Duration BACK_OFF = Duration.ofMillis(500);

    private final Clock clock;
    private final Deque<Instant> times = new ArrayDeque<>();
    private String reason = "";

    Crashes(Clock clock) {
        this.clock = clock;
    }

    void add(String why) {
        reason = why;
        times.addLast(clock.instant());
        if (times.size() > QUARANTINE) {
            times.removeFirst();
        }
    }

    /** Somebody who knows of them wants another try. */
    void forget() {
        times.clear();
    }

    /** Why it failed last, or nothing when that is long ago. */
    String reason() {
        return recent() == 0 ? "" : reason;
    }

    /** How long no new start is allowed; zero when it is. */
    Duration quarantine() {
        return recent() < QUARANTINE ? Duration.ZERO : left(times.getFirst().plus(WINDOW));
    }

    /** How long a start that is allowed should wait. */
    Duration backOff() {
        return recent() < 2 ? Duration.ZERO : left(times.getLast().plus(BACK_OFF));
    }

    private int recent() {
        Instant since = clock.instant().minus(WINDOW);
        times.removeIf(time -> !time.isAfter(since));
        return times.size();
    }

    private Duration left(Instant until) {
        Duration left = Duration.between(clock.instant(), until);
        return left.isNegative() ? Duration.ZERO : left;
    }
}
