package carafe.feature.chats;

import org.jspecify.annotations.Nullable;

/** A chat as lists show it; made without reading a message. Times are epoch milliseconds. */
public record ChatRow(
        String id, String title, boolean archived, @Nullable Long lastReadAt, long createdAt, long updatedAt) {}
