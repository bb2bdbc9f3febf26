package carafe.feature.chats;

import carafe.platform.db.Db;
import carafe.platform.http.Problem;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** Tables {@code tag} and {@code chat_tag}. A tag's id is its name in lower case with {@code _} for spaces. */
public final class ChatTags {
    static final int MAX_NAME = 100;
    private static final int MOST = 1_000;
    private static final int MOST_OF_CHAT = 50;

    /** {@code name} as it was first written. */
    public record Tag(String id, String name, String accountId) {
        /** TagModel of the contract. */
        Map<String, Object> wire() {
            var wire = new TreeMap<String, Object>();
            wire.put("id", id);
            wire.put("name", name);
            wire.put("user_id", accountId);
            wire.put("meta", Map.of());
            return wire;
        }
    }

    private final Db db;

    public ChatTags(Db db) {
        this.db = db;
    }

    static String idOf(String name) {
        return name.strip().toLowerCase(Locale.ROOT).replace(' ', '_');
    }

    /** Whether a tag can be called so; {@code none} is what searches call chats without tags. */
    static boolean isName(String name) {
        var id = idOf(name);
        return !id.isEmpty() && !id.equals("none");
    }

    /** All tags of an account that some chat has, by name. */
    public List<Tag> all(String accountId) {
        return db.list("""
                SELECT t.id, t.name, t.account_id FROM tag t
                WHERE t.account_id = ? AND EXISTS (
                    SELECT 1 FROM chat_tag ct JOIN chat c ON c.id = ct.chat_id
                    WHERE ct.account_id = t.account_id AND ct.tag_id = t.id AND c.deleted_at IS NULL)
                ORDER BY t.id LIMIT ?""", ChatTags::read, accountId, MOST);
    }

    public List<Tag> of(String accountId, String chatId) {
        return db.list("""
                SELECT t.id, t.name, t.account_id FROM chat_tag ct
                JOIN tag t ON t.account_id = ct.account_id AND t.id = ct.tag_id
                WHERE ct.chat_id = ? AND ct.account_id = ? ORDER BY t.id LIMIT ?""", ChatTags::read, chatId, accountId, MOST_OF_CHAT);
    }

    /** @throws Problem.Unprocessable for a name of no letters, and for one tag too many */
    public void add(String accountId, String chatId, String name) {
        var id = idOf(name);
        if (!isName(name)) {
            throw new Problem.Unprocessable("'name' cannot be the name of a tag.", "name");
        }
        db.transaction(() -> {
            var has = of(accountId, chatId);
            if (has.stream().anyMatch(tag -> tag.id().equals(id))) {
                return false;
            }
            if (has.size() >= MOST_OF_CHAT) {
                throw new Problem.Unprocessable("A chat can have at most " + MOST_OF_CHAT + " tags.", "name");
            }
            db.update(
                    "INSERT INTO tag (account_id, id, name) VALUES (?, ?, ?) ON CONFLICT (account_id, id) DO NOTHING",
                    accountId,
                    id,
                    Unicode.mended(name.strip()));
            db.update("INSERT INTO chat_tag (chat_id, account_id, tag_id) VALUES (?, ?, ?)", chatId, accountId, id);
            return true;
        });
    }

    /** Also what no chat has any more goes. */
    public void remove(String accountId, String chatId, String name) {
        var id = idOf(name);
        db.transaction(() -> {
            db.update(
                    "DELETE FROM chat_tag WHERE chat_id = ? AND account_id = ? AND tag_id = ?", chatId, accountId, id);
            return forgetUnused(accountId, id);
        });
    }

    public void removeAll(String accountId, String chatId) {
        of(accountId, chatId).forEach(tag -> remove(accountId, chatId, tag.name()));
    }

    private int forgetUnused(String accountId, String id) {
        return db.update("""
                DELETE FROM tag WHERE account_id = ? AND id = ? AND NOT EXISTS (
                    SELECT 1 FROM chat_tag ct WHERE ct.account_id = tag.account_id AND ct.tag_id = tag.id)""", accountId, id);
    }

    private static Tag read(ResultSet row) throws SQLException {
        return new Tag(row.getString("id"), row.getString("name"), row.getString("account_id"));
    }
}
