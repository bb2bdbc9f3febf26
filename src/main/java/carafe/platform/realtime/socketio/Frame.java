package carafe.platform.realtime.socketio;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.function.Consumer;

/**
 * One Engine.IO packet. A text starts with its type: {@code 0} open, {@code 1} close, {@code 2} ping, {@code 3} pong,
 * {@code 4} message, {@code 5} upgrade, {@code 6} noop. A WebSocket carries one in each frame; a poll carries several,
 * separated by {@code 0x1e}, binary ones as {@code b} and base64. Source: the Engine.IO protocol, version 4.
 */
sealed interface Frame {
    char SEPARATOR = '\u001e';

    record Text(String packet) implements Frame {
        public Text {
            if (packet.isEmpty()) {
                throw new BadPacket("an empty packet");
            }
        }

        char type() {
            return packet.charAt(0);
        }
    }

    record Binary(byte[] bytes) implements Frame {}

    /** Bytes it takes in memory, about. */
    default int size() {
        return switch (this) {
            case Text(var packet) -> packet.length();
            case Binary(var bytes) -> bytes.length;
        };
    }

    /** The body of the answer to a poll. */
    static byte[] payload(List<Frame> frames) {
        var text = new StringBuilder();
        for (var frame : frames) {
            if (!text.isEmpty()) {
                text.append(SEPARATOR);
            }
            switch (frame) {
                case Text(var packet) -> text.append(packet);
                case Binary(var bytes) ->
                    text.append('b').append(Base64.getEncoder().encodeToString(bytes));
            }
        }
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }

    /** Hands the packets of a posted body to {@code receiver}, in order. @throws BadPacket at the first broken one */
    static void each(String payload, Consumer<Frame> receiver) {
        for (int from = 0; from <= payload.length(); ) {
            int end = payload.indexOf(SEPARATOR, from);
            end = end < 0 ? payload.length() : end;
            receiver.accept(parse(payload.substring(from, end)));
            from = end + 1;
        }
    }

    private static Frame parse(String packet) {
        if (!packet.startsWith("b")) {
            return new Text(packet);
        }
        try {
            return new Binary(Base64.getDecoder().decode(packet.substring(1)));
        } catch (IllegalArgumentException e) {
            throw new BadPacket("binary that is not base64");
        }
    }
}
