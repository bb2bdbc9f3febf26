package carafe.engine.relay;

import org.jspecify.annotations.Nullable;

/**
 * How an exchange went.
 *
 * @param status what the client was answered; 0 when it left before
 * @param sent bytes of the request's body that went upstream
 * @param received bytes of the answer's body that came
 * @param headNanos from the request's head to the answer's head, or to the end if there was none
 * @param totalNanos from the request's head to the end
 * @param failure what the upstream did wrong, or null
 * @param clientLeft whether the client went before the end
 */
public record Ending(
        int status,
        long sent,
        long received,
        long headNanos,
        long totalNanos,
        @Nullable Failure failure,
        boolean clientLeft) {}
