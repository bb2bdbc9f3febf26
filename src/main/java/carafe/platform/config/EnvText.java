package carafe.platform.config;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The text of a file {@code .env}: what it says, and the same text with some values changed and all else as it was. Values
 * may stand in single or double quotes and then span lines; {@code \\} and the quote itself may be escaped in both, in
 * double quotes also {@code \n}, {@code \r} and {@code \t}. A line that makes no sense is kept and says nothing.
 */
public final class EnvText {
    /** A stretch of the text: an assignment, or anything else ({@code key} null). */
    private record Part(String text, @Nullable String key, String value) {}

    private final List<Part> parts = new ArrayList<>();
    private final String lineEnd;

    public EnvText(String text) {
        this.lineEnd = text.contains("\r\n") ? "\r\n" : "\n";
        int at = text.startsWith("\uFEFF") ? 1 : 0;
        if (at == 1) {
            parts.add(new Part("\uFEFF", null, ""));
        }
        while (at < text.length()) {
            var part = next(text, at);
            parts.add(part);
            at += part.text().length();
        }
    }

    /** All values; of a name that is given twice the last. */
    public Map<String, String> values() {
        var values = new LinkedHashMap<String, String>();
        for (var part : parts) {
            if (part.key() != null) {
                values.put(part.key(), part.value());
            }
        }
        return values;
    }

    /** The text with these values; null takes a name out. New names come at the end. */
    public String with(Map<String, @Nullable String> changes) {
        var left = new LinkedHashMap<>(changes);
        var lines = new ArrayList<String>();
        for (int i = parts.size() - 1; i >= 0; i--) {
            var part = parts.get(i);
            if (part.key() == null || !changes.containsKey(part.key())) {
                lines.add(part.text());
            } else if (left.containsKey(part.key())) { // the last one, which is the one that counts
                var value = left.remove(part.key());
                if (value != null) {
                    lines.add(line(part.key(), value, part.text().strip().startsWith("export ")));
                }
            }
        }
        var all = new StringBuilder();
        lines.reversed().forEach(all::append);
        left.forEach((key, value) -> {
            if (value != null) {
                if (!all.isEmpty() && all.charAt(all.length() - 1) != '\n') {
                    all.append(lineEnd);
                }
                all.append(line(key, value, false));
            }
        });
        return all.toString();
    }

    private String line(String key, String value, boolean export) {
        return (export ? "export " : "") + key + "=" + quoted(value) + lineEnd;
    }

    static String quoted(String value) {
        boolean plain = value.chars().allMatch(c -> c > ' ' && "#\"'$\\`".indexOf(c) < 0 && c != 127);
        if (plain) {
            return value;
        }
        var escaped = value.replace("\\", "\\\\");
        boolean lines = value.chars().anyMatch(c -> c < ' ');
        if (!lines && value.indexOf('\'') < 0) {
            return "'" + escaped + "'";
        }
        return '"'
                + escaped.replace("\"", "\\\"")
                        .replace("\n", "\\n")
                        .replace("\r", "\\r")
                        .replace("\t", "\\t")
                + '"';
    }

    private static Part next(String text, int start) {
        int end = endOfLine(text, start);
        int equals = text.indexOf('=', start);
        var line = text.substring(start, end);
        if (equals < 0 || equals >= end || line.strip().startsWith("#")) {
            return new Part(line, null, "");
        }
        var key = text.substring(start, equals).strip();
        key = key.startsWith("export ") ? key.substring(7).strip() : key;
        if (!key.matches("[A-Za-z_][A-Za-z0-9_.-]*")) {
            return new Part(line, null, "");
        }
        int value = equals + 1;
        while (value < end && (text.charAt(value) == ' ' || text.charAt(value) == '\t')) {
            value++;
        }
        char quote = value < end ? text.charAt(value) : 0;
        if (quote != '"' && quote != '\'') {
            return new Part(line, key, unquoted(text.substring(value, end)));
        }
        int close = closing(text, value + 1, quote);
        if (close < 0) {
            return new Part(line, null, ""); // half a value: whoever wrote it was interrupted
        }
        var whole = text.substring(start, endOfLine(text, close));
        return new Part(whole, key, unescaped(text.substring(value + 1, close), quote));
    }

    private static int endOfLine(String text, int from) {
        int end = text.indexOf('\n', from);
        return end < 0 ? text.length() : end + 1;
    }

    private static String unquoted(String value) {
        var text = value.strip();
        if (text.startsWith("#")) {
            return "";
        }
        int comment = text.indexOf(" #");
        return comment < 0 ? text : text.substring(0, comment).strip();
    }

    private static int closing(String text, int from, char quote) {
        for (int i = from; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == quote) {
                return i;
            }
            i += c == '\\' ? 1 : 0;
        }
        return -1;
    }

    private static String unescaped(String text, char quote) {
        var value = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            char after = c == '\\' && i + 1 < text.length() ? text.charAt(i + 1) : 0;
            char meant = after == '\\' || after == quote ? after : quote == '"' ? control(after) : 0;
            value.append(meant == 0 ? c : meant);
            i += meant == 0 ? 0 : 1;
        }
        return value.toString();
    }

    private static char control(char letter) {
        return switch (letter) {
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case '$', '`' -> letter;
            default -> 0;
        };
    }
}
