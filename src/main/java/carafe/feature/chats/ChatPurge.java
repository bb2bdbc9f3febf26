package carafe.feature.chats;

import carafe.platform.db.Db;
import java.time.Clock;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removes chats that were deleted more than {@link #KEPT} ago for good, at most {@value MessageStore#CHUNK} rows in one
 * transaction, so that writers in between wait for no long deletion.
 */
public final class ChatPurge implements Runnable {
    /** How long a deleted chat can still be brought back by an operator. */
    public static final Duration KEPT = Duration.ofDays(1);

    private static final Logger log = LoggerFactory.getLogger(ChatPurge.class);
    private static final int CHATS = 50;

    private final Db db;
    private final Clock clock;

    public ChatPurge(Db db, Clock clock) {
        this.db = db;
        this.clock = clock;
    }

    @Override
    public void run() {
        long before = clock.millis() - KEPT.toMillis();
        int purged = 0;
        while (!Thread.currentThread().isInterrupted()) {
            var gone = db.list(
                    "SELECT id FROM chat WHERE deleted_at < ? ORDER BY id LIMIT ?",
                    row -> row.getString("id"),
                    before,
                    CHATS);
            gone.forEach(id -> purge(id, before));
            purged += gone.size();
            if (gone.size() < CHATS) {
                break;
            }
        }
        if (purged > 0) {
            log.info("deleted chats removed chats={}", purged);
        }
    }

    private void purge(String chatId, long before) {
        int rows;
        do {
            // the condition on the chat again: it may have been brought back since
            rows = db.update("""
                    DELETE FROM message WHERE seq IN (
                        SELECT m.seq FROM chat c JOIN message m ON m.chat_id = c.id
                        WHERE c.id = ? AND c.deleted_at < ? LIMIT ?)""", chatId, before, MessageStore.CHUNK);
        } while (rows == MessageStore.CHUNK);
        db.update("DELETE FROM chat WHERE id = ? AND deleted_at < ?", chatId, before);
    }
}
