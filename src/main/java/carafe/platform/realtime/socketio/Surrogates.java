package carafe.platform.realtime.socketio;

/**
 * Halves of characters beyond the first plane that stand alone. JavaScript allows them in strings and UTF-8 does not: a
 * JSON escape brings them over unchanged.
 */
final class Surrogates {
    private Surrogates() {}

    /** {@code json} with each lone half as an escape; they can only stand inside strings. */
    static String escaped(String json) {
        int at = firstLone(json, 0);
        if (at < 0) {
            return json;
        }
        var text = new StringBuilder(json.length() + 16);
        int from = 0;
        for (; at >= 0; at = firstLone(json, from)) {
            text.append(json, from, at).append("\\u").append(Integer.toHexString(json.charAt(at)));
            from = at + 1;
        }
        return text.append(json, from, json.length()).toString();
    }

    private static int firstLone(String text, int from) {
        for (int i = from; i < text.length(); i++) {
            char c = text.charAt(i);
            if (Character.isHighSurrogate(c) && i + 1 < text.length() && Character.isLowSurrogate(text.charAt(i + 1))) {
                i++;
            } else if (Character.isSurrogate(c)) {
                return i;
            }
        }
        return -1;
    }
}
