package carafe.feature.accounts;

import carafe.platform.http.Caller;
import org.jspecify.annotations.Nullable;

/**
 * An account as the course API names it: by number and user name. Times are epoch milliseconds.
 *
 * @param username for accounts without one, their e-mail address
 * @param signsIn whether somebody can sign in as this account; others are names in an open class
 */
public record Learner(
        String id,
        long num,
        String username,
        String fullName,
        Caller.Role role,
        Caller.Standing standing,
        boolean signsIn,
        long createdAt,
        @Nullable Long lastLogin) {}
