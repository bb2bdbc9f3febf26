package carafe.engine.llm.anthropic;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Set;

/**
 * A JSON schema as the API takes one for its answers: objects are closed, and limits that it does not enforce become part of
 * the description, where the model reads them.
 */
final class OutputSchema {
    /** Fields whose values are schemas by their names. */
    private static final Set<String> MAPS = Set.of("properties", "$defs", "definitions");

    private static final Set<String> LISTS = Set.of("anyOf", "oneOf", "allOf");
    private static final Set<String> KEPT = Set.of(
            "$schema", "type", "required", "enum", "const", "default", "description", "title", "pattern", "examples");
    private static final Set<String> FORMATS =
            Set.of("date-time", "time", "date", "duration", "email", "hostname", "uri", "ipv4", "ipv6", "uuid");

    private OutputSchema() {}

    static JsonNode of(JsonNode schema) {
        if (!schema.isObject()) {
            return schema;
        }
        var made = JsonNodeFactory.instance.objectNode();
        var limits = JsonNodeFactory.instance.objectNode();
        boolean refers = schema.has("$ref");
        for (var field : schema.properties()) {
            var name = field.getKey();
            var value = field.getValue();
            if (refers && !name.equals("$ref") && !name.equals("$defs") && !name.equals("definitions")) {
                continue; // what stands beside a reference is not looked at
            }
            if (MAPS.contains(name) && value.isObject()) {
                var inner = made.putObject(name);
                value.properties().forEach(entry -> inner.set(entry.getKey(), of(entry.getValue())));
            } else if (LISTS.contains(name) && value instanceof ArrayNode list) {
                var inner = made.putArray(name.equals("oneOf") ? "anyOf" : name);
                list.forEach(entry -> inner.add(of(entry)));
            } else if (name.equals("items")) {
                made.set(name, of(value));
            } else if (refers || keeps(name, value)) {
                made.set(name, value);
            } else if (!name.equals("additionalProperties")) {
                limits.set(name, value);
            }
        }
        if (isObject(schema) && !refers) {
            made.put("additionalProperties", false);
        }
        describe(made, limits);
        return made;
    }

    private static boolean keeps(String name, JsonNode value) {
        return switch (name) {
            case "format" -> FORMATS.contains(value.asText());
            case "minItems" -> value.asInt() <= 1;
            default -> KEPT.contains(name);
        };
    }

    private static boolean isObject(JsonNode schema) {
        if (schema.path("type").isTextual()) {
            return schema.path("type").asText().equals("object");
        }
        for (var type : schema.path("type")) {
            if (type.asText().equals("object")) {
                return true;
            }
        }
        return schema.has("properties");
    }

    private static void describe(ObjectNode schema, ObjectNode limits) {
        if (!limits.isEmpty()) {
            var text = schema.path("description").asText("");
            schema.put("description", (text.isEmpty() ? "" : text + "\n\n") + limits);
        }
    }
}
