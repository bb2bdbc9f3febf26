package carafe.feature.gateway;

import carafe.engine.llm.ChatFields;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.HashSet;
import java.util.Set;

/**
 * Tools of OpenAI's two APIs in the one form that every server knows: functions. A custom tool, which takes free text, is
 * a function with that text as its one parameter.
 */
final class ChatTools {
    private static final String CUSTOM = "custom";

    private ChatTools() {}

    /** Names of the custom tools among {@code tools} of either API. */
    static Set<String> customNames(JsonNode tools) {
        var names = new HashSet<String>();
        for (var tool : tools) {
            if (isCustom(tool)) {
                names.add(inner(tool).path("name").asText());
            }
        }
        return names;
    }

    /** Not one of Anthropic's own, which some send as they are: there the word means what is a function here. */
    static boolean isCustom(JsonNode tool) {
        return tool.path("type").asText().equals(CUSTOM) && !tool.has("input_schema");
    }

    /** Chat completions have its fields in an object of their own, the Responses API beside its type. */
    private static JsonNode inner(JsonNode tool) {
        return tool.path(CUSTOM).isObject() ? tool.get(CUSTOM) : tool;
    }

    /** A custom tool as a function; no other protocol enforces its grammar, so the model is told of it. */
    static ObjectNode function(JsonNode tool) {
        var custom = inner(tool);
        var made = JsonNodeFactory.instance.objectNode().put("type", "function");
        var function =
                made.putObject("function").put("name", custom.path("name").asText());
        var description = custom.path("description").asText("");
        var format = custom.path("format");
        if (format.path("type").asText().equals("grammar")) {
            var grammar = format.path("grammar").isObject() ? format.get("grammar") : format;
            description = (description + "\n\nThe input must follow this "
                            + grammar.path("syntax").asText("lark") + " grammar:\n"
                            + grammar.path("definition").asText())
                    .strip();
        }
        if (!description.isEmpty()) {
            function.put("description", description);
        }
        var parameters = function.putObject("parameters").put("type", "object");
        parameters
                .putObject("properties")
                .putObject("input")
                .put("type", "string")
                .put("description", "The whole input of the tool, as plain text.");
        parameters.putArray("required").add("input");
        parameters.put("additionalProperties", false);
        return made;
    }

    /** What a custom tool was called with, as the arguments of its function. */
    static String arguments(String input) {
        return JsonNodeFactory.instance.objectNode().put("input", input).toString();
    }

    /** Leaves {@code names} of the tools: other APIs know none that are there and must not be called. */
    static void allow(ObjectNode chat, Set<String> names, String mode) {
        for (var tools = chat.withArray("tools").iterator(); tools.hasNext(); ) {
            if (!names.contains(tools.next().path("function").path("name").asText())) {
                tools.remove();
            }
        }
        chat.put("tool_choice", mode);
        if (chat.path("tools").isEmpty()) {
            chat.remove("tools");
            if (!chat.has(ChatFields.SEARCH)) {
                chat.remove("tool_choice");
            }
        }
    }

    /** Puts the custom tools of a chat completion request, its calls of them and its choice in the form of functions. */
    static void rewrite(ObjectNode chat) {
        if (chat.path("tools").isArray()) {
            var tools = chat.withArray("tools");
            for (int i = 0; i < tools.size(); i++) {
                if (isCustom(tools.get(i))) {
                    tools.set(i, function(tools.get(i)));
                }
            }
        }
        for (var message : chat.path("messages")) {
            for (var call : message.path("tool_calls")) {
                if (isCustom(call)) {
                    var custom = ((ObjectNode) call).remove(CUSTOM);
                    ((ObjectNode) call)
                            .put("type", "function")
                            .putObject("function")
                            .put("name", custom.path("name").asText())
                            .put("arguments", arguments(custom.path("input").asText("")));
                }
            }
        }
        choice(chat);
    }

    private static void choice(ObjectNode chat) {
        var choice = chat.path("tool_choice");
        switch (choice.path("type").asText()) {
            case CUSTOM -> chat.putObject("tool_choice").put("type", "function").set("function", choice.path(CUSTOM));
            case "allowed_tools" -> {
                var allowed = choice.path("allowed_tools");
                var names = new HashSet<String>();
                for (var tool : allowed.path("tools")) {
                    names.add(tool.path(tool.path("type").asText()).path("name").asText());
                }
                allow(chat, names, allowed.path("mode").asText("auto"));
            }
            default -> {}
        }
    }
}
