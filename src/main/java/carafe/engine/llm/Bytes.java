package carafe.engine.llm;

import java.nio.charset.StandardCharsets;

/** Looks for ASCII patterns in bytes, where decoding every event to find most of them dull would cost more. */
public final class Bytes {
    private Bytes() {}

    public static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    public static boolean contains(byte[] bytes, int offset, int length, byte[] pattern) {
        int last = offset + length - pattern.length;
        for (int i = offset; i <= last; i++) {
            if (bytes[i] == pattern[0] && matches(bytes, i, pattern)) {
                return true;
            }
        }
        return false;
    }

    private static boolean matches(byte[] bytes, int at, byte[] pattern) {
        for (int i = 1; i < pattern.length; i++) {
            if (bytes[at + i] != pattern[i]) {
                return false;
            }
        }
        return true;
    }
}
