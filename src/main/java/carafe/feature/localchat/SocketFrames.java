package carafe.feature.localchat;

import carafe.feature.chats.Chat;
import carafe.feature.chats.LinearChats;
import carafe.feature.chats.TurnStore.Turn;
import carafe.feature.chats.turns.Turns;
import carafe.platform.http.Caller;
import carafe.platform.http.Fields;
import carafe.platform.http.Problem;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What clients send over a socket, version 1 of the protocol: one JSON object a frame, told apart by {@code type}. */
final class SocketFrames {
    private static final Logger log = LoggerFactory.getLogger(SocketFrames.class);
    private static final int LONGEST = 200_000;
    private static final int LONGEST_ID = 200;
    private static final int MOST_HISTORY = 200;
    private static final int HISTORY = 50;
    /** Messages read at once, and after how many characters no more are. */
    private static final int PAGE = 20;

    private static final int HISTORY_CHARS = 1 << 20;

    private final Answers answers;
    private final LinearChats sessions;
    private final Turns turns;
    private final ModelChoice models;
    private final Rooms rooms;
    private final SessionJson json;
    private final ObjectMapper mapper;

    SocketFrames(
            Answers answers,
            LinearChats sessions,
            Turns turns,
            ModelChoice models,
            Rooms rooms,
            SessionJson json,
            ObjectMapper mapper) {
        this.answers = answers;
        this.sessions = sessions;
        this.turns = turns;
        this.models = models;
        this.rooms = rooms;
        this.json = json;
        this.mapper = mapper;
    }

    /** Does what a frame asks for; what is wrong with it is told to its sender, and the connection stays. */
    void text(ChatSocket socket, String text) throws InterruptedException {
        if (!socket.awaitRoom()) {
            return;
        }
        var clientId = "";
        try {
            var frame = frame(text);
            clientId = frame.optionalText("id", LONGEST_ID).orElse("");
            obey(socket, frame, clientId);
            socket.understood();
        } catch (Problem.Unprocessable e) {
            refuse(socket, e, clientId);
        } catch (Problem.Unauthenticated e) {
            tell(socket, e, clientId);
            socket.close(ChatSocket.REFUSED, "not signed in any more");
        } catch (Problem e) {
            socket.understood();
            tell(socket, e, clientId);
        } catch (RuntimeException e) {
            log.error("a frame could not be handled session={}", socket.chatId(), e);
            tell(socket, new Problem.Internal(), clientId);
        }
    }

    /** The protocol has text frames only. */
    void binary(ChatSocket socket) {
        refuse(socket, new Problem.Unprocessable("Send JSON in text frames.", null), "");
    }

    private static void refuse(ChatSocket socket, Problem problem, String clientId) {
        tell(socket, problem, clientId);
        if (socket.mistake()) {
            socket.close(ChatSocket.POLICY, "too many frames that cannot be understood");
        }
    }

    private static void tell(ChatSocket socket, Problem problem, String clientId) {
        var data = SocketErrors.data(problem);
        socket.event("error", clientId.isEmpty() ? data : data.put("client_id", clientId));
    }

    private Fields frame(String text) {
        try {
            if (mapper.readTree(text) instanceof ObjectNode object) {
                return new Fields(object, "");
            }
        } catch (JsonProcessingException e) {
            throw new Problem.Unprocessable("This is not valid JSON.", null);
        }
        throw new Problem.Unprocessable("A frame must be a JSON object.", null);
    }

    private void obey(ChatSocket socket, Fields frame, String clientId) {
        switch (frame.text("type", LONGEST_ID)) {
            case "chat.message" -> message(socket, frame, clientId);
            case "chat.regenerate" -> again(socket, frame, clientId);
            case "chat.stop" -> stop(socket, frame);
            case "chat.history" -> history(socket, frame);
            case "ping" -> pong(socket, frame);
            default -> throw new Problem.Unprocessable("This type of frame is not known.", "type");
        }
    }

    private void message(ChatSocket socket, Fields frame, String clientId) {
        var caller = socket.caller();
        var content = frame.text("content", LONGEST);
        if (content.isBlank()) { // no model can be asked nothing
            throw new Problem.Unprocessable("'content' must not be blank.", "content");
        }
        var wish = Wish.of(frame, Wish.SOCKET_TOKENS);
        var model = models.of(caller, frame.optionalText("model", 256));
        var said = new LinearChats.Added("user", content, Tokens.of(content), null);
        var turn = answers.ask(caller, socket.chatId(), List.of(said), model);
        write(socket, caller, clientId, model, turn, wish);
        name(socket, content);
    }

    private void again(ChatSocket socket, Fields frame, String clientId) {
        var caller = socket.caller();
        var wish = Wish.of(frame, Wish.SOCKET_TOKENS);
        var model = models.of(caller, frame.optionalText("model", 256));
        write(socket, caller, clientId, model, answers.again(caller, socket.chatId(), model), wish);
    }

    private void write(ChatSocket socket, Caller caller, String clientId, String model, Turn turn, Wish wish) {
        rooms.find(socket.chatId())
                .ifPresent(room -> room.expect(turn.messageId(), new Telling.Asker(socket, clientId)));
        answers.write(caller, Answers.Transport.WS, model, turn, wish, prompt -> {});
    }

    /** The first question names a session that nobody has named. */
    private void name(ChatSocket socket, String content) {
        var account = socket.caller().person().id();
        var id = socket.chatId();
        var unnamed = sessions.find(account, id).filter(chat -> chat.title().equals(SocketRoutes.title(id)));
        var title = Turns.title(content);
        if (unnamed.isPresent() && !title.isBlank()) {
            sessions.change(account, id, Optional.of(title), Optional.empty());
            rooms.find(id)
                    .ifPresent(room -> room.tellAfterwards(
                            "session_update",
                            mapper.createObjectNode().put("session_id", id).put("title", title)));
        }
    }

    /** Of an answer that is over, or another, nothing happens. */
    private void stop(ChatSocket socket, Fields frame) {
        var wanted = frame.optionalText("message_id", LONGEST_ID);
        turns.running(socket.caller().person().id(), socket.chatId())
                .filter(run ->
                        wanted.isEmpty() || wanted.get().equals(run.turn().messageId()))
                .ifPresent(run -> run.cancel());
    }

    private void history(ChatSocket socket, Fields frame) {
        int limit = (int) (long) frame.optionalLong("limit", 1, MOST_HISTORY).orElse((long) HISTORY);
        var before = frame.optionalText("before", LONGEST_ID).orElse(null);
        var chat = sessions.find(socket.caller().person().id(), socket.chatId())
                .orElseThrow(() -> new Problem.NotFound("session"));
        socket.event("history", history(chat, before, limit));
    }

    /** Read a few at a time, from the end. An answer that is being written is left out: it arrives by its own events. */
    private ObjectNode history(Chat chat, @Nullable String before, int limit) {
        var messages = new ArrayDeque<ObjectNode>();
        boolean more = true;
        var oldest = before;
        for (int chars = 0; more && messages.size() < limit && chars < HISTORY_CHARS; ) {
            int size = Math.min(PAGE, limit - messages.size());
            var page = sessions.last(chat, oldest, size + 1);
            more = page.size() > size;
            for (var message : page.subList(more ? 1 : 0, page.size()).reversed()) {
                oldest = message.id();
                if (LinearChats.isAtRest(message)) {
                    chars += message.content().length();
                    messages.addFirst(json.message(new LinearChats.Listed(message, true)));
                }
            }
        }
        var data = mapper.createObjectNode();
        data.putArray("messages").addAll(messages);
        return data.put("has_more", more);
    }

    private static void pong(ChatSocket socket, Fields frame) {
        var data = frame.node().objectNode();
        var ts = frame.node().get("ts");
        if (ts != null && ts.isContainerNode()) {
            throw new Problem.Unprocessable("'ts' must be a number or a string.", "ts");
        }
        data.set("ts", ts);
        socket.event("pong", data);
    }
}
