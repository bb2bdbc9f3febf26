package carafe.engine.llm.local.host;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;

/**
 * Whether a value follows a JSON schema, in the words that {@link SchemaRules} lets pass. Patterns and formats are left to
 * the grammar: an expression of a stranger could keep this process busy for ever.
 */
record SchemaCheck(JsonNode root) {
    /** References that lead in a circle end here. */
    private static final int DEEPEST = 64;

    boolean follows(JsonNode value) {
        return matches(value, root, 0);
    }

    private boolean matches(JsonNode value, JsonNode schema, int depth) {
        if (schema.isBoolean() || depth > DEEPEST) {
            return depth <= DEEPEST && schema.booleanValue();
        }
        if (schema.has("$ref")) {
            return matches(value, SchemaRules.resolve(root, schema.path("$ref").asText()), depth + 1);
        }
        return type(value, schema.path("type"))
                && (!schema.has("const") || same(schema.get("const"), value))
                && (!schema.has("enum") || among(value, schema.get("enum")))
                && alternatives(value, schema, depth)
                && (!value.isObject() || fields(value, schema, depth))
                && (!value.isArray() || items(value, schema, depth))
                && (!value.isTextual() || length(value.textValue(), schema))
                && (!value.isNumber() || bounds(value, schema));
    }

    private static boolean type(JsonNode value, JsonNode type) {
        if (type.isArray()) {
            for (JsonNode one : type) {
                if (type(value, one)) {
                    return true;
                }
            }
            return false;
        }
        return switch (type.asText()) {
            case "object" -> value.isObject();
            case "array" -> value.isArray();
            case "string" -> value.isTextual();
            case "integer" -> value.isIntegralNumber() || (value.isNumber() && value.doubleValue() % 1 == 0);
            case "number" -> value.isNumber();
            case "boolean" -> value.isBoolean();
            case "null" -> value.isNull();
            default -> true;
        };
    }

    private static boolean among(JsonNode value, JsonNode list) {
        for (JsonNode one : list) {
            if (same(one, value)) {
                return true;
            }
        }
        return false;
    }

    /** 1 and 1.0 are the same number. */
    private static boolean same(JsonNode one, JsonNode other) {
        return (one.isNumber() && other.isNumber())
                ? one.decimalValue().compareTo(other.decimalValue()) == 0
                : one.equals(other);
    }

    private boolean alternatives(JsonNode value, JsonNode schema, int depth) {
        for (JsonNode part : schema.path("allOf")) {
            if (!matches(value, part, depth + 1)) {
                return false;
            }
        }
        // the grammar takes oneOf as anyOf, too
        return any(value, schema.path("anyOf"), depth) && any(value, schema.path("oneOf"), depth);
    }

    private boolean any(JsonNode value, JsonNode list, int depth) {
        for (JsonNode one : list) {
            if (matches(value, one, depth + 1)) {
                return true;
            }
        }
        return list.isEmpty();
    }

    private boolean fields(JsonNode value, JsonNode schema, int depth) {
        for (JsonNode name : schema.path("required")) {
            if (!value.has(name.asText())) {
                return false;
            }
        }
        JsonNode known = schema.path("properties");
        for (Map.Entry<String, JsonNode> field : value.properties()) {
            JsonNode rule = known.has(field.getKey()) ? known.get(field.getKey()) : schema.path("additionalProperties");
            if (!rule.isMissingNode() && !matches(field.getValue(), rule, depth + 1)) {
                return false;
            }
        }
        return true;
    }

    private boolean items(JsonNode value, JsonNode schema, int depth) {
        if (value.size() < schema.path("minItems").asInt(0)
                || value.size() > schema.path("maxItems").asInt(Integer.MAX_VALUE)) {
            return false;
        }
        JsonNode first = schema.path("prefixItems");
        for (int i = 0; i < value.size(); i++) {
            JsonNode rule = first.has(i) ? first.get(i) : schema.path("items");
            if (!rule.isMissingNode() && !matches(value.get(i), rule, depth + 1)) {
                return false;
            }
        }
        return true;
    }

    private static boolean length(String text, JsonNode schema) {
        int length = text.codePointCount(0, text.length());
        return length >= schema.path("minLength").asInt(0)
                && length <= schema.path("maxLength").asInt(Integer.MAX_VALUE);
    }

    private static boolean bounds(JsonNode value, JsonNode schema) {
        return compare(value, schema.path("minimum")) >= 0
                && compare(schema.path("maximum"), value) >= 0
                && (!schema.has("exclusiveMinimum") || compare(value, schema.path("exclusiveMinimum")) > 0)
                && (!schema.has("exclusiveMaximum") || compare(schema.path("exclusiveMaximum"), value) > 0);
    }

    private static int compare(JsonNode one, JsonNode other) {
        return (one.isNumber() && other.isNumber()) ? one.decimalValue().compareTo(other.decimalValue()) : 0;
    }
}
