package carafe.feature.chats;

import carafe.platform.http.Json;
import carafe.platform.realtime.Events;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.UncheckedIOException;

/** The JSON that is kept in columns, with sorted keys so that equal objects are equal text, and the event of a change. */
final class Wire {
    static final ObjectMapper MAPPER = Json.mapper();
    private static final ObjectWriter SORTED = MAPPER.writer().with(JsonNodeFeature.WRITE_PROPERTIES_SORTED);

    private Wire() {}

    static String sorted(ObjectNode node) {
        try {
            return Unicode.mended(SORTED.writeValueAsString(node));
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A message's body as stored: with a timestamp in seconds, so that a client's copy compares equal. */
    static String body(ObjectNode body, long now) {
        if (body.hasNonNull("timestamp")) {
            return sorted(body);
        }
        return sorted(body.deepCopy().put("timestamp", now / 1000));
    }

    /** A column's JSON object; what is stored was written by {@link #sorted}, anything else is a damaged row. */
    static ObjectNode parsed(String json) {
        try {
            return MAPPER.readTree(json) instanceof ObjectNode object ? object : JsonNodeFactory.instance.objectNode();
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The object under {@code key}, an empty one when there is none. */
    static ObjectNode object(ObjectNode node, String key) {
        return node.get(key) instanceof ObjectNode object ? object : node.objectNode();
    }

    /** Tells the account's open pages that its list of chats changed. */
    static void announce(Events events, String accountId, String chatId) {
        var data =
                JsonNodeFactory.instance.objectNode().put("type", "chat:list").put("chat_id", chatId);
        events.publish("account:" + accountId, new Events.Event("chat", data));
    }
}
