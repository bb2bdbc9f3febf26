package carafe.feature.chats;

import carafe.platform.db.Db;
import carafe.platform.db.Ids;
import carafe.platform.http.Problem;
import carafe.platform.realtime.Events;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.time.Clock;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Turns of the local-chat API's sessions: always at the end of the line, one at a time. */
public final class LinearTurns {
    private final Db db;
    private final LinearChats sessions;
    private final ChatStore chats;
    private final MessageStore messages;
    private final TurnStore turns;
    private final Events events;
    private final Ids ids;
    private final Clock clock;

    public LinearTurns(
            Db db,
            LinearChats sessions,
            ChatStore chats,
            MessageStore messages,
            TurnStore turns,
            Events events,
            Ids ids,
            Clock clock) {
        this.db = db;
        this.sessions = sessions;
        this.chats = chats;
        this.messages = messages;
        this.turns = turns;
        this.events = events;
        this.ids = ids;
        this.clock = clock;
    }

    /**
     * Stores what is said (at least one message) at the end of a session, an empty answer and the turn, all or nothing.
     * A system prompt that the session has already, word for word, is not stored again.
     *
     * @throws Problem.NotFound when there is no such session
     * @throws Problem.Conflict while an answer is being written
     */
    public TurnStore.Turn begin(String accountId, String sessionId, List<LinearChats.Added> said, String model) {
        long now = clock.millis();
        return chats.transaction(sessionId, () -> {
            var chat = sessions.open(accountId, sessionId);
            var known = new HashSet<String>();
            if (said.stream().anyMatch(LinearTurns::isSystem)) {
                systems(chat).forEach(known::add);
            }
            @Nullable String leaf = chat.currentId();
            for (var added : said) {
                if (!isSystem(added) || known.add(added.content())) {
                    leaf = sessions.insert(chat, leaf, added, now).id();
                }
            }
            if (leaf == null) {
                throw new Problem.Unprocessable("There is nothing to answer.", "messages");
            }
            return answer(accountId, chat, leaf, model, now);
        });
    }

    private static boolean isSystem(LinearChats.Added added) {
        return added.role().equals("system");
    }

    private List<String> systems(Chat chat) {
        return db.list(
                "SELECT content FROM message WHERE chat_id = ? AND role = 'system'",
                row -> row.getString("content"),
                chat.id());
    }

    /**
     * Begins another answer in the place of the last one, or the answer that a question never got.
     *
     * @throws Problem.Unprocessable when nothing has been asked yet
     */
    public TurnStore.Turn again(String accountId, String sessionId, String model) {
        long now = clock.millis();
        return chats.transaction(sessionId, () -> {
            var chat = sessions.open(accountId, sessionId);
            var last = Optional.ofNullable(chat.currentId()).flatMap(id -> messages.find(sessionId, id));
            var asked = last.map(message -> message.role().equals("assistant") ? message.parentId() : message.id());
            return answer(
                    accountId,
                    chat,
                    asked.orElseThrow(() -> new Problem.Unprocessable("There is no answer to write again.", null)),
                    model,
                    now);
        });
    }

    private TurnStore.Turn answer(String accountId, Chat chat, String asked, String model, long now) {
        var id = ids.next();
        var base = JsonNodeFactory.instance.objectNode();
        messages.insert(Message.fresh(
                chat.id(), id, asked, "assistant", model, "", Wire.body(base, now), MessageState.STREAMING, now));
        turns.own(chat.id(), id, now);
        chats.setCurrent(accountId, chat.id(), id);
        chats.touch(accountId, chat.id(), now);
        db.afterCommit(() -> Wire.announce(events, accountId, chat.id()));
        return new TurnStore.Turn(chat.id(), accountId, asked, id, false, now, "", base);
    }
}
