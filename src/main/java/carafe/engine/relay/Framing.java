package carafe.engine.relay;

/** How long a body is, read from its head. What could be read in two ways is refused (RFC 9112, section 6.3). */
final class Framing {
    private static final int MOST_DIGITS = 18;
    static final long CHUNKED = -1;
    static final long UNTIL_CLOSE = -2;

    private Framing() {}

    /** Bytes of a request's body, or {@link #CHUNKED}. */
    static long request(Head head) throws BadMessage {
        int hosts = 0;
        for (int i = 0; i < head.count(); i++) {
            hosts += head.kind(i) == FieldKind.HOST ? 1 : 0;
        }
        if (hosts > 1 || (hosts == 0 && head.http11())) {
            throw new BadMessage(hosts == 0 ? "there is no Host field" : "there is more than one Host field");
        }
        boolean chunked = chunked(head);
        long length = length(head);
        if (chunked && length >= 0) {
            throw new BadMessage("both Content-Length and Transfer-Encoding are there");
        }
        return chunked ? CHUNKED : Math.max(0, length);
    }

    /** Bytes of a response's body, {@link #CHUNKED} or {@link #UNTIL_CLOSE}. */
    static long response(Head head, boolean toHead) throws BadMessage {
        boolean chunked = chunked(head);
        long length = length(head);
        if (toHead || head.status() == 204 || head.status() == 304) {
            return 0;
        }
        if (chunked && length >= 0) {
            throw new BadMessage("both Content-Length and Transfer-Encoding are there");
        }
        return chunked ? CHUNKED : length >= 0 ? length : UNTIL_CLOSE;
    }

    static Body body(long length) {
        return length == CHUNKED
                ? new Body.Chunked()
                : length == UNTIL_CLOSE ? new Body.UntilClose() : new Body.Counted(length);
    }

    private static boolean chunked(Head head) throws BadMessage {
        boolean chunked = false;
        for (int i = 0; i < head.count(); i++) {
            if (head.kind(i) == FieldKind.TRANSFER_ENCODING) {
                if (chunked || !head.http11() || !head.value(i).equalsIgnoreCase("chunked")) {
                    throw new BadMessage("a Transfer-Encoding other than one 'chunked'");
                }
                chunked = true;
            }
        }
        return chunked;
    }

    /** -1 when there is none. */
    private static long length(Head head) throws BadMessage {
        long length = -1;
        for (int i = 0; i < head.count(); i++) {
            if (head.kind(i) == FieldKind.CONTENT_LENGTH) {
                if (length >= 0) {
                    throw new BadMessage("more than one Content-Length");
                }
                length = number(head.value(i));
            }
        }
        return length;
    }

    private static long number(String digits) throws BadMessage {
        if (digits.isEmpty() || digits.length() > MOST_DIGITS) {
            throw new BadMessage("a Content-Length that is not a number");
        }
        long number = 0;
        for (int i = 0; i < digits.length(); i++) {
            int digit = digits.charAt(i) - '0';
            if (digit < 0 || digit > 9) {
                throw new BadMessage("a Content-Length that is not a number");
            }
            number = number * 10 + digit;
        }
        return number;
    }
}
