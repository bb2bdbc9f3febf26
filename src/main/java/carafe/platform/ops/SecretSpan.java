package carafe.platform.ops;

import java.util.Locale;

/** Where the value behind a secret key begins and ends, in text of any format: JSON, headers, queries, maps printed. */
final class SecretSpan {
    private SecretSpan() {}

    /** The first character of the value at or after {@code from}: past spaces and an opening quote. */
    static int start(String text, int from) {
        int at = from;
        while (at < text.length() && text.charAt(at) == ' ') {
            at++;
        }
        if (at + 1 < text.length() && text.charAt(at) == '\\' && isQuote(text.charAt(at + 1))) {
            return at + 2;
        }
        return at < text.length() && isQuote(text.charAt(at)) ? at + 1 : at;
    }

    /** The end (exclusive) of the value that begins at {@code start}. */
    static int end(String text, int start, String key) {
        if (start > 0 && isQuote(text.charAt(start - 1))) {
            boolean escaped = start > 1 && text.charAt(start - 2) == '\\';
            return quoted(text, start, text.charAt(start - 1), escaped);
        }
        if (start < text.length() && (text.charAt(start) == '{' || text.charAt(start) == '[')) {
            return bracketed(text, start);
        }
        var name = key.toLowerCase(Locale.ROOT);
        if (name.contains("authorization") || name.contains("cookie")) { // these hold spaces and semicolons
            return until(text, start, "\r\n,}]\"");
        }
        int word = start;
        if (text.regionMatches(true, start, "Bearer ", 0, 7) || text.regionMatches(true, start, "Basic ", 0, 6)) {
            word = text.indexOf(' ', start) + 1;
        }
        return until(text, word, " \t\r\n,;&}])\"'<>");
    }

    private static int quoted(String text, int start, char quote, boolean escaped) {
        for (int i = start; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == quote) {
                return i;
            }
            if (c == '\\') {
                if (escaped && i + 1 < text.length() && text.charAt(i + 1) == quote) {
                    return i;
                }
                i++;
            }
        }
        return text.length();
    }

    private static int bracketed(String text, int start) {
        char open = text.charAt(start);
        char close = open == '{' ? '}' : ']';
        int depth = 0;
        for (int i = start; i < text.length(); i++) {
            char c = text.charAt(i);
            depth += c == open ? 1 : c == close ? -1 : 0;
            if (depth == 0) {
                return i + 1;
            }
        }
        return text.length();
    }

    private static int until(String text, int start, String stops) {
        int end = start;
        while (end < text.length() && stops.indexOf(text.charAt(end)) < 0) {
            end++;
        }
        return end;
    }

    private static boolean isQuote(char c) {
        return c == '"' || c == '\'';
    }
}
