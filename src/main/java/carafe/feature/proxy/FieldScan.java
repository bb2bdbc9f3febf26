package carafe.feature.proxy;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Finds the values of one name in a stream of JSON, however it is cut. It does not parse: a name within a text has
 * backslashes before its quotes and so is not mistaken. Keeps the first value and the last.
 */
final class FieldScan {
    private static final int LONGEST = 2048;

    private enum At {
        NAME,
        COLON,
        VALUE,
        TAKING
    }

    private final byte[] name;
    private final boolean text;
    private final byte[] taken = new byte[LONGEST];
    private final List<String> values = new ArrayList<>(2);
    private At at = At.NAME;
    private int matched;
    private int length;
    private int depth;
    private boolean inString;
    private boolean escaped;

    /** @param text whether a text is looked for, otherwise an object */
    FieldScan(String name, boolean text) {
        this.name = ('"' + name + '"').getBytes(StandardCharsets.US_ASCII);
        this.text = text;
    }

    boolean found() {
        return !values.isEmpty();
    }

    List<String> values() {
        return values;
    }

    void take(byte b) {
        switch (at) {
            case NAME -> {
                matched = b == name[matched] ? matched + 1 : b == '"' ? 1 : 0;
                if (matched == name.length) {
                    matched = 0;
                    at = At.COLON;
                }
            }
            case COLON -> {
                if (b == ':') {
                    at = At.VALUE;
                } else if (!space(b)) {
                    again(b);
                }
            }
            case VALUE -> {
                if (b == (text ? '"' : '{')) {
                    length = 0;
                    depth = 0;
                    inString = false;
                    at = At.TAKING;
                    if (!text) {
                        keep(b);
                    }
                } else if (!space(b)) {
                    again(b);
                }
            }
            case TAKING -> keep(b);
        }
    }

    private void again(byte b) {
        at = At.NAME;
        matched = b == '"' ? 1 : 0;
        escaped = false;
    }

    private static boolean space(byte b) {
        return b == ' ' || b == '\n' || b == '\r' || b == '\t';
    }

    private void keep(byte b) {
        if (text && !escaped && b == '"') {
            done();
            return;
        }
        if (length == LONGEST) {
            again(b); // too long to be what is looked for
            return;
        }
        taken[length++] = b;
        if (escaped) {
            escaped = false;
        } else if (b == '\\') {
            escaped = true;
        } else if (!text && b == '"') {
            inString = !inString;
        } else if (!text && !inString) {
            depth += b == '{' ? 1 : b == '}' ? -1 : 0;
            if (depth == 0) {
                done();
            }
        }
    }

    private void done() {
        var value = new String(taken, 0, length, StandardCharsets.UTF_8);
        if (values.size() == 2) {
            values.set(1, value);
        } else {
            values.add(value);
        }
        at = At.NAME;
        matched = 0;
        escaped = false;
    }
}
