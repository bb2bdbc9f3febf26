package carafe.feature.chats;

import org.jspecify.annotations.Nullable;

/**
 * A chat as lists show it; made without reading a message. Times are epoch milliseconds.
 *
 * @param active whether an answer is being written in it, on whatever node
 */
public record ChatRow(
        String id,
        String title,
        boolean archived,
        boolean active,
        @Nullable Long lastReadAt,
        long createdAt,
        long updatedAt) {}
