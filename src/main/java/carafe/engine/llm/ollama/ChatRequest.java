package carafe.engine.llm.ollama;

import carafe.engine.llm.ChatFields;
import carafe.engine.llm.DataUrl;
import carafe.engine.llm.OllamaParams;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Writes a chat completion request as one of Ollama's own {@code /api/chat} (github.com/ollama/ollama, docs/api.md). */
final class ChatRequest {
    /** Fields that Ollama keeps among its options, by their name there. */
    private static final Map<String, String> OPTIONS = Map.of(
            "temperature", "temperature",
            "top_p", "top_p",
            "top_k", "top_k",
            "min_p", "min_p",
            "seed", "seed",
            "presence_penalty", "presence_penalty",
            "frequency_penalty", "frequency_penalty",
            "repeat_penalty", "repeat_penalty");

    private final ObjectNode from;
    private final ObjectMapper mapper;
    private final ObjectNode to = JsonNodeFactory.instance.objectNode();
    /** Names of the tools called so far by the id of the call: Ollama's results carry the name. */
    private final Map<String, String> called = new HashMap<>();

    private ChatRequest(ObjectNode from, ObjectMapper mapper) {
        this.from = from;
        this.mapper = mapper;
    }

    /** @throws carafe.engine.llm.LlmException for what Ollama cannot do */
    static ObjectNode of(ObjectNode chat, ObjectMapper mapper) {
        ChatFields.checkOneAnswer(chat);
        ChatFields.checkNoSearch(chat, "Ollama");
        return new ChatRequest(chat, mapper).write();
    }

    private ObjectNode write() {
        to.put("model", from.path("model").asText());
        var messages = to.putArray("messages");
        for (var message : from.path("messages")) {
            messages.add(message(message));
        }
        to.put("stream", from.path("stream").asBoolean(true));
        if (!from.path("tools").isEmpty() && !from.path("tool_choice").asText().equals("none")) {
            to.set("tools", functions(from.get("tools")));
        }
        format();
        think();
        options();
        OllamaParams.move(from, to);
        ChatFields.copyUnknown(from, to);
        to.remove(OPTIONS.keySet());
        return to;
    }

    private ObjectNode message(JsonNode message) {
        var made = JsonNodeFactory.instance.objectNode();
        var role = message.path("role").asText();
        made.put("role", role.equals("developer") ? "system" : role);
        var content = message.path("content");
        made.put("content", ChatFields.text(content));
        for (var part : content.isArray() ? content : List.<JsonNode>of()) {
            part(made, part);
        }
        if (message.path("reasoning_content").isTextual()) {
            made.set("thinking", message.get("reasoning_content"));
        }
        for (var call : message.path("tool_calls")) {
            var function = call.path("function");
            called.put(call.path("id").asText(), function.path("name").asText());
            made.withArray("tool_calls")
                    .addObject()
                    .putObject("function")
                    .put("name", function.path("name").asText())
                    .set("arguments", arguments(function.path("arguments")));
        }
        if (role.equals("tool")) {
            var name = called.get(message.path("tool_call_id").asText());
            made.put("tool_name", name == null ? message.path("name").asText() : name);
        }
        return made;
    }

    private static void part(ObjectNode message, JsonNode part) {
        switch (part.path("type").asText()) {
            case "text", "input_text", "refusal" -> {} // in the content already
            case "image_url" -> {
                var address = part.path("image_url");
                var url = address.isTextual()
                        ? address.textValue()
                        : address.path("url").asText();
                var data = DataUrl.parse(url)
                        .orElseThrow(() -> ChatFields.unsupported(
                                "This model's server takes images as data: addresses only, not by their address."));
                message.withArray("images").add(data.base64());
            }
            default ->
                throw ChatFields.unsupported("A message part of type '"
                        + part.path("type").asText() + "' cannot be sent to this model's server.");
        }
    }

    private JsonNode arguments(JsonNode arguments) {
        if (arguments.isObject()) {
            return arguments;
        }
        var text = arguments.asText("");
        var wrapped = JsonNodeFactory.instance.objectNode();
        if (text.isBlank()) {
            return wrapped;
        }
        try {
            return mapper.readTree(text) instanceof ObjectNode object ? object : wrapped.put("arguments", text);
        } catch (JsonProcessingException e) {
            return wrapped.put("arguments", text);
        }
    }

    private static JsonNode functions(JsonNode tools) {
        for (var tool : tools) {
            if (!tool.path("type").asText("function").equals("function")) {
                throw ChatFields.unsupported(
                        "Ollama has no tool of type '" + tool.path("type").asText() + "'; it knows functions only.");
            }
        }
        return tools;
    }

    private void format() {
        var format = from.path("response_format");
        switch (format.path("type").asText()) {
            case "json_schema" -> to.set("format", format.path("json_schema").path("schema"));
            case "json_object" -> to.put("format", "json");
            default -> {}
        }
    }

    /** Levels are for gpt-oss; other models only know whether to think. */
    private void think() {
        var effort = from.path("reasoning_effort").asText();
        if (effort.isEmpty()) {
            return;
        }
        if (effort.equals("none")) {
            to.put("think", false);
        } else if (from.path("model").asText().contains("gpt-oss")) {
            to.put(
                    "think",
                    switch (effort) {
                        case "minimal" -> "low";
                        case "xhigh" -> "high";
                        default -> effort;
                    });
        } else {
            to.put("think", true);
        }
    }

    private void options() {
        var options = JsonNodeFactory.instance.objectNode();
        OPTIONS.forEach((name, option) -> {
            if (from.hasNonNull(name)) {
                options.set(option, from.get(name));
            }
        });
        int limit = ChatFields.maxTokens(from, -1);
        if (limit > 0) {
            options.put("num_predict", limit);
        }
        var stop = from.path("stop");
        if (stop.isTextual()) {
            options.putArray("stop").add(stop);
        } else if (stop.isArray()) {
            options.set("stop", stop);
        }
        if (from.path("options") instanceof ObjectNode own) {
            options.setAll(own);
        }
        if (!options.isEmpty()) {
            to.set("options", options);
        }
    }
}
