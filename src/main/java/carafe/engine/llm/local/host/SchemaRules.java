package carafe.engine.llm.local.host;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import java.util.Set;

/**
 * Which JSON schemas (draft 2020-12) the engine's grammar can keep. Words that it would silently leave out are refused by
 * name: an answer must not follow half of what was asked. Sizes are bounded, since they swell the grammar or overflow the
 * native converter's stack.
 */
final class SchemaRules {
    private static final int DEEPEST = 32;
    private static final int MOST_CHARACTERS = 64 * 1024;
    private static final int MOST_REPEATS = 500;

    private static final Set<String> TYPES =
            Set.of("object", "array", "string", "integer", "number", "boolean", "null");

    /** Assertions that json-schema-to-grammar of llama.cpp b4916 does not read. */
    private static final Set<String> UNSUPPORTED = Set.of(
            "not",
            "if",
            "then",
            "else",
            "patternProperties",
            "propertyNames",
            "minProperties",
            "maxProperties",
            "dependentRequired",
            "dependentSchemas",
            "dependencies",
            "unevaluatedProperties",
            "unevaluatedItems",
            "contains",
            "minContains",
            "maxContains",
            "multipleOf",
            "additionalItems",
            "nullable",
            "$dynamicRef",
            "$recursiveRef");

    private static final Set<String> BOUNDS = Set.of("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum");
    private static final Set<String> REPEATS = Set.of("minItems", "maxItems", "minLength", "maxLength");
    private static final Set<String> LISTS = Set.of("anyOf", "oneOf", "allOf", "prefixItems");
    private static final Set<String> NAMED = Set.of("properties", "$defs", "definitions");

    private final JsonNode root;

    private SchemaRules(JsonNode root) {
        this.root = root;
    }

    /** The schema itself. @throws Refusal naming what cannot be kept */
    static JsonNode check(JsonNode schema) {
        if (!schema.isObject()) {
            throw Refusal.badField(
                    "response_format.json_schema.schema",
                    "`response_format.json_schema.schema` must be a JSON schema.");
        }
        if (schema.toString().length() > MOST_CHARACTERS) {
            throw Refusal.badRequest("The JSON schema is longer than " + MOST_CHARACTERS + " characters.");
        }
        bound(schema, 0);
        new SchemaRules(schema).schema(schema, "schema");
        return schema;
    }

    private static void bound(JsonNode node, int depth) {
        if (depth > DEEPEST) {
            throw Refusal.badRequest("The JSON schema is nested deeper than " + DEEPEST + " levels.");
        }
        node.forEach(child -> bound(child, depth + 1));
    }

    private void schema(JsonNode schema, String at) {
        if (schema.isBoolean()) {
            if (!schema.booleanValue()) {
                throw unsupported("false", at);
            }
            return;
        }
        if (!schema.isObject()) {
            throw Refusal.badRequest("The JSON schema has at `" + at + "` something that is no schema.");
        }
        for (Map.Entry<String, JsonNode> field : schema.properties()) {
            word(field.getKey(), field.getValue(), schema, at);
        }
    }

    private void word(String word, JsonNode value, JsonNode schema, String at) {
        String place = at + "." + word;
        if (UNSUPPORTED.contains(word) || (word.equals("uniqueItems") && value.asBoolean(true))) {
            throw unsupported(word, at);
        }
        if (BOUNDS.contains(word) && !schema.path("type").asText().equals("integer")) {
            throw unsupported(word + "` of anything but an integer, `" + word, at);
        }
        if (REPEATS.contains(word) && value.asDouble() > MOST_REPEATS) {
            throw Refusal.badRequest("Local models take `" + place + "` up to " + MOST_REPEATS + ".");
        }
        switch (word) {
            case "type" -> type(value, place);
            case "$ref" -> reference(value, place);
            case "items" -> schema(value, place);
            case "additionalProperties" -> {
                if (!value.isBoolean()) {
                    schema(value, place);
                }
            }
            case "pattern" -> {
                if (!value.asText().startsWith("^") || !value.asText().endsWith("$")) {
                    throw Refusal.badRequest("Local models take `" + place + "` only from ^ to $.");
                }
            }
            default -> nested(word, value, place);
        }
    }

    private void nested(String word, JsonNode value, String place) {
        if (LISTS.contains(word)) {
            for (int i = 0; i < value.size(); i++) {
                schema(value.path(i), place + "." + i);
            }
        } else if (NAMED.contains(word)) {
            value.properties().forEach(field -> schema(field.getValue(), place + "." + field.getKey()));
        }
    }

    private static void type(JsonNode type, String place) {
        Iterable<JsonNode> names = type.isArray() ? type : Set.of(type);
        for (JsonNode name : names) {
            if (!TYPES.contains(name.asText())) {
                throw Refusal.badRequest("`" + place + "` of the JSON schema must be one of "
                        + String.join(", ", TYPES.stream().sorted().toList()) + ".");
            }
        }
    }

    private void reference(JsonNode target, String place) {
        if (resolve(root, target.asText()).isMissingNode()) {
            throw Refusal.badRequest(
                    "`" + place + "` must point into the schema itself, for example \"#/$defs/name\".");
        }
    }

    /** What {@code #/…} of a schema points to, or the missing node. */
    static JsonNode resolve(JsonNode root, String reference) {
        if (reference.equals("#")) {
            return root;
        }
        return reference.startsWith("#/") ? root.at(reference.substring(1)) : root.path(-1);
    }

    private static Refusal unsupported(String word, String at) {
        return new Refusal(
                400,
                "schema_unsupported",
                "Local models cannot keep `" + word + "` of the JSON schema (at `" + at + "`). Leave it out, and check"
                        + " it yourself if you need it.");
    }
}
