package carafe.engine.relay;

/** The head of a request as it goes upstream: the client's lines in their order, but for what must change. */
final class RequestHead {
    private RequestHead() {}

    /** @param length of the body, as in {@link Framing} */
    static void write(Out out, Head head, long length, Upstream upstream, Plan.Forward plan) {
        head.method(out);
        out.ascii(" ");
        var via = upstream.origin().via();
        if (via != null && !upstream.origin().secure()) {
            out.ascii("http://").ascii(upstream.origin().authority());
        }
        boolean server = plan.target().equals("*") && !upstream.basePath().isEmpty();
        out.ascii(upstream.basePath()).ascii(server ? "" : plan.target()).ascii(" HTTP/1.1\r\n");
        if (plan.edits().host() == Edits.HostField.UPSTREAMS) {
            out.ascii("Host: ").ascii(upstream.hostField()).ascii("\r\n");
        }
        if (via != null && via.authorization() != null && !upstream.origin().secure()) {
            out.ascii("Proxy-Authorization: ").ascii(via.authorization()).ascii("\r\n");
        }
        fields(out, head, length, plan.edits());
        plan.edits().lines().forEach(out::bytes);
        out.ascii("\r\n");
    }

    private static void fields(Out out, Head head, long length, Edits edits) {
        var ending = head.connectionNames();
        for (int i = 0; i < head.count(); i++) {
            boolean kept = switch (head.kind(i)) {
                case HOP, CONNECTION, TRANSFER_ENCODING, CONTENT_LENGTH, EXPECT -> false;
                case HOST -> edits.host() == Edits.HostField.CLIENTS;
                case OTHER, COOKIE, FORWARDED_FOR -> !ends(head, i, ending) && !edits.drops(head, i);
            };
            if (kept) {
                head.line(i, out);
            }
        }
        if (length == Framing.CHUNKED) {
            out.ascii("Transfer-Encoding: chunked\r\n");
        } else if (length > 0 || declaresLength(head)) {
            out.ascii("Content-Length: ").ascii(Long.toString(length)).ascii("\r\n");
        }
    }

    /** Whether {@code Connection} names this field. */
    static boolean ends(Head head, int field, java.util.List<String> ending) {
        for (int i = 0; i < ending.size(); i++) {
            if (head.named(field, ending.get(i))) {
                return true;
            }
        }
        return false;
    }

    private static boolean declaresLength(Head head) {
        for (int i = 0; i < head.count(); i++) {
            if (head.kind(i) == FieldKind.CONTENT_LENGTH) {
                return true;
            }
        }
        return false;
    }
}
