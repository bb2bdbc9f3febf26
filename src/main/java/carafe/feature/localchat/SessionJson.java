package carafe.feature.localchat;

import carafe.feature.chats.Chat;
import carafe.feature.chats.LinearChats;
import carafe.feature.chats.Message;
import carafe.feature.chats.MessageState;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.time.format.DateTimeFormatterBuilder;

/** The objects of the API: a session and a message. Times are UTC, ISO 8601 with milliseconds. */
final class SessionJson {
    private static final java.time.format.DateTimeFormatter TIME =
            new DateTimeFormatterBuilder().appendInstant(3).toFormatter();

    private final ObjectMapper mapper;

    SessionJson(ObjectMapper mapper) {
        this.mapper = mapper;
    }

    ObjectNode session(Chat chat) {
        return mapper.createObjectNode()
                .put("id", chat.id())
                .put("title", chat.title())
                .put("created_at", time(chat.createdAt()))
                .put("updated_at", time(chat.updatedAt()))
                .put("is_active", !chat.archived());
    }

    ObjectNode message(LinearChats.Listed listed) {
        var message = listed.message();
        var node = mapper.createObjectNode()
                .put("id", message.id())
                .put("session_id", message.chatId())
                .put("role", message.role())
                .put("content", message.content())
                .put("created_at", time(message.createdAt()))
                .put("tokens", tokens(message));
        var metadata = metadata(listed);
        return metadata.isEmpty() ? node.putNull("metadata_info") : node.set("metadata_info", metadata);
    }

    private static long tokens(Message message) {
        return message.tokens() == 0 && message.role().equals("assistant")
                ? Tokens.of(message.content())
                : message.tokens();
    }

    /** What a client put there, and what is known of an answer that is not whole or no longer shown. */
    private ObjectNode metadata(LinearChats.Listed listed) {
        var message = listed.message();
        var metadata = mapper.createObjectNode();
        var body = body(message);
        if (body.get(LinearChats.METADATA) instanceof ObjectNode own) {
            metadata.setAll(own);
        }
        switch (message.state()) {
            case DONE -> {}
            case STREAMING -> metadata.put("streaming", true);
            case CANCELLED, ERROR ->
                metadata.put("finish_reason", message.state().wire());
        }
        if (message.state() == MessageState.ERROR) {
            metadata.set("error", body.at("/error/content"));
        }
        if (body.path("reasoning").isTextual()) {
            metadata.set("reasoning", body.path("reasoning"));
        }
        if (!listed.shown()) {
            metadata.put("replaced", true);
        }
        return metadata;
    }

    private ObjectNode body(Message message) {
        try {
            return mapper.readTree(message.body()) instanceof ObjectNode object ? object : mapper.createObjectNode();
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    static String time(long millis) {
        return TIME.format(Instant.ofEpochMilli(millis));
    }
}
