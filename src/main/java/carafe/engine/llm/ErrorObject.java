package carafe.engine.llm;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;

/**
 * The error objects of the OpenAI and the Anthropic API, and what others make of them: some name the kind in
 * {@code type}, some in {@code code}, some give an HTTP status there.
 */
final class ErrorObject {
    static final String UNNAMED = "upstream_error";

    private static final int BROKEN = 502;
    /** The HTTP status that each kind has where it does not come inside an answer that began with 200. */
    private static final Map<String, Integer> KINDS = Map.ofEntries(
            Map.entry("invalid_request_error", 400),
            Map.entry("context_length_exceeded", 400),
            Map.entry("content_policy_violation", 400),
            Map.entry("invalid_prompt", 400),
            Map.entry("not_found_error", 404),
            Map.entry("model_not_found", 404),
            Map.entry("request_too_large", 413),
            Map.entry("rate_limit_error", 429),
            Map.entry("rate_limit_exceeded", 429),
            Map.entry("insufficient_quota", 429),
            Map.entry("timeout_error", 504),
            Map.entry("overloaded_error", 529));

    private ErrorObject() {}

    /** An error that came with status 200. */
    static LlmFailure within200(JsonNode error) {
        var message =
                error.isTextual() ? error.textValue() : error.path("message").asText("The model failed.");
        return new LlmFailure(status(error), code(error), message);
    }

    private static int status(JsonNode error) {
        var code = error.path("code");
        int status = KINDS.getOrDefault(code.asText(), code.asInt(0));
        if (status < 400 || status > 599) {
            status = KINDS.getOrDefault(error.path("type").asText(), BROKEN);
        }
        return status == 401 || status == 403 ? BROKEN : status; // our key, not the caller's
    }

    /** The names that clients look for, else {@link #UNNAMED}: an upstream's own mean nothing elsewhere. */
    static String code(JsonNode error) {
        var code = error.path("code").asText();
        return KINDS.containsKey(code) ? code : UNNAMED;
    }
}
