package carafe.feature.gateway;

import carafe.platform.http.Fields;
import carafe.platform.http.Problem;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * What requests have in common that are to be put into another protocol's words. A server of the client's own protocol
 * judges for itself; where we translate, nobody else would see that a field is not what it must be, and it would be
 * dropped in silence.
 */
final class Given {
    private static final int MOST_TEXT = Integer.MAX_VALUE;

    private Given() {}

    /** The fields that all protocols call the same. */
    static void sampling(Fields fields, double hottest) {
        fields.optionalDouble("temperature", 0, hottest);
        fields.optionalDouble("top_p", 0, 1);
        fields.optionalDouble("presence_penalty", -2, 2);
        fields.optionalDouble("frequency_penalty", -2, 2);
        fields.optionalLong("seed", Long.MIN_VALUE, Long.MAX_VALUE);
    }

    /** An object that must be there. */
    static Fields object(Fields fields, String name) {
        return fields.optionalObject(name).orElseThrow(() -> fields.missing(name));
    }

    /** A list of objects; empty when there is none. */
    static List<Fields> objects(Fields fields, String name) {
        var list = new ArrayList<Fields>();
        int index = 0;
        for (var item :
                fields.optionalArray(name).<Iterable<JsonNode>>map(a -> a).orElse(List.of())) {
            var path = fields.path(name) + "." + index++;
            if (!(item instanceof ObjectNode object)) {
                throw wrong(path, "an object");
            }
            list.add(new Fields(object, path + "."));
        }
        return list;
    }

    /** A string, or a list of strings. */
    static void texts(Fields fields, String name) {
        var value = fields.node().path(name);
        if (!value.isArray()) {
            fields.optionalText(name, MOST_TEXT);
            return;
        }
        int index = 0;
        for (var text : value) {
            if (!text.isTextual()) {
                throw wrong(fields.path(name) + "." + index, "a string");
            }
            index++;
        }
    }

    /** A list of strings, and nothing else. */
    static void textList(Fields fields, String name) {
        fields.optionalArray(name);
        texts(fields, name);
    }

    /** What a message says: a string, or a list of parts that are objects. */
    static List<Fields> content(Fields message, String name, boolean required) {
        var value = message.node().path(name);
        if (value.isTextual()) {
            return List.of();
        }
        if (!message.has(name)) {
            if (required) {
                throw message.missing(name);
            }
            return List.of();
        }
        if (!value.isArray()) {
            throw wrong(message.path(name), "a string or a list");
        }
        return objects(message, name);
    }

    /** A string that must be one of {@code known}. */
    static String oneOf(Fields fields, String name, Set<String> known) {
        var value = fields.text(name, MOST_TEXT);
        if (!known.contains(value)) {
            throw wrong(
                    fields.path(name),
                    "one of " + String.join(", ", known.stream().sorted().toList()));
        }
        return value;
    }

    /** A string, which may be empty. */
    static void text(Fields fields, String name) {
        text(fields, name, true);
    }

    static void text(Fields fields, String name, boolean required) {
        if (fields.optionalText(name, MOST_TEXT).isEmpty() && required) {
            throw fields.missing(name);
        }
    }

    static Problem wrong(String path, String expected) {
        return new Problem.BadRequest("'" + path + "' must be " + expected + ".", path);
    }
}
