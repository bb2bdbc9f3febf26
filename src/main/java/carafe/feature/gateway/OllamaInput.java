package carafe.feature.gateway;

import carafe.platform.http.Problem;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;

/** Requests of Ollama's API as chat completion requests, for servers of other protocols. */
final class OllamaInput {
    private static final List<String> SAME =
            List.of("temperature", "top_p", "top_k", "min_p", "seed", "presence_penalty", "frequency_penalty", "stop");
    /** How the base64 of an image begins, by its format's first bytes. */
    private static final Map<String, String> IMAGES =
            Map.of("iVBOR", "image/png", "/9j/", "image/jpeg", "R0lGOD", "image/gif", "UklGR", "image/webp");

    private record Call(String id, String name) {}

    private final ObjectMapper mapper;
    private final ObjectNode from;
    private final ObjectNode to;
    private final ArrayNode messages;
    /** Calls whose results have not come yet: results name the tool, not the call. */
    private final Deque<Call> waiting = new ArrayDeque<>();

    private int calls;

    private OllamaInput(ObjectNode from, ObjectMapper mapper) {
        this.mapper = mapper;
        this.from = from;
        this.to = mapper.createObjectNode();
        this.messages = to.putArray("messages");
    }

    /** A request of {@code /api/chat}. */
    static ObjectNode chat(ObjectNode body, ObjectMapper mapper) {
        OllamaCheck.check(body);
        var input = new OllamaInput(body, mapper);
        int index = 0;
        for (var message : body.path("messages")) {
            input.message(message, "messages." + index++);
        }
        return input.write();
    }

    /** A request of {@code /api/generate}. */
    static ObjectNode generate(ObjectNode body, ObjectMapper mapper) {
        OllamaCheck.check(body);
        for (var field : List.of("suffix", "context")) {
            if (!body.path(field).isEmpty() || !body.path(field).asText("").isEmpty()) {
                throw new Problem.BadRequest("'" + field + "' is not possible with this model's server.", field);
            }
        }
        var input = new OllamaInput(body, mapper);
        if (!body.path("system").asText("").isEmpty()) {
            input.messages.addObject().put("role", "system").set("content", body.get("system"));
        }
        var message = input.messages.addObject().put("role", "user");
        input.content(message, body.path("prompt").asText(""), body.path("images"));
        return input.write();
    }

    private ObjectNode write() {
        to.set("model", from.get("model"));
        to.put("stream", from.path("stream").asBoolean(true));
        if (!from.path("tools").isEmpty()) {
            to.set("tools", from.get("tools"));
        }
        options(from.path("options"));
        format(from.path("format"));
        var think = from.path("think");
        if (think.isTextual()) {
            to.set("reasoning_effort", think);
        } else if (think.asBoolean()) {
            to.put("reasoning_effort", "medium");
        }
        return to;
    }

    private void options(JsonNode options) {
        for (var name : SAME) {
            if (options.hasNonNull(name)) {
                to.set(name, options.get(name));
            }
        }
        if (options.path("num_predict").asInt(-1) > 0) {
            to.set("max_tokens", options.get("num_predict"));
        }
        if (options.hasNonNull("repeat_penalty")) {
            to.set("repeat_penalty", options.get("repeat_penalty"));
        }
    }

    private void format(JsonNode format) {
        if (format.isObject()) {
            var schema =
                    to.putObject("response_format").put("type", "json_schema").putObject("json_schema");
            schema.put("name", "answer").set("schema", format);
        } else if (format.asText("").equals("json")) {
            to.putObject("response_format").put("type", "json_object");
        }
    }

    private void message(JsonNode message, String where) {
        var role = message.path("role").asText();
        var made = messages.addObject().put("role", role);
        switch (role) {
            case "system", "user" -> content(made, message.path("content").asText(""), message.path("images"));
            case "assistant" -> assistant(made, message);
            case "tool" -> {
                made.put("tool_call_id", callId(message));
                made.put("content", message.path("content").asText(""));
            }
            default ->
                throw new Problem.BadRequest(
                        "'" + where + ".role' must be system, user, assistant or tool.", where + ".role");
        }
    }

    private void content(ObjectNode message, String text, JsonNode images) {
        if (images.isEmpty()) {
            message.put("content", text);
            return;
        }
        var parts = message.putArray("content");
        if (!text.isEmpty()) {
            parts.addObject().put("type", "text").put("text", text);
        }
        for (var image : images) {
            var data = image.asText();
            var type = IMAGES.entrySet().stream()
                    .filter(known -> data.startsWith(known.getKey()))
                    .map(Map.Entry::getValue)
                    .findFirst()
                    .orElse("image/png");
            parts.addObject()
                    .put("type", "image_url")
                    .putObject("image_url")
                    .put("url", "data:" + type + ";base64," + data);
        }
    }

    private void assistant(ObjectNode made, JsonNode message) {
        made.put("content", message.path("content").asText(""));
        for (var call : message.path("tool_calls")) {
            var function = call.path("function");
            var id = call.path("id").asText("call_" + calls++);
            var name = function.path("name").asText();
            waiting.add(new Call(id, name));
            var arguments = function.path("arguments");
            made.withArray("tool_calls")
                    .addObject()
                    .put("id", id)
                    .put("type", "function")
                    .putObject("function")
                    .put("name", name)
                    .put("arguments", arguments.isObject() ? arguments.toString() : arguments.asText("{}"));
        }
    }

    /** The call a result answers: by its id if it has one, by the tool's name, else the oldest without a result. */
    private String callId(JsonNode message) {
        if (message.path("tool_call_id").isTextual()) {
            return message.path("tool_call_id").asText();
        }
        var name = message.path("tool_name").asText(message.path("name").asText(""));
        var call = waiting.stream()
                .filter(one -> one.name().equals(name))
                .findFirst()
                .orElse(waiting.peek());
        if (call == null) {
            return "call_0";
        }
        waiting.remove(call);
        return call.id();
    }
}
