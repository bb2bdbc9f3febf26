package carafe.engine.llm.ollama;

import carafe.engine.llm.AnswerReader;
import carafe.engine.llm.EventOut;
import carafe.engine.llm.LlmEvent;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Reads answers of Ollama's {@code /api/chat}: lines of pieces, or one object. */
final class ChatReader implements AnswerReader {
    private final EventOut out;
    private int calls;

    ChatReader(EventOut out) {
        this.out = out;
    }

    @Override
    public EventOut out() {
        return out;
    }

    @Override
    public void piece(JsonNode piece) {
        out.started("", piece.path("model").asText());
        var message = piece.path("message");
        out.reasoning(message.path("thinking").asText(""));
        out.text(message.path("content").asText(""));
        for (var call : message.path("tool_calls")) {
            var function = call.path("function");
            var arguments = function.path("arguments");
            out.toolCall(
                    calls++, // every piece holds whole calls
                    call.path("id")
                            .asText("call_" + UUID.randomUUID().toString().replace("-", "")),
                    function.path("name").asText(),
                    arguments.isTextual() ? arguments.textValue() : arguments.isObject() ? arguments.toString() : "{}");
        }
        if (piece.path("done").asBoolean()) {
            var usage = usage(piece);
            if (usage != null) {
                out.usage(usage);
            }
            out.finish(piece.path("done_reason").asText("stop").equals("length") ? "length" : "stop");
            out.done();
        }
    }

    @Override
    public void whole(JsonNode answer) {
        piece(answer);
        out.over();
    }

    static LlmEvent.@Nullable Usage usage(JsonNode last) {
        return last.has("prompt_eval_count") || last.has("eval_count")
                ? new LlmEvent.Usage(
                        last.path("prompt_eval_count").asLong(),
                        last.path("eval_count").asLong(),
                        0)
                : null;
    }
}
