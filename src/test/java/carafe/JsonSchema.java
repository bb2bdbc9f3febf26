package carafe;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.StreamSupport;

/**
 * Checks values against the part of JSON Schema (2020-12) that our OpenAPI document uses; a keyword beyond it is an error.
 * Stricter in one point: a field that the schema does not name is a fault, unless {@code additionalProperties} allows it.
 */
public final class JsonSchema {
    private static final Set<String> REMARKS = Set.of("description", "default", "example", "title");
    private static final Set<String> KEYWORDS = Set.of(
            "type",
            "properties",
            "required",
            "additionalProperties",
            "propertyNames",
            "maxProperties",
            "items",
            "enum",
            "const",
            "minimum",
            "maximum",
            "minLength",
            "maxLength",
            "pattern",
            "minItems",
            "maxItems",
            "oneOf",
            "anyOf",
            "format");

    private final JsonNode document;

    /** @param document what {@code $ref} points into */
    public JsonSchema(JsonNode document) {
        this.document = document;
    }

    /** The node itself, or what its {@code $ref} names. */
    public JsonNode resolve(JsonNode node) {
        if (!node.has("$ref")) {
            return node;
        }
        var at = document.at(node.path("$ref").asText().substring(1));
        if (at.isMissingNode()) {
            throw new AssertionError("nothing is at " + node.path("$ref"));
        }
        return resolve(at);
    }

    /** What is wrong with {@code value}, each with its place; empty when it is as {@code schema} says. */
    public List<String> faults(JsonNode schema, JsonNode value) {
        var faults = new ArrayList<String>();
        check(schema, value, "$", faults);
        return faults;
    }

    private void check(JsonNode given, JsonNode value, String at, List<String> faults) {
        var schema = flat(given);
        for (var keyword : schema.properties()) {
            var name = keyword.getKey();
            if (!REMARKS.contains(name) && !KEYWORDS.contains(name) && !name.startsWith("x-")) {
                throw new AssertionError(name + " is no keyword that this checker knows: " + schema);
            }
        }
        if (schema.has("type") && !isOfType(schema.path("type"), value)) {
            faults.add(at + " is " + value + " and no " + schema.path("type"));
            return;
        }
        if (schema.has("const") && !same(schema.path("const"), value)) {
            faults.add(at + " is " + value + " and not " + schema.path("const"));
        }
        if (schema.has("enum") && stream(schema.path("enum")).noneMatch(one -> same(one, value))) {
            faults.add(at + " is " + value + " and none of " + schema.path("enum"));
        }
        checkAlternatives(schema, value, at, faults);
        switch (value.getNodeType()) {
            case STRING -> checkText(schema, value.textValue(), at, faults);
            case NUMBER -> checkRange(schema, value.decimalValue(), "minimum", "maximum", at, faults);
            case ARRAY -> {
                checkRange(schema, BigDecimal.valueOf(value.size()), "minItems", "maxItems", at, faults);
                if (schema.has("items")) {
                    for (int i = 0; i < value.size(); i++) {
                        check(schema.path("items"), value.get(i), at + "[" + i + "]", faults);
                    }
                }
            }
            case OBJECT -> checkFields(schema, (ObjectNode) value, at, faults);
            default -> {}
        }
    }

    private void checkAlternatives(JsonNode schema, JsonNode value, String at, List<String> faults) {
        if (schema.has("oneOf")) {
            var tried =
                    stream(schema.path("oneOf")).map(one -> faults(one, value)).toList();
            if (tried.stream().filter(List::isEmpty).count() != 1) {
                faults.add(at + " is not exactly one of the alternatives: " + tried);
            }
        }
        if (schema.has("anyOf")
                && stream(schema.path("anyOf"))
                        .noneMatch(one -> faults(one, value).isEmpty())) {
            faults.add(at + " is none of the alternatives " + schema.path("anyOf"));
        }
    }

    private static void checkText(JsonNode schema, String text, String at, List<String> faults) {
        checkRange(
                schema,
                BigDecimal.valueOf(text.codePointCount(0, text.length())),
                "minLength",
                "maxLength",
                at,
                faults);
        if (schema.has("pattern")
                && !Pattern.compile(schema.path("pattern").asText())
                        .matcher(text)
                        .find()) {
            faults.add(at + " is '" + text + "' and not like " + schema.path("pattern"));
        }
        try {
            switch (schema.path("format").asText("")) {
                case "" -> {}
                case "date" -> LocalDate.parse(text);
                case "date-time" -> OffsetDateTime.parse(text);
                default -> throw new AssertionError("no check for the format " + schema.path("format"));
            }
        } catch (DateTimeParseException e) {
            faults.add(at + " is '" + text + "' and no " + schema.path("format"));
        }
    }

    private static void checkRange(
            JsonNode schema, BigDecimal number, String low, String high, String at, List<String> faults) {
        if (schema.has(low) && number.compareTo(schema.path(low).decimalValue()) < 0
                || schema.has(high) && number.compareTo(schema.path(high).decimalValue()) > 0) {
            faults.add(at + ": " + number + " is beyond " + low + " " + schema.path(low) + " or " + high + " "
                    + schema.path(high));
        }
    }

    private void checkFields(JsonNode schema, ObjectNode value, String at, List<String> faults) {
        for (var name : schema.path("required")) {
            if (!value.has(name.asText())) {
                faults.add(at + "." + name.asText() + " is missing");
            }
        }
        checkRange(schema, BigDecimal.valueOf(value.size()), "minProperties", "maxProperties", at, faults);
        var more = schema.path("additionalProperties");
        for (var field : value.properties()) {
            var here = at + "." + field.getKey();
            var known = schema.path("properties").path(field.getKey());
            if (schema.has("propertyNames")) {
                check(schema.path("propertyNames"), JsonNodeFactory.instance.textNode(field.getKey()), here, faults);
            }
            if (!known.isMissingNode()) {
                check(known, field.getValue(), here, faults);
            } else if (more.isObject()) {
                check(more, field.getValue(), here, faults);
            } else if (schema.has("properties") && !more.asBoolean()) {
                faults.add(here + " is a field that the schema does not name");
            }
        }
    }

    /** References followed and the parts of {@code allOf} put together. */
    private JsonNode flat(JsonNode given) {
        var schema = resolve(given);
        if (!schema.has("allOf")) {
            return schema;
        }
        ObjectNode all = schema.deepCopy();
        all.remove("allOf");
        for (var part : schema.path("allOf")) {
            var one = flat(part);
            all.withObject("properties").setAll((ObjectNode) one.path("properties"));
            one.path("required").forEach(all.withArray("required")::add);
        }
        return all.put("type", "object");
    }

    private static boolean isOfType(JsonNode type, JsonNode value) {
        if (type.isArray()) {
            return stream(type).anyMatch(one -> isOfType(one, value));
        }
        return switch (type.asText()) {
            case "null" -> value.isNull();
            case "boolean" -> value.isBoolean();
            case "integer" -> value.isIntegralNumber();
            case "number" -> value.isNumber();
            case "string" -> value.isTextual();
            case "array" -> value.isArray();
            case "object" -> value.isObject();
            default -> throw new AssertionError("no such type: " + type);
        };
    }

    private static boolean same(JsonNode a, JsonNode b) {
        return a.isNumber() && b.isNumber() ? a.decimalValue().compareTo(b.decimalValue()) == 0 : a.equals(b);
    }

    private static java.util.stream.Stream<JsonNode> stream(JsonNode list) {
        return StreamSupport.stream(list.spliterator(), false);
    }
}
