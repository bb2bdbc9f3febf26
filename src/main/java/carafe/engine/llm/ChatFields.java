package carafe.engine.llm;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Set;

/** The fields of a chat completion request that have another form in other protocols. */
public final class ChatFields {
    /** What the OpenAI API defines; anything else is a field of somebody's own, and is passed on by its name. */
    private static final Set<String> KNOWN = Set.of(
            "model",
            "messages",
            "stream",
            "stream_options",
            "max_tokens",
            "max_completion_tokens",
            "temperature",
            "top_p",
            "stop",
            "tools",
            "tool_choice",
            "parallel_tool_calls",
            "response_format",
            "reasoning_effort",
            "n",
            "seed",
            "user",
            "frequency_penalty",
            "presence_penalty",
            "logit_bias",
            "logprobs",
            "top_logprobs",
            "store",
            "metadata",
            "service_tier",
            "modalities",
            "audio",
            "prediction",
            "verbosity",
            "web_search_options",
            "prompt_cache_key",
            "prompt_cache_retention",
            "safety_identifier",
            "functions",
            "function_call",
            "moderation",
            "prompt_cache_options",
            "ollama");

    /**
     * Asks for a search of the web. Beside the API's own fields it may hold {@code max_uses}, {@code allowed_domains} and
     * {@code blocked_domains}, as in the Anthropic API.
     */
    public static final String SEARCH = "web_search_options";

    /** Holds what only Ollama knows: {@code {options, format, keep_alive, think}}. No client sends it, and no other server gets it. */
    public static final String OLLAMA = "ollama";

    private ChatFields() {}

    /** The first message's text where that is the system's, else nothing. */
    public static String system(ObjectNode chat) {
        var first = chat.path("messages").path(0);
        return first.path("role").asText().equals("system") ? text(first.path("content")) : "";
    }

    /** The object {@code name} of {@code in}, made where there is none. */
    public static ObjectNode object(ObjectNode in, String name) {
        return in.get(name) instanceof ObjectNode there ? there : in.putObject(name);
    }

    /** Two system texts as one. */
    public static String joined(String first, String second) {
        return second.isBlank() ? first : first + "\n" + second;
    }

    /** Copies what no version of the API defines. */
    public static void copyUnknown(ObjectNode from, ObjectNode to) {
        from.properties().forEach(field -> {
            if (!KNOWN.contains(field.getKey()) && !to.has(field.getKey())) {
                to.set(field.getKey(), field.getValue());
            }
        });
    }

    /** The limit of the answer's tokens under either of its names, or {@code otherwise}. */
    public static int maxTokens(JsonNode body, int otherwise) {
        var limit = body.path("max_completion_tokens");
        return (limit.isIntegralNumber() ? limit : body.path("max_tokens")).asInt(otherwise);
    }

    /** One answer is what the other protocols give. @throws LlmException when more are asked for */
    public static void checkOneAnswer(JsonNode body) {
        if (body.path("n").asInt(1) > 1) {
            throw unsupported("'n' above 1 is not possible with this model's server.");
        }
    }

    /** @throws LlmException when a search of the web is asked of a server that makes none */
    public static void checkNoSearch(JsonNode body, String server) {
        if (body.path(SEARCH).isObject()) {
            throw unsupported("'web_search' is not possible with this model: " + server
                    + " does not search the web. Leave the tool out, or choose a model of another server.");
        }
    }

    /** The text of a message's content, a string or a list of parts. */
    public static String text(JsonNode content) {
        if (content.isTextual()) {
            return content.textValue();
        }
        var text = new StringBuilder();
        for (var part : content.isArray() ? content : List.<JsonNode>of()) {
            var piece = part.path("text").asText(part.path("refusal").asText(""));
            text.append(text.isEmpty() || piece.isEmpty() ? "" : "\n").append(piece);
        }
        return text.toString();
    }

    public static LlmException unsupported(String message) {
        return new LlmException(new LlmFailure(400, "unsupported", message));
    }
}
