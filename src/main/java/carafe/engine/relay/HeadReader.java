package carafe.engine.relay;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Collects the bytes of one head up to its empty line, however they are cut into pieces. */
final class HeadReader {
    static final int LONGEST = 64 << 10;

    private byte @Nullable [] begun;
    private int length;

    /** Whether a head has begun and is not complete. */
    boolean begun() {
        return length > 0;
    }

    /**
     * Takes bytes up to the end of the head; null when it is not all there yet.
     *
     * @param scratch room for {@value #LONGEST} bytes that nobody else uses meanwhile
     */
    byte @Nullable [] feed(ByteBuffer in, byte[] scratch) throws BadMessage {
        byte[] held = begun;
        int before = length;
        byte[] bytes = held == null ? scratch : held;
        int more = Math.min(in.remaining(), LONGEST - before);
        if (held != null && bytes.length < before + more) {
            bytes = Arrays.copyOf(held, Math.min(LONGEST, Math.max(2 * before, before + more)));
        }
        in.get(in.position(), bytes, before, more);
        int blank = emptyLines(bytes, before + more);
        if (blank > 0) { // RFC 9112, section 2.2: an empty line before a request is ignored
            in.position(in.position() + blank - before); // of what is held, only its first half can be
            begun = null;
            length = 0;
            return in.hasRemaining() ? feed(in, scratch) : null;
        }
        int end = end(bytes, Math.max(0, before - 3), before + more);
        if (end < 0) {
            if (before + more == LONGEST) {
                throw new BadMessage(431, "the head is longer than " + LONGEST + " bytes");
            }
            in.position(in.position() + more);
            begun = held == null ? Arrays.copyOf(bytes, Math.max(512, more)) : bytes;
            length = before + more;
            return null;
        }
        in.position(in.position() + end - before);
        begun = null;
        length = 0;
        return Arrays.copyOf(bytes, end);
    }

    private static int emptyLines(byte[] bytes, int length) {
        int at = 0;
        while (at + 1 < length && bytes[at] == '\r' && bytes[at + 1] == '\n') {
            at += 2;
        }
        return at;
    }

    /** Where the head ends (exclusive), or -1. */
    private static int end(byte[] bytes, int from, int to) throws BadMessage {
        for (int i = from; i < to; i++) {
            if (bytes[i] == '\n') {
                if (i == 0 || bytes[i - 1] != '\r') {
                    throw new BadMessage("a line of the head ends without a carriage return");
                }
                if (i >= 3 && bytes[i - 2] == '\n') {
                    return i + 1;
                }
            }
        }
        return -1;
    }
}
