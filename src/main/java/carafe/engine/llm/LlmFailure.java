package carafe.engine.llm;

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
}
