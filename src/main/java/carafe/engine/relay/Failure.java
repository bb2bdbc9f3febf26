package carafe.engine.relay;

/** Why an upstream's answer did not come, or not to its end. {@code reason} is for people. */
public record Failure(Kind kind, String reason) {
    /** What happened. */
    public enum Kind {
        /** Nobody there to talk to; nothing was sent. */
        UNREACHABLE,
        /** Silence for longer than allowed. */
        TIMEOUT,
        /** The connection broke, or what came is not HTTP. */
        BROKEN,
        /** The request's body is larger than what may be rewritten. */
        TOO_LARGE,
        /** This relay has no room for more at this moment. */
        OVERLOADED
    }
}
