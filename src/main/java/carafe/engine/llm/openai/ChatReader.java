package carafe.engine.llm.openai;

import carafe.engine.llm.AnswerReader;
import carafe.engine.llm.EventOut;
import carafe.engine.llm.LlmEvent;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.ArrayList;
import java.util.List;

/** Reads chat completions (OpenAI API, "chat.completion" and "chat.completion.chunk"). */
final class ChatReader implements AnswerReader {
    private final EventOut out;
    /** The id of each tool call by its index. */
    private final List<String> calls = new ArrayList<>();

    private boolean refused;

    ChatReader(EventOut out) {
        this.out = out;
    }

    @Override
    public EventOut out() {
        return out;
    }

    @Override
    public void piece(JsonNode chunk) {
        take(chunk, "delta");
    }

    @Override
    public void whole(JsonNode answer) {
        take(answer, "message");
        out.over();
    }

    private void take(JsonNode answer, String name) {
        out.started(answer.path("id").asText(), answer.path("model").asText());
        var choice = answer.path("choices").path(0);
        message(choice.path(name));
        if (choice.hasNonNull("finish_reason")) {
            finish(choice.get("finish_reason").asText());
        }
        if (answer.path("usage").isObject()) {
            out.usage(ChatTap.usage(answer.path("usage")));
        }
    }

    private void finish(String reason) {
        if (refused && reason.equals("stop")) {
            out.finish("content_filter");
        } else {
            out.finish(reason.equals("function_call") ? "tool_calls" : reason);
        }
    }

    private void message(JsonNode message) {
        // DeepSeek and vLLM say reasoning_content, OpenRouter and newer Ollama reasoning
        var thought = message.path("reasoning_content");
        out.reasoning((thought.isTextual() ? thought : message.path("reasoning")).asText(""));
        content(message.path("content"));
        var refusal = message.path("refusal").asText("");
        if (!refusal.isEmpty()) {
            refused = true;
            out.refusal(refusal);
        }
        if (message.path("function_call").isObject()) {
            toolCall(JsonNodeFactory.instance.objectNode().set("function", message.get("function_call")), 0);
        }
        for (var annotation : message.path("annotations")) {
            var cited = annotation.path("url_citation");
            if (cited.path("url").isTextual()) {
                out.citation(new LlmEvent.Citation(
                        cited.path("start_index").asInt(),
                        cited.path("end_index").asInt(),
                        cited.path("url").asText(),
                        cited.path("title").asText("")));
            }
        }
        int position = 0;
        for (var call : message.path("tool_calls")) {
            toolCall(call, position++);
        }
    }

    /** Text, or as with Mistral a list of parts, of which thoughts are lists themselves. */
    private void content(JsonNode content) {
        if (content.isTextual()) {
            out.text(content.textValue());
        }
        for (var part : content.isArray() ? content : List.<JsonNode>of()) {
            part.path("thinking")
                    .forEach(thought -> out.reasoning(thought.path("text").asText("")));
            out.text(part.path("text").asText(""));
        }
    }

    private void toolCall(JsonNode call, int position) {
        var function =
                call.path("custom").path("input").isTextual() ? asFunction(call.get("custom")) : call.path("function");
        var id = call.path("id").textValue();
        int index = index(call, position, id == null ? "" : id);
        while (calls.size() <= index) {
            calls.add("");
        }
        if (id != null && !id.isEmpty()) {
            calls.set(index, id);
        }
        var arguments = function.path("arguments");
        out.toolCall(
                index,
                id,
                function.path("name").textValue(),
                arguments.isContainerNode() ? arguments.toString() : arguments.asText(""));
    }

    /** The text for a custom tool as the one argument of a function, the form in which such tools are offered elsewhere. */
    private static JsonNode asFunction(JsonNode custom) {
        var function = JsonNodeFactory.instance.objectNode();
        function.set("name", custom.path("name"));
        function.putObject("arguments").set("input", custom.get("input"));
        return function;
    }

    /** Some servers leave the index out, and some say 0 for every call: then a new id is a new call. */
    private int index(JsonNode call, int position, String id) {
        int index = call.path("index").asInt(id.isEmpty() ? Math.max(0, calls.size() - 1) : position);
        boolean taken = index < calls.size() && !calls.get(index).isEmpty();
        if (taken && !id.isEmpty() && !calls.get(index).equals(id)) {
            int known = calls.indexOf(id);
            return known >= 0 ? known : calls.size();
        }
        return Math.clamp(index, 0, 1_000);
    }
}
