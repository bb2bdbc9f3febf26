package carafe.engine.relay;

/**
 * Takes a head apart after RFC 9112, sections 2 to 5, as strictly as it can be read: lines end with CR LF, names are
 * tokens directly before their colon, values hold no control characters and are not folded. One for each loop.
 */
final class HeadParser {
    private static final int MOST_FIELDS = 200;
    private static final int LONGEST_METHOD = 32;
    private static final String VERSION = "HTTP/1.";
    private static final byte TOKEN = 1;
    private static final byte VALUE = 2;
    private static final byte TARGET = 4;
    private static final byte[] CLASSES = classes();

    int[] places = new int[MOST_FIELDS * 4 + 1];
    FieldKind[] kinds = new FieldKind[MOST_FIELDS];
    int count;
    boolean http11;
    int first;
    int from;
    int to;
    private byte[] bytes = new byte[0];
    private int at;

    private static byte[] classes() {
        var classes = new byte[256];
        for (int c = 0; c < 256; c++) {
            boolean letter = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
            if (letter || "!#$%&'*+-.^_`|~".indexOf(c) >= 0) {
                classes[c] |= TOKEN;
            }
            if (c == '\t' || (c >= ' ' && c != 127)) {
                classes[c] |= VALUE;
            }
            if (c > ' ' && c != 127) {
                classes[c] |= TARGET;
            }
        }
        return classes;
    }

    private static boolean is(byte b, byte kind) {
        return (CLASSES[b & 0xff] & kind) != 0;
    }

    /** {@code head}: a whole request head with its empty line. */
    Head request(byte[] head) throws BadMessage {
        bytes = head;
        at = 0;
        first = run(TOKEN);
        if (first == 0 || first > LONGEST_METHOD) {
            throw new BadMessage("the request line has no method");
        }
        expect(' ');
        from = at;
        to = run(TARGET);
        if (to == from) {
            throw new BadMessage("the request line has no target");
        }
        expect(' ');
        version();
        line();
        fields();
        return new Head(head, this);
    }

    /** {@code head}: a whole response head with its empty line. */
    Head response(byte[] head) throws BadMessage {
        bytes = head;
        at = 0;
        version();
        expect(' ');
        first = 0;
        for (int i = 0; i < 3; i++) {
            int digit = bytes[at++] - '0';
            if (digit < 0 || digit > 9 || (i == 0 && digit == 0)) {
                throw new BadMessage("the status line has no status");
            }
            first = first * 10 + digit;
        }
        if (bytes[at] == ' ') {
            at++;
        } else if (bytes[at] != '\r') {
            throw new BadMessage("the status has more than three digits");
        }
        from = at;
        to = run(VALUE);
        line();
        fields();
        return new Head(head, this);
    }

    private void version() throws BadMessage {
        for (int i = 0; i < VERSION.length(); i++) {
            if (bytes[at++] != VERSION.charAt(i)) {
                throw new BadMessage(505, "only HTTP/1.0 and HTTP/1.1 are spoken here");
            }
        }
        byte minor = bytes[at++];
        if (minor != '0' && minor != '1') {
            throw new BadMessage(505, "only HTTP/1.0 and HTTP/1.1 are spoken here");
        }
        http11 = minor == '1';
    }

    private void fields() throws BadMessage {
        count = 0;
        while (bytes[at] != '\r') {
            if (count == MOST_FIELDS) {
                throw new BadMessage(431, "more than " + MOST_FIELDS + " header fields");
            }
            field();
        }
        line();
        places[count * 4] = at - 2;
    }

    private void field() throws BadMessage {
        int start = at;
        int nameEnd = run(TOKEN);
        if (nameEnd == start) {
            throw new BadMessage(
                    bytes[start] == ' ' || bytes[start] == '\t'
                            ? "a header field is folded"
                            : "a header field has no name");
        }
        expect(':');
        while (bytes[at] == ' ' || bytes[at] == '\t') {
            at++;
        }
        int value = at;
        int end = run(VALUE);
        line();
        while (end > value && (bytes[end - 1] == ' ' || bytes[end - 1] == '\t')) {
            end--;
        }
        int place = count * 4;
        places[place] = start;
        places[place + 1] = nameEnd;
        places[place + 2] = value;
        places[place + 3] = end;
        kinds[count++] = FieldKind.of(bytes, start, nameEnd);
    }

    /** The end of the run of that class; the head ends with CR LF, which no class has. */
    private int run(byte kind) {
        int i = at;
        while (is(bytes[i], kind)) {
            i++;
        }
        at = i;
        return i;
    }

    private void expect(char c) throws BadMessage {
        if (bytes[at++] != c) {
            throw new BadMessage("a character in the head is in a place where it must not be");
        }
    }

    private void line() throws BadMessage {
        if (bytes[at] != '\r' || bytes[at + 1] != '\n') {
            throw new BadMessage("a control character in the head");
        }
        at += 2;
    }
}
