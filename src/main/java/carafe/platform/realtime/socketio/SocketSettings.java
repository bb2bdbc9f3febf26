package carafe.platform.realtime.socketio;

import java.time.Duration;

/**
 * How the server behaves towards its clients, told them at the start of each session.
 *
 * @param webSocket whether WebSockets are offered besides polling
 * @param pingInterval from an answered ping to the next
 * @param pingTimeout how long the answer may take before the session is over
 * @param patience how long a session may stay open without a connected socket, and an upgrade unfinished
 * @param mostSessions open at once; then the oldest of a stranger gives way
 */
public record SocketSettings(
        boolean webSocket, Duration pingInterval, Duration pingTimeout, Duration patience, int mostSessions) {
    /** The largest body of a post, which may carry several packets. */
    static final int POST_BYTES = 1 << 20;

    /** The largest message over a WebSocket of somebody signed in, and of the attachments of one packet. */
    static final int MESSAGE_BYTES = 4 << 20;

    /** The largest message of a stranger, who has nothing to say but who he is. */
    static final int STRANGER_BYTES = 32 << 10;

    public static SocketSettings of(boolean webSocket, Duration pingInterval, Duration pingTimeout) {
        return new SocketSettings(webSocket, pingInterval, pingTimeout, Duration.ofSeconds(20), 5_000);
    }

    /** Often enough for the shortest of the times. */
    Duration tick() {
        long shortest = Math.min(pingInterval.toMillis(), Math.min(pingTimeout.toMillis(), patience.toMillis()));
        return Duration.ofMillis(Math.clamp(shortest / 5, 20, 1_000));
    }
}
