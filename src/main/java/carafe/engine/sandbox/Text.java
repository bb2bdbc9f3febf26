package carafe.engine.sandbox;

import java.nio.charset.StandardCharsets;

/**
 * UTF-8 that comes in pieces, as text; what is no UTF-8 becomes U+FFFD, just as if it had come at once. Not thread-safe.
 */
final class Text {
    private final StringBuilder all = new StringBuilder();
    private final byte[] rest = new byte[3];
    private int kept;

    /** Adds bytes and returns the characters that are complete by now. */
    String add(byte[] bytes, int offset, int length) {
        byte[] source = bytes;
        int from = offset;
        int n = length;
        if (kept > 0) {
            source = new byte[kept + length];
            System.arraycopy(rest, 0, source, 0, kept);
            System.arraycopy(bytes, offset, source, kept, length);
            from = 0;
            n = source.length;
        }
        kept = unfinished(source, from, n);
        System.arraycopy(source, from + n - kept, rest, 0, kept);
        var text = new String(source, from, n - kept, StandardCharsets.UTF_8);
        all.append(text);
        return text;
    }

    /** Everything; half a character at the end is left out when the output was {@code cut}, since more would have come. */
    String whole(boolean cut) {
        return cut || kept == 0 ? all.toString() : all + new String(rest, 0, kept, StandardCharsets.UTF_8);
    }

    /** How many bytes at the end may be the beginning of a character. */
    private static int unfinished(byte[] bytes, int from, int length) {
        for (int back = 1; back <= Math.min(3, length); back++) {
            int b = bytes[from + length - back] & 0xff;
            if (b >= 0xc0) {
                int size = b >= 0xf0 ? 4 : b >= 0xe0 ? 3 : 2;
                return size > back ? back : 0;
            }
            if (b < 0x80) {
                return 0;
            }
        }
        return 0;
    }
}
