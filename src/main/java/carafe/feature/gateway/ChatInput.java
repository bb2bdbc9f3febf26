package carafe.feature.gateway;

import carafe.platform.http.Fields;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Set;

/**
 * A chat completion request for servers of other protocols: it stays what it is, once it is known to be one, but for
 * functions and custom tools, which become tools that are functions.
 */
final class ChatInput {
    private static final Set<String> ROLES = Set.of("system", "developer", "user", "assistant", "tool", "function");
    private static final Set<String> CHOICES = Set.of("auto", "none", "required");
    private static final Set<String> LEGACY_CHOICES = Set.of("auto", "none");
    private static final Set<String> FORMATS = Set.of("text", "json_object", "json_schema");

    private ChatInput() {}

    /**
     * The request with its {@code stream} said, which means no where it is missing.
     *
     * @throws carafe.platform.http.Problem for what no chat completion request is, naming the field
     */
    static ObjectNode chat(ObjectNode body) {
        var fields = new Fields(body, "");
        for (var message : Given.objects(fields, "messages")) {
            message(message);
        }
        parameters(fields);
        var chat = body.deepCopy().put("stream", body.path("stream").asBoolean());
        LegacyCalls.rewrite(chat);
        ChatTools.rewrite(chat);
        return chat;
    }

    private static void message(Fields message) {
        var role = Given.oneOf(message, "role", ROLES);
        boolean contentNeeded = !role.equals("assistant") && !role.equals("function");
        for (var part : Given.content(message, "content", contentNeeded)) {
            switch (part.text("type", 100)) {
                case "text" -> Given.text(part, "text");
                case "image_url" -> {
                    if (!part.node().path("image_url").isTextual()) {
                        var image = Given.object(part, "image_url");
                        Given.text(image, "url");
                    }
                }
                default -> {} // the server's own words decide
            }
        }
        if (role.equals("tool")) {
            Given.text(message, "tool_call_id");
        }
        if (role.equals("function")) {
            message.text("name", 256);
        }
        message.optionalObject("function_call").ifPresent(call -> call.text("name", 256));
        for (var call : Given.objects(message, "tool_calls")) {
            Given.object(call, call.optionalText("type", 100).orElse("").equals("custom") ? "custom" : "function")
                    .text("name", 256);
        }
    }

    /** All but the messages, for the older completions as well. */
    static void parameters(Fields fields) {
        Given.sampling(fields, 2);
        fields.optionalLong("max_tokens", 1, Integer.MAX_VALUE);
        fields.optionalLong("max_completion_tokens", 1, Integer.MAX_VALUE);
        fields.optionalLong("n", 1, 128);
        Given.texts(fields, "stop");
        fields.optionalText("user", 1000);
        fields.optionalText("reasoning_effort", 100);
        fields.optionalBool("parallel_tool_calls");
        for (var tool : Given.objects(fields, "tools")) {
            if (tool.text("type", 100).equals("function")) {
                var function = Given.object(tool, "function");
                function.text("name", 256);
                function.optionalObject("parameters");
            } else if (ChatTools.isCustom(tool.node())) {
                Given.object(tool, "custom").text("name", 256);
            }
        }
        for (var function : Given.objects(fields, "functions")) {
            function.text("name", 256);
            function.optionalObject("parameters");
        }
        if (fields.node().path("function_call").isObject()) {
            Given.object(fields, "function_call").text("name", 256);
        } else if (fields.has("function_call")) {
            Given.oneOf(fields, "function_call", LEGACY_CHOICES);
        }
        if (fields.node().path("tool_choice").isObject()) {
            fields.optionalObject("tool_choice").ifPresent(choice -> choice.text("type", 100));
        } else if (fields.has("tool_choice")) {
            Given.oneOf(fields, "tool_choice", CHOICES);
        }
        fields.optionalObject("response_format").ifPresent(format -> {
            if (Given.oneOf(format, "type", FORMATS).equals("json_schema")) {
                var schema = Given.object(format, "json_schema");
                Given.object(schema, "schema");
            }
        });
    }
}
