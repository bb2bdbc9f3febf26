package carafe.feature.accounts;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

/**
 * A group of accounts. Times are epoch milliseconds.
 *
 * @param accountId who made it
 * @param parentId the group that its members are in, too
 * @param permissions what its members may, of the tree of {@link Permissions}
 * @param data free for clients; {@code config.share} says who may share things with it
 */
record Team(
        String id,
        @Nullable String accountId,
        @Nullable String parentId,
        String name,
        String description,
        ObjectNode permissions,
        ObjectNode data,
        long members,
        long createdAt,
        long updatedAt) {}
