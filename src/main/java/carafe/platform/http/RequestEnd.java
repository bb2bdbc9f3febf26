package carafe.platform.http;

/**
 * A request that has been answered, for logs and metrics.
 *
 * @param route the template that matched, or "unmatched"; never the raw path, whose values are without bound
 * @param nanos from the first handler to the last byte
 * @param streamed an answer in pieces, which lasts as long as its source does
 * @param bytesIn the body as its length was announced, 0 where it was not
 * @param bytesOut the body of the answer as it was written
 */
public record RequestEnd(
        String requestId,
        String method,
        String route,
        String path,
        int status,
        long nanos,
        boolean streamed,
        long bytesIn,
        long bytesOut) {}
