package carafe.engine.llm.anthropic;

import carafe.engine.llm.ChatFields;
import carafe.engine.llm.DataUrl;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * The messages of a chat completion request as turns of the Anthropic API: system texts apart, user and assistant in
 * turn, and all results of one round of tool calls in one user turn.
 */
final class MessageList {
    private final ObjectMapper mapper;
    private final ArrayNode system = JsonNodeFactory.instance.arrayNode();
    private final ArrayNode turns = JsonNodeFactory.instance.arrayNode();

    MessageList(ObjectMapper mapper) {
        this.mapper = mapper;
    }

    void system(String text) {
        MessagesRequest.addText(system, text, MissingNode.getInstance());
    }

    void addAll(JsonNode messages) {
        for (var message : messages) {
            switch (message.path("role").asText()) {
                case "system", "developer" -> texts(system, message.path("content"));
                case "assistant" -> assistant(message);
                case "tool", "function" -> toolResult(message);
                default -> user(message.path("content"));
            }
        }
    }

    /** Whether the last turn answers tool calls. */
    boolean endsInToolResults() {
        var last = turns.path(turns.size() - 1).path("content");
        return last.path(0).path("type").asText().equals("tool_result");
    }

    void writeTo(ObjectNode body) {
        if (turns.isEmpty() && !system.isEmpty()) {
            turn("user").addAll(system); // there is no call without a turn
            system.removeAll();
        }
        trimLast();
        if (!system.isEmpty()) {
            body.set("system", system);
        }
        body.set("messages", turns);
    }

    /** An answer to be continued must not end in white space. */
    private void trimLast() {
        var last = turns.path(turns.size() - 1);
        if (last.path("role").asText().equals("assistant")) {
            var blocks = last.path("content");
            if (blocks.path(blocks.size() - 1) instanceof ObjectNode block && block.has("text")) {
                block.put("text", block.get("text").asText().stripTrailing());
            }
        }
    }

    /** The blocks of the last turn if it is of {@code role}, else those of a new one. */
    private ArrayNode turn(String role) {
        var last = turns.path(turns.size() - 1);
        if (last.path("role").asText().equals(role)) {
            return (ArrayNode) last.get("content");
        }
        return turns.addObject().put("role", role).putArray("content");
    }

    private static void texts(ArrayNode blocks, JsonNode content) {
        if (content.isTextual()) {
            MessagesRequest.addText(blocks, content.textValue(), MissingNode.getInstance());
            return;
        }
        for (var part : content) {
            MessagesRequest.addText(blocks, part.path("text").asText(""), part.path("cache_control"));
        }
    }

    private void user(JsonNode content) {
        var blocks = JsonNodeFactory.instance.arrayNode();
        parts(blocks, content);
        if (!blocks.isEmpty()) {
            turn("user").addAll(blocks);
        }
    }

    private static void parts(ArrayNode blocks, JsonNode content) {
        if (content.isTextual()) {
            MessagesRequest.addText(blocks, content.textValue(), MissingNode.getInstance());
            return;
        }
        for (var part : content) {
            switch (part.path("type").asText()) {
                case "text", "input_text" ->
                    MessagesRequest.addText(blocks, part.path("text").asText(), part.path("cache_control"));
                case "image_url" -> image(blocks, part);
                case "file" -> file(blocks, part.path("file"));
                default ->
                    throw ChatFields.unsupported("A message part of type '"
                            + part.path("type").asText() + "' cannot be sent to this model's server.");
            }
        }
    }

    private static void image(ArrayNode blocks, JsonNode part) {
        var address = part.path("image_url");
        var url =
                address.isTextual() ? address.textValue() : address.path("url").asText();
        var block = blocks.addObject().put("type", "image");
        source(block, url);
        if (part.path("cache_control").isObject()) {
            block.set("cache_control", part.get("cache_control"));
        }
    }

    private static void file(ArrayNode blocks, JsonNode file) {
        var data = file.path("file_data").asText("");
        if (data.isEmpty()) {
            throw ChatFields.unsupported("A file must be sent as 'file_data' to this model's server.");
        }
        var block = blocks.addObject().put("type", "document");
        source(block, data.startsWith("data:") ? data : "data:application/pdf;base64," + data);
        if (file.path("filename").isTextual()) {
            block.set("title", file.get("filename"));
        }
    }

    private static void source(ObjectNode block, String url) {
        var data = DataUrl.parse(url);
        if (data.isPresent()) {
            block.putObject("source")
                    .put("type", "base64")
                    .put("media_type", data.get().type())
                    .put("data", data.get().base64());
        } else {
            block.putObject("source").put("type", "url").put("url", url);
        }
    }

    private void assistant(JsonNode message) {
        var blocks = JsonNodeFactory.instance.arrayNode();
        MessagesRequest.addText(blocks, ChatFields.text(message.path("content")), MissingNode.getInstance());
        for (var call : message.path("tool_calls")) {
            var function = call.path("function");
            blocks.addObject()
                    .put("type", "tool_use")
                    .put("id", id(call.path("id")))
                    .put("name", function.path("name").asText())
                    .set("input", input(function.path("arguments")));
        }
        if (!blocks.isEmpty()) {
            turn("assistant").addAll(blocks);
        }
    }

    /** Other servers' ids may hold what this API refuses. */
    private static String id(JsonNode id) {
        return id.asText().replaceAll("[^a-zA-Z0-9_-]", "_");
    }

    /** An object in any case: what a model wrote that is none goes in as one field. */
    private ObjectNode input(JsonNode arguments) {
        if (arguments instanceof ObjectNode object) {
            return object;
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

    private void toolResult(JsonNode message) {
        var blocks = turn("user");
        var result = JsonNodeFactory.instance.objectNode().put("type", "tool_result");
        result.put("tool_use_id", id(message.path("tool_call_id")));
        var content = JsonNodeFactory.instance.arrayNode();
        parts(content, message.path("content"));
        result.set("content", content);
        int at = 0; // results come before anything else of their turn
        while (blocks.path(at).path("type").asText().equals("tool_result")) {
            at++;
        }
        blocks.insert(at, result);
    }
}
