package carafe.platform.realtime.socketio;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.BinaryNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;

/** Binary values travel beside the JSON, in which {@code {"_placeholder":true,"num":n}} stands for each. */
final class Attachments {
    /** {@code data} without its binary values, which are {@code frames}. */
    record Parts(JsonNode data, List<Frame> frames) {}

    static final Parts NONE = new Parts(MissingNode.getInstance(), List.of());

    private Attachments() {}

    static Parts takeOut(JsonNode data) {
        if (!hasBinary(data)) {
            return new Parts(data, List.of());
        }
        var frames = new ArrayList<Frame>();
        var copy = takeOut(data, frames);
        return new Parts(copy, frames);
    }

    private static boolean hasBinary(JsonNode node) {
        if (node.isBinary()) {
            return true;
        }
        for (var child : node) {
            if (hasBinary(child)) {
                return true;
            }
        }
        return false;
    }

    private static JsonNode takeOut(JsonNode node, List<Frame> frames) {
        return switch (node) {
            case BinaryNode binary -> {
                var placeholder = JsonNodeFactory.instance
                        .objectNode()
                        .put("_placeholder", true)
                        .put("num", frames.size());
                frames.add(new Frame.Binary(binary.binaryValue()));
                yield placeholder;
            }
            case ArrayNode array -> {
                var copy = JsonNodeFactory.instance.arrayNode();
                array.forEach(child -> copy.add(takeOut(child, frames)));
                yield copy;
            }
            case ObjectNode object -> {
                var copy = JsonNodeFactory.instance.objectNode();
                object.properties().forEach(entry -> copy.set(entry.getKey(), takeOut(entry.getValue(), frames)));
                yield copy;
            }
            default -> node;
        };
    }

    /** {@code data} with its binary values back in place. @throws BadPacket for a placeholder of nothing */
    static JsonNode putBack(JsonNode data, List<byte[]> binaries) {
        return switch (data) {
            case ObjectNode object
            when object.path("_placeholder").asBoolean() -> {
                int number = object.path("num").asInt(-1);
                if (number < 0 || number >= binaries.size()) {
                    throw new BadPacket("a placeholder without its attachment");
                }
                yield BinaryNode.valueOf(binaries.get(number));
            }
            case ObjectNode object -> {
                object.properties().forEach(entry -> entry.setValue(putBack(entry.getValue(), binaries)));
                yield object;
            }
            case ArrayNode array -> {
                for (int i = 0; i < array.size(); i++) {
                    array.set(i, putBack(array.get(i), binaries));
                }
                yield array;
            }
            default -> data;
        };
    }
}
