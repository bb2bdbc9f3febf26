package carafe.engine.llm.ollama;

import carafe.engine.llm.ChatFields;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Set;

/**
 * Puts fields of a chat completion request into a request of Ollama's API that otherwise stays as its client wrote it, with
 * the options, templates and tools that no other protocol has.
 */
public final class OllamaChange {
    private static final Set<String> APART = Set.of("model", "messages", "stream", "options");

    private OllamaChange() {}

    /**
     * Changes {@code request}, of {@code /api/chat} if it has messages and else of {@code /api/generate}. The system
     * message of {@code chat} comes before its own, other messages count for nothing.
     *
     * @param replace whether what the request says itself gives way
     * @throws carafe.engine.llm.LlmException for what the API cannot do
     */
    public static void put(ObjectNode chat, ObjectNode request, boolean replace, ObjectMapper mapper) {
        var change = ChatRequest.of(chat, mapper);
        var system = ChatFields.system(chat);
        if (!system.isEmpty()) {
            putSystem(system, request);
        }
        change.properties().forEach(field -> {
            if (!APART.contains(field.getKey())) {
                set(request, field.getKey(), field.getValue(), replace);
            }
        });
        if (change.get("options") instanceof ObjectNode options) {
            var own = ChatFields.object(request, "options");
            options.properties().forEach(option -> set(own, option.getKey(), option.getValue(), replace));
        }
    }

    private static void set(ObjectNode in, String name, JsonNode value, boolean replace) {
        if (replace || !in.hasNonNull(name)) {
            in.set(name, value);
        }
    }

    private static void putSystem(String system, ObjectNode request) {
        if (!request.has("messages")) {
            if (!request.path("raw")
                    .asBoolean()) { // a raw prompt has its system text in it, and Ollama refuses another
                request.put(
                        "system",
                        ChatFields.joined(system, request.path("system").asText("")));
            }
            return;
        }
        var messages = request.withArray("messages");
        if (messages.isEmpty()) { // only loads the model
            return;
        }
        if (messages.path(0) instanceof ObjectNode first
                && first.path("role").asText().equals("system")) {
            first.put("content", ChatFields.joined(system, first.path("content").asText("")));
        } else {
            messages.insertObject(0).put("role", "system").put("content", system);
        }
    }
}
