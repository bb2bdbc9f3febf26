package carafe.feature.chats;

import carafe.platform.db.Db;
import carafe.platform.db.Ids;
import carafe.platform.http.Problem;
import carafe.platform.realtime.Events;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Table {@code turn}: which answers are being written, and by which node. A chat has at most one; a turn begins and ends
 * in the same transaction as its messages, and only the node that owns it may write.
 */
public final class TurnStore {
    private static final int RECOVER = 100;
    static final String STOPPED = "The server stopped while this answer was being written.";

    /**
     * What somebody asks for.
     *
     * @param chatId null for a new chat
     * @param parentId the message above the question, or without a question the one to answer (again)
     * @param question null to answer {@code parentId} again
     * @param title of a new chat
     */
    public record NewTurn(
            String accountId,
            @Nullable String chatId,
            @Nullable String parentId,
            @Nullable Question question,
            String model,
            String title) {}

    /** What the user says; {@code body} as in {@link Message}. */
    public record Question(String content, ObjectNode body) {}

    /**
     * A turn that has begun, at {@code startedAt}: its message is stored and streaming.
     *
     * @param beginning what the answer has already, where one that was cut off is continued
     * @param base what the message's body keeps, however the turn ends
     */
    public record Turn(
            String chatId,
            String accountId,
            String userMessageId,
            String messageId,
            boolean newChat,
            long startedAt,
            String beginning,
            ObjectNode base) {
        /** Chats of this kind of id are never stored: they last as long as the page that shows them. */
        public static boolean isTemporary(String chatId) {
            return chatId.startsWith("temporary:") || chatId.startsWith("local:");
        }

        boolean isStored() {
            return !isTemporary(chatId);
        }

        private String body(ObjectNode more) {
            var body = base.deepCopy();
            body.setAll(more);
            return Wire.body(body, startedAt);
        }
    }

    /** How a turn ended; {@code body} holds reasoning, usage and error, the timestamp is added. */
    public record Ending(MessageState state, String content, ObjectNode body, long tokens) {}

    private record Orphan(String chatId, String messageId, String accountId) {}

    private final Db db;
    private final ChatStore chats;
    private final MessageStore messages;
    private final Events events;
    private final Ids ids;
    private final Clock clock;
    private final String nodeId;

    /** @param nodeId this process incarnation's row in {@code node} */
    public TurnStore(
            Db db, ChatStore chats, MessageStore messages, Events events, Ids ids, Clock clock, String nodeId) {
        this.db = db;
        this.chats = chats;
        this.messages = messages;
        this.events = events;
        this.ids = ids;
        this.clock = clock;
        this.nodeId = nodeId;
    }

    /**
     * Stores chat if new, question if any, the empty answer and the turn, all or nothing.
     *
     * @throws Problem.Conflict while another turn of the chat runs
     * @throws Problem.NotYours for a chat that is not there or somebody else's
     */
    public Turn begin(NewTurn asked) {
        long now = clock.millis();
        return chats.transaction(asked.chatId(), () -> {
            var chat = asked.chatId() == null ? create(asked, now) : open(asked, asked.chatId());
            var question = asked.question() == null
                    ? answered(chat.id(), asked.parentId())
                    : ask(chat.id(), asked.parentId(), asked.question(), asked.model(), now);
            var answer = ids.next();
            var body = Wire.body(JsonNodeFactory.instance.objectNode(), now);
            messages.insert(Message.fresh(
                    chat.id(), answer, question, "assistant", asked.model(), "", body, MessageState.STREAMING, now));
            own(chat.id(), answer, now);
            chats.setCurrent(asked.accountId(), chat.id(), answer);
            chats.touch(asked.accountId(), chat.id(), now);
            db.afterCommit(() -> Wire.announce(events, asked.accountId(), chat.id()));
            return new Turn(
                    chat.id(),
                    asked.accountId(),
                    question,
                    answer,
                    asked.chatId() == null,
                    now,
                    "",
                    JsonNodeFactory.instance.objectNode());
        });
    }

    /** Keeps what has been written so far; false when the turn is no longer ours and must stop. */
    public boolean save(Turn turn, String content, ObjectNode body) {
        if (!turn.isStored()) {
            return true;
        }
        long now = clock.millis();
        var text = turn.body(body);
        return chats.transaction(
                turn.chatId(),
                () -> ours(turn.chatId(), turn.messageId())
                        && messages.updateStreaming(turn.chatId(), turn.messageId(), content, text, now));
    }

    /** Ends the turn and its message; false when it is no longer ours, and then nothing is written. */
    public boolean finish(Turn turn, Ending ending) {
        if (!turn.isStored()) {
            return true;
        }
        long now = clock.millis();
        var text = turn.body(ending.body());
        return chats.transaction(turn.chatId(), () -> {
            int owned = db.update(
                    "DELETE FROM turn WHERE chat_id = ? AND message_id = ? AND node_id = ?",
                    turn.chatId(),
                    turn.messageId(),
                    nodeId);
            if (owned == 0) {
                return false;
            }
            end(turn.accountId(), turn.chatId(), turn.messageId(), ending, text, now);
            chats.touch(turn.accountId(), turn.chatId(), now);
            db.afterCommit(() -> Wire.announce(events, turn.accountId(), turn.chatId()));
            return true;
        });
    }

    /** Gives a chat the title that a model found for it. */
    public void rename(Turn turn, String title) {
        chats.transaction(turn.chatId(), () -> {
            boolean renamed = chats.rename(turn.accountId(), turn.chatId(), title);
            db.afterCommit(() -> Wire.announce(events, turn.accountId(), turn.chatId()));
            return renamed;
        });
    }

    /** Keeps what may be asked next with an answer at rest; false when it is not there or not at rest. */
    public boolean keepFollowUps(Turn turn, ArrayNode questions) {
        return chats.transaction(turn.chatId(), () -> {
            var stored =
                    messages.find(turn.chatId(), turn.messageId()).filter(m -> m.state() != MessageState.STREAMING);
            stored.ifPresent(m -> {
                var body = Wire.parsed(m.body());
                body.set("followUps", questions);
                messages.replace(m.seq(), MessageStore.ready(m.withBody(Wire.sorted(body))));
            });
            return stored.isPresent();
        });
    }

    /** Enters an answer of a chat as being written by this node; within the transaction that stores its message. */
    void own(String chatId, String messageId, long now) {
        db.update(
                "INSERT INTO turn (chat_id, message_id, node_id, started_at) VALUES (?, ?, ?, ?)",
                chatId,
                messageId,
                nodeId,
                now);
    }

    /** The ids of the answers being written in a chat, on whatever node. */
    public List<String> running(String accountId, String chatId) {
        return db.list("""
                SELECT t.message_id FROM turn t JOIN chat c ON c.id = t.chat_id
                WHERE t.chat_id = ? AND c.account_id = ?""", row -> row.getString("message_id"), chatId, accountId);
    }

    /**
     * Ends the turns that no living node writes any more; their text stays, with an error that says what happened.
     *
     * @param seenSince other nodes that were seen since then (epoch milliseconds) live; where this process is the only
     *     one that can be, {@link Long#MAX_VALUE}
     * @return how many turns were ended
     */
    public int recover(long seenSince) {
        int total = 0;
        while (true) {
            var orphans = db.list(
                    """
                    SELECT t.chat_id, t.message_id, c.account_id FROM turn t JOIN chat c ON c.id = t.chat_id
                    WHERE t.node_id <> ?
                      AND NOT EXISTS (SELECT 1 FROM node n WHERE n.id = t.node_id AND n.seen_at >= ?)
                    LIMIT ?""",
                    row -> new Orphan(
                            row.getString("chat_id"), row.getString("message_id"), row.getString("account_id")),
                    nodeId,
                    seenSince,
                    RECOVER);
            for (var orphan : orphans) {
                total += db.transaction(() -> abandon(orphan)) ? 1 : 0;
            }
            if (orphans.size() < RECOVER) {
                return total;
            }
        }
    }

    private boolean abandon(Orphan orphan) {
        int gone = db.update(
                "DELETE FROM turn WHERE chat_id = ? AND message_id = ? AND node_id <> ?",
                orphan.chatId(),
                orphan.messageId(),
                nodeId);
        var message = gone == 0 ? Optional.<Message>empty() : messages.find(orphan.chatId(), orphan.messageId());
        if (message.isEmpty()) {
            return gone > 0;
        }
        long now = clock.millis();
        var body = Wire.parsed(message.get().body());
        body.putObject("error").put("content", STOPPED);
        var ending = new Ending(
                MessageState.ERROR, message.get().content(), body, message.get().tokens());
        end(orphan.accountId(), orphan.chatId(), orphan.messageId(), ending, Wire.body(body, now), now);
        db.afterCommit(() -> Wire.announce(events, orphan.accountId(), orphan.chatId()));
        return true;
    }

    private void end(String accountId, String chatId, String messageId, Ending ending, String body, long now) {
        // parent, role and model are part of the hash that clients' copies are compared by
        var stored = messages.find(chatId, messageId);
        if (stored.isPresent()
                && ending.state() != MessageState.DONE
                && ending.content().isBlank()
                && isLinear(accountId, chatId)) {
            drop(accountId, stored.get());
            return;
        }
        stored.ifPresent(m -> messages.finish(new Message(
                m.seq(),
                chatId,
                messageId,
                m.parentId(),
                m.role(),
                m.model(),
                ending.content(),
                body,
                ending.state(),
                ending.tokens(),
                m.createdAt(),
                now)));
    }

    private boolean isLinear(String accountId, String chatId) {
        return chats.find(accountId, chatId)
                .filter(chat -> chat.kind().equals(LinearChats.KIND))
                .isPresent();
    }

    /** Sessions of the local chat keep no empty answer: the one before it is shown again, or else the question. */
    private void drop(String accountId, Message empty) {
        messages.delete(empty.seq());
        var siblings = messages.children(empty.chatId(), empty.parentId(), MessageStore.CHUNK);
        var shown = siblings.isEmpty() ? empty.parentId() : siblings.getLast().id();
        chats.setCurrent(accountId, empty.chatId(), shown);
    }

    private Chat create(NewTurn asked, long now) {
        var meta = JsonNodeFactory.instance.objectNode();
        meta.putObject("chat").putArray("models").add(asked.model());
        var chat = Chat.fresh(ids.next(), asked.accountId(), asked.title(), meta.toString(), now);
        chats.insert(chat);
        return chat;
    }

    private Chat open(NewTurn asked, String chatId) {
        var chat = chats.find(asked.accountId(), chatId).orElseThrow(() -> new Problem.NotYours("chat"));
        if (!running(asked.accountId(), chatId).isEmpty()) {
            throw new Problem.Conflict("An answer is still being written in this chat. Stop it or wait for its end.");
        }
        return chat;
    }

    private String answered(String chatId, @Nullable String parentId) {
        if (parentId == null) {
            throw new Problem.Unprocessable("Send 'content', or the 'parent_id' of the message to answer.", "content");
        }
        var parent = parent(chatId, parentId);
        if (!parent.role().equals("user")) {
            throw new Problem.Unprocessable(
                    "'parent_id' must name a message of the user when there is no 'content'.", "parent_id");
        }
        return parent.id();
    }

    private String ask(String chatId, @Nullable String parentId, Question question, String model, long now) {
        if (parentId != null) {
            parent(chatId, parentId);
        }
        var id = ids.next();
        var body = question.body().deepCopy();
        body.putIfAbsent("models", JsonNodeFactory.instance.arrayNode().add(model));
        messages.insert(Message.fresh(
                chatId, id, parentId, "user", null, question.content(), Wire.body(body, now), MessageState.DONE, now));
        return id;
    }

    private Message parent(String chatId, String parentId) {
        return messages.find(chatId, parentId)
                .orElseThrow(() -> new Problem.Unprocessable(
                        "'parent_id' names a message that is not in this chat.", "parent_id"));
    }

    /** Whether this node still writes the answer, for somebody who still is there. */
    private boolean ours(String chatId, String messageId) {
        return db.one("""
                        SELECT t.node_id FROM turn t JOIN chat c ON c.id = t.chat_id
                        JOIN account a ON a.id = c.account_id AND a.deleted_at IS NULL
                        WHERE t.chat_id = ? AND t.message_id = ? AND t.node_id = ?""", row -> row.getString("node_id"), chatId, messageId, nodeId)
                .isPresent();
    }
}
