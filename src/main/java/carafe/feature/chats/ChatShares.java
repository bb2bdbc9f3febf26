package carafe.feature.chats;

import carafe.platform.db.Db;
import carafe.platform.db.Ids;
import carafe.platform.db.TextMatch;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Table {@code chat_share}: chats as they were when their owners shared them, and who may read them beside the owner. A
 * share of a deleted chat is not found.
 */
public final class ChatShares {
    private static final String SELECT = """
            SELECT s.id, s.chat_id, s.account_id, s.title, s.grants, s.created_at, s.updated_at, s.body
            FROM chat_share s JOIN chat c ON c.id = s.chat_id AND c.deleted_at IS NULL\s""";

    /**
     * @param grants JSON list of {@code {principal_type, principal_id, permission}}
     * @param body the chat object that readers get
     */
    record Share(
            String id,
            String chatId,
            String accountId,
            String title,
            String grants,
            long createdAt,
            long updatedAt,
            String body) {}

    /** A share as the owner's list shows it. */
    record Row(String id, String chatId, String title, long createdAt, long updatedAt) {}

    private final Db db;
    private final Ids ids;
    private final Clock clock;

    public ChatShares(Db db, Ids ids, Clock clock) {
        this.db = db;
        this.ids = ids;
        this.clock = clock;
    }

    Optional<Share> find(String id) {
        return db.one(SELECT + "WHERE s.id = ?", ChatShares::read, id);
    }

    /** Shares the chat as {@code body} shows it, anew if it was shared; who may read it stays as it was. */
    void put(Chat chat, String body) {
        long now = clock.millis();
        db.transaction(() -> {
            int known = db.update(
                    "UPDATE chat_share SET title = ?, body = ?, updated_at = ? WHERE chat_id = ? AND account_id = ?",
                    chat.title(),
                    body,
                    now,
                    chat.id(),
                    chat.accountId());
            if (known == 0) {
                var id = ids.next();
                db.update("""
                        INSERT INTO chat_share (id, chat_id, account_id, title, created_at, updated_at, body)
                        VALUES (?, ?, ?, ?, ?, ?, ?)""", id, chat.id(), chat.accountId(), chat.title(), now, now, body);
                db.update(
                        "UPDATE chat SET share_id = ? WHERE id = ? AND account_id = ?",
                        id,
                        chat.id(),
                        chat.accountId());
            }
            return known;
        });
    }

    void remove(String accountId, String chatId) {
        db.transaction(() -> {
            db.update("UPDATE chat SET share_id = NULL WHERE id = ? AND account_id = ?", chatId, accountId);
            return db.update("DELETE FROM chat_share WHERE chat_id = ? AND account_id = ?", chatId, accountId);
        });
    }

    boolean removeAll(String accountId) {
        return db.transaction(() -> {
            db.update("UPDATE chat SET share_id = NULL WHERE share_id IS NOT NULL AND account_id = ?", accountId);
            return db.update("DELETE FROM chat_share WHERE account_id = ?", accountId) > 0;
        });
    }

    /** False when the chat is not shared. */
    boolean grant(String accountId, String chatId, String grants) {
        return db.update(
                        "UPDATE chat_share SET grants = ? WHERE chat_id = ? AND account_id = ?",
                        grants,
                        chatId,
                        accountId)
                > 0;
    }

    Optional<String> grants(String accountId, String chatId) {
        return db.one(
                "SELECT grants FROM chat_share WHERE chat_id = ? AND account_id = ?",
                row -> row.getString("grants"),
                chatId,
                accountId);
    }

    List<Row> list(String accountId, ListOrder order, String query, int limit, int offset) {
        var values = new ArrayList<Object>(List.of(accountId));
        values.addAll(TextMatch.patterns(query));
        values.addAll(List.of(limit, offset));
        return db.list(
                """
                SELECT s.id, s.chat_id, s.title, s.created_at, s.updated_at
                FROM chat_share s JOIN chat c ON c.id = s.chat_id AND c.deleted_at IS NULL
                WHERE s.account_id = ? AND %s
                ORDER BY s.%s, s.id LIMIT ? OFFSET ?""".formatted(TextMatch.in("s.title"), order.sql()),
                row -> new Row(
                        row.getString("id"),
                        row.getString("chat_id"),
                        row.getString("title"),
                        row.getLong("created_at"),
                        row.getLong("updated_at")),
                values.toArray());
    }

    private static Share read(ResultSet row) throws SQLException {
        return new Share(
                row.getString("id"),
                row.getString("chat_id"),
                row.getString("account_id"),
                row.getString("title"),
                row.getString("grants"),
                row.getLong("created_at"),
                row.getLong("updated_at"),
                row.getString("body"));
    }
}
