package carafe.feature.proxy;

import org.jspecify.annotations.Nullable;

/**
 * One request as the panel shows it.
 *
 * @param path without its first slash and without the query
 * @param at epoch milliseconds
 * @param status 0 while it is under way
 * @param upstreamStatus what the upstream itself said, 0 if nothing
 * @param nanos from the request's head to the answer's head
 * @param error what went wrong, or null
 * @param content the beginning of a failed answer's body, or null
 */
record Call(
        String id,
        String path,
        String method,
        long at,
        int status,
        int upstreamStatus,
        long bytes,
        long nanos,
        @Nullable String error,
        @Nullable String content) {
    boolean pending() {
        return status == 0;
    }

    boolean failed() {
        return status >= 400;
    }
}
