package carafe.platform.ops;

import carafe.platform.http.Surface;
import org.jspecify.annotations.Nullable;

/**
 * One call of a model surface, as the request log keeps it.
 *
 * @param id the request id
 * @param at epoch milliseconds
 * @param firstMs milliseconds to the first byte, {@code totalMs} to the last
 * @param error what went wrong in one sentence; secrets in it are removed
 */
public record RequestRow(
        String id,
        long at,
        Surface surface,
        @Nullable String accountId,
        @Nullable String keyId,
        @Nullable String model,
        int status,
        long bytesIn,
        long bytesOut,
        long firstMs,
        long totalMs,
        @Nullable String error) {
    private static final int LONGEST_MODEL = 200;
    private static final int LONGEST_ERROR = 1000;

    public RequestRow {
        model = model == null ? null : LogValue.shortened(model, LONGEST_MODEL);
        error = error == null ? null : Redaction.text(LogValue.shortened(error, LONGEST_ERROR));
    }
}
