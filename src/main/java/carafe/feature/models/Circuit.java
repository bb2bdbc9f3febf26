package carafe.feature.models;

import carafe.engine.llm.LlmFailure;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Keeps calls away from a route that fails: after {@value #LIMIT} failures in a row, or as long as a server asks by
 * {@code Retry-After}. Then one call at a time tries whether it is well again. Times are those of System.nanoTime.
 */
final class Circuit {
    private static final int LIMIT = 3;
    private static final Duration FIRST_PAUSE = Duration.ofSeconds(5);
    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(5);

    private int failures;
    private int pauses;
    private boolean open;
    private boolean probing;
    private long openUntil;
    private String reason = "";

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
        var asked = seconds(failure.retryAfter());
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

    /** The seconds of Retry-After (RFC 9110, 10.2.3); its form as a date is rare among model servers. */
    private static @Nullable Duration seconds(@Nullable String header) {
        try {
            double seconds = header == null ? 0 : Double.parseDouble(header.strip());
            return seconds > 0 ? Duration.ofMillis((long) (seconds * 1000)) : null;
        } catch (NumberFormatException e) {
            return null;
        }
    }
}
