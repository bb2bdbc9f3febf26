package carafe.feature.files;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

/**
 * An uploaded file, without its bytes and its text. Times are epoch milliseconds.
 *
 * @param mediaType by its content, never what the sender said
 * @param hash SHA-256 of its bytes
 * @param error why its text could not be read, a sentence for people
 * @param meta what its sender said about it
 */
public record StoredFile(
        String id,
        String accountId,
        String name,
        String mediaType,
        String hash,
        long size,
        Status status,
        @Nullable String error,
        ObjectNode meta,
        long createdAt,
        long updatedAt) {
    /** How far the reading of its text is. */
    public enum Status {
        PENDING,
        PROCESSING,
        COMPLETED,
        FAILED;

        /** Whether nothing more will happen by itself. */
        public boolean isEnd() {
            return this == COMPLETED || this == FAILED;
        }

        String wire() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }
    }
}
