package carafe.feature.courses.format;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.io.IOException;
import java.util.IdentityHashMap;

/** A JSON file of which each value knows its line. */
final class LocatedJson {
    private static final JsonFactory FACTORY = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
            .build();
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    /** Not JSON, or not an object. */
    static final class Broken extends Exception {
        final int line;

        Broken(int line, String message) {
            super(message);
            this.line = line;
        }
    }

    private final IdentityHashMap<JsonNode, Integer> lines = new IdentityHashMap<>();
    private final ObjectNode root;

    private LocatedJson(String text) throws IOException, Broken {
        try (var parser = FACTORY.createParser(text)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw new Broken(1, "must hold a JSON object");
            }
            root = (ObjectNode) value(parser);
            if (parser.nextToken() != null) {
                throw new Broken(parser.currentTokenLocation().getLineNr(), "goes on after the end of its object");
            }
        }
    }

    static LocatedJson parse(String text) throws Broken {
        try {
            return new LocatedJson(text);
        } catch (JsonProcessingException e) {
            var at = e.getLocation();
            throw new Broken(
                    at == null ? 1 : at.getLineNr(), "is not valid JSON: " + firstLine(e.getOriginalMessage()));
        } catch (IOException e) {
            throw new Broken(1, "is not valid JSON");
        }
    }

    ObjectNode root() {
        return root;
    }

    /** The line where {@code node} begins. */
    int line(JsonNode node) {
        return lines.getOrDefault(node, 1);
    }

    private JsonNode value(JsonParser parser) throws IOException {
        int line = parser.currentTokenLocation().getLineNr();
        // true, false and null are shared nodes and tell the line of the last one
        JsonNode node = switch (parser.currentToken()) {
            case START_OBJECT -> object(parser);
            case START_ARRAY -> {
                var array = NODES.arrayNode();
                while (parser.nextToken() != JsonToken.END_ARRAY) {
                    array.add(value(parser));
                }
                yield array;
            }
            case VALUE_STRING -> new TextNode(parser.getText());
            case VALUE_NUMBER_INT -> NODES.numberNode(parser.getBigIntegerValue());
            case VALUE_NUMBER_FLOAT -> NODES.numberNode(parser.getDoubleValue());
            case VALUE_TRUE -> NODES.booleanNode(true);
            case VALUE_FALSE -> NODES.booleanNode(false);
            default -> NODES.nullNode();
        };
        lines.put(node, line);
        return node;
    }

    private ObjectNode object(JsonParser parser) throws IOException {
        var object = NODES.objectNode();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            var name = parser.currentName();
            parser.nextToken();
            object.set(name, value(parser));
        }
        return object;
    }

    private static String firstLine(String message) {
        int end = message.indexOf('\n');
        var line = end < 0 ? message : message.substring(0, end);
        return line.length() > 200 ? line.substring(0, 200) : line;
    }
}
