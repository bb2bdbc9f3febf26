package carafe.engine.relay;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** One request on its way to an upstream and its answer on the way back. Lives on one loop. */
final class Exchange {
    private final Lane lane;
    private final Downstream client;
    private final Head request;
    private final Plan.Forward plan;
    private final long startedAt = System.nanoTime();
    private long length;
    private @Nullable RequestBody rewriting;
    private @Nullable ByteArrayOutputStream held;
    private byte @Nullable [] whole;
    private @Nullable UpstreamConnection connection;
    private @Nullable Dial dial;
    private int tried;
    private boolean requestComplete;
    private boolean clientClogged;
    private boolean over;
    private int status;
    private long sent;
    private long received;
    private long headNanos;

    /** @param length of the request's body, as in {@link Framing} */
    Exchange(Lane lane, Downstream client, Head request, long length, Plan.Forward plan) {
        this.lane = lane;
        this.client = client;
        this.request = request;
        this.length = length;
        this.plan = plan;
    }

    Plan.Forward plan() {
        return plan;
    }

    boolean toHead() {
        return request.method().equals("HEAD");
    }

    /** Begins; the request's body follows by {@link #body} and {@link #bodyEnd}. */
    void start() {
        var rewriter = plan.rewriter();
        if (rewriter == null || length == 0) {
            connect();
            return;
        }
        rewriting = new RequestBody(rewriter, lane.room());
        if (length > rewriter.most()) {
            fail(RequestBody.tooLarge(rewriter.most()));
        }
    }

    /** Begins with a body that is all there. */
    void start(byte[] body) {
        whole = body;
        requestComplete = true;
        connect();
    }

    // ---- from the client ----------------------------------------------------------------------

    void body(ByteBuffer piece) {
        if (over) {
            return;
        }
        if (rewriting != null) {
            var failure = rewriting.add(piece);
            if (failure != null) {
                fail(failure);
            }
        } else if (connection == null) {
            hold(piece);
        } else {
            send(connection, piece);
        }
    }

    private void hold(ByteBuffer piece) {
        var kept = held == null ? new ByteArrayOutputStream(piece.remaining()) : held;
        held = kept;
        var bytes = new byte[piece.remaining()];
        piece.get(bytes);
        kept.write(bytes, 0, bytes.length);
        client.wantBody(false);
    }

    private void send(UpstreamConnection to, ByteBuffer piece) {
        sent += piece.remaining();
        to.send(piece, length == Framing.CHUNKED);
    }

    void bodyEnd() {
        requestComplete = true;
        if (over) {
            return;
        }
        if (rewriting != null) {
            requestComplete = false;
            rewriting.rewrite(lane.loop(), this::rewritten);
        } else if (connection != null) {
            finishRequest(connection);
        }
    }

    private void finishRequest(UpstreamConnection to) {
        if (length == Framing.CHUNKED) {
            to.out().ascii("0\r\n\r\n");
        }
    }

    private void rewritten(byte[] body) {
        var taken = rewriting;
        rewriting = null;
        if (taken != null) {
            taken.close();
        }
        if (!over) {
            length = body.length;
            held = new ByteArrayOutputStream(0);
            held.writeBytes(body);
            requestComplete = true;
            connect();
        }
    }

    /** The client left: whoever works for it upstream may stop. */
    void clientGone() {
        if (!over) {
            finish(null, true);
            drop();
        }
    }

    /** Whether the client takes more of the answer. */
    void clientClogged(boolean clogged) {
        clientClogged = clogged;
        if (connection != null) {
            connection.reading(!clogged);
        }
    }

    /** Whether the client has the beginning of an answer already. */
    boolean answering() {
        return status != 0;
    }

    boolean clientClogged() {
        return clientClogged;
    }

    // ---- towards the upstream -----------------------------------------------------------------

    private void connect() {
        var upstream = plan.upstreams().get(tried);
        var idle = lane.pool().take(upstream.origin());
        if (idle != null) {
            connected(idle);
        } else {
            dial = lane.dial(this, upstream.origin());
        }
    }

    void connected(UpstreamConnection made) {
        dial = null;
        if (over) {
            made.close();
            return;
        }
        connection = made;
        made.begin(this);
        RequestHead.write(made.out(), request, length, plan.upstreams().get(tried), plan);
        if (whole != null) {
            send(made, ByteBuffer.wrap(whole));
            whole = null;
        }
        if (held != null) {
            var bytes = held.toByteArray();
            held = null;
            if (bytes.length > 0) {
                send(made, ByteBuffer.wrap(bytes));
            }
            client.wantBody(true);
        }
        if (requestComplete) {
            finishRequest(made);
        }
        if (clientClogged) {
            made.reading(false);
        }
    }

    void unreachable(Failure failure) {
        dial = null;
        if (over) {
            return;
        }
        if (failure.kind() == Failure.Kind.UNREACHABLE
                && tried + 1 < plan.upstreams().size()) {
            tried++;
            connect();
        } else {
            fail(failure);
        }
    }

    // ---- from the upstream --------------------------------------------------------------------

    void upstreamClogged(boolean clogged) {
        client.wantBody(!clogged);
    }

    boolean requestComplete() {
        return requestComplete;
    }

    void interim(Head response) {
        if (response.status() != 100) { // the relay itself answers those who wait for a 100
            client.interim(response);
        }
    }

    /** @param answerLength as in {@link Framing} */
    void answered(Head response, long answerLength) {
        status = response.status();
        headNanos = System.nanoTime() - startedAt;
        plan.watcher().heard(response);
        client.begin(response, answerLength);
    }

    void piece(ByteBuffer piece) {
        received += piece.remaining();
        plan.watcher().passed(piece);
        client.piece(piece);
    }

    void complete() {
        connection = null;
        finish(null, false);
        client.end();
    }

    /** The upstream failed: before its answer the client is told so, after its beginning the client's connection is cut. */
    void fail(Failure failure) {
        if (over) {
            return;
        }
        if (status == 0) {
            var refusal = plan.watcher().refusal(failure);
            status = refusal.status();
            finish(failure, false);
            drop();
            client.refuse(refusal);
        } else {
            finish(failure, false);
            drop();
            client.tear();
        }
    }

    private void drop() {
        if (dial != null) {
            dial.cancel();
        }
        if (connection != null) {
            connection.close();
        }
        if (rewriting != null) {
            rewriting.close();
        }
        held = null;
        whole = null;
    }

    private void finish(@Nullable Failure failure, boolean clientLeft) {
        over = true;
        long total = System.nanoTime() - startedAt;
        plan.watcher()
                .ended(new Ending(
                        status, sent, received, headNanos == 0 ? total : headNanos, total, failure, clientLeft));
    }
}
