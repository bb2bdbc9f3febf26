package carafe.feature.gateway;

import carafe.platform.http.Fields;
import carafe.platform.http.Problem;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/** A request of the older completions API as a chat completion request, for models that only chat. */
final class CompletionInput {
    private CompletionInput() {}

    static ObjectNode chat(ObjectNode body) {
        var text = prompt(body.path("prompt"));
        if (body.hasNonNull("suffix")) {
            throw refused("suffix", "");
        }
        if (body.path("n").asInt(1) > 1 || body.path("best_of").asInt(1) > 1) {
            throw refused(body.path("n").asInt(1) > 1 ? "n" : "best_of", "above 1 ");
        }
        if (body.path("echo").asBoolean()) {
            throw refused("echo", "");
        }
        if (body.path("logprobs").asInt(0) > 0) {
            throw refused("logprobs", "");
        }
        ChatInput.parameters(new Fields(body, ""));
        var chat = body.deepCopy();
        chat.remove(List.of("prompt", "suffix", "echo", "best_of", "logprobs"));
        chat.putArray("messages").addObject().put("role", "user").put("content", text);
        if (!chat.has("max_tokens")) {
            chat.put("max_tokens", 16); // the API's own default
        }
        return chat.put("stream", body.path("stream").asBoolean());
    }

    /** What chats cannot give is refused: an answer without it would look as if it were there. */
    private static Problem refused(String field, String how) {
        return new Problem.BadRequest("'" + field + "' " + how + "is not possible with this model's server.", field);
    }

    private static String prompt(JsonNode prompt) {
        if (prompt.isTextual()) {
            return prompt.textValue();
        }
        if (prompt.isArray() && prompt.size() == 1 && prompt.path(0).isTextual()) {
            return prompt.path(0).textValue();
        }
        throw new Problem.BadRequest("'prompt' must be one text for this model's server.", "prompt");
    }
}
