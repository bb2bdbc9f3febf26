package carafe.feature.chats;

import carafe.platform.db.Db;
import carafe.platform.db.DbException;
import carafe.platform.db.Ids;
import carafe.platform.http.Problem;
import carafe.platform.realtime.Events;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Chats of the local-chat API, its sessions: one line of messages each, the branch that is shown. An answer that was
 * written again stays beside its successor, off the line.
 */
public final class LinearChats {
    public static final String KIND = "local";

    /** Key of a message's body under which a client's own metadata lies. */
    public static final String METADATA = "metadata_info";

    /** A message of a session; not {@code shown} where another has taken its place. */
    public record Listed(Message message, boolean shown) {}

    /** What a client adds. {@code metadata} is null where it sent none. */
    public record Added(
            String role,
            String content,
            long tokens,
            @Nullable ObjectNode metadata) {}

    // CROSS JOIN: see MessageStore
    private static final String LINE = """
            WITH RECURSIVE up(seq, parent_id, depth) AS (
                SELECT seq, parent_id, 1 FROM message WHERE chat_id = ? AND id = ?
                UNION ALL
                SELECT p.seq, p.parent_id, up.depth + 1
                FROM up CROSS JOIN message p WHERE p.chat_id = ? AND p.id = up.parent_id)
            SELECT %s, CASE WHEN m.seq IN (SELECT seq FROM up) THEN 1 ELSE 0 END AS shown
            FROM message m WHERE m.chat_id = ? ORDER BY m.seq LIMIT ? OFFSET ?""".formatted(MessageRows.COLUMNS);

    private final Db db;
    private final ChatStore chats;
    private final MessageStore messages;
    private final TurnStore turns;
    private final Events events;
    private final Ids ids;
    private final Clock clock;

    public LinearChats(
            Db db, ChatStore chats, MessageStore messages, TurnStore turns, Events events, Ids ids, Clock clock) {
        this.db = db;
        this.chats = chats;
        this.messages = messages;
        this.turns = turns;
        this.events = events;
        this.ids = ids;
        this.clock = clock;
    }

    public Chat create(String accountId, String id, String title) {
        long now = clock.millis();
        var fresh = Chat.fresh(id, accountId, title, "{}", now).ofKind(KIND);
        return db.transaction(() -> {
            chats.insert(fresh);
            announce(accountId, id);
            return fresh;
        });
    }

    /** As {@link #create}, for an id that a client chose; empty when it is taken, also by another request just now. */
    public Optional<Chat> createNamed(String accountId, String id, String title) {
        if (isTaken(id)) {
            return Optional.empty();
        }
        try {
            return Optional.of(create(accountId, id, title));
        } catch (DbException e) {
            if (e.kind() == DbException.Kind.CONSTRAINT_UNIQUE) {
                return Optional.empty();
            }
            throw e;
        }
    }

    public Optional<Chat> find(String accountId, String id) {
        return chats.find(accountId, id).filter(chat -> chat.kind().equals(KIND));
    }

    /** Whether the id is taken, by whomever and whatever, also what is deleted and not purged yet. */
    private boolean isTaken(String id) {
        return db.one("SELECT 1 FROM chat WHERE id = ?", row -> true, id).isPresent();
    }

    /** Newest change first. */
    public List<Chat> list(String accountId, boolean activeOnly, int limit, int offset) {
        return chats.sessions(accountId, activeOnly, limit, offset);
    }

    /** Gives a session another title, or files it away and takes it back; empty when there is none. */
    public Optional<Chat> change(String accountId, String id, Optional<String> title, Optional<Boolean> active) {
        return chats.transaction(id, () -> {
            if (find(accountId, id).isEmpty()) {
                return Optional.<Chat>empty();
            }
            title.ifPresent(text -> chats.rename(accountId, id, text));
            active.ifPresent(on -> chats.setArchived(accountId, id, !on));
            announce(accountId, id);
            return find(accountId, id);
        });
    }

    public boolean delete(String accountId, String id) {
        return chats.transaction(id, () -> {
            boolean found = find(accountId, id).isPresent() && chats.softDelete(accountId, id, clock.millis());
            announce(accountId, id);
            return found;
        });
    }

    /**
     * Adds a message at the end.
     *
     * @throws Problem.NotFound when there is no such session
     * @throws Problem.Conflict while an answer is being written
     */
    public Message add(String accountId, String id, Added added) {
        long now = clock.millis();
        return chats.transaction(id, () -> {
            var chat = open(accountId, id);
            var message = insert(chat, chat.currentId(), added, now);
            chats.setCurrent(accountId, id, message.id());
            chats.touch(accountId, id, now);
            announce(accountId, id);
            return message;
        });
    }

    /** A session at rest; within a transaction. */
    Chat open(String accountId, String id) {
        var chat = find(accountId, id).orElseThrow(() -> new Problem.NotFound("session"));
        if (!turns.running(accountId, id).isEmpty()) {
            throw new Problem.Conflict(
                    "An answer is still being written in this session. Stop it or wait for its end.");
        }
        return chat;
    }

    Message insert(Chat chat, @Nullable String parentId, Added added, long now) {
        var body = JsonNodeFactory.instance.objectNode();
        if (added.metadata() != null) {
            body.set(METADATA, added.metadata());
        }
        var fresh = Message.fresh(
                chat.id(),
                ids.next(),
                parentId,
                added.role(),
                null,
                added.content(),
                Wire.body(body, now),
                MessageState.DONE,
                now);
        var message = fresh.withTokens(added.tokens());
        messages.insert(message);
        return message;
    }

    /** All messages, oldest first, with those whose place another has taken. */
    public List<Listed> messages(Chat chat, int limit, int offset) {
        var leaf = chat.currentId() == null ? "" : chat.currentId();
        return db.list(
                LINE,
                row -> new Listed(MessageRows.read(row), row.getInt("shown") == 1),
                chat.id(),
                leaf,
                chat.id(),
                chat.id(),
                limit,
                offset);
    }

    /**
     * The last messages of the line, oldest first.
     *
     * @param before the id of a message of the session, whose predecessors are wanted; null for the end
     * @throws Problem.NotFound when {@code before} is not there
     */
    public List<Message> last(Chat chat, @Nullable String before, int limit) {
        var leaf = before == null
                ? chat.currentId()
                : messages.find(chat.id(), before)
                        .orElseThrow(() -> new Problem.NotFound("message"))
                        .parentId();
        return leaf == null ? List.of() : messages.path(chat.id(), leaf, limit);
    }

    /** Removes one message; what followed it now follows the one before. False when it is not there. */
    public boolean deleteMessage(String accountId, String id, String messageId) {
        return chats.transaction(id, () -> {
            var chat = open(accountId, id);
            var gone = messages.find(id, messageId);
            if (gone.isEmpty()) {
                return false;
            }
            var message = gone.get();
            // bounded: a message has a successor, and as many more as it was answered again
            for (var next : messages.children(id, messageId, Integer.MAX_VALUE)) {
                messages.move(next.seq(), message.parentId());
            }
            messages.delete(message.seq());
            if (messageId.equals(chat.currentId())) {
                chats.setCurrent(accountId, id, message.parentId());
            }
            chats.touch(accountId, id, clock.millis());
            announce(accountId, id);
            return true;
        });
    }

    /** Whether nobody writes a message any more. */
    public static boolean isAtRest(Message message) {
        return message.state() != MessageState.STREAMING;
    }

    private void announce(String accountId, String id) {
        db.afterCommit(() -> Wire.announce(events, accountId, id));
    }
}
