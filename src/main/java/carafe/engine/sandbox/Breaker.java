package carafe.engine.sandbox;

import java.time.Duration;

/**
 * Stops starting containers that do not start: open after three failures in a row, for 1, 2, 4 … 60 s; then one probe
 * decides. Guarded by the pool's lock; times are of {@link System#nanoTime()}.
 */
final class Breaker {
    private static final int FAILURES = 3;
    private static final Duration LONGEST = Duration.ofSeconds(60);

    private int failures;
    private boolean probing;
    private long openUntil;
    private String reason = "";

    /** Whether a container may be started now; when open and due, only as the probe that {@link #probe} announces. */
    boolean allows(long now) {
        return failures < FAILURES || (!probing && now - openUntil >= 0);
    }

    boolean closed() {
        return failures < FAILURES;
    }

    void probe() {
        probing = true;
    }

    boolean probing() {
        return probing;
    }

    void succeeded() {
        failures = 0;
        probing = false;
        reason = "";
    }

    void failed(String why, long now) {
        failures++;
        probing = false;
        reason = why;
        int doublings = Math.min(Math.max(0, failures - FAILURES), 6);
        openUntil = now + Math.min(Duration.ofSeconds(1L << doublings).toNanos(), LONGEST.toNanos());
    }

    /** Why the last start failed, empty after a success. */
    String reason() {
        return reason;
    }

    Duration retryIn(long now) {
        return Duration.ofNanos(Math.max(0, openUntil - now));
    }
}
