package carafe.feature.code;

import carafe.platform.http.Problem;

/** Checks of texts that go to a program. */
final class Texts {
    private Texts() {}

    /** Half a character cannot be written as UTF-8; Java would put a question mark there in silence. */
    static void checkUnicode(String text, String field) {
        if (hasLoneSurrogate(text)) {
            throw new Problem.Unprocessable(
                    "'" + field + "' holds half of a character (an unpaired surrogate).", field);
        }
    }

    static boolean hasLoneSurrogate(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (Character.isSurrogate(c)) {
                if (!Character.isHighSurrogate(c)
                        || i + 1 == text.length()
                        || !Character.isLowSurrogate(text.charAt(i + 1))) {
                    return true;
                }
                i++;
            }
        }
        return false;
    }

    /** Arguments and variables end at a NUL. */
    static void checkArgument(String text, String field) {
        checkUnicode(text, field);
        if (text.indexOf('\0') >= 0) {
            throw new Problem.Unprocessable("'" + field + "' must not hold NUL.", field);
        }
    }
}
