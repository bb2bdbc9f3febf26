package carafe.feature.models;

import carafe.engine.llm.LlmFailure;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.format.DateTimeFormatter;
import org.jspecify.annotations.Nullable;

/**
 * Keeps calls away from a route that fails: after {@value #LIMIT} failures in a row, or as long as a server asks by
 * {@code Retry-After}. Then one call at a time tries whether it is well again. Times are those of System.nanoTime.
 */
final class Circuit {
    private static final int LIMIT = 3;
    private static final Duration FIRST_PAUSE = Duration.ofSeconds(5);
    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(5);

    private final InstantSource wall;
    private int failures;
    private int pauses;
    private boolean open;
    private boolean probing;
    private long openUntil;
    private String reason = "";

    /** @param wall for servers that say until when, not how long */
    Circuit(InstantSource wall) {
        this.wall = wall;
    }

    /**
     * How it stands.
     *
     * @param failures in a row
     * @param pauseNanos until it may be called again
     * @param reason what the last failure said, for people
     */
    record View(State state, int failures, long pauseNanos, String reason) {
        static final View WELL = new View(State.CLOSED, 0, 0, "");
    }

    /** Closed: called as usual; open: kept away from; half-open: the next call tries it. */
    enum State {
        CLOSED,
        OPEN,
        HALF_OPEN
    }

    synchronized View view(long now) {
        long pause = pause(now);
        State state = !open ? State.CLOSED : pause > 0 ? State.OPEN : State.HALF_OPEN;
        return new View(state, failures, pause, reason);
    }

    /** Nanoseconds until it may be called again; 0 when it may be. */
    synchronized long pause(long now) {
        return open ? Math.max(0, openUntil - now) : 0;
    }

    /** Takes leave to call; every true must be followed by one of {@link #succeeded}, {@link #failed}, {@link #left}. */
    synchronized boolean enter(long now) {
        if (!open) {
            return true;
        }
        if (probing || openUntil - now > 0) {
            return false;
        }
        probing = true;
        return true;
    }

    synchronized void succeeded() {
        failures = 0;
        reason = "";
        pauses = 0;
        open = false;
        probing = false;
    }

    synchronized void failed(LlmFailure failure, long now) {
        failures++;
        reason = failure.message();
        var asked = asked(failure.retryAfter());
        if (asked == null && !probing && failures < LIMIT) {
            return;
        }
        probing = false;
        open = true;
        var pause = asked == null ? FIRST_PAUSE.multipliedBy(1L << Math.min(pauses++, 6)) : asked;
        openUntil = now + (pause.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : pause).toNanos();
    }

    /** The call ended without a word on the server's health, for example because the caller left. */
    synchronized void left() {
        probing = false;
    }

    /** The pause that Retry-After asks for (RFC 9110, 10.2.3): seconds, or a date; null where it says nothing. */
    private @Nullable Duration asked(@Nullable String header) {
        if (header == null) {
            return null;
        }
        try {
            double seconds = Double.parseDouble(header.strip());
            return seconds > 0 ? Duration.ofMillis((long) (seconds * 1000)) : null;
        } catch (NumberFormatException e) {
            return untilDate(header.strip());
        }
    }

    private @Nullable Duration untilDate(String date) {
        try {
            var until = Instant.from(DateTimeFormatter.RFC_1123_DATE_TIME.parse(date));
            var pause = Duration.between(wall.instant(), until);
            return pause.isPositive() ? pause : null;
        } catch (DateTimeException e) {
            return null;
        }
    }
}
