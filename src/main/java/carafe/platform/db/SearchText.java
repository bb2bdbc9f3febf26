package carafe.platform.db;

import java.text.Normalizer;
import java.util.Locale;

/**
 * Text as the full text indexes get it, so that SQLite and PostgreSQL find the same: words of letters and digits in
 * lower case without accents, one space between, and each Han or Kana character a word of its own.
 */
public final class SearchText {
    /** Longer messages are found by their first part; PostgreSQL refuses a text vector of 1 MiB. */
    private static final int INDEXED_CHARS = 100_000;

    private SearchText() {}

    public static String spaced(String text) {
        var cut = text.length() <= INDEXED_CHARS ? text : text.substring(0, INDEXED_CHARS);
        var plain = Normalizer.normalize(cut, Normalizer.Form.NFKD).toLowerCase(Locale.ROOT);
        var out = new StringBuilder(plain.length() + 16);
        boolean apart = false; // whether the next letter begins a word
        for (int i = 0, c; i < plain.length(); i += Character.charCount(c)) {
            c = plain.codePointAt(i);
            if (isMark(c)) {
                if (!isAccent(c) && !out.isEmpty()) {
                    out.appendCodePoint(c);
                }
            } else if (Character.isLetterOrDigit(c)) {
                boolean alone = isHanOrKana(c);
                if ((apart || alone) && !out.isEmpty()) {
                    out.append(' ');
                }
                out.appendCodePoint(c);
                apart = alone;
            } else {
                apart = true;
            }
        }
        return Normalizer.normalize(out, Normalizer.Form.NFC);
    }

    /** Marks over Latin, Greek and Cyrillic letters; marks of other scripts are part of their letters. */
    private static boolean isAccent(int c) {
        return c >= 0x300 && c <= 0x36F;
    }

    private static boolean isMark(int c) {
        int type = Character.getType(c);
        return type == Character.NON_SPACING_MARK
                || type == Character.COMBINING_SPACING_MARK
                || type == Character.ENCLOSING_MARK;
    }

    private static boolean isHanOrKana(int c) {
        if (c < 0x2E80) {
            return false;
        }
        return switch (Character.UnicodeScript.of(c)) {
            case HAN, HIRAGANA, KATAKANA -> true;
            default -> false;
        };
    }
}
