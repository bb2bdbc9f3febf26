package carafe.feature.gateway;

import carafe.engine.llm.LlmEvent;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A tool call that is put together from its pieces. */
final class ToolCall {
    private final StringBuilder arguments = new StringBuilder();
    private @Nullable String id;
    private String name = "";

    void add(LlmEvent.ToolCallDelta piece) {
        if (piece.id() != null && !piece.id().isEmpty() && id == null) {
            id = piece.id();
        }
        if (piece.name() != null && name.isEmpty()) {
            name = piece.name();
        }
        arguments.append(piece.arguments());
    }

    /** The upstream's id, or one of our own for servers that give none. */
    String id() {
        var known = id;
        if (known == null) {
            known = "call_" + UUID.randomUUID().toString().replace("-", "");
            id = known;
        }
        return known;
    }

    String name() {
        return name;
    }

    String arguments() {
        return arguments.toString();
    }

    /** Whether the arguments so far can become a JSON object. */
    boolean looksLikeJson() {
        for (int i = 0; i < arguments.length(); i++) {
            if (!Character.isWhitespace(arguments.charAt(i))) {
                return arguments.charAt(i) == '{';
            }
        }
        return true;
    }

    /** Whether all of the arguments are there, as far as they can tell. */
    boolean isComplete(ObjectMapper mapper) {
        if (arguments.isEmpty() || arguments.charAt(arguments.length() - 1) != '}') {
            return false; // cheap, and right for nearly every piece
        }
        try {
            return mapper.readTree(arguments.toString()) instanceof ObjectNode;
        } catch (JsonProcessingException e) {
            return false;
        }
    }

    /** The arguments as an object in any case: what the model wrote that is none goes in as one field. */
    ObjectNode input(ObjectMapper mapper) {
        var text = arguments.toString();
        if (text.isBlank()) {
            return mapper.createObjectNode();
        }
        try {
            if (mapper.readTree(text) instanceof ObjectNode object) {
                return object;
            }
        } catch (JsonProcessingException e) {
            return mapper.createObjectNode().put("arguments", text);
        }
        return mapper.createObjectNode().put("arguments", text);
    }
}
