package carafe.feature.chats;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import org.jspecify.annotations.Nullable;

/**
 * One message of a chat's tree. The id is the client's and unique only within its chat; {@code seq} orders siblings and
 * is 0 before the row is stored. Times are epoch milliseconds.
 *
 * @param body JSON object with everything that has no column: timestamp (seconds), usage, error, reasoning, files…
 */
public record Message(
        long seq,
        String chatId,
        String id,
        @Nullable String parentId,
        String role,
        @Nullable String model,
        String content,
        String body,
        MessageState state,
        long tokens,
        long createdAt,
        long updatedAt) {
    /** Characters of text that one message may have. */
    public static final int MAX_CONTENT = 8 << 20;

    /** Characters of JSON beside the text; old front ends keep images in it. */
    public static final int MAX_BODY = 32 << 20;

    /** A message that is not stored yet. */
    public static Message fresh(
            String chatId,
            String id,
            @Nullable String parentId,
            String role,
            @Nullable String model,
            String content,
            String body,
            MessageState state,
            long now) {
        return new Message(0, chatId, id, parentId, role, model, content, body, state, 0, now, now);
    }

    /** A copy for another chat. */
    Message inChat(String otherId) {
        return new Message(0, otherId, id, parentId, role, model, content, body, state, tokens, createdAt, updatedAt);
    }

    Message withBody(String newBody) {
        return new Message(
                seq, chatId, id, parentId, role, model, content, newBody, state, tokens, createdAt, updatedAt);
    }

    Message withTokens(long count) {
        return new Message(seq, chatId, id, parentId, role, model, content, body, state, count, createdAt, updatedAt);
    }

    Message withContent(String newContent) {
        return new Message(
                seq, chatId, id, parentId, role, model, newContent, body, state, tokens, createdAt, updatedAt);
    }

    /** Equal for equal messages; a client that sends a whole chat causes writes only where this changed. */
    long hash() {
        var digest = sha256();
        for (var part : new @Nullable String[] {parentId, role, model, content, body, state.wire()}) {
            byte[] bytes = part == null ? new byte[0] : part.getBytes(StandardCharsets.UTF_8);
            digest.update(ByteBuffer.allocate(4)
                    .putInt(part == null ? -1 : bytes.length)
                    .flip());
            digest.update(bytes);
        }
        return ByteBuffer.wrap(digest.digest()).getLong();
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
