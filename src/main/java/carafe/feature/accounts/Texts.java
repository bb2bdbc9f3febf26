package carafe.feature.accounts;

import carafe.platform.http.Json;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** JSON that is kept as text in settings and columns; what is damaged or missing reads as empty. */
final class Texts {
    private static final ObjectMapper MAPPER = Json.mapper();

    private Texts() {}

    static ObjectNode object(String text) {
        return read(text) instanceof ObjectNode object ? object : JsonNodeFactory.instance.objectNode();
    }

    static ArrayNode array(String text) {
        return read(text) instanceof ArrayNode array ? array : JsonNodeFactory.instance.arrayNode();
    }

    private static JsonNode read(String text) {
        try {
            return text.isBlank() ? JsonNodeFactory.instance.nullNode() : MAPPER.readTree(text);
        } catch (JsonProcessingException e) {
            return JsonNodeFactory.instance.nullNode(); // typed by hand into a variable: its default holds
        }
    }
}
