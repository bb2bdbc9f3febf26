package carafe.feature.localchat;

import carafe.feature.chats.turns.RunningTurn;
import carafe.platform.http.Json;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.security.SecureRandom;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** The objects of one chat completion, whole or in chunks, in the OpenAI API's shape. */
final class CompletionJson {
    private static final SecureRandom RANDOM = new SecureRandom();

    private final ObjectMapper mapper;
    private final String id;
    private final String model;
    private final long created;

    /** @param created in epoch seconds */
    CompletionJson(ObjectMapper mapper, String model, long created) {
        this.mapper = mapper;
        this.model = model;
        this.created = created;
        var bytes = new byte[16];
        RANDOM.nextBytes(bytes);
        this.id = "chatcmpl-" + HexFormat.of().formatHex(bytes);
    }

    private ObjectNode head(String object) {
        return mapper.createObjectNode()
                .put("id", id)
                .put("object", object)
                .put("created", created)
                .put("model", model);
    }

    String role() {
        return chunk(mapper.createObjectNode().put("role", "assistant").put("content", ""), null);
    }

    String piece(String field, String text) {
        return chunk(mapper.createObjectNode().put(field, text), null);
    }

    String end(String reason) {
        return chunk(mapper.createObjectNode(), reason);
    }

    private String chunk(ObjectNode delta, @Nullable String reason) {
        var chunk = head("chat.completion.chunk");
        var choice = chunk.putArray("choices").addObject().put("index", 0);
        choice.set("delta", delta);
        choice.put("finish_reason", reason);
        return Json.text(chunk);
    }

    /** @param promptTokens a guess, for where no provider counted */
    ObjectNode whole(RunningTurn run, RunningTurn.Ended ended, int promptTokens) {
        var whole = head("chat.completion");
        var choice = whole.putArray("choices").addObject().put("index", 0);
        var message = choice.putObject("message").put("role", "assistant").put("content", run.content());
        if (!run.reasoning().isEmpty()) {
            message.put("reasoning_content", run.reasoning());
        }
        choice.put("finish_reason", ChatMeters.reason(ended));
        boolean counted = ended.output() > 0;
        long input = counted ? ended.input() : promptTokens;
        long output = counted ? ended.output() : (long) Tokens.of(run.content()) + Tokens.of(run.reasoning());
        var usage = whole.putObject("usage")
                .put("prompt_tokens", input)
                .put("completion_tokens", output)
                .put("total_tokens", input + output);
        if (!counted) {
            usage.put("estimated", true);
        }
        return whole;
    }
}
