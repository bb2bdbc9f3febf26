package carafe.feature.chats.turns;

import carafe.feature.chats.Message;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Optional;

/** Makes the request to the model from the stored branch of a chat and what the person set. */
final class Prompt {
    /** What a person may set for a turn; everything else is the model's default. */
    record Params(
            Optional<String> system,
            Optional<Double> temperature,
            Optional<Double> topP,
            Optional<Long> maxTokens,
            Optional<Long> seed) {}

    private final ObjectMapper mapper;

    Prompt(ObjectMapper mapper) {
        this.mapper = mapper;
    }

    ObjectNode request(List<Message> path, Params params) {
        var request = mapper.createObjectNode();
        var messages = request.putArray("messages");
        params.system()
                .filter(text -> !text.isBlank())
                .ifPresent(text -> messages.addObject().put("role", "system").put("content", text));
        for (var message : path) {
            if (!message.content().isBlank()) { // an answer that failed before its first word says nothing
                messages.addObject().put("role", message.role()).put("content", message.content());
            }
        }
        params.temperature().ifPresent(value -> request.put("temperature", value));
        params.topP().ifPresent(value -> request.put("top_p", value));
        params.maxTokens().ifPresent(value -> request.put("max_tokens", value));
        params.seed().ifPresent(value -> request.put("seed", value));
        return request;
    }
}
