package carafe.feature.gateway;

import carafe.platform.http.Fields;
import carafe.platform.http.Problem;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import java.util.Set;

/** Whether a request of the Anthropic API is one, before it is put into other words. */
final class MessagesCheck {
    private static final Set<String> CHOICES = Set.of("auto", "any", "tool", "none");
    private static final Set<String> THINKING = Set.of("enabled", "disabled", "adaptive");

    private MessagesCheck() {}

    /** @throws carafe.platform.http.Problem for what no such request is, naming the field */
    static void check(ObjectNode body) {
        var fields = new Fields(body, "");
        if (fields.has("thread")) {
            throw unthreaded();
        }
        if (!fields.optionalArray("mcp_servers").map(ArrayNode::isEmpty).orElse(true)) {
            throw new Problem.BadRequest("'mcp_servers': this model's server calls none.", "mcp_servers");
        }
        Given.sampling(fields, 1);
        fields.optionalLong("top_k", 0, Integer.MAX_VALUE);
        Given.content(fields, "system", false).forEach(block -> Given.text(block, "text"));
        Given.textList(fields, "stop_sequences");
        fields.optionalObject("metadata");
        fields.optionalObject("output_config");
        fields.optionalObject("thinking").ifPresent(thinking -> {
            if (Given.oneOf(thinking, "type", THINKING).equals("enabled")) {
                thinking.optionalLong("budget_tokens", 1, Integer.MAX_VALUE);
            }
        });
        for (var tool : Given.objects(fields, "tools")) {
            if (tool.optionalText("type", 100).orElse("custom").equals("custom")) {
                tool.text("name", 256);
                Given.object(tool, "input_schema");
            }
        }
        fields.optionalObject("tool_choice").ifPresent(choice -> {
            if (Given.oneOf(choice, "type", CHOICES).equals("tool")) {
                choice.text("name", 256);
            }
        });
        for (var message : Given.objects(fields, "messages")) {
            Given.content(message, "content", true).forEach(MessagesCheck::block);
        }
    }

    /**
     * Conversations that the server holds: nothing is kept here, so a turn that continues one would be answered without
     * what came before. SDKs look for the code and go on with the whole conversation.
     */
    private static Problem unthreaded() {
        var message = "'thread': this model's server holds no conversations; send all messages without it.";
        var own = JsonNodeFactory.instance.objectNode().put("type", "error");
        own.putObject("error")
                .put("type", "invalid_request_error")
                .put("message", message)
                .putObject("details")
                .put("error_code", "thread_unsupported_request");
        return new Problem.Upstream(400, "thread_unsupported_request", message, Map.of(), own);
    }

    private static void block(Fields block) {
        switch (block.text("type", 100)) {
            case "text" -> Given.text(block, "text");
            case "image" -> source(block);
            case "tool_use" -> {
                block.text("id", 256);
                block.text("name", 256);
                Given.object(block, "input");
            }
            case "tool_result" -> {
                block.text("tool_use_id", 256);
                Given.content(block, "content", false).forEach(inner -> {
                    if (inner.text("type", 100).equals("image")) {
                        source(inner);
                    }
                });
            }
            default -> {} // known or refused by name where it is translated
        }
    }

    private static void source(Fields block) {
        var source = Given.object(block, "source");
        switch (source.text("type", 100)) {
            case "base64" -> {
                source.text("media_type", 100);
                source.text("data", Integer.MAX_VALUE);
            }
            case "url" -> source.text("url", Integer.MAX_VALUE);
            default -> {}
        }
    }
}
