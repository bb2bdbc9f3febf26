package carafe.engine.relay;

/** The header fields that a relay itself must know. */
enum FieldKind {
    OTHER,
    HOST,
    COOKIE,
    EXPECT,
    FORWARDED_FOR,
    CONTENT_LENGTH,
    /** Its value names further fields that end here. */
    CONNECTION,
    TRANSFER_ENCODING,
    /** Ends here (RFC 9110, section 7.6.1, and the older list that proxies go by). */
    HOP;

    /** The kind of the name in {@code bytes}, in any case. */
    static FieldKind of(byte[] bytes, int from, int to) {
        return switch (to - from) {
            case 2 -> pick(bytes, from, "te", HOP);
            case 4 -> pick(bytes, from, "host", HOST);
            case 6 -> is(bytes, from, "cookie") ? COOKIE : pick(bytes, from, "expect", EXPECT);
            case 7 -> is(bytes, from, "upgrade") ? HOP : pick(bytes, from, "trailer", HOP);
            case 8 -> pick(bytes, from, "trailers", HOP);
            case 10 -> is(bytes, from, "connection") ? CONNECTION : pick(bytes, from, "keep-alive", HOP);
            case 14 -> pick(bytes, from, "content-length", CONTENT_LENGTH);
            case 15 -> pick(bytes, from, "x-forwarded-for", FORWARDED_FOR);
            case 16 -> pick(bytes, from, "proxy-connection", HOP);
            case 17 -> pick(bytes, from, "transfer-encoding", TRANSFER_ENCODING);
            case 18 -> pick(bytes, from, "proxy-authenticate", HOP);
            case 19 -> pick(bytes, from, "proxy-authorization", HOP);
            default -> OTHER;
        };
    }

    private static FieldKind pick(byte[] bytes, int from, String name, FieldKind kind) {
        return is(bytes, from, name) ? kind : OTHER;
    }

    /** Whether {@code lower}, in small letters, stands at {@code from}. */
    static boolean is(byte[] bytes, int from, String lower) {
        for (int i = 0; i < lower.length(); i++) {
            int b = bytes[from + i];
            if ((b >= 'A' && b <= 'Z' ? b | 0x20 : b) != lower.charAt(i)) {
                return false;
            }
        }
        return true;
    }
}
