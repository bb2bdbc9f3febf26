package carafe.engine.llm.anthropic;

import carafe.engine.llm.ChatFields;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;

/** Writes a chat completion request as one of the Anthropic API (docs.anthropic.com/en/api/messages). */
final class MessagesRequest {
    /** The API insists on a limit. */
    private static final int MAX_TOKENS = 8192;
    /** Tokens to think with, by OpenAI's words for it. */
    private static final Map<String, Integer> EFFORTS =
            Map.of("minimal", 1024, "low", 2048, "medium", 8192, "high", 16384, "xhigh", 24576);

    /** How a model draws its words; refused together with thinking. */
    static final List<String> SAMPLING = List.of("temperature", "top_k", "top_p");
    /** What most servers know, but not this API. */
    private static final List<String> FOREIGN = List.of("min_p", "repeat_penalty");

    private static final String SEARCH_TOOL = "web_search";

    private final ObjectNode from;
    private final ObjectNode to = JsonNodeFactory.instance.objectNode();
    private final MessageList messages;
    private final Claude claude;

    private MessagesRequest(ObjectNode from, ObjectMapper mapper) {
        this.from = from;
        this.messages = new MessageList(mapper);
        this.claude = Claude.of(from.path("model").asText());
    }

    /** @throws carafe.engine.llm.LlmException for what the API cannot do */
    static ObjectNode of(ObjectNode chat, ObjectMapper mapper) {
        ChatFields.checkOneAnswer(chat);
        return new MessagesRequest(chat, mapper).write();
    }

    private ObjectNode write() {
        to.put("model", from.path("model").asText());
        messages.addAll(from.path("messages"));
        responseFormat();
        messages.writeTo(to);
        to.put("max_tokens", ChatFields.maxTokens(from, MAX_TOKENS));
        if (from.path("stream").asBoolean(true)) {
            to.put("stream", true);
        }
        if (from.path("temperature").isNumber()) {
            to.put("temperature", Math.clamp(from.path("temperature").asDouble(), 0.0, 1.0)); // theirs ends at 1
        }
        if (from.hasNonNull("top_p")) {
            to.set("top_p", from.get("top_p"));
        }
        stops();
        tools();
        if (from.path("user").isTextual()) {
            to.putObject("metadata").set("user_id", from.get("user"));
        }
        ChatFields.copyUnknown(from, to);
        to.remove(FOREIGN);
        thinking();
        sampling();
        return to;
    }

    private void sampling() {
        if (claude.hasNoSampling()) {
            to.remove(SAMPLING);
        } else if (claude.hasOneSampling() && to.has("temperature")) {
            to.remove("top_p");
        }
    }

    private void stops() {
        var given = from.path("stop");
        var stops = JsonNodeFactory.instance.arrayNode();
        for (var stop : given.isArray() ? given : List.of(given)) {
            if (stop.isTextual() && !stop.textValue().isBlank()) { // blank ones are refused
                stops.add(stop);
            }
        }
        if (!stops.isEmpty()) {
            to.set("stop_sequences", stops);
        }
    }

    private void tools() {
        var tools = JsonNodeFactory.instance.arrayNode();
        for (var tool : from.path("tools")) {
            tools.add(tool(tool));
        }
        if (from.path(ChatFields.SEARCH) instanceof ObjectNode options) {
            tools.add(search(options));
        }
        if (tools.isEmpty()) {
            return;
        }
        to.set("tools", tools);
        var choice = choice(from.path("tool_choice"));
        if (from.path("parallel_tool_calls").isBoolean()
                && !from.path("parallel_tool_calls").asBoolean()
                && !choice.path("type").asText().equals("none")) {
            choice.put("disable_parallel_tool_use", true);
            if (!choice.has("type")) {
                choice.put("type", "auto");
            }
        }
        if (!choice.isEmpty()) {
            to.set("tool_choice", choice);
        }
    }

    private static JsonNode tool(JsonNode tool) {
        if (!tool.path("type").asText("function").equals("function")) {
            return tool; // one of Anthropic's own
        }
        var function = tool.path("function");
        var to = JsonNodeFactory.instance.objectNode();
        to.put("name", function.path("name").asText());
        if (function.path("description").isTextual()) {
            to.set("description", function.get("description"));
        }
        if (function.path("parameters") instanceof ObjectNode schema) {
            var copy = schema.deepCopy();
            if (!copy.has("type")) {
                copy.put("type", "object");
            }
            to.set("input_schema", copy);
        } else {
            to.putObject("input_schema").put("type", "object").putObject("properties");
        }
        for (var extra : List.of("strict", "cache_control")) {
            var value = function.hasNonNull(extra) ? function.get(extra) : tool.get(extra);
            if (value != null && !value.isNull()) {
                to.set(extra, value);
            }
        }
        if (to.path("strict").asBoolean()) {
            to.set("input_schema", OutputSchema.of(to.get("input_schema")));
        }
        return to;
    }

    private static ObjectNode search(ObjectNode options) {
        var tool = JsonNodeFactory.instance.objectNode();
        tool.put("type", "web_search_20250305").put("name", SEARCH_TOOL);
        for (var name : List.of("max_uses", "allowed_domains", "blocked_domains")) {
            if (options.hasNonNull(name)) {
                tool.set(name, options.get(name));
            }
        }
        if (options.path("user_location").path("approximate") instanceof ObjectNode place) {
            tool.putObject("user_location").put("type", "approximate").setAll(place);
        }
        return tool;
    }

    private static ObjectNode choice(JsonNode choice) {
        var to = JsonNodeFactory.instance.objectNode();
        if (choice.path("type").asText().equals("web_search")) {
            return to.put("type", "tool").put("name", SEARCH_TOOL);
        }
        if (choice.isObject()) {
            var name = choice.path("function")
                    .path("name")
                    .asText(choice.path("name").asText());
            return to.put("type", "tool").put("name", name);
        }
        return switch (choice.asText("")) {
            case "required" -> to.put("type", "any");
            case "none" -> to.put("type", "none");
            case "auto" -> to.put("type", "auto");
            default -> to;
        };
    }

    private void responseFormat() {
        var format = from.path("response_format");
        switch (format.path("type").asText()) {
            case "json_schema" ->
                to.putObject("output_config")
                        .putObject("format")
                        .put("type", "json_schema")
                        .set(
                                "schema",
                                OutputSchema.of(format.path("json_schema").path("schema")));
            case "json_object" -> messages.system("Answer with one JSON object and nothing else.");
            default -> {}
        }
    }

    /**
     * The caller's own thinking object, or one by its effort. Not with a forced tool, and not with a number of tokens after a
     * tool call whose thoughts are not in the history: the API refuses both, and the history of another protocol never has
     * them.
     */
    private void thinking() {
        var effort = from.path("reasoning_effort").asText();
        var budget = EFFORTS.get(effort);
        if (budget != null && !to.has("thinking")) {
            if (claude.isAdaptive()) {
                adaptive(effort);
            } else {
                to.putObject("thinking").put("type", "enabled").put("budget_tokens", budget);
            }
        }
        var choice = to.path("tool_choice").path("type").asText();
        boolean forced = choice.equals("any") || choice.equals("tool");
        boolean counted = to.path("thinking").path("type").asText().equals("enabled");
        if (forced || (counted && messages.endsInToolResults())) {
            to.remove("thinking");
        }
        if (isThinking(to)) {
            makeRoomToThink(to, from);
            to.remove(SAMPLING);
        }
    }

    private void adaptive(String effort) {
        var thinking = to.putObject("thinking").put("type", "adaptive");
        if (claude.isSilent()) {
            thinking.put("display", "summarized");
        }
        var known = effort.equals("minimal") ? "low" : effort.equals("xhigh") && !claude.isSilent() ? "high" : effort;
        to.withObject("/output_config").put("effort", known);
    }

    /** Whether {@code request} asks for thoughts. */
    static boolean isThinking(ObjectNode request) {
        return !request.path("thinking").path("type").asText("disabled").equals("disabled");
    }

    /** The limit counts thoughts, too, and must be above what they may take; {@code chat} says how much they matter. */
    static void makeRoomToThink(ObjectNode request, ObjectNode chat) {
        int most = EFFORTS.getOrDefault(chat.path("reasoning_effort").asText(), 0);
        int budget = request.path("thinking").path("budget_tokens").asInt(most);
        if (request.path("max_tokens").asInt() <= budget) {
            request.put("max_tokens", request.path("max_tokens").asInt() + budget);
        }
    }

    /** A text block, unless it is blank: such are refused by the API. */
    static void addText(ArrayNode blocks, String text, JsonNode cacheControl) {
        if (!text.isBlank()) {
            var block = blocks.addObject().put("type", "text").put("text", text);
            if (cacheControl.isObject()) {
                block.set("cache_control", cacheControl);
            }
        }
    }
}
