package carafe.feature.gateway;

import carafe.engine.llm.ChatFields;
import carafe.platform.http.Problem;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Set;

/** A request of the Anthropic API as a chat completion request, for servers of other protocols. */
final class MessagesInput {
    /** What the API defines and is translated, or means nothing elsewhere; other fields are passed on by name. */
    private static final Set<String> KNOWN = Set.of(
            "model",
            "messages",
            "system",
            "max_tokens",
            "stream",
            "stop_sequences",
            "tools",
            "tool_choice",
            "thinking",
            "metadata",
            "output_config",
            "output_format",
            "service_tier",
            "container",
            "context_management",
            "mcp_servers",
            "cache_control",
            "inference_geo",
            "speed",
            "betas",
            "billing_policy",
            "compaction",
            "diagnostics",
            "fallback_credit_token",
            "fallbacks",
            "thread",
            "user_profile_id",
            "workspace_id");

    private final ObjectMapper mapper;
    private final ObjectNode from;
    private final ObjectNode to;

    private MessagesInput(ObjectNode from, ObjectMapper mapper) {
        this.mapper = mapper;
        this.from = from;
        this.to = mapper.createObjectNode();
    }

    /** @throws Problem.BadRequest for what cannot be said in that API, naming the field */
    static ObjectNode chat(ObjectNode messages, ObjectMapper mapper) {
        MessagesCheck.check(messages);
        return new MessagesInput(messages, mapper).write();
    }

    private ObjectNode write() {
        to.set("model", from.get("model"));
        var messages = to.putArray("messages");
        var system = text(from.path("system"));
        if (!system.isEmpty()) {
            messages.addObject().put("role", "system").put("content", system);
        }
        int index = 0;
        for (var message : from.path("messages")) {
            message(messages, message, "messages." + index++);
        }
        to.put("stream", from.path("stream").asBoolean());
        if (from.hasNonNull("max_tokens")) {
            to.set("max_tokens", from.get("max_tokens"));
        }
        if (!from.path("stop_sequences").isEmpty()) {
            to.set("stop", from.get("stop_sequences"));
        }
        tools();
        thinking();
        format();
        if (from.path("metadata").path("user_id").isTextual()) {
            to.put("user", ShortNames.user(from.path("metadata").get("user_id").textValue()));
        }
        from.properties().forEach(field -> {
            if (!KNOWN.contains(field.getKey())) {
                to.set(field.getKey(), field.getValue());
            }
        });
        return to;
    }

    private static String text(JsonNode content) {
        if (content.isTextual()) {
            return content.textValue();
        }
        var text = new StringBuilder();
        for (var block : content) {
            var piece = block.path("text").asText("");
            text.append(text.isEmpty() || piece.isEmpty() ? "" : "\n\n").append(piece);
        }
        return text.toString();
    }

    private void message(ArrayNode messages, JsonNode message, String where) {
        var content = message.path("content");
        switch (message.path("role").asText()) {
            case "assistant" -> assistant(messages, content);
            case "system" -> messages.addObject().put("role", "system").put("content", text(content));
            case "user" -> user(messages, content, where + ".content");
            default -> throw new Problem.BadRequest("'" + where + ".role' must be user or assistant.", where + ".role");
        }
    }

    private void assistant(ArrayNode messages, JsonNode content) {
        var message = messages.addObject().put("role", "assistant");
        var calls = mapper.createArrayNode();
        for (var block : content.isArray() ? content : List.<JsonNode>of()) {
            if (block.path("type").asText().equals("tool_use")) {
                calls.addObject()
                        .put("id", block.path("id").asText())
                        .put("type", "function")
                        .putObject("function")
                        .put("name", ShortNames.tool(block.path("name").asText()))
                        .put(
                                "arguments",
                                block.path("input").isObject()
                                        ? block.get("input").toString()
                                        : "{}");
            }
        }
        var text = text(content); // thoughts stay with the model that had them
        message.put("content", text.isEmpty() && !calls.isEmpty() ? null : text);
        if (!calls.isEmpty()) {
            message.set("tool_calls", calls);
        }
    }

    /** Results of tools become messages of their own, before what else the turn says. */
    private void user(ArrayNode messages, JsonNode content, String where) {
        if (content.isTextual()) {
            messages.addObject().put("role", "user").set("content", content);
            return;
        }
        var parts = mapper.createArrayNode();
        int index = 0;
        for (var block : content) {
            var at = where + "." + index++;
            if (block.path("type").asText().equals("tool_result")) {
                result(messages, parts, block, at);
            } else {
                part(parts, block, at);
            }
        }
        if (!parts.isEmpty()) {
            boolean onlyText =
                    parts.size() == 1 && parts.path(0).path("type").asText().equals("text");
            var message = messages.addObject().put("role", "user");
            message.set("content", onlyText ? parts.path(0).get("text") : parts);
        }
    }

    private void result(ArrayNode messages, ArrayNode parts, JsonNode block, String where) {
        var content = block.path("content");
        var text = text(content);
        messages.addObject()
                .put("role", "tool")
                .put("tool_call_id", block.path("tool_use_id").asText())
                .put("content", block.path("is_error").asBoolean() ? "Error: " + text : text);
        int index = 0;
        for (var inner : content.isArray() ? content : List.<JsonNode>of()) {
            if (!inner.path("type").asText().equals("text")) {
                part(parts, inner, where + ".content." + index); // a tool's message holds text only
            }
            index++;
        }
    }

    private static void part(ArrayNode parts, JsonNode block, String where) {
        var source = block.path("source");
        switch (block.path("type").asText()) {
            case "text" ->
                parts.addObject()
                        .put("type", "text")
                        .put("text", block.path("text").asText());
            case "image" ->
                parts.addObject()
                        .put("type", "image_url")
                        .putObject("image_url")
                        .put("url", url(source, where));
            case "document" -> document(parts, block, where);
            case "thinking", "redacted_thinking" -> {}
            default ->
                throw new Problem.BadRequest(
                        "'" + where + "': a block of type '"
                                + block.path("type").asText() + "' cannot be sent to this model's server.",
                        where);
        }
    }

    private static void document(ArrayNode parts, JsonNode block, String where) {
        var source = block.path("source");
        switch (source.path("type").asText()) {
            case "text" ->
                parts.addObject()
                        .put("type", "text")
                        .put("text", source.path("data").asText());
            case "content" -> parts.addObject().put("type", "text").put("text", text(source.path("content")));
            case "base64" ->
                parts.addObject()
                        .put("type", "file")
                        .putObject("file")
                        .put("filename", block.path("title").asText("document.pdf"))
                        .put("file_data", url(source, where));
            default ->
                throw new Problem.BadRequest(
                        "'" + where + ".source': this model's server takes documents inside the request only.",
                        where + ".source");
        }
    }

    private static String url(JsonNode source, String where) {
        return switch (source.path("type").asText()) {
            case "base64" ->
                "data:" + source.path("media_type").asText() + ";base64,"
                        + source.path("data").asText();
            case "url" -> source.path("url").asText();
            default ->
                throw new Problem.BadRequest(
                        "'" + where + ".source.type' must be base64 or url for this model's server.",
                        where + ".source.type");
        };
    }

    private void tools() {
        int index = 0;
        for (var tool : from.path("tools")) {
            if (tool.path("type").asText().startsWith("web_search_")) {
                WebSearch.ofAnthropic(tool, to);
                index++;
                continue;
            }
            if (!tool.path("type").asText("custom").equals("custom")) {
                throw new Problem.BadRequest(
                        "'tools." + index + ".type': this model's server does not offer '"
                                + tool.path("type").asText() + "'.",
                        "tools." + index + ".type");
            }
            index++;
            var function =
                    to.withArray("tools").addObject().put("type", "function").putObject("function");
            function.put("name", ShortNames.tool(tool.path("name").asText()));
            if (tool.path("description").isTextual()) {
                function.set("description", tool.get("description"));
            }
            function.set(
                    "parameters",
                    tool.path("input_schema").isObject() ? tool.get("input_schema") : mapper.createObjectNode());
            if (tool.has("strict")) {
                function.put("strict", tool.path("strict").asBoolean() && StrictSchema.fits(tool.path("input_schema")));
            }
        }
        var choice = from.path("tool_choice");
        switch (choice.path("type").asText()) {
            case "any" -> to.put("tool_choice", "required");
            case "auto", "none" -> to.set("tool_choice", choice.get("type"));
            case "tool" -> {
                var name = choice.path("name").asText();
                if (to.has(ChatFields.SEARCH) && name.equals("web_search")) {
                    to.putObject("tool_choice").put("type", "web_search");
                } else {
                    to.putObject("tool_choice")
                            .put("type", "function")
                            .putObject("function")
                            .put("name", ShortNames.tool(name));
                }
            }
            default -> {}
        }
        if (choice.path("disable_parallel_tool_use").asBoolean()) {
            to.put("parallel_tool_calls", false);
        }
    }

    private void thinking() {
        var effort = from.path("output_config").path("effort").asText("");
        var thinking = from.path("thinking");
        if (effort.isEmpty() && thinking.path("type").asText().equals("enabled")) {
            int budget = thinking.path("budget_tokens").asInt(8192);
            effort = budget < 4096 ? "low" : budget < 16384 ? "medium" : "high";
        }
        if (!effort.isEmpty()) {
            to.put("reasoning_effort", effort.equals("max") ? "high" : effort);
        }
    }

    private void format() {
        var given = from.path("output_config").path("format");
        var format = given.isObject() ? given : from.path("output_format");
        if (format.path("type").asText().equals("json_schema")) {
            var schema =
                    to.putObject("response_format").put("type", "json_schema").putObject("json_schema");
            schema.put("name", "answer").put("strict", StrictSchema.fits(format.path("schema")));
            schema.set("schema", format.path("schema"));
        }
    }
}
