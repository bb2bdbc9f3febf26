package carafe.engine.llm;

import java.io.IOException;
import java.net.SocketTimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Why a model call failed.
 *
 * @param status the HTTP status to answer with: the upstream's own, or 502 (unreachable, broken), 504 (too slow)
 * @param code stable, lower case: upstream_unreachable, upstream_timeout, upstream_error, upstream_broken,
 *     model_host_crashed, context_length_exceeded, model_not_found, cancelled
 * @param message for people, without secrets
 * @param body the upstream's own error body, when it sent one, at most 64 kB
 * @param retryAfter the upstream's Retry-After header, verbatim
 */
public record LlmFailure(
        int status,
        String code,
        String message,
        @Nullable String body,
        @Nullable String retryAfter) {
    public LlmFailure(int status, String code, String message) {
        this(status, code, message, null, null);
    }

    /** The end of an answer that had begun, by what reading it threw. */
    public static LlmFailure midway(IOException e, boolean cancelled) {
        if (cancelled) {
            return new LlmFailure(499, "cancelled", "The call was cancelled.");
        }
        return e instanceof SocketTimeoutException
                ? new LlmFailure(504, "upstream_timeout", "The model server fell silent in the middle of its answer.")
                : brokeOff();
    }

    /** An answer that ended before its end. */
    public static LlmFailure brokeOff() {
        return new LlmFailure(502, "upstream_broken", "The model server broke off in the middle of its answer.");
    }

    /** An answer of which no protocol knows anything. */
    public static LlmFailure notJson() {
        return new LlmFailure(502, "upstream_broken", "The model server sent something that is not JSON.");
    }

    /** Whether another server, or the same one later, may well answer this call. */
    public boolean isRetryable() {
        return !code.equals("cancelled")
                && !code.equals("stopping")
                && (status == 408 || status == 409 || status == 425 || status == 429 || status >= 500);
    }

    /** The same in no protocol's words: the caller speaks another one than the upstream. */
    public LlmFailure withoutBody() {
        return body == null ? this : new LlmFailure(status, code, message, null, retryAfter);
    }
}
