package carafe.feature.gateway;

import carafe.platform.http.Fields;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Set;

/** Whether a request of Ollama's API is one, before it is put into other words. */
final class OllamaCheck {
    private static final Set<String> ROLES = Set.of("system", "user", "assistant", "tool");

    private OllamaCheck() {}

    /** @throws carafe.platform.http.Problem for what no such request is, naming the field */
    static void check(ObjectNode body) {
        var fields = new Fields(body, "");
        fields.optionalObject("options").ifPresent(OllamaCheck::options);
        var format = body.path("format");
        if (fields.has("format") && !format.isObject() && !Set.of("", "json").contains(format.asText("?"))) {
            throw Given.wrong("format", "\"json\" or a schema");
        }
        if (fields.has("think") && !body.path("think").isTextual()) {
            fields.optionalBool("think");
        }
        Given.text(fields, "system", false);
        Given.textList(fields, "images");
        for (var tool : Given.objects(fields, "tools")) {
            Given.object(tool, "function").text("name", 256);
        }
        for (var message : Given.objects(fields, "messages")) {
            Given.oneOf(message, "role", ROLES);
            Given.text(message, "content", false);
            Given.textList(message, "images");
            for (var call : Given.objects(message, "tool_calls")) {
                Given.object(call, "function").text("name", 256);
            }
        }
    }

    private static void options(Fields options) {
        Given.sampling(options, Double.MAX_VALUE);
        options.optionalLong("top_k", Integer.MIN_VALUE, Integer.MAX_VALUE);
        options.optionalDouble("min_p", 0, 1);
        options.optionalDouble("repeat_penalty", 0, Double.MAX_VALUE);
        options.optionalLong("num_predict", Integer.MIN_VALUE, Integer.MAX_VALUE);
        Given.texts(options, "stop");
    }
}
