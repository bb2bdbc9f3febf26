package carafe.feature.accounts;

import carafe.platform.http.Caller;
import org.jspecify.annotations.Nullable;

/**
 * A row of table {@code account} without its large parts (profile, settings) and without its password. Times are epoch
 * milliseconds; {@code num} is the integer id that some protocols need.
 */
public record Account(
        String id,
        long num,
        String email,
        String name,
        Caller.Role role,
        @Nullable Long lastActiveAt,
        long createdAt,
        long updatedAt) {
    /** Seen in the last three minutes. */
    boolean isActive(long now) {
        return lastActiveAt != null && now - lastActiveAt < 180_000;
    }
}
