package carafe.feature.chats;

import carafe.platform.db.Db;
import carafe.platform.db.SearchText;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Table {@code message} and its search index. Callers have found the chat for its owner before. Writing one message
 * costs the same in any chat; a message is in the index exactly while it is not streaming.
 */
public final class MessageStore {
    /** Rows in one statement's answer. */
    static final int CHUNK = 500;

    private static final String OPENINGS = "SELECT seq, substr(content, 1, ?) AS opening FROM message WHERE seq IN (?"
            + ", ?".repeat(ChatStore.PAGE - 1) + ")";

    static final String SAVE = """
            UPDATE message SET content = ?, body = ?, updated_at = ?
            WHERE chat_id = ? AND id = ? AND state = 'streaming'""";

    // CROSS JOIN: SQLite would otherwise turn the walk around and scan the table, as soon as it has statistics
    static final String PATH = """
            WITH RECURSIVE up(seq, parent_id, depth) AS (
                SELECT seq, parent_id, 1 FROM message WHERE chat_id = ? AND id = ?
                UNION ALL
                SELECT p.seq, p.parent_id, up.depth + 1
                FROM up CROSS JOIN message p
                WHERE p.chat_id = ? AND p.id = up.parent_id AND up.depth < ?)
            SELECT %s FROM up CROSS JOIN message m WHERE m.seq = up.seq ORDER BY up.depth DESC""".formatted(MessageRows.COLUMNS);

    /** What a comparison with a client's copy needs to know of a stored message. */
    record Stub(long seq, String id, @Nullable String parentId, long hash, MessageState state) {}

    /** A message as it will be stored, with its hash and its text as the index gets it. */
    record Ready(Message message, long hash, String words) {}

    private final Db db;

    public MessageStore(Db db) {
        this.db = db;
    }

    /** Adds a message, and its text to the search index unless it streams. */
    public void insert(Message message) {
        insert(ready(message));
    }

    void insert(Ready ready) {
        var m = ready.message();
        db.transaction(() -> {
            long seq = db.returning(
                            """
                            INSERT INTO message (chat_id, id, parent_id, role, model, content, body, body_hash, state,
                                                 tokens, created_at, updated_at)
                            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING seq""",
                            row -> row.getLong("seq"),
                            m.chatId(),
                            m.id(),
                            m.parentId(),
                            m.role(),
                            m.model(),
                            m.content(),
                            m.body(),
                            ready.hash(),
                            m.state(),
                            m.tokens(),
                            m.createdAt(),
                            m.updatedAt())
                    .orElseThrow();
            index(seq, ready);
            return seq;
        });
    }

    /** Replaces a message that is at rest, found by its {@code seq}. */
    void replace(long seq, Ready ready) {
        var m = ready.message();
        db.transaction(() -> {
            int rows = db.update(
                    """
                    UPDATE message SET parent_id = ?, role = ?, model = ?, content = ?, body = ?, body_hash = ?,
                                       state = ?, updated_at = ?
                    WHERE seq = ? AND chat_id = ? AND state <> 'streaming'""",
                    m.parentId(),
                    m.role(),
                    m.model(),
                    m.content(),
                    m.body(),
                    ready.hash(),
                    m.state(),
                    m.updatedAt(),
                    seq,
                    m.chatId());
            if (rows > 0) {
                index(seq, ready);
            }
            return rows;
        });
    }

    /**
     * Saves what a running turn has so far; false when the message is no longer streaming. The index is left alone,
     * which keeps a save from costing the length of the answer in the index each time.
     */
    boolean updateStreaming(String chatId, String id, String content, String body, long now) {
        return db.update(SAVE, cut(Unicode.mended(content)), Unicode.mended(body), now, chatId, id) > 0;
    }

    /** Ends a streaming message and makes it searchable; false when it was not streaming. */
    boolean finish(Message ended) {
        var ready = ready(ended);
        var m = ready.message();
        return db.transaction(() -> {
            var seq = db.returning(
                    """
                    UPDATE message SET content = ?, body = ?, body_hash = ?, state = ?, tokens = ?, updated_at = ?
                    WHERE chat_id = ? AND id = ? AND state = 'streaming' RETURNING seq""",
                    row -> row.getLong("seq"),
                    m.content(),
                    m.body(),
                    ready.hash(),
                    m.state(),
                    m.tokens(),
                    m.updatedAt(),
                    m.chatId(),
                    m.id());
            seq.ifPresent(found -> index(found, ready));
            return seq.isPresent();
        });
    }

    /**
     * Gives an answer at rest back to a turn, to be written on; false when there is none. What the index knows of it
     * stays until the turn ends, and is no more than its beginning.
     */
    boolean restart(String chatId, String id, String body) {
        return db.update("""
                UPDATE message SET state = 'streaming', body = ?, body_hash = 0
                WHERE chat_id = ? AND id = ? AND role = 'assistant' AND state <> 'streaming'""", body, chatId, id) > 0;
    }

    /** Hangs a message under another one; its hash is no longer known, so that a client's copy is compared anew. */
    void move(long seq, @Nullable String parentId) {
        db.update("UPDATE message SET parent_id = ?, body_hash = 0 WHERE seq = ?", parentId, seq);
    }

    void delete(long seq) {
        db.update("DELETE FROM message WHERE seq = ?", seq);
    }

    public Optional<Message> find(String chatId, String id) {
        return db.one(
                "SELECT " + MessageRows.COLUMNS + " FROM message m WHERE m.chat_id = ? AND m.id = ?",
                MessageRows::read,
                chatId,
                id);
    }

    boolean exists(String chatId, String id) {
        return db.one("SELECT seq FROM message WHERE chat_id = ? AND id = ?", row -> row.getLong("seq"), chatId, id)
                .isPresent();
    }

    /**
     * The messages from the root down to {@code leafId}, at most the {@code limit} nearest to it; empty when there is
     * no such message. The database walks from child to parent by key, so the rest of the chat costs nothing.
     */
    public List<Message> path(String chatId, String leafId, int limit) {
        return db.list(PATH, MessageRows::read, chatId, leafId, chatId, limit);
    }

    /** The answers to {@code parentId}, or the first messages for null, oldest first. */
    public List<Message> children(String chatId, @Nullable String parentId, int limit) {
        var select = "SELECT " + MessageRows.COLUMNS + " FROM message m WHERE m.chat_id = ? AND m.parent_id ";
        return parentId == null
                ? db.list(select + "IS NULL ORDER BY m.seq LIMIT ?", MessageRows::read, chatId, limit)
                : db.list(select + "= ? ORDER BY m.seq LIMIT ?", MessageRows::read, chatId, parentId, limit);
    }

    /** Every message of a chat by age, read in pieces of {@value #CHUNK} rows. */
    public List<Message> all(String chatId) {
        var messages = new ArrayList<Message>();
        var after = "";
        while (true) {
            // in the order of the key and not of seq, for which there is no index: each row is visited once
            var page = db.list(
                    "SELECT " + MessageRows.COLUMNS
                            + " FROM message m WHERE m.chat_id = ? AND m.id > ? ORDER BY m.id LIMIT ?",
                    MessageRows::read,
                    chatId,
                    after,
                    CHUNK);
            messages.addAll(page);
            if (page.size() < CHUNK) {
                messages.sort(Comparator.comparingLong(Message::seq));
                return messages;
            }
            after = page.getLast().id();
        }
    }

    /** The tree of a chat without its texts, by age. */
    List<Stub> stubs(String chatId) {
        return db.list(
                "SELECT seq, id, parent_id, body_hash, state FROM message WHERE chat_id = ? ORDER BY seq",
                row -> new Stub(
                        row.getLong("seq"),
                        row.getString("id"),
                        row.getString("parent_id"),
                        row.getLong("body_hash"),
                        MessageState.of(row.getString("state"))),
                chatId);
    }

    /** The first {@code chars} characters of some messages' texts; for at most {@link ChatStore#PAGE} of them. */
    Map<Long, String> openings(List<Long> seqs, int chars) {
        if (seqs.isEmpty()) {
            return Map.of();
        }
        // always the same statement, so that it stays prepared
        var args = new ArrayList<Object>(List.of(chars));
        for (int i = 0; i < ChatStore.PAGE; i++) {
            args.add(seqs.get(Math.min(i, seqs.size() - 1)));
        }
        var texts = new HashMap<Long, String>();
        db.list(OPENINGS, row -> texts.put(row.getLong("seq"), row.getString("opening")), args.toArray());
        return texts;
    }

    private void index(long seq, Ready ready) {
        if (ready.message().state() != MessageState.STREAMING) {
            db.update(db.dialect().indexMessage(), seq, ready.words());
        }
    }

    /** The work on a message's text, done before a transaction begins: on SQLite that holds up every other writer. */
    static Ready ready(Message message) {
        var m = storable(message);
        // streaming rows belong to their turn: not searchable, and no client's copy is compared with them
        return m.state() == MessageState.STREAMING
                ? new Ready(m, 0, "")
                : new Ready(m, m.hash(), SearchText.spaced(m.content()));
    }

    private static Message storable(Message m) {
        return new Message(
                m.seq(),
                m.chatId(),
                m.id(),
                m.parentId(),
                m.role(),
                m.model(),
                cut(Unicode.mended(m.content())),
                Unicode.mended(m.body()),
                m.state(),
                m.tokens(),
                m.createdAt(),
                m.updatedAt());
    }

    private static String cut(String content) {
        return content.length() <= Message.MAX_CONTENT ? content : content.substring(0, Message.MAX_CONTENT);
    }
}
