package carafe.platform.realtime.socketio;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One Socket.IO packet: {@code <type>[<attachments>-][<namespace>,][<ack id>][<JSON>]}. Source: the Socket.IO protocol,
 * version 5.
 *
 * @param id of the acknowledgement, -1 for none
 * @param attachments how many binary frames follow
 */
record Packet(
        Type type, String namespace, long id, @Nullable JsonNode data, int attachments) {
    enum Type {
        CONNECT(0),
        DISCONNECT(1),
        EVENT(2),
        ACK(3),
        CONNECT_ERROR(4),
        BINARY_EVENT(5),
        BINARY_ACK(6);

        private final int digit;

        Type(int digit) {
            this.digit = digit;
        }

        boolean binary() {
            return this == BINARY_EVENT || this == BINARY_ACK;
        }
    }

    static final int MOST_ATTACHMENTS = 16;
    static final String ROOT = "/";
    private static final int LONGEST_NAMESPACE = 128;
    private static final int ID_DIGITS = 15;
    private static final int LONGEST_EVENT = 256;
    /** Names that client libraries keep for themselves. */
    private static final Set<String> RESERVED =
            Set.of("connect", "connect_error", "disconnect", "disconnecting", "newListener", "removeListener");

    /** Reads the packet behind the type digit of its Engine.IO message. @throws BadPacket when it is none */
    static Packet parse(String text, ObjectMapper mapper) {
        var in = new Reader(text);
        var type = in.type();
        int attachments = type.binary() ? in.attachments() : 0;
        var namespace = in.namespace();
        long id = in.id();
        var packet = new Packet(type, namespace, id, in.json(mapper), attachments);
        packet.check();
        return packet;
    }

    private void check() {
        boolean good = switch (type) {
            case CONNECT -> id < 0 && (data == null || data instanceof ObjectNode);
            case DISCONNECT -> id < 0 && data == null;
            case EVENT, BINARY_EVENT -> data instanceof ArrayNode args && isEvent(args.path(0));
            case ACK, BINARY_ACK -> id >= 0 && data instanceof ArrayNode;
            case CONNECT_ERROR -> false; // servers send it
        };
        if (!good) {
            throw new BadPacket("a packet of type " + type + " that is none");
        }
    }

    private static boolean isEvent(JsonNode name) {
        if (!name.isTextual()) {
            return name.isNumber();
        }
        var text = name.textValue();
        return text.length() <= LONGEST_EVENT && !RESERVED.contains(text);
    }

    /** The packet as frames: its text and the binary values of its data. */
    List<Frame> frames() {
        var parts = data == null ? Attachments.NONE : Attachments.takeOut(data);
        var head = new StringBuilder("4").append(typeFor(parts).digit);
        if (!parts.frames().isEmpty()) {
            head.append(parts.frames().size()).append('-');
        }
        if (!namespace.equals(ROOT)) {
            head.append(namespace).append(',');
        }
        if (id >= 0) {
            head.append(id);
        }
        if (data != null) {
            head.append(Surrogates.escaped(parts.data().toString()));
        }
        var text = new Frame.Text(head.toString());
        if (parts.frames().isEmpty()) {
            return List.of(text);
        }
        var unit = new java.util.ArrayList<Frame>();
        unit.add(text);
        unit.addAll(parts.frames());
        return unit;
    }

    private Type typeFor(Attachments.Parts parts) {
        if (parts.frames().isEmpty()) {
            return type;
        }
        return type == Type.ACK ? Type.BINARY_ACK : Type.BINARY_EVENT;
    }

    /** Goes through the text from its beginning. */
    private static final class Reader {
        private final String text;
        private int at;

        Reader(String text) {
            this.text = text;
        }

        private char peek() {
            return at < text.length() ? text.charAt(at) : 0;
        }

        Type type() {
            int digit = peek() - '0';
            for (var type : Type.values()) {
                if (type.digit == digit) {
                    at++;
                    return type;
                }
            }
            throw new BadPacket("no such type of packet");
        }

        int attachments() {
            long count = number(2);
            if (count < 0 || count > MOST_ATTACHMENTS || peek() != '-') {
                throw new BadPacket("a wrong number of attachments");
            }
            at++;
            return (int) count;
        }

        String namespace() {
            if (peek() != '/') {
                return ROOT;
            }
            int comma = text.indexOf(',', at);
            int end = comma < 0 ? text.length() : comma;
            if (end - at > LONGEST_NAMESPACE) {
                throw new BadPacket("a namespace that is too long");
            }
            var name = text.substring(at, end);
            at = Math.min(text.length(), end + 1);
            return name;
        }

        long id() {
            return number(ID_DIGITS);
        }

        /** -1 when there is no digit. */
        private long number(int mostDigits) {
            int from = at;
            long value = 0;
            while (peek() >= '0' && peek() <= '9') {
                value = value * 10 + peek() - '0';
                at++;
                if (at - from > mostDigits) {
                    throw new BadPacket("a number that is too long");
                }
            }
            return at == from ? -1 : value;
        }

        @Nullable
        JsonNode json(ObjectMapper mapper) {
            if (at == text.length()) {
                return null;
            }
            try {
                return mapper.readTree(text.substring(at));
            } catch (JsonProcessingException e) {
                throw new BadPacket("data that is not JSON");
            }
        }
    }
}
