package carafe.engine.workflow;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.util.MinimalPrettyPrinter;
import com.fasterxml.jackson.core.util.Separators;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.math.BigDecimal;

/** JSON values as workflows see them: zero values, paths, types, and their text. Strings are never run as code. */
final class Values {
    static final JsonNodeFactory JSON = JsonNodeFactory.instance;
    private static final ObjectMapper MAPPER = carafe.platform.http.Json.mapper();
    /** {@code [1, {"a": 2}]}: the spacing that templates had where these workflows come from. */
    private static final ObjectWriter SPACED = MAPPER.writer(new SpacedPrinter());

    private Values() {}

    private static final class SpacedPrinter extends MinimalPrettyPrinter {
        SpacedPrinter() {
            setSeparators(Separators.createDefaultInstance());
        }

        @Override
        public void writeObjectFieldValueSeparator(com.fasterxml.jackson.core.JsonGenerator out) throws IOException {
            out.writeRaw(": ");
        }

        @Override
        public void writeObjectEntrySeparator(com.fasterxml.jackson.core.JsonGenerator out) throws IOException {
            out.writeRaw(", ");
        }

        @Override
        public void writeArrayValueSeparator(com.fasterxml.jackson.core.JsonGenerator out) throws IOException {
            out.writeRaw(", ");
        }
    }

    static ObjectNode object() {
        return JSON.objectNode();
    }

    /** What an output of this type reads as before, or without, a value. */
    static JsonNode zero(String type) {
        return switch (type) {
            case "string" -> JSON.textNode("");
            case "integer" -> JSON.numberNode(0);
            case "number" -> JSON.numberNode(new BigDecimal("0.0"));
            case "boolean" -> JSON.booleanNode(false);
            case "array" -> JSON.arrayNode();
            case "object" -> JSON.objectNode();
            default -> JSON.textNode("");
        };
    }

    /** The default of a schema, or the zero value of its type. */
    static JsonNode initial(JsonNode schema) {
        var given = schema.get("default");
        return given == null || given.isNull() ? zero(schema.path("type").asText("string")) : given;
    }

    static String typeOf(JsonNode value) {
        return switch (value.getNodeType()) {
            case STRING -> "string";
            case NUMBER -> value.isIntegralNumber() ? "integer" : "number";
            case BOOLEAN -> "boolean";
            case ARRAY -> "array";
            case OBJECT -> "object";
            default -> "null";
        };
    }

    static boolean isOf(String type, JsonNode value) {
        return switch (type) {
            case "string" -> value.isTextual();
            case "integer" -> value.isIntegralNumber();
            case "number" -> value.isNumber();
            case "boolean" -> value.isBoolean();
            case "array" -> value.isArray();
            case "object" -> value.isObject();
            default -> true;
        };
    }

    /** Whether a value has the shape of a schema, in its parts too. */
    static boolean fits(JsonNode schema, JsonNode value) {
        var type = schema.path("type").asText("");
        if (!isOf(type, value)) {
            return false;
        }
        if (value instanceof ArrayNode array && schema.path("items") instanceof ObjectNode items && !items.isEmpty()) {
            return array.valueStream().allMatch(one -> fits(items, one));
        }
        if (value instanceof ObjectNode object && schema.path("properties") instanceof ObjectNode properties) {
            for (var required : schema.path("required")) {
                if (!object.has(required.asText())) {
                    return false;
                }
            }
            return properties
                    .propertyStream()
                    .allMatch(one -> !object.has(one.getKey()) || fits(one.getValue(), object.get(one.getKey())));
        }
        return true;
    }

    /** A literal as the type it is declared with; by strict grammars only. @throws FlowFailure when it cannot be one */
    static JsonNode literal(JsonNode value, String type) {
        if (isOf(type, value)) {
            return value;
        }
        if (value.isNull() || value.isMissingNode()) {
            return zero(type);
        }
        if (type.equals("string")) {
            return JSON.textNode(text(value));
        }
        if (!value.isTextual()) {
            return type.equals("boolean") ? JSON.booleanNode(isTrue(value)) : zeroOrFail(value, type);
        }
        var text = value.textValue().strip();
        if (type.equals("boolean")) {
            return JSON.booleanNode(!text.equalsIgnoreCase("false") && !text.isEmpty());
        }
        return text.isEmpty() ? zero(type) : parsed(text, type);
    }

    private static boolean isTrue(JsonNode value) {
        return value.isNumber() ? value.decimalValue().signum() != 0 : !value.isEmpty();
    }

    private static JsonNode zeroOrFail(JsonNode value, String type) {
        if (type.equals("integer")
                && value.isNumber()
                && value.decimalValue().stripTrailingZeros().scale() <= 0) {
            return JSON.numberNode(value.longValue());
        }
        throw new FlowFailure(FlowCode.DSL_INVALID, "a literal " + typeOf(value) + " is no " + type);
    }

    private static JsonNode parsed(String text, String type) {
        var json = parse(text);
        if (json != null && isOf(type, json)) {
            return json;
        }
        throw new FlowFailure(FlowCode.DSL_INVALID, "a literal text is no " + type);
    }

    /** The JSON in a text, or null. */
    static @org.jspecify.annotations.Nullable JsonNode parse(String text) {
        try {
            var read = MAPPER.readTree(text);
            return read == null || read.isMissingNode() ? null : read;
        } catch (JsonProcessingException e) {
            return null; // asked whether it is one: it is none
        }
    }

    /** As {@link #text}, but without spaces: the form of whole answers. */
    static String compact(JsonNode value) {
        return write(MAPPER.writer(), value);
    }

    /** A value in a text: strings as they are, everything else as JSON. */
    static String text(JsonNode value) {
        return value.isTextual() ? value.textValue() : write(SPACED, value);
    }

    private static String write(ObjectWriter writer, JsonNode value) {
        try {
            return writer.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree that cannot be written", e);
        }
    }

    /** Roughly how many bytes a value takes as JSON, without writing it. */
    static int weight(JsonNode value) {
        if (value.isTextual()) {
            return value.textValue().length() + 2;
        }
        if (!value.isContainerNode()) {
            return 8;
        }
        int sum = 2;
        for (var one : value) {
            sum += 8 + weight(one);
        }
        return sum;
    }
}
