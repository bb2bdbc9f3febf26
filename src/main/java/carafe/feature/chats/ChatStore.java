package carafe.feature.chats;

import carafe.platform.db.Db;
import carafe.platform.db.TextMatch;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * Table {@code chat}. Every statement names the owner, so a guessed id can only miss; none touches a message. Deleted
 * chats keep their row until they are purged and are found by {@link #restore} alone.
 */
public final class ChatStore {
    /** Rows on one page of any list; the page size of Open WebUI. */
    public static final int PAGE = 60;

    private static final String ROW = """
            SELECT id, title, archived, last_read_at, created_at, updated_at,
                   (SELECT count(*) FROM turn WHERE turn.chat_id = chat.id) AS writers
            FROM chat\s""";
    private static final String FULL = """
            SELECT id, account_id, kind, title, current_id, folder_id, pinned, archived, share_id, meta, last_read_at,
                   created_at, updated_at
            FROM chat\s""";
    private static final String NEWEST = " ORDER BY updated_at DESC, id DESC LIMIT ? OFFSET ?";
    private static final String LISTED = "WHERE account_id = ? AND archived = ? AND deleted_at IS NULL";

    /** Which chats a list shows. Archived ones are never among them. */
    public record Filter(boolean pinned, boolean inFolders) {
        public static final Filter ALL = new Filter(true, true);
    }

    private final Db db;

    public ChatStore(Db db) {
        this.db = db;
    }

    /** Newest first; {@code page} counts from 1. */
    public List<ChatRow> latest(String accountId, int page) {
        return list(accountId, Filter.ALL, PAGE, offset(page));
    }

    List<ChatRow> list(String accountId, Filter filter, int limit, int offset) {
        return list(accountId, filter, ListOrder.NEWEST, limit, offset);
    }

    List<ChatRow> list(String accountId, Filter filter, ListOrder order, int limit, int offset) {
        var sql = ROW
                + LISTED
                + (filter.pinned ? "" : " AND pinned = 0")
                + (filter.inFolders ? "" : " AND folder_id IS NULL")
                + in(order);
        return db.list(sql, ChatStore::row, accountId, false, limit, offset);
    }

    private static String in(ListOrder order) {
        return order.equals(ListOrder.NEWEST) ? NEWEST : " ORDER BY " + order.sql() + ", id LIMIT ? OFFSET ?";
    }

    /** Those of a folder, its own and not those of folders in it. */
    List<ChatRow> inFolder(String accountId, String folderId, ListOrder order, int limit, int offset) {
        return db.list(
                ROW + LISTED + " AND folder_id = ?" + in(order),
                ChatStore::row,
                accountId,
                false,
                folderId,
                limit,
                offset);
    }

    /** Those with a tag, newest first; an empty {@code tagId} finds those without any. */
    List<ChatRow> withTag(String accountId, String tagId, int limit, int offset) {
        var condition = tagId.isEmpty()
                ? " AND NOT EXISTS (SELECT 1 FROM chat_tag ct WHERE ct.chat_id = chat.id AND ct.tag_id <> ?)"
                : " AND EXISTS (SELECT 1 FROM chat_tag ct WHERE ct.chat_id = chat.id AND ct.tag_id = ?)";
        return db.list(ROW + LISTED + condition + NEWEST, ChatStore::row, accountId, false, tagId, limit, offset);
    }

    /** The ids of up to {@code limit} chats after {@code afterId}, archived or not, for walks over all of them. */
    List<String> ids(String accountId, @Nullable Boolean archived, String afterId, int limit) {
        var sql = "SELECT id FROM chat WHERE account_id = ? AND deleted_at IS NULL AND id > ?"
                + (archived == null ? "" : archived ? " AND archived = 1" : " AND archived = 0")
                + " ORDER BY id LIMIT ?";
        return db.list(sql, row -> row.getString("id"), accountId, afterId, limit);
    }

    public List<ChatRow> pinned(String accountId, int limit) {
        return db.list(ROW + LISTED + " AND pinned = 1" + NEWEST, ChatStore::row, accountId, false, limit, 0);
    }

    public List<ChatRow> archived(String accountId, int page) {
        return archived(accountId, ListOrder.NEWEST, "", page);
    }

    /** Those whose title has {@code query} in it. */
    List<ChatRow> archived(String accountId, ListOrder order, String query, int page) {
        return titled(accountId, true, order, query, page);
    }

    List<ChatRow> titled(String accountId, boolean archived, ListOrder order, String query, int page) {
        var values = new ArrayList<Object>(List.of(accountId, archived));
        return titled(LISTED, values, order, query, page);
    }

    /** Archived or not, those whose title has {@code query} in it. */
    List<ChatRow> any(String accountId, ListOrder order, String query, int page) {
        var values = new ArrayList<Object>(List.of(accountId));
        return titled("WHERE account_id = ? AND deleted_at IS NULL", values, order, query, page);
    }

    private List<ChatRow> titled(String which, List<Object> values, ListOrder order, String query, int page) {
        values.addAll(TextMatch.patterns(query));
        values.addAll(List.of(PAGE, offset(page)));
        return db.list(ROW + which + " AND " + TextMatch.in("title") + in(order), ChatStore::row, values.toArray());
    }

    /** The accounts that have chats. */
    List<String> owners() {
        return db.list(
                "SELECT DISTINCT account_id FROM chat WHERE deleted_at IS NULL ORDER BY account_id LIMIT 1000000",
                row -> row.getString("account_id"));
    }

    long countInFolder(String accountId, String folderId) {
        return db.one(
                        "SELECT count(*) AS n FROM chat " + LISTED + " AND folder_id = ?",
                        row -> row.getLong("n"),
                        accountId,
                        false,
                        folderId)
                .orElse(0L);
    }

    long countArchived(String accountId) {
        return db.one(
                        "SELECT count(*) AS n FROM chat WHERE account_id = ? AND archived = 1 AND deleted_at IS NULL",
                        row -> row.getLong("n"),
                        accountId)
                .orElse(0L);
    }

    /** Chats that were changed after they were last read, by their folder. */
    Map<String, Integer> unreadByFolder(String accountId) {
        var unread = new HashMap<String, Integer>();
        db.list("""
                SELECT folder_id, count(*) AS n FROM chat
                WHERE account_id = ? AND archived = 0 AND deleted_at IS NULL AND folder_id IS NOT NULL
                  AND last_read_at IS NOT NULL AND last_read_at < updated_at
                GROUP BY folder_id""", row -> unread.put(row.getString("folder_id"), row.getInt("n")), accountId);
        return unread;
    }

    /** How many there were. */
    int markAllRead(String accountId) {
        return db.update("""
                UPDATE chat SET last_read_at = updated_at
                WHERE account_id = ? AND archived = 0 AND deleted_at IS NULL""", accountId);
    }

    int markFolderRead(String accountId, String folderId) {
        return db.update("""
                UPDATE chat SET last_read_at = updated_at
                WHERE account_id = ? AND folder_id = ? AND archived = 0 AND deleted_at IS NULL""", accountId, folderId);
    }

    int archiveAll(String accountId, boolean archived) {
        return db.update(
                "UPDATE chat SET archived = ? WHERE account_id = ? AND archived <> ? AND deleted_at IS NULL",
                archived,
                accountId,
                archived);
    }

    int softDeleteAll(String accountId, long now) {
        return db.update("UPDATE chat SET deleted_at = ? WHERE account_id = ? AND deleted_at IS NULL", now, accountId);
    }

    public Optional<Chat> find(String accountId, String id) {
        return db.one(FULL + "WHERE id = ? AND account_id = ? AND deleted_at IS NULL", ChatStore::read, id, accountId);
    }

    /** Those of {@link LinearChats}, newest change first. */
    List<Chat> sessions(String accountId, boolean activeOnly, int limit, int offset) {
        return db.list(
                FULL
                        + "WHERE account_id = ? AND kind = 'local' AND deleted_at IS NULL"
                        + (activeOnly ? " AND archived = 0" : "")
                        + NEWEST,
                ChatStore::read,
                accountId,
                limit,
                offset);
    }

    public long count(String accountId) {
        return db.one(
                        "SELECT count(*) AS n FROM chat WHERE account_id = ? AND deleted_at IS NULL",
                        row -> row.getLong("n"),
                        accountId)
                .orElse(0L);
    }

    /** A transaction on a chat and what belongs to it; on all tables where it is new, so without an id. */
    <T extends @Nullable Object> T transaction(@Nullable String id, Callable<T> work) {
        return id == null ? db.transaction(work) : db.transactionOn("chat", id, work);
    }

    public void insert(Chat chat) {
        insert(chat, null);
    }

    /** A chat that nobody sees until {@link #reveal}: for imports that take several transactions. */
    void insertHidden(Chat chat) {
        insert(chat, chat.createdAt());
    }

    private void insert(Chat c, @Nullable Long deletedAt) {
        db.update(
                """
                INSERT INTO chat (id, account_id, kind, title, current_id, folder_id, pinned, archived, share_id, meta,
                                  last_read_at, created_at, updated_at, deleted_at)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
                c.id(),
                c.accountId(),
                c.kind(),
                Unicode.mended(c.title()),
                c.currentId(),
                c.folderId(),
                c.pinned(),
                c.archived(),
                c.shareId(),
                c.meta(),
                c.lastReadAt(),
                c.createdAt(),
                c.updatedAt(),
                deletedAt);
    }

    void reveal(String accountId, String id) {
        db.update("UPDATE chat SET deleted_at = NULL WHERE id = ? AND account_id = ?", id, accountId);
    }

    /** False when there is no such chat; so with all writes below. */
    public boolean rename(String accountId, String id, String title) {
        return changed("title = ?", accountId, id, Unicode.mended(title));
    }

    /** Makes the chat the newest. */
    public boolean touch(String accountId, String id, long now) {
        return changed("updated_at = ?", accountId, id, now);
    }

    /** Shows another branch: {@code leaf} is a message of this chat. */
    public boolean setCurrent(String accountId, String id, @Nullable String leaf) {
        return changed("current_id = ?", accountId, id, leaf);
    }

    boolean setMeta(String accountId, String id, String meta) {
        return changed("meta = ?", accountId, id, meta);
    }

    boolean setRead(String accountId, String id, long at) {
        return changed("last_read_at = ?", accountId, id, at);
    }

    boolean setFolder(String accountId, String id, @Nullable String folderId) {
        return changed("folder_id = ?", accountId, id, folderId);
    }

    public boolean setPinned(String accountId, String id, boolean pinned) {
        return changed("pinned = ?", accountId, id, pinned);
    }

    public boolean setArchived(String accountId, String id, boolean archived) {
        return changed("archived = ?", accountId, id, archived);
    }

    public boolean softDelete(String accountId, String id, long now) {
        return changed("deleted_at = ?", accountId, id, now);
    }

    /** Takes back a deletion made at or after {@code since}; a chat that is not deleted stays as it is. */
    public boolean restore(String accountId, String id, long since) {
        return db.update("""
                        UPDATE chat SET deleted_at = NULL
                        WHERE id = ? AND account_id = ? AND (deleted_at IS NULL OR deleted_at >= ?)""", id, accountId, since) > 0;
    }

    boolean ownsFolder(String accountId, String folderId) {
        return db.one(
                        "SELECT id FROM folder WHERE id = ? AND account_id = ? AND deleted_at IS NULL",
                        row -> row.getString("id"),
                        folderId,
                        accountId)
                .isPresent();
    }

    private boolean changed(String assignment, String accountId, String id, @Nullable Object value) {
        return db.update(
                        "UPDATE chat SET " + assignment + " WHERE id = ? AND account_id = ? AND deleted_at IS NULL",
                        value,
                        id,
                        accountId)
                > 0;
    }

    private static int offset(int page) {
        return Math.multiplyExact(page - 1, PAGE);
    }

    /** A row of a list, whatever else its query asks for. */
    static ChatRow row(ResultSet row) throws SQLException {
        return new ChatRow(
                row.getString("id"),
                row.getString("title"),
                row.getBoolean("archived"),
                row.getLong("writers") > 0,
                nullableLong(row, "last_read_at"),
                row.getLong("created_at"),
                row.getLong("updated_at"));
    }

    private static Chat read(ResultSet row) throws SQLException {
        return new Chat(
                row.getString("id"),
                row.getString("account_id"),
                row.getString("kind"),
                row.getString("title"),
                row.getString("current_id"),
                row.getString("folder_id"),
                row.getBoolean("pinned"),
                row.getBoolean("archived"),
                row.getString("share_id"),
                row.getString("meta"),
                nullableLong(row, "last_read_at"),
                row.getLong("created_at"),
                row.getLong("updated_at"));
    }

    static @Nullable Long nullableLong(ResultSet row, String column) throws SQLException {
        long value = row.getLong(column);
        return row.wasNull() ? null : value;
    }
}
