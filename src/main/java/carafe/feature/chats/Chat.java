package carafe.feature.chats;

import org.jspecify.annotations.Nullable;

/**
 * A chat without its messages. Times are epoch milliseconds.
 *
 * @param currentId the leaf of the branch that is shown, null in an empty chat
 * @param meta JSON object: {@code tags}, and under {@code chat} whatever clients keep beside the messages (models,
 *     params, files, system)
 */
public record Chat(
        String id,
        String accountId,
        String kind,
        String title,
        @Nullable String currentId,
        @Nullable String folderId,
        boolean pinned,
        boolean archived,
        @Nullable String shareId,
        String meta,
        @Nullable Long lastReadAt,
        long createdAt,
        long updatedAt) {
    /** The kind of chats made by Carafe's pages and by Open WebUI's front end. */
    public static final String KIND = "chat";

    /** What a chat is called until somebody names it. */
    public static final String UNTITLED = "New Chat";

    /** A chat at its start, filed nowhere; whoever made it has seen it. */
    public static Chat fresh(String id, String accountId, String title, String meta, long now) {
        return new Chat(id, accountId, KIND, title, null, null, false, false, null, meta, now, now, now);
    }

    /** As it comes in from elsewhere, with what it was there. */
    Chat withPast(boolean wasPinned, boolean wasArchived, long created, long updated) {
        return new Chat(
                id,
                accountId,
                kind,
                title,
                currentId,
                folderId,
                wasPinned,
                wasArchived,
                null,
                meta,
                updated,
                created,
                updated);
    }

    Chat withCurrent(@Nullable String leaf) {
        return new Chat(
                id,
                accountId,
                kind,
                title,
                leaf,
                folderId,
                pinned,
                archived,
                shareId,
                meta,
                lastReadAt,
                createdAt,
                updatedAt);
    }

    Chat ofKind(String newKind) {
        return new Chat(
                id,
                accountId,
                newKind,
                title,
                currentId,
                folderId,
                pinned,
                archived,
                shareId,
                meta,
                lastReadAt,
                createdAt,
                updatedAt);
    }

    Chat withFolder(@Nullable String folder) {
        return new Chat(
                id,
                accountId,
                kind,
                title,
                currentId,
                folder,
                pinned,
                archived,
                shareId,
                meta,
                lastReadAt,
                createdAt,
                updatedAt);
    }
}
