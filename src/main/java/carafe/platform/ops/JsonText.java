package carafe.platform.ops;

import java.util.Collection;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Writes plain data as JSON on one line that also holds under readers which break lines at U+2028. */
final class JsonText {
    private static final String HEX = "0123456789abcdef";

    private JsonText() {}

    static void value(StringBuilder out, @Nullable Object value) {
        switch (value) {
            case null -> out.append("null");
            case Number n -> out.append(n);
            case Boolean b -> out.append(b);
            case Map<?, ?> map -> {
                out.append('{');
                boolean first = true;
                for (var entry : map.entrySet()) {
                    out.append(first ? "" : ",");
                    quoted(out, String.valueOf(entry.getKey()));
                    out.append(':');
                    value(out, entry.getValue());
                    first = false;
                }
                out.append('}');
            }
            case Collection<?> items -> {
                out.append('[');
                boolean first = true;
                for (var item : items) {
                    out.append(first ? "" : ",");
                    value(out, item);
                    first = false;
                }
                out.append(']');
            }
            default -> quoted(out, value.toString());
        }
    }

    static void quoted(StringBuilder out, String text) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (Character.isHighSurrogate(c) && i + 1 < text.length() && Character.isLowSurrogate(text.charAt(i + 1))) {
                out.append(c).append(text.charAt(++i));
            } else if (c == '"' || c == '\\') {
                out.append('\\').append(c);
            } else if (c == '\n') {
                out.append("\\n");
            } else if (Character.isSurrogate(c)) {
                out.append("\\ufffd"); // half a character: many readers refuse the line
            } else if (mustEscape(c)) {
                unicode(out, c);
            } else {
                out.append(c);
            }
        }
        out.append('"');
    }

    /** {@code text} with its control characters escaped, so that it cannot begin a line or colour a terminal. */
    static String oneLine(String text) {
        StringBuilder out = null;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean bad = c != '\t' && mustEscape(c);
            if (bad && out == null) {
                out = new StringBuilder(text.length() + 16).append(text, 0, i);
            }
            if (out != null) {
                if (!bad) {
                    out.append(c);
                } else if (c == '\n') {
                    out.append("\\n");
                } else {
                    unicode(out, c);
                }
            }
        }
        return out == null ? text : out.toString();
    }

    /** Control characters, line and paragraph separators, and the marks that reorder text. */
    private static boolean mustEscape(char c) {
        return c < 0x20
                || (c >= 0x7f && c < 0xa0)
                || c == 0x2028
                || c == 0x2029
                || (c >= 0x202a && c <= 0x202e)
                || (c >= 0x2066 && c <= 0x2069);
    }

    private static void unicode(StringBuilder out, char c) {
        out.append("\\u");
        for (int shift = 12; shift >= 0; shift -= 4) {
            out.append(HEX.charAt((c >> shift) & 15));
        }
    }
}
