package carafe.feature.gateway;

import carafe.platform.http.Problem;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.HashMap;
import java.util.Map;

/**
 * What chat completions called {@code functions} before they had tools, as tools. There a call has no id, and an answer
 * holds one at most.
 */
final class LegacyCalls {
    private LegacyCalls() {}

    /** Whether the client speaks so, and wants to be answered so. */
    static boolean asked(JsonNode chat) {
        return !chat.path("functions").isEmpty();
    }

    /** @throws Problem.BadRequest for a result without a call, or functions beside tools */
    static void rewrite(ObjectNode chat) {
        if (asked(chat)) {
            if (!chat.path("tools").isEmpty()) {
                throw new Problem.BadRequest("'functions' cannot be sent together with 'tools'.", "functions");
            }
            var tools = chat.putArray("tools");
            for (var function : chat.path("functions")) {
                tools.addObject().put("type", "function").set("function", function);
            }
            chat.put("parallel_tool_calls", false);
            choice(chat, chat.path("function_call"));
        }
        chat.remove("functions");
        chat.remove("function_call");
        messages(chat.path("messages"));
    }

    private static void choice(ObjectNode chat, JsonNode choice) {
        if (choice.isTextual()) {
            chat.set("tool_choice", choice);
        } else if (choice.isObject()) {
            chat.putObject("tool_choice").put("type", "function").set("function", choice);
        }
    }

    private static void messages(JsonNode messages) {
        Map<String, String> waiting = new HashMap<>(); // ids of calls by the function's name
        int index = 0;
        for (var each : messages) {
            var message = (ObjectNode) each;
            if (message.path("function_call").isObject()) {
                var id = "call_" + index;
                var function = message.remove("function_call");
                waiting.put(function.path("name").asText(), id);
                message.putArray("tool_calls")
                        .addObject()
                        .put("id", id)
                        .put("type", "function")
                        .set("function", function);
            } else if (message.path("role").asText().equals("function")) {
                var id = waiting.remove(message.path("name").asText());
                if (id == null) {
                    var where = "messages." + index;
                    throw new Problem.BadRequest("'" + where + "' answers no function call before it.", where);
                }
                message.put("role", "tool").put("tool_call_id", id);
                if (!message.hasNonNull("content")) {
                    message.set("content", JsonNodeFactory.instance.textNode(""));
                }
            }
            index++;
        }
    }
}
