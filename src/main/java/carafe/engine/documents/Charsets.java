package carafe.engine.documents;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;

/** Finds how text is encoded: by its mark, else UTF-8 where that fits, else Chinese or Western. */
public final class Charsets {
    private static final Charset WESTERN = Charset.forName("windows-1252");
    private static final Charset CHINESE = Charset.forName("GB18030");

    private Charsets() {}

    /** Whether these first bytes of a file look like text. */
    static boolean isText(byte[] head) {
        if (mark(head) != null) {
            return true;
        }
        int odd = 0;
        for (byte b : head) {
            if (b == 0) {
                return false;
            }
            if (b > 0 && b < 32 && b != '\t' && b != '\n' && b != '\r' && b != '\f' && b != 27) {
                odd++;
            }
        }
        return odd * 50 <= head.length; // a stray control character is no picture
    }

    /** How text that begins so is most likely encoded; a character that is cut at the end does not matter. */
    public static Charset guess(byte[] head) {
        var marked = mark(head);
        if (marked != null) {
            return marked;
        }
        if (begun(head, StandardCharsets.UTF_8) != null) {
            return StandardCharsets.UTF_8;
        }
        var chinese = begun(head, CHINESE);
        return chinese != null && isHan(chinese) ? CHINESE : WESTERN;
    }

    private static @org.jspecify.annotations.Nullable String begun(byte[] head, Charset charset) {
        var text = CharBuffer.allocate(head.length + 1);
        var end = charset.newDecoder().decode(ByteBuffer.wrap(head), text, false);
        return end.isError() ? null : text.flip().toString();
    }

    static String decode(byte[] bytes) {
        var marked = mark(bytes);
        if (marked != null) {
            int skip = marked.equals(StandardCharsets.UTF_8) ? 3 : 2;
            return new String(bytes, skip, bytes.length - skip, marked);
        }
        var utf8 = strict(bytes, StandardCharsets.UTF_8);
        if (utf8 != null) {
            return utf8;
        }
        var chinese = strict(bytes, CHINESE);
        return chinese != null && isHan(chinese) ? chinese : new String(bytes, WESTERN);
    }

    private static @org.jspecify.annotations.Nullable Charset mark(byte[] bytes) {
        if (bytes.length >= 3 && bytes[0] == (byte) 0xEF && bytes[1] == (byte) 0xBB && bytes[2] == (byte) 0xBF) {
            return StandardCharsets.UTF_8;
        }
        if (bytes.length >= 2 && bytes[0] == (byte) 0xFF && bytes[1] == (byte) 0xFE) {
            return StandardCharsets.UTF_16LE;
        }
        if (bytes.length >= 2 && bytes[0] == (byte) 0xFE && bytes[1] == (byte) 0xFF) {
            return StandardCharsets.UTF_16BE;
        }
        return null;
    }

    private static @org.jspecify.annotations.Nullable String strict(byte[] bytes, Charset charset) {
        try {
            return charset.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
        } catch (CharacterCodingException e) {
            return null;
        }
    }

    /** Whether most of what is not ASCII is Chinese: Western text happens to fit the encoding, too. */
    private static boolean isHan(String text) {
        long foreign = text.chars().filter(c -> c > 127).count();
        long han = text.codePoints()
                .filter(c -> Character.UnicodeScript.of(c) == Character.UnicodeScript.HAN
                        || (c >= 0x3000 && c <= 0x303F)
                        || (c >= 0xFF00 && c <= 0xFFEF))
                .count();
        return han * 10 >= foreign * 8;
    }
}
