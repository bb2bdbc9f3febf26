package carafe.feature.chats;

import carafe.platform.db.Db;
import carafe.platform.http.Problem;
import carafe.platform.realtime.Events;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Clock;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Changes single messages of a chat, and what is kept beside them. Messages of running turns are the server's. */
public final class ChatEdits {
    private static final int MAX_PARAMS = 100_000;

    private final Db db;
    private final ChatStore chats;
    private final MessageStore messages;
    private final Events events;
    private final Clock clock;

    public ChatEdits(Db db, ChatStore chats, MessageStore messages, Events events, Clock clock) {
        this.db = db;
        this.chats = chats;
        this.messages = messages;
        this.events = events;
        this.clock = clock;
    }

    /** Changes the parameters of a chat's turns key by key, null takes one away; the result. */
    ObjectNode params(Chat chat, ObjectNode changes) {
        return chats.transaction(chat.id(), () -> {
            var fresh = chats.find(chat.accountId(), chat.id()).orElseThrow(() -> new Problem.NotYours("chat"));
            var meta = Wire.parsed(fresh.meta());
            var rest = Wire.object(meta, "chat");
            var params = Wire.object(rest, "params");
            for (var change : changes.properties()) {
                if (change.getValue().isNull()) {
                    params.remove(change.getKey());
                } else {
                    params.set(change.getKey(), change.getValue());
                }
            }
            if (params.toString().length() > MAX_PARAMS) {
                throw new Problem.Unprocessable("The parameters have more than " + MAX_PARAMS + " characters.", null);
            }
            rest.set("params", params);
            meta.set("chat", rest);
            chats.setMeta(chat.accountId(), chat.id(), Wire.sorted(meta));
            return params;
        });
    }

    /**
     * Removes a message and the answers to it; what was said in reply to those is moved up to the message above, so that
     * the conversation goes on.
     */
    Chat deleteMessage(Chat chat, String messageId) {
        return chats.transaction(chat.id(), () -> {
            var stubs = messages.stubs(chat.id());
            var gone = stubs.stream()
                    .filter(s -> s.id().equals(messageId))
                    .findFirst()
                    .orElseThrow(() -> new Problem.NotYours("message"));
            var removed = new HashMap<String, MessageStore.Stub>(Map.of(gone.id(), gone));
            stubs.stream().filter(s -> messageId.equals(s.parentId())).forEach(s -> removed.put(s.id(), s));
            if (removed.values().stream().anyMatch(s -> s.state() == MessageState.STREAMING)) {
                throw new Problem.Conflict("An answer is still being written. Stop it or wait for its end.");
            }
            stubs.stream()
                    .filter(s ->
                            s.parentId() != null && removed.containsKey(s.parentId()) && !removed.containsKey(s.id()))
                    .forEach(s -> messages.move(s.seq(), gone.parentId()));
            removed.values().forEach(s -> messages.delete(s.seq()));
            boolean shown = chat.currentId() == null || removed.containsKey(chat.currentId());
            if (shown) {
                chats.setCurrent(chat.accountId(), chat.id(), deepest(chat.id(), gone.parentId()));
            }
            chats.touch(chat.accountId(), chat.id(), clock.millis());
            db.afterCommit(() -> Wire.announce(events, chat.accountId(), chat.id()));
            return chats.find(chat.accountId(), chat.id()).orElseThrow(() -> new Problem.NotYours("chat"));
        });
    }

    /** The newest leaf below a message, or of the chat where there is none above. */
    private @Nullable String deepest(String chatId, @Nullable String from) {
        var newest = new HashMap<@Nullable String, String>();
        messages.stubs(chatId).forEach(stub -> newest.put(stub.parentId(), stub.id()));
        var at = from;
        while (newest.containsKey(at)) {
            at = newest.get(at);
        }
        return at;
    }

    /** Gives a message at rest another text. */
    Chat rewrite(Chat chat, String messageId, String content) {
        return chats.transaction(chat.id(), () -> {
            var stored = messages.find(chat.id(), messageId).orElseThrow(() -> new Problem.NotYours("message"));
            if (stored.state() == MessageState.STREAMING) {
                throw new Problem.Conflict("This answer is still being written.");
            }
            var body = Wire.parsed(stored.body());
            body.remove("output"); // what was drawn from the text before
            messages.replace(
                    stored.seq(), MessageStore.ready(stored.withContent(content).withBody(Wire.sorted(body))));
            chats.touch(chat.accountId(), chat.id(), clock.millis());
            db.afterCommit(() -> Wire.announce(events, chat.accountId(), chat.id()));
            return chats.find(chat.accountId(), chat.id()).orElseThrow(() -> new Problem.NotYours("chat"));
        });
    }
}
