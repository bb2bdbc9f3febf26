package carafe.engine.llm.local.host;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import org.jspecify.annotations.Nullable;

/**
 * The {@code response_format} of a request as a schema that the engine turns into a grammar, and a second look at what
 * came out, because the engine drops a grammar that it cannot read without a word.
 */
final class ResponseFormat {
    private static final ObjectMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private ResponseFormat() {}

    static @Nullable JsonNode schema(JsonNode format) {
        return switch (format.path("type").asText("text")) {
            case "text" -> null;
            case "json_object" -> JsonNodeFactory.instance.objectNode().put("type", "object");
            case "json_schema" -> SchemaRules.check(format.path("json_schema").path("schema"));
            default ->
                throw Refusal.badField(
                        "response_format.type", "`response_format.type` must be text, json_object or json_schema.");
        };
    }

    /** Whether an answer that ended by itself is JSON that follows the schema. */
    static boolean follows(String answer, JsonNode schema) {
        try {
            return new SchemaCheck(schema).follows(JSON.readTree(answer));
        } catch (JsonProcessingException e) {
            return false;
        }
    }
}
