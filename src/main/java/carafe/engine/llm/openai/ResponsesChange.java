package carafe.engine.llm.openai;

import carafe.engine.llm.ChatFields;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/**
 * Puts fields of a chat completion request into a request of the Responses API that otherwise stays as its client wrote it,
 * with its own tools, references and whatever no other protocol has. What the API has no field for is left out, as the
 * penalties, a seed and stops.
 */
public final class ResponsesChange {
    private static final List<String> SAME = List.of("temperature", "top_p", "top_logprobs");

    private final ObjectNode request;
    private final boolean replace;

    private ResponsesChange(ObjectNode request, boolean replace) {
        this.request = request;
        this.replace = replace;
    }

    /**
     * Changes {@code request}. The system message of {@code chat} comes before its instructions, other messages count for
     * nothing.
     *
     * @param replace whether what the request says itself gives way
     */
    public static void put(ObjectNode chat, ObjectNode request, boolean replace) {
        new ResponsesChange(request, replace).put(chat);
    }

    private void put(ObjectNode chat) {
        var system = ChatFields.system(chat);
        if (!system.isEmpty()) {
            request.put(
                    "instructions",
                    ChatFields.joined(system, request.path("instructions").asText("")));
        }
        for (var name : SAME) {
            set(request, name, chat.path(name));
        }
        int limit = ChatFields.maxTokens(chat, 0);
        if (limit > 0) {
            set(request, "max_output_tokens", JsonNodeFactory.instance.numberNode(limit));
        }
        setIn("reasoning", "effort", chat.path("reasoning_effort"));
        setIn("text", "verbosity", chat.path("verbosity"));
        setIn("text", "format", format(chat.path("response_format")));
        var more = JsonNodeFactory.instance.objectNode();
        ChatFields.copyUnknown(chat, more);
        more.remove(OpenAiClient.FOREIGN);
        more.properties().forEach(field -> set(request, field.getKey(), field.getValue()));
    }

    private void setIn(String object, String name, JsonNode value) {
        if (!value.isMissingNode() && !value.isNull()) {
            set(ChatFields.object(request, object), name, value);
        }
    }

    private void set(ObjectNode in, String name, JsonNode value) {
        if (!value.isMissingNode() && !value.isNull() && (replace || !in.hasNonNull(name))) {
            in.set(name, value);
        }
    }

    /** The schema stands beside its type here, one level less deep. */
    private static JsonNode format(JsonNode format) {
        if (!(format.path("json_schema") instanceof ObjectNode schema)) {
            return format;
        }
        return JsonNodeFactory.instance
                .objectNode()
                .put("type", format.path("type").asText())
                .setAll(schema);
    }
}
