package carafe.engine.llm.anthropic;

import carafe.engine.llm.ChatFields;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Set;

/**
 * Puts fields of a chat completion request into a request of the Anthropic API that otherwise stays as its client wrote
 * it, with its cache marks, signatures and whatever no other protocol has.
 */
public final class MessagesChange {
    private static final Set<String> APART = Set.of("model", "messages", "stream", "system", "max_tokens", "thinking");

    private final ObjectNode request;
    private final boolean replace;

    private MessagesChange(ObjectNode request, boolean replace) {
        this.request = request;
        this.replace = replace;
    }

    /**
     * Changes {@code request}. System messages in {@code chat} come before its own, other messages count for nothing.
     *
     * @param replace whether what the request says itself gives way
     * @throws carafe.engine.llm.LlmException for what the API cannot do
     */
    public static void put(ObjectNode chat, ObjectNode request, boolean replace, ObjectMapper mapper) {
        var whole = chat.deepCopy();
        whole.withArray("messages")
                .addObject()
                .put("role", "user")
                .put("content", "-"); // or the system text became one
        new MessagesChange(request, replace).put(chat, MessagesRequest.of(whole, mapper));
    }

    private void put(ObjectNode chat, ObjectNode change) {
        if (change.path("system") instanceof ArrayNode system) {
            putSystem(system);
        }
        int limit = ChatFields.maxTokens(chat, 0);
        if (limit > 0 && isOpen("max_tokens")) {
            request.put("max_tokens", limit);
        }
        if (change.has("thinking") && isOpen("thinking") && mayThink()) {
            request.set("thinking", change.get("thinking"));
            MessagesRequest.makeRoomToThink(request, chat);
            request.remove(MessagesRequest.SAMPLING);
        }
        boolean thinks = MessagesRequest.isThinking(request);
        boolean oneSampling = Claude.of(chat.path("model").asText()).hasOneSampling();
        for (var field : change.properties()) {
            var name = field.getKey();
            boolean fits = !thinks || !MessagesRequest.SAMPLING.contains(name);
            if (!APART.contains(name) && fits && isOpen(name)) {
                var other = oneSampling ? otherSampling(name) : "";
                if (!request.hasNonNull(other) || replace) {
                    request.remove(other);
                    set(name, field.getValue());
                }
            }
        }
    }

    private static String otherSampling(String name) {
        return switch (name) {
            case "temperature" -> "top_p";
            case "top_p" -> "temperature";
            default -> "";
        };
    }

    private boolean isOpen(String field) {
        return replace || !request.hasNonNull(field);
    }

    /** Objects keep what the change does not speak of. */
    private void set(String name, JsonNode value) {
        if (request.path(name) instanceof ObjectNode own && value instanceof ObjectNode more) {
            own.setAll(more);
        } else {
            request.set(name, value);
        }
    }

    private void putSystem(ArrayNode first) {
        var own = request.path("system");
        if (own.isTextual()) {
            MessagesRequest.addText(first, own.textValue(), own.path("cache_control"));
        } else {
            own.forEach(first::add);
        }
        request.set("system", first);
    }

    /** The API refuses thoughts with a forced tool, and after results of calls whose own thoughts are not there. */
    private boolean mayThink() {
        var choice = request.path("tool_choice").path("type").asText();
        if (choice.equals("any") || choice.equals("tool")) {
            return false;
        }
        var messages = request.path("messages");
        var last = messages.path(messages.size() - 1);
        return !holds(last, "tool_result")
                || holds(messages.path(messages.size() - 2), "thinking")
                || holds(messages.path(messages.size() - 2), "redacted_thinking");
    }

    private static boolean holds(JsonNode message, String type) {
        for (var block : message.path("content")) {
            if (block.path("type").asText().equals(type)) {
                return true;
            }
        }
        return false;
    }
}
