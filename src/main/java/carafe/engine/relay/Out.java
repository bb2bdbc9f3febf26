package carafe.engine.relay;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * What one event wants to send, collected so that it leaves in one write. It belongs to one wire at a time: asking for
 * another sends what the first has.
 */
final class Out {
    private static final int SIZE = 96 << 10;

    private final ByteBuffer buffer = ByteBuffer.allocateDirect(SIZE);
    private @Nullable Wire owner;

    Out to(Wire wire) {
        if (owner != wire) {
            flush();
            owner = wire;
        }
        return this;
    }

    Out ascii(String text) {
        room(text.length());
        for (int i = 0; i < text.length(); i++) {
            buffer.put((byte) text.charAt(i));
        }
        return this;
    }

    Out bytes(byte[] bytes) {
        return bytes(bytes, 0, bytes.length);
    }

    Out bytes(byte[] bytes, int offset, int length) {
        int at = offset;
        while (at < offset + length) {
            room(1);
            int count = Math.min(buffer.remaining(), offset + length - at);
            buffer.put(bytes, at, count);
            at += count;
        }
        return this;
    }

    /** All of {@code piece}, which is read to its end. */
    Out piece(ByteBuffer piece) {
        int end = piece.limit();
        while (piece.position() < end) {
            room(1);
            piece.limit(Math.min(end, piece.position() + buffer.remaining()));
            buffer.put(piece);
            piece.limit(end);
        }
        return this;
    }

    /** {@code piece} as one chunk of a chunked body. */
    Out chunk(ByteBuffer piece) {
        return ascii(Integer.toHexString(piece.remaining()))
                .ascii("\r\n")
                .piece(piece)
                .ascii("\r\n");
    }

    /** Sends what is there. */
    void flush() {
        var wire = owner;
        owner = null;
        if (wire != null && buffer.position() > 0) {
            wire.send(buffer.flip());
        }
        buffer.clear();
    }

    /** Drops what was not sent yet. */
    void forget() {
        owner = null;
        buffer.clear();
    }

    private void room(int bytes) {
        if (buffer.remaining() < bytes) {
            var wire = owner;
            if (wire == null || bytes > SIZE) {
                throw new IllegalStateException("nobody to send to, or a single text of " + bytes + " bytes");
            }
            wire.send(buffer.flip());
            buffer.clear();
        }
    }
}
