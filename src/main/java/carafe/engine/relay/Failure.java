package carafe.engine.relay;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Why an upstream's answer did not come, or not to its end.
 *
 * @param reason for people
 * @param cause what connecting met, if that is known
 */
public record Failure(Kind kind, String reason, @Nullable IOException cause) {
    /** What happened. */
    public enum Kind {
        /** Nobody there to talk to; nothing was sent. */
        UNREACHABLE,
        /** Silence for longer than allowed. */
        TIMEOUT,
        /** The connection broke, or what came is not HTTP. */
        BROKEN,
        /** The connection ended before a byte of the answer: an idle one that the server gave up in the same moment? */
        GONE,
        /** The request's body is larger than what may be rewritten. */
        TOO_LARGE,
        /** This relay has no room for more at this moment. */
        OVERLOADED
    }

    Failure(Kind kind, String reason) {
        this(kind, reason, null);
    }
}
