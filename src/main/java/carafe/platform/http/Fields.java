package carafe.platform.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;

/** Typed access to a JSON object from outside; a wrong type is a {@link Problem.Unprocessable} that names the field. */
public final class Fields {
    private final ObjectNode node;
    private final String prefix;

    public Fields(ObjectNode node, String prefix) {
        this.node = node;
        this.prefix = prefix;
    }

    public ObjectNode node() {
        return node;
    }

    public boolean has(String name) {
        return node.hasNonNull(name);
    }

    /** A required string of 1 to {@code max} characters. */
    public String text(String name, int max) {
        var value = optionalText(name, max).orElseThrow(() -> missing(name));
        if (value.isEmpty()) {
            throw new Problem.Unprocessable("'" + prefix + name + "' must not be empty.", prefix + name);
        }
        return value;
    }

    /** A string of at most {@code max} characters; absent and null are the same. */
    public Optional<String> optionalText(String name, int max) {
        return value(name).map(value -> {
            if (!value.isTextual()) {
                throw wrong(name, "a string");
            }
            if (value.textValue().length() > max) {
                throw new Problem.Unprocessable(
                        "'" + prefix + name + "' is longer than " + max + " characters.", prefix + name);
            }
            return value.textValue();
        });
    }

    public Optional<Boolean> optionalBool(String name) {
        return value(name).map(value -> {
            if (!value.isBoolean()) {
                throw wrong(name, "true or false");
            }
            return value.booleanValue();
        });
    }

    public Optional<Long> optionalLong(String name, long min, long max) {
        return value(name).map(value -> {
            if (!value.isIntegralNumber() || !value.canConvertToLong()) {
                throw wrong(name, "a whole number");
            }
            long number = value.longValue();
            if (number < min || number > max) {
                throw new Problem.Unprocessable(
                        "'" + prefix + name + "' must be from " + min + " to " + max + ".", prefix + name);
            }
            return number;
        });
    }

    public Optional<Double> optionalDouble(String name, double min, double max) {
        return value(name).map(value -> {
            if (!value.isNumber()) {
                throw wrong(name, "a number");
            }
            double number = value.doubleValue();
            if (!(number >= min && number <= max)) {
                throw new Problem.Unprocessable(
                        "'" + prefix + name + "' must be from " + min + " to " + max + ".", prefix + name);
            }
            return number;
        });
    }

    public Optional<Fields> optionalObject(String name) {
        return value(name).map(value -> {
            if (value instanceof ObjectNode object) {
                return new Fields(object, prefix + name + ".");
            }
            throw wrong(name, "an object");
        });
    }

    public Optional<ArrayNode> optionalArray(String name) {
        return value(name).map(value -> {
            if (value instanceof ArrayNode array) {
                return array;
            }
            throw wrong(name, "a list");
        });
    }

    /** The dotted name of a field, as complaints say it. */
    public String path(String name) {
        return prefix + name;
    }

    /** The complaint that a required field is not there. */
    public Problem missing(String name) {
        return new Problem.Unprocessable(
                "'" + prefix + name + "' is required.", prefix + name, Problem.Mistake.MISSING);
    }

    private Optional<JsonNode> value(String name) {
        var value = node.get(name);
        return value == null || value.isNull() ? Optional.empty() : Optional.of(value);
    }

    private Problem wrong(String name, String expected) {
        return new Problem.Unprocessable(
                "'" + prefix + name + "' must be " + expected + ".", prefix + name, Problem.Mistake.TYPE);
    }
}
