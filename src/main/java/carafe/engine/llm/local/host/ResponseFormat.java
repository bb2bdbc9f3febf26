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
    /** Deeper or larger schemas overflow the native converter's stack or swell its grammar. */
    private static final int DEEPEST = 32;

    private static final int MOST_CHARACTERS = 64 * 1024;
    private static final int MOST_REPEATS = 500;

    private static final ObjectMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private ResponseFormat() {}

    static @Nullable JsonNode schema(JsonNode format) {
        return switch (format.path("type").asText("text")) {
            case "text" -> null;
            case "json_object" -> JsonNodeFactory.instance.objectNode().put("type", "object");
            case "json_schema" -> checked(format.path("json_schema").path("schema"));
            default -> throw Refusal.badRequest("`response_format.type` must be text, json_object or json_schema.");
        };
    }

    private static JsonNode checked(JsonNode schema) {
        if (!schema.isObject()) {
            throw Refusal.badRequest("`response_format.json_schema.schema` must be a JSON schema.");
        }
        if (schema.toString().length() > MOST_CHARACTERS) {
            throw Refusal.badRequest("The JSON schema is longer than " + MOST_CHARACTERS + " characters.");
        }
        bound(schema, 0);
        return schema;
    }

    private static void bound(JsonNode node, int depth) {
        if (depth > DEEPEST) {
            throw Refusal.badRequest("The JSON schema is nested deeper than " + DEEPEST + " levels.");
        }
        for (String limit : new String[] {"minItems", "maxItems", "minLength", "maxLength"}) {
            if (node.path(limit).isNumber() && node.path(limit).asDouble() > MOST_REPEATS) {
                throw Refusal.badRequest("Local models take `" + limit + "` up to " + MOST_REPEATS + ".");
            }
        }
        node.forEach(child -> bound(child, depth + 1));
    }

    /** Whether an answer that ended by itself is JSON of the schema's outer shape. */
    static boolean follows(String answer, JsonNode schema) {
        try {
            return matches(JSON.readTree(answer), schema);
        } catch (JsonProcessingException e) {
            return false;
        }
    }

    private static boolean matches(JsonNode value, JsonNode schema) {
        if (!schema.path("type").isTextual()) {
            return true;
        }
        return switch (schema.path("type").textValue()) {
            case "object" -> value.isObject() && fields(value, schema);
            case "array" -> value.isArray() && items(value, schema.path("items"));
            case "string" -> value.isTextual();
            case "integer" -> value.isIntegralNumber() || (value.isNumber() && value.doubleValue() % 1 == 0);
            case "number" -> value.isNumber();
            case "boolean" -> value.isBoolean();
            case "null" -> value.isNull();
            default -> true;
        };
    }

    private static boolean fields(JsonNode value, JsonNode schema) {
        for (JsonNode name : schema.path("required")) {
            if (!value.has(name.asText())) {
                return false;
            }
        }
        return schema.path("properties").properties().stream()
                .allMatch(field -> !value.has(field.getKey()) || matches(value.get(field.getKey()), field.getValue()));
    }

    private static boolean items(JsonNode value, JsonNode schema) {
        for (JsonNode item : value) {
            if (!matches(item, schema)) {
                return false;
            }
        }
        return true;
    }
}
