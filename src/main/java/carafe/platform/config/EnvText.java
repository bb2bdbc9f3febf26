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
    private record Part(String text, @Nullable String key, String value, String remark) {
        static Part other(String text) {
            return new Part(text, null, "", "");
        }
    }

    private final List<Part> parts = new ArrayList<>();
    private final String lineEnd;

    public EnvText(String text) {
        this.lineEnd = text.contains("\r\n") ? "\r\n" : "\n";
        int at = text.startsWith("\uFEFF") ? 1 : 0;
        if (at == 1) {
            parts.add(Part.other("\uFEFF"));
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
                    lines.add(line(part.key(), value, part.text().strip().startsWith("export "), part.remark()));
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
                all.append(line(key, value, false, ""));
            }
        });
        return all.toString();
    }

    private String line(String key, String value, boolean export, String remark) {
        return (export ? "export " : "") + key + "=" + quoted(value) + remark + lineEnd;
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
            return Part.other(line);
        }
        var key = text.substring(start, equals).strip();
        key = key.startsWith("export ") ? key.substring(7).strip() : key;
        if (!key.matches("[A-Za-z_][A-Za-z0-9_.-]*")) {
            return Part.other(line);
        }
        int value = equals + 1;
        while (value < end && (text.charAt(value) == ' ' || text.charAt(value) == '\t')) {
            value++;
        }
        char quote = value < end ? text.charAt(value) : 0;
        if (quote != '"' && quote != '\'') {
            var rest = text.substring(equals + 1, end);
            int remark = remark(rest);
            return new Part(
                    line,
                    key,
                    rest.substring(0, remark).strip(),
                    rest.substring(remark).stripTrailing());
        }
        int close = closing(text, value + 1, quote);
        if (close < 0) {
            return Part.other(line); // half a value: whoever wrote it was interrupted
        }
        var whole = text.substring(start, endOfLine(text, close));
        var rest = text.substring(close + 1, endOfLine(text, close));
        var said = unescaped(text.substring(value + 1, close), quote);
        return new Part(whole, key, said, rest.substring(remark(rest)).stripTrailing());
    }

    private static int endOfLine(String text, int from) {
        int end = text.indexOf('\n', from);
        return end < 0 ? text.length() : end + 1;
    }

    /** Where a remark begins, with the space before it: only a {@code #} behind space begins one, others are text. */
    private static int remark(String rest) {
        for (int i = 1; i < rest.length(); i++) {
            if (rest.charAt(i) == '#' && isSpace(rest.charAt(i - 1))) {
                int from = i - 1;
                while (from > 0 && isSpace(rest.charAt(from - 1))) {
                    from--;
                }
                return from;
            }
        }
        return rest.length();
    }

    private static boolean isSpace(char c) {
        return c == ' ' || c == '\t';
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
