package carafe.engine.relay;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import org.jspecify.annotations.Nullable;

/** A client's connection: one request after another, each with its answer. */
final class ClientConnection implements Wire.User, Downstream {
    private static final long LONGEST_IDLE = seconds(120);
    private static final long LONGEST_HEAD = seconds(30);
    private static final long LONGEST_PAUSE = seconds(120);
    private static final long LONGEST_CLOGGED = seconds(300);
    private static final long LONGEST_FAREWELL = seconds(2);

    /** Bytes of requests that a client may send before the one under way is answered. */
    private static final int MOST_AHEAD = 16 << 10;

    private enum At {
        HEAD,
        BODY,
        ANSWER,
        /** The last answer is sent; what still comes is read and dropped, since closing at once would cut the answer. */
        FAREWELL
    }

    private final Lane lane;
    private final Director director;
    private final Wire wire;
    private final String address;
    private final HeadReader reader = new HeadReader();
    private At at = At.HEAD;
    private @Nullable Exchange exchange;
    private @Nullable Body body;
    private byte @Nullable [] ahead;
    private boolean keepAlive;
    private boolean http11;
    private boolean chunked;
    private boolean untilClose;
    private boolean stopping;
    private long since = System.nanoTime();
    private long cloggedAt;

    ClientConnection(Lane lane, SocketChannel channel, Director director) throws IOException {
        this.lane = lane;
        this.director = director;
        this.address =
                ((InetSocketAddress) channel.getRemoteAddress()).getAddress().getHostAddress();
        this.wire = new Wire(lane.loop(), channel, this);
    }

    private static long seconds(long count) {
        return count * 1_000_000_000;
    }

    // ---- what comes ---------------------------------------------------------------------------

    @Override
    public void readable() throws IOException {
        var in = lane.loop().in.clear();
        int count = wire.read(in);
        if (count < 0) {
            gone(new IOException("the client closed the connection"));
        } else if (count > 0 && at != At.FAREWELL) {
            since = at == At.HEAD && reader.begun() ? since : System.nanoTime();
            consume(in.flip());
        }
    }

    private void consume(ByteBuffer in) {
        try {
            while (in.hasRemaining() && wire.isOpen()) {
                if (at == At.HEAD && !wire.isClogged()) {
                    var bytes = reader.feed(in, lane.loop().scratch);
                    if (bytes == null) {
                        return;
                    }
                    request(lane.loop().parser.request(bytes), in);
                } else if (at == At.BODY) {
                    body(in);
                } else {
                    keepAhead(in);
                    return;
                }
            }
        } catch (BadMessage e) {
            bad(e);
        }
    }

    private void request(Head head, ByteBuffer rest) throws BadMessage {
        long length = Framing.request(head);
        http11 = head.http11();
        keepAlive = http11 && !stopping && !head.lists(FieldKind.CONNECTION, "close");
        switch (director.direct(head, address)) {
            case Plan.Answer answer -> {
                keepAlive &= length == 0;
                answer(answer, head.method().equals("HEAD"));
            }
            case Plan.HandOver(var receiver) -> handOver(head, rest, receiver);
            case Plan.Forward forward -> forward(head, length, forward);
        }
    }

    private void forward(Head head, long length, Plan.Forward plan) throws BadMessage {
        var begun = new Exchange(lane, this, head, length, plan);
        exchange = begun;
        body = Framing.body(length);
        at = length == 0 ? At.ANSWER : At.BODY;
        if (length != 0 && http11 && head.lists(FieldKind.EXPECT, "100-continue")) {
            lane.loop().out.to(wire).ascii("HTTP/1.1 100 Continue\r\n\r\n");
        }
        begun.start();
        if (length == 0) {
            begun.bodyEnd();
        }
    }

    private void body(ByteBuffer in) throws BadMessage {
        var current = exchange;
        var coming = body;
        if (current == null || coming == null) {
            throw new IllegalStateException("a body that nobody takes");
        }
        coming.feed(in, current::body);
        if (coming.complete() && at == At.BODY) {
            at = At.ANSWER;
            wire.reading(true);
            current.bodyEnd();
        }
    }

    private void keepAhead(ByteBuffer in) {
        if (at == At.FAREWELL) {
            in.position(in.limit());
            return;
        }
        var known = ahead == null ? new byte[0] : ahead;
        var all = java.util.Arrays.copyOf(known, known.length + in.remaining());
        in.get(all, known.length, in.remaining());
        ahead = all;
        wire.reading(all.length < MOST_AHEAD); // on, or nobody would hear that the client has gone
    }

    private void handOver(Head head, ByteBuffer rest, Plan.Receiver receiver) {
        lane.loop().out.flush();
        if (wire.isClogged()) {
            wire.close(); // it asks for more while it does not take what it has
            return;
        }
        var start = head.bytes();
        var all = java.util.Arrays.copyOf(start, start.length + rest.remaining());
        rest.get(all, start.length, rest.remaining());
        receiver.take(wire.release(), all);
    }

    private void bad(BadMessage e) {
        keepAlive = false;
        http11 = true;
        var text = "Bad request: " + e.getMessage() + "\n";
        var current = exchange;
        if (current != null) {
            // in the middle of a body: what went upstream cannot be taken back, so the call ends
            exchange = null;
            boolean answering = current.answering();
            current.clientGone();
            if (answering) {
                wire.close();
            } else {
                answer(Answers.text(e.status(), text), false);
            }
        } else {
            answer(Answers.text(e.status(), text), false);
        }
    }

    // ---- the answer ---------------------------------------------------------------------------

    @Override
    public void interim(Head response) {
        if (http11) {
            start(response);
            for (int i = 0; i < response.count(); i++) {
                response.line(i, out());
            }
            out().ascii("\r\n");
        }
    }

    private Out out() {
        return lane.loop().out.to(wire);
    }

    private void start(Head response) {
        out().ascii("HTTP/1.1 ").ascii(Integer.toString(response.status())).ascii(" ");
        response.reason(out());
        out().ascii("\r\n");
    }

    @Override
    public void begin(Head response, long length) {
        boolean unknown = length == Framing.CHUNKED || length == Framing.UNTIL_CLOSE;
        chunked = unknown && http11;
        untilClose = unknown && !http11;
        keepAlive &= !untilClose;
        start(response);
        var ending = response.connectionNames();
        for (int i = 0; i < response.count(); i++) {
            boolean kept = switch (response.kind(i)) {
                case HOP, CONNECTION, TRANSFER_ENCODING -> false;
                case CONTENT_LENGTH -> !unknown;
                case OTHER, HOST, COOKIE, EXPECT, FORWARDED_FOR -> !RequestHead.ends(response, i, ending);
            };
            if (kept) {
                response.line(i, out());
            }
        }
        out().ascii(chunked ? "Transfer-Encoding: chunked\r\n" : "")
                .ascii(keepAlive ? "\r\n" : "Connection: close\r\n\r\n");
    }

    @Override
    public void piece(ByteBuffer piece) {
        if (chunked) {
            out().chunk(piece);
        } else {
            out().piece(piece);
        }
    }

    @Override
    public void end() {
        if (chunked) {
            out().ascii("0\r\n\r\n");
        }
        next();
    }

    @Override
    public void refuse(Plan.Answer answer) {
        keepAlive &= at == At.ANSWER;
        answer(answer, exchange != null && exchange.toHead());
    }

    private void answer(Plan.Answer answer, boolean toHead) {
        Answers.write(out(), answer, keepAlive, toHead);
        next();
    }

    @Override
    public void tear() {
        exchange = null;
        lane.loop().out.to(wire).flush();
        if (untilClose) {
            wire.reset();
        } else {
            wire.close();
        }
    }

    /** On to the next request, or to the end. */
    private void next() {
        boolean complete = at != At.BODY;
        exchange = null;
        body = null;
        chunked = false;
        since = System.nanoTime();
        if (!keepAlive || !complete || stopping) {
            farewell();
            return;
        }
        at = At.HEAD;
        if (ahead != null) {
            lane.loop().later(this::takeAhead);
        }
    }

    private void takeAhead() {
        var bytes = ahead;
        if (bytes != null && at == At.HEAD && wire.isOpen() && !wire.isClogged()) {
            ahead = null;
            wire.reading(true);
            consume(ByteBuffer.wrap(bytes));
        }
    }

    private void farewell() {
        at = At.FAREWELL;
        ahead = null;
        lane.loop().out.to(wire).flush();
        wire.reading(true);
        if (!wire.isClogged()) {
            wire.shutdownOutput();
        }
    }

    @Override
    public void wantBody(boolean wanted) {
        if (at == At.BODY) {
            since = System.nanoTime();
            wire.reading(wanted);
        }
    }

    // ---- the connection -----------------------------------------------------------------------

    @Override
    public void clogged() {
        cloggedAt = System.nanoTime();
        if (exchange != null) {
            exchange.clientClogged(true);
        }
    }

    @Override
    public void drained() {
        cloggedAt = 0;
        if (at == At.FAREWELL) {
            since = System.nanoTime();
            wire.shutdownOutput();
        } else if (exchange != null) {
            exchange.clientClogged(false);
        } else {
            takeAhead();
        }
    }

    @Override
    public void gone(IOException cause) {
        var current = exchange;
        exchange = null;
        wire.close();
        if (current != null) {
            current.clientGone();
        }
    }

    @Override
    public void tick(long now) {
        boolean tooLong = switch (at) {
            case HEAD -> now - since > (reader.begun() ? LONGEST_HEAD : LONGEST_IDLE);
            case BODY -> now - since > LONGEST_PAUSE;
            case ANSWER -> false;
            case FAREWELL -> now - since > LONGEST_FAREWELL && cloggedAt == 0;
        };
        if (tooLong || (cloggedAt != 0 && now - cloggedAt > LONGEST_CLOGGED)) {
            gone(new IOException("too slow"));
        }
    }

    /** No further request on this connection; it closes when none is under way. */
    @Override
    public void stop() {
        stopping = true;
        if (exchange == null && !reader.begun() && at == At.HEAD) {
            wire.close();
        }
    }
}
