package carafe.feature.gateway;

import carafe.engine.llm.ChatFields;
import carafe.platform.http.Problem;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** A request of OpenAI's Responses API as a chat completion request, for servers that do not have that API. */
final class ResponsesInput {
    /** What the API defines and is translated, or means nothing elsewhere; other fields are passed on by name. */
    private static final Set<String> KNOWN = Set.of(
            "model",
            "input",
            "instructions",
            "stream",
            "stream_options",
            "max_output_tokens",
            "max_tool_calls",
            "tools",
            "tool_choice",
            "text",
            "reasoning",
            "previous_response_id",
            "conversation",
            "background",
            "store",
            "include",
            "truncation",
            "metadata",
            "prompt",
            "prompt_cache_key",
            "prompt_cache_retention",
            "safety_identifier",
            "service_tier",
            "top_logprobs",
            "context_management",
            "access_programs",
            "client_metadata",
            "background_options",
            "image",
            "moderation",
            "prompt_cache_options");

    private final ObjectMapper mapper;
    private final ObjectNode from;
    private final ObjectNode to;
    private final ArrayNode messages;
    /** Pictures and files that tools gave, for a message of the user's after all results: a tool's holds text only. */
    private final ArrayNode shown;

    private ResponsesInput(ObjectNode from, ObjectMapper mapper) {
        this.mapper = mapper;
        this.from = from;
        this.to = mapper.createObjectNode();
        this.messages = to.putArray("messages");
        this.shown = mapper.createArrayNode();
    }

    /** @throws Problem.BadRequest for what cannot be said in that API, naming the field */
    static ObjectNode chat(ObjectNode body, ObjectMapper mapper) {
        ResponsesCheck.check(body);
        return new ResponsesInput(body, mapper).write();
    }

    private ObjectNode write() {
        for (var field : List.of("previous_response_id", "conversation", "prompt")) {
            if (from.hasNonNull(field)) {
                throw refused(field, "responses are not kept for this model; send the whole conversation as 'input'");
            }
        }
        if (from.path("background").asBoolean()) {
            throw refused("background", "this model answers at once or not at all");
        }
        to.set("model", from.get("model"));
        if (from.path("instructions").isTextual()) {
            messages.addObject().put("role", "system").set("content", from.get("instructions"));
        }
        input();
        to.put("stream", from.path("stream").asBoolean());
        if (from.hasNonNull("max_output_tokens")) {
            to.set("max_tokens", from.get("max_output_tokens"));
        }
        if (from.path("reasoning").path("effort").isTextual()) {
            to.set("reasoning_effort", from.path("reasoning").get("effort"));
        }
        if (from.path("text").path("verbosity").isTextual()) {
            to.set("verbosity", from.path("text").get("verbosity"));
        }
        tools();
        format(from.path("text").path("format"));
        from.properties().forEach(field -> {
            if (!KNOWN.contains(field.getKey())) {
                to.set(field.getKey(), field.getValue());
            }
        });
        return to;
    }

    private static Problem refused(String field, String why) {
        return new Problem.BadRequest("unsupported_parameter", "'" + field + "' is not possible: " + why + ".", field);
    }

    private void input() {
        var input = from.path("input");
        if (input.isTextual()) {
            messages.addObject().put("role", "user").set("content", input);
            return;
        }
        int index = 0;
        for (var item : input) {
            item(item, "input." + index++);
        }
        show();
    }

    private void show() {
        if (!shown.isEmpty()) {
            messages.addObject().put("role", "user").putArray("content").addAll(shown);
            shown.removeAll();
        }
    }

    private void item(JsonNode item, String where) {
        switch (item.path("type").asText("message")) {
            case "message" -> message(item, where);
            case "function_call" -> call(item, item.path("arguments").asText());
            case "custom_tool_call" ->
                call(item, ChatTools.arguments(item.path("input").asText()));
            case "function_call_output", "custom_tool_call_output" -> result(item, where);
            case "reasoning" -> {} // thoughts stay with the model that had them
            case "web_search_call" -> {} // and what a server found, with the server
            default ->
                throw refused(
                        where + ".type",
                        "this model does not know items of type '"
                                + item.path("type").asText() + "'");
        }
    }

    private void message(JsonNode item, String where) {
        show();
        var role = item.path("role").asText();
        var content = item.path("content");
        var message = messages.addObject().put("role", role.equals("developer") ? "system" : role);
        if (content.isTextual()) {
            message.set("content", content);
            return;
        }
        var parts = mapper.createArrayNode();
        int index = 0;
        for (var part : content) {
            part(parts, part, where + ".content." + index++);
        }
        boolean onlyText =
                parts.size() == 1 && parts.path(0).path("type").asText().equals("text");
        message.set("content", onlyText ? parts.path(0).get("text") : parts);
    }

    private static void part(ArrayNode parts, JsonNode part, String where) {
        switch (part.path("type").asText()) {
            case "input_text", "output_text", "text" ->
                parts.addObject()
                        .put("type", "text")
                        .put("text", part.path("text").asText());
            case "refusal" ->
                parts.addObject()
                        .put("type", "text")
                        .put("text", part.path("refusal").asText());
            case "input_image" -> {
                if (!part.path("image_url").isTextual()) {
                    throw refused(where + ".image_url", "images must be sent by their address or as data");
                }
                var image = parts.addObject().put("type", "image_url").putObject("image_url");
                image.set("url", part.get("image_url"));
                if (part.hasNonNull("detail")) {
                    image.set("detail", part.get("detail"));
                }
            }
            case "input_file" -> {
                if (!part.path("file_data").isTextual()) {
                    throw refused(where + ".file_data", "files must be sent as data");
                }
                var file = parts.addObject().put("type", "file").putObject("file");
                file.put("filename", part.path("filename").asText("file.pdf")).set("file_data", part.get("file_data"));
            }
            default ->
                throw refused(
                        where + ".type",
                        "this model does not know '" + part.path("type").asText() + "'");
        }
    }

    /** Calls follow the message they belong to, each as an item of its own. */
    private void call(JsonNode item, String arguments) {
        show();
        var last = messages.path(messages.size() - 1);
        var message =
                last instanceof ObjectNode object && last.path("role").asText().equals("assistant")
                        ? object
                        : messages.addObject().put("role", "assistant").putNull("content");
        message.withArray("tool_calls")
                .addObject()
                .put("id", item.path("call_id").asText())
                .put("type", "function")
                .putObject("function")
                .put("name", item.path("name").asText())
                .put("arguments", arguments);
    }

    private void result(JsonNode item, String where) {
        var output = item.path("output");
        var text = new StringBuilder(output.asText(""));
        int index = 0;
        for (var part : output.isArray() ? output : List.<JsonNode>of()) {
            if (part.path("type").asText().equals("input_text")) {
                text.append(part.path("text").asText());
            } else {
                part(shown, part, where + ".output." + index);
            }
            index++;
        }
        messages.addObject()
                .put("role", "tool")
                .put("tool_call_id", item.path("call_id").asText())
                .put("content", text.toString());
    }

    private void tools() {
        int index = 0;
        for (var tool : from.path("tools")) {
            tool(tool, "tools." + index++);
        }
        var choice = from.path("tool_choice");
        switch (choice.path("type").asText()) {
            case "allowed_tools" -> {
                var names = new HashSet<String>();
                choice.path("tools").forEach(tool -> names.add(tool.path("name").asText()));
                boolean search = false;
                for (var tool : choice.path("tools")) {
                    search |= WebSearch.isResponses(tool);
                }
                if (!search) {
                    to.remove(ChatFields.SEARCH);
                }
                ChatTools.allow(to, names, choice.path("mode").asText("auto"));
            }
            case "function", "custom" ->
                to.putObject("tool_choice")
                        .put("type", "function")
                        .putObject("function")
                        .put("name", choice.path("name").asText());
            default -> {
                if (choice.isTextual()) {
                    to.set("tool_choice", choice);
                } else if (WebSearch.isResponses(choice)) {
                    to.putObject("tool_choice").put("type", "web_search");
                }
            }
        }
    }

    private void tool(JsonNode tool, String where) {
        switch (tool.path("type").asText()) {
            case "function" -> {
                var function = ((ObjectNode) tool).deepCopy();
                function.remove("type");
                to.withArray("tools").addObject().put("type", "function").set("function", function);
            }
            case "custom" -> to.withArray("tools").add(ChatTools.function(tool));
            default -> {
                if (!WebSearch.isResponses(tool)) {
                    throw refused(
                            where + ".type",
                            "this model's server does not offer '"
                                    + tool.path("type").asText() + "'");
                }
                WebSearch.ofResponses(tool, where, from.path("max_tool_calls"), to);
            }
        }
    }

    private void format(JsonNode format) {
        switch (format.path("type").asText()) {
            case "json_schema" -> {
                var schema = ((ObjectNode) format).deepCopy();
                schema.remove("type");
                to.putObject("response_format").put("type", "json_schema").set("json_schema", schema);
            }
            case "json_object" -> to.putObject("response_format").put("type", "json_object");
            default -> {}
        }
    }
}
