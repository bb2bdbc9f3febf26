package carafe.feature.chats;

import carafe.feature.chats.TurnStore.Turn;
import carafe.platform.db.Db;
import carafe.platform.db.Ids;
import carafe.platform.http.Fields;
import carafe.platform.http.Problem;
import carafe.platform.realtime.Events;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Turns as Open WebUI's front end begins them: it has drawn question and answers already, under ids of its own, which
 * are kept. One question may have an answer by each of several models.
 */
public final class ClientTurns {
    /** Answers to one question, side by side. */
    public static final int MOST_ANSWERS = 16;

    /** An answer to be written. {@code index} is its column where several stand side by side. */
    public record Drawn(String messageId, String model, Optional<Long> index) {}

    /**
     * What a client asks for.
     *
     * @param chatId null for a new chat
     * @param question the user's message as the client has it; null when all answers are stored, to be written on
     * @param answers at least one
     * @param files of the whole chat, if the client says
     */
    public record Asked(
            String accountId,
            @Nullable String chatId,
            @Nullable Fields question,
            List<Drawn> answers,
            @Nullable String folderId,
            @Nullable JsonNode files) {}

    private static final List<String> GONE_WITH_ITS_END =
            List.of("done", "error", "usage", "reasoning", "reasoning_seconds", "output", "followUps");

    private final Db db;
    private final ChatStore chats;
    private final MessageStore messages;
    private final TurnStore turns;
    private final Events events;
    private final Ids ids;
    private final Clock clock;

    public ClientTurns(
            Db db, ChatStore chats, MessageStore messages, TurnStore turns, Events events, Ids ids, Clock clock) {
        this.db = db;
        this.chats = chats;
        this.messages = messages;
        this.turns = turns;
        this.events = events;
        this.ids = ids;
        this.clock = clock;
    }

    /**
     * Stores chat if new, question if new, an empty answer for each model and the turns, all or nothing.
     *
     * @throws Problem.NotFound for a chat or folder that is not there or somebody else's
     * @throws Problem.Conflict for an answer that is being written
     * @throws Problem.Unprocessable for messages that do not fit the stored tree
     */
    public List<Turn> begin(Asked asked) {
        long now = clock.millis();
        boolean fresh = asked.chatId() == null;
        var chatId = asked.chatId() == null ? ids.next() : asked.chatId();
        var question = Optional.ofNullable(asked.question()).map(q -> SentMessages.one(q, chatId, now));
        var ready = question.map(MessageStore::ready);
        checkIds(asked, question);
        return chats.transaction(asked.chatId(), () -> {
            var chat = fresh ? create(chatId, asked, now) : open(asked, chatId);
            ready.ifPresent(q -> ask(q, now));
            var begun = new ArrayList<Turn>();
            for (var drawn : asked.answers()) {
                begun.add(answer(asked, chat, drawn, question.map(Message::id), now));
                turns.own(chatId, drawn.messageId(), now);
            }
            chats.setCurrent(asked.accountId(), chatId, begun.getFirst().messageId());
            chats.touch(asked.accountId(), chatId, now);
            db.afterCommit(() -> Wire.announce(events, asked.accountId(), chatId));
            return begun;
        });
    }

    private static void checkIds(Asked asked, Optional<Message> question) {
        var seen = new HashSet<String>();
        question.ifPresent(q -> {
            if (!q.role().equals("user")) {
                throw new Problem.Unprocessable("'user_message.role' must be user.", "user_message.role");
            }
            seen.add(q.id());
        });
        for (var drawn : asked.answers()) {
            SentMessages.checkedId(drawn.messageId(), "message_ids");
            if (!seen.add(drawn.messageId())) {
                throw new Problem.Unprocessable("Each message needs an id of its own.", "message_ids");
            }
        }
    }

    private Chat create(String chatId, Asked asked, long now) {
        if (asked.folderId() != null && !chats.ownsFolder(asked.accountId(), asked.folderId())) {
            throw new Problem.NotFound("folder");
        }
        var meta = JsonNodeFactory.instance.objectNode();
        var chat = Chat.fresh(chatId, asked.accountId(), Chat.UNTITLED, Wire.sorted(withModels(meta, asked)), now)
                .withFolder(asked.folderId());
        chats.insert(chat);
        return chat;
    }

    private Chat open(Asked asked, String chatId) {
        var chat = chats.find(asked.accountId(), chatId).orElseThrow(() -> new Problem.NotFound("chat"));
        var meta = Wire.sorted(withModels(Wire.parsed(chat.meta()), asked));
        if (!meta.equals(chat.meta())) {
            chats.setMeta(asked.accountId(), chatId, meta);
        }
        return chat;
    }

    /** Which models and files the chat has is the last question's. */
    private static ObjectNode withModels(ObjectNode meta, Asked asked) {
        var rest = Wire.object(meta, "chat");
        if (asked.question() != null) {
            var models = rest.putArray("models");
            asked.answers().forEach(drawn -> models.add(drawn.model()));
        }
        if (asked.files() != null) {
            rest.set("files", asked.files());
        }
        meta.set("chat", rest);
        return meta;
    }

    /** A question that is there already is asked again, and stays as it is. */
    private void ask(MessageStore.Ready question, long now) {
        var message = question.message();
        var stored = messages.find(message.chatId(), message.id());
        if (stored.isPresent()) {
            if (!stored.get().role().equals("user")) {
                throw new Problem.Unprocessable("'user_message.id' is not a question of this chat.", "user_message.id");
            }
            return;
        }
        if (message.parentId() != null && !messages.exists(message.chatId(), message.parentId())) {
            throw new Problem.Unprocessable(
                    "'user_message.parentId' names a message that is not in this chat.", "user_message.parentId");
        }
        messages.insert(question);
    }

    private Turn answer(Asked asked, Chat chat, Drawn drawn, Optional<String> question, long now) {
        var stored = messages.find(chat.id(), drawn.messageId());
        if (stored.isPresent()) {
            return goOn(asked, stored.get(), question, now);
        }
        var above = question.orElseThrow(() ->
                new Problem.Unprocessable("'user_message' is required for an answer that is new.", "user_message"));
        var base = JsonNodeFactory.instance.objectNode().put("timestamp", now / 1000);
        drawn.index().ifPresent(index -> base.put("modelIdx", index));
        messages.insert(Message.fresh(
                chat.id(),
                drawn.messageId(),
                above,
                "assistant",
                drawn.model(),
                "",
                Wire.body(base, now),
                MessageState.STREAMING,
                now));
        return new Turn(chat.id(), asked.accountId(), above, drawn.messageId(), asked.chatId() == null, now, "", base);
    }

    /** An answer that is stored is an empty one of a client that saves chats itself, or one to be continued. */
    private Turn goOn(Asked asked, Message stored, Optional<String> question, long now) {
        var above = stored.parentId();
        if (above == null
                || !stored.role().equals("assistant")
                || !question.orElse(above).equals(above)) {
            throw new Problem.Unprocessable("'id' names a message that is no answer to this question.", "id");
        }
        var base = Wire.parsed(stored.body());
        base.remove(GONE_WITH_ITS_END);
        if (!messages.restart(stored.chatId(), stored.id(), Wire.body(base, now))) {
            throw new Problem.Conflict("This answer is still being written.");
        }
        return new Turn(stored.chatId(), asked.accountId(), above, stored.id(), false, now, stored.content(), base);
    }
}
