package carafe.feature.gateway;

import carafe.platform.http.Fields;
import carafe.platform.http.Problem;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Set;

/** Whether a request of the Responses API is one, before it is put into other words. */
final class ResponsesCheck {
    private static final Set<String> ROLES = Set.of("user", "assistant", "system", "developer");
    private static final Set<String> CHOICES = Set.of("auto", "none", "required");
    private static final Set<String> FORMATS = Set.of("text", "json_object", "json_schema");

    private ResponsesCheck() {}

    /** @throws Problem for what no such request is, naming the field */
    static void check(ObjectNode body) {
        var fields = new Fields(body, "");
        Given.sampling(fields, 2);
        fields.optionalLong("max_output_tokens", 1, Integer.MAX_VALUE);
        Given.text(fields, "instructions", false);
        fields.optionalBool("parallel_tool_calls");
        fields.optionalObject("reasoning").ifPresent(reasoning -> reasoning.optionalText("effort", 100));
        fields.optionalObject("text")
                .flatMap(text -> text.optionalObject("format"))
                .ifPresent(ResponsesCheck::format);
        for (var tool : Given.objects(fields, "tools")) {
            switch (tool.text("type", 100)) {
                case "function" -> {
                    tool.text("name", 256);
                    tool.optionalObject("parameters");
                }
                case "custom" -> {
                    tool.text("name", 256);
                    tool.optionalObject("format");
                }
                default -> {} // known or refused by name where it is translated
            }
        }
        choice(fields);
        if (body.path("input").isArray()) {
            if (body.path("input").isEmpty()) {
                throw new Problem.BadRequest("'input' must hold at least one item.", "input");
            }
            Given.objects(fields, "input").forEach(ResponsesCheck::item);
        }
    }

    private static void format(Fields format) {
        if (Given.oneOf(format, "type", FORMATS).equals("json_schema")) {
            format.text("name", 256);
            Given.object(format, "schema");
        }
    }

    private static void choice(Fields fields) {
        if (fields.node().path("tool_choice").isObject()) {
            var choice = fields.optionalObject("tool_choice").orElseThrow();
            switch (choice.text("type", 100)) {
                case "function", "custom" -> choice.text("name", 256);
                case "allowed_tools" -> {}
                default -> {
                    if (!WebSearch.isResponses(choice.node())) {
                        throw new Problem.BadRequest(
                                "unsupported_parameter",
                                "'tool_choice.type': this model's server does not offer '" + choice.text("type", 100)
                                        + "'.",
                                "tool_choice.type");
                    }
                }
            }
        } else if (fields.has("tool_choice")) {
            Given.oneOf(fields, "tool_choice", CHOICES);
        }
    }

    private static void item(Fields item) {
        switch (item.optionalText("type", 100).orElse("message")) {
            case "message" -> {
                Given.oneOf(item, "role", ROLES);
                Given.content(item, "content", true);
            }
            case "function_call" -> {
                item.text("call_id", 256);
                item.text("name", 256);
                Given.text(item, "arguments", true);
            }
            case "custom_tool_call" -> {
                item.text("call_id", 256);
                item.text("name", 256);
                Given.text(item, "input", true);
            }
            case "function_call_output", "custom_tool_call_output" -> {
                item.text("call_id", 256);
                Given.content(item, "output", true);
            }
            default -> {} // known or refused by name where it is translated
        }
    }
}
