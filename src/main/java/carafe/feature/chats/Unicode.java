package carafe.feature.chats;

/** Text that both databases and every client can take. */
public final class Unicode {
    private Unicode() {}

    /** Halves of a surrogate pair become U+FFFD: JSON lets them in, and no UTF-8 lets them out again. */
    public static String mended(String text) {
        int broken = firstBroken(text, 0);
        if (broken < 0) {
            return text;
        }
        var chars = text.toCharArray();
        for (int at = broken; at >= 0; at = firstBroken(text, at + 1)) {
            chars[at] = '\uFFFD';
        }
        return new String(chars);
    }

    private static int firstBroken(String text, int from) {
        for (int i = from; i < text.length(); i++) {
            if (Character.isSurrogate(text.charAt(i))) {
                boolean whole = i + 1 < text.length() && Character.isSurrogatePair(text.charAt(i), text.charAt(i + 1));
                if (!whole) {
                    return i;
                }
                i++;
            }
        }
        return -1;
    }
}
