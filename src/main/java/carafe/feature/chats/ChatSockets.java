package carafe.feature.chats;

import carafe.platform.http.Access;
import carafe.platform.realtime.Events;
import carafe.platform.realtime.socketio.Socket;
import carafe.platform.realtime.socketio.SocketIo;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Clock;
import org.jspecify.annotations.Nullable;

/**
 * Chats on the sockets of Open WebUI's front end. What happens goes to all sockets of the account, as
 * {@code {chat_id, message_id, data:{type, data}}}: named {@code events} for its versions from 0.12 on and
 * {@code chat-events} for those before, which each take no notice of the other.
 */
public final class ChatSockets {
    private static final String EVENTS = "events";
    private static final String EVENTS_BEFORE = "chat-events";
    private static final String TOPIC = "account:";

    private final SocketIo sockets;
    private final ChatStore chats;
    private final FolderStore folders;
    private final Clock clock;

    public ChatSockets(SocketIo sockets, ChatStore chats, FolderStore folders, Clock clock) {
        this.sockets = sockets;
        this.chats = chats;
        this.folders = folders;
        this.clock = clock;
    }

    public void connect(Events events) {
        events.tap(this::published);
        sockets.on("events:chat", Access.USER, this::event);
    }

    /** Whether anybody would hear of the account's chats. */
    public boolean isHeard(String accountId) {
        return sockets.listeners(SocketIo.roomOf(accountId)) > 0;
    }

    /** Tells front ends from 0.12 on {@code now}, those before {@code before} if there is something for them. */
    public void tell(
            String accountId, String chatId, @Nullable String messageId, ObjectNode now, @Nullable ObjectNode before) {
        var room = SocketIo.roomOf(accountId);
        sockets.emit(room, EVENTS, envelope(chatId, messageId, now));
        if (before != null) {
            sockets.emit(room, EVENTS_BEFORE, envelope(chatId, messageId, before));
        }
    }

    /**
     * Tells front ends from 0.12 on of messages that one of the account's tabs has drawn: {@code {messages, currentId}}.
     * They take it for a chat that others write in, too, and add what they do not have.
     */
    public void tellOthers(String accountId, String chatId, String messageId, ObjectNode history) {
        var event = JsonNodeFactory.instance.objectNode().put("type", "chat:messages");
        event.set("data", history);
        var envelope = envelope(chatId, messageId, event).put("shared", true).put("user_id", accountId);
        sockets.emit(SocketIo.roomOf(accountId), EVENTS, envelope);
    }

    private static ObjectNode envelope(String chatId, @Nullable String messageId, ObjectNode data) {
        var event = JsonNodeFactory.instance.objectNode().put("chat_id", chatId).put("message_id", messageId);
        event.set("data", data);
        return event;
    }

    /** An event of the hub; that an answer runs is told by whoever follows it, in order with its text. */
    private void published(String topic, Events.Event event) {
        var type = event.data().path("type").asText();
        if (!topic.startsWith(TOPIC) || !event.name().equals("chat") || !type.equals("chat:list")) {
            return;
        }
        var accountId = topic.substring(TOPIC.length());
        if (isHeard(accountId)) {
            var chatId = event.data().path("chat_id").asText();
            var data = JsonNodeFactory.instance.objectNode().put("type", type);
            data.putObject("data").put("chat_id", chatId).putNull("folder_id");
            tell(accountId, chatId, null, data, data);
        }
    }

    /** {@code {chat_id, data:{type}}}: {@code join} answers whether the chat is the account's own. */
    private @Nullable JsonNode event(Socket socket, JsonNode payload) {
        var chatId = payload.path("chat_id").asText();
        if (chatId.isEmpty() || chatId.length() > 100) {
            return null;
        }
        var room = "chat:" + chatId;
        return switch (payload.path("data").path("type").asText()) {
            case "join" -> {
                boolean own = chats.find(socket.caller().person().id(), chatId).isPresent();
                if (own) {
                    socket.join(room);
                }
                yield BooleanNode.valueOf(own);
            }
            case "leave" -> {
                socket.leave(room);
                yield null;
            }
            case "last_read_at" -> {
                read(socket.caller().person().id(), chatId);
                yield null;
            }
            default -> null; // typing matters to chats that several write in only
        };
    }

    private void read(String accountId, String chatId) {
        long now = clock.millis();
        if (chats.setRead(accountId, chatId, now)) {
            var data = JsonNodeFactory.instance.objectNode().put("type", "chat:list");
            var read = data.putObject("data").put("chat_id", chatId).put("last_read_at", now / 1000);
            read.set("folder_unread_counts", folders.unread(accountId));
            tell(accountId, chatId, null, data, null);
        }
    }
}
