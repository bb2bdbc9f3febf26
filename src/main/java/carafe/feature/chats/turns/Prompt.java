package carafe.feature.chats.turns;

import carafe.engine.llm.ChatFields;
import carafe.engine.llm.OllamaParams;
import carafe.feature.chats.Message;
import carafe.platform.http.Fields;
import carafe.platform.http.Json;
import carafe.platform.http.Problem;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Makes the request to the model from the stored branch of a chat and what the person set. */
final class Prompt {
    private static final int MAX_SYSTEM = 100_000;
    private static final int MOST_STOPS = 16;
    /** Fields of a request that are made here and that nobody changes by naming them. */
    private static final Set<String> OURS =
            Set.of("model", "messages", "stream", "stream_options", "n", "metadata", ChatFields.OLLAMA);

    /**
     * What a person may set for a turn; everything else is the model's default.
     *
     * @param request fields of the OpenAI API's chat completion request
     */
    record Params(Optional<String> system, ObjectNode request) {
        static final Params NONE = new Params(Optional.empty(), JsonNodeFactory.instance.objectNode());

        /** From {@code params} of a client; keys that no model server knows are left out. */
        static Params of(Optional<Fields> sent) {
            return sent.map(Params::read).orElse(NONE);
        }

        private static Params read(Fields sent) {
            var request = JsonNodeFactory.instance.objectNode();
            sent.optionalDouble("temperature", 0, 2).ifPresent(value -> request.put("temperature", value));
            for (var name : List.of("frequency_penalty", "presence_penalty")) {
                sent.optionalDouble(name, -2, 2).ifPresent(value -> request.put(name, value));
            }
            for (var name : List.of("top_p", "min_p")) {
                sent.optionalDouble(name, 0, 1).ifPresent(value -> request.put(name, value));
            }
            sent.optionalLong("top_k", -1, 1_000_000)
                    .filter(value -> value >= 0) // below: all, which is what servers do unasked
                    .ifPresent(value -> request.put("top_k", value));
            sent.optionalDouble("repeat_penalty", -2, 100).ifPresent(value -> request.put("repeat_penalty", value));
            sent.optionalLong("max_tokens", -2, 10_000_000)
                    .filter(value -> value > 0) // below: as much as it likes
                    .ifPresent(value -> request.put("max_tokens", value));
            sent.optionalLong("seed", Long.MIN_VALUE, Long.MAX_VALUE).ifPresent(value -> request.put("seed", value));
            sent.optionalText("reasoning_effort", 50)
                    .filter(value -> !value.isBlank())
                    .ifPresent(value -> request.put("reasoning_effort", value));
            stops(sent).ifPresent(stops -> request.set("stop", stops));
            ollama(sent, request);
            custom(sent, request);
            return new Params(sent.optionalText("system", MAX_SYSTEM), request);
        }

        private static void ollama(Fields sent, ObjectNode request) {
            OllamaParams.NUMBERS.forEach(name -> sent.optionalDouble(name, -1e9, 1e9));
            OllamaParams.SWITCHES.forEach(sent::optionalBool);
            OllamaParams.names().filter(sent.node()::hasNonNull).forEach(name -> {
                var value = Json.typed(sent.node().get(name));
                if (!value.isTextual() || !value.textValue().isBlank()) {
                    OllamaParams.put(request, name, value);
                }
            });
        }

        /** Fields that a person named, with values as the page's text. */
        private static void custom(Fields sent, ObjectNode request) {
            sent.optionalObject("custom_params")
                    .ifPresent(custom -> custom.node().properties().stream()
                            .filter(field -> !OURS.contains(field.getKey()))
                            .forEach(field -> request.set(field.getKey(), Json.typed(field.getValue()))));
        }

        private static Optional<ArrayNode> stops(Fields sent) {
            var stops = sent.optionalArray("stop").filter(list -> !list.isEmpty());
            stops.ifPresent(list -> {
                boolean fits = list.valueStream()
                        .allMatch(stop -> stop.isTextual() && stop.textValue().length() <= 1_000);
                if (!fits || list.size() > MOST_STOPS) {
                    var place = sent.path("stop");
                    throw new Problem.Unprocessable(
                            "'" + place + "' must be a list of at most " + MOST_STOPS + " short strings.", place);
                }
            });
            return stops;
        }
    }

    private final Attachments attachments;
    private final ObjectMapper mapper;

    Prompt(Attachments attachments, ObjectMapper mapper) {
        this.attachments = attachments;
        this.mapper = mapper;
    }

    /** The branch of a chat of {@code accountId}, with what its messages have attached. */
    ObjectNode request(List<Message> path, Params params, String accountId) {
        return request(path, params, accountId, mapper.missingNode());
    }

    /** @param beside files of the whole request, which go with the last question */
    ObjectNode request(List<Message> path, Params params, String accountId, JsonNode beside) {
        var request = mapper.createObjectNode();
        var attached = attachments.of(accountId);
        var messages = request.putArray("messages");
        params.system()
                .filter(text -> !text.isBlank())
                .ifPresent(text -> messages.addObject().put("role", "system").put("content", text));
        path.forEach(message -> add(messages, message, attached));
        addBeside(messages, beside, attached);
        request.setAll(params.request());
        return request;
    }

    /** As the others, with the messages of a client that keeps the chat itself. */
    ObjectNode request(ArrayNode given, Params params, String accountId, JsonNode beside) {
        var request = mapper.createObjectNode();
        attach(given, beside, accountId);
        request.set("messages", given);
        request.setAll(params.request());
        return request;
    }

    /** Puts {@code files} of the account into the last question. */
    void attach(ArrayNode messages, JsonNode files, String accountId) {
        addBeside(messages, files, attachments.of(accountId));
    }

    private static void addBeside(ArrayNode messages, JsonNode beside, Attachments.Request attached) {
        for (int i = messages.size() - 1; i >= 0; i--) {
            if (messages.get(i) instanceof ObjectNode message
                    && message.path("role").asText().equals("user")) {
                attached.add(message, beside, List.of());
                return;
            }
        }
    }

    private void add(ArrayNode messages, Message message, Attachments.Request attached) {
        var files = message.role().equals("user") ? files(message.body()) : mapper.missingNode();
        if (message.content().isBlank() && files.isEmpty()) {
            return; // an answer that failed before its first word says nothing
        }
        var entry = messages.addObject().put("role", message.role()).put("content", message.content());
        attached.add(entry, files, pictures(files));
    }

    /** The pictures that a message holds itself, as data: addresses. */
    private static List<String> pictures(JsonNode files) {
        return files.valueStream()
                .map(file -> file.path("url"))
                .filter(JsonNode::isTextual)
                .map(JsonNode::textValue)
                .filter(url -> url.startsWith("data:image/"))
                .toList();
    }

    private JsonNode files(String body) {
        if (!body.contains("\"files\"")) {
            return mapper.missingNode();
        }
        try {
            return mapper.readTree(body).path("files");
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }
}
