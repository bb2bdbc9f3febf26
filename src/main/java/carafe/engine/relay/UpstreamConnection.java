package carafe.engine.relay;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A connection to an upstream: serves one exchange after another, and waits in the pool between them. */
final class UpstreamConnection implements Wire.User {
    /** Shorter than servers keep connections that nobody uses, so that theirs and our end rarely cross. */
    private static final long LONGEST_IDLE = 30_000_000_000L;

    private final Wire wire;
    private final Pool pool;
    final Origin origin;
    private final HeadReader reader = new HeadReader();
    private @Nullable Exchange exchange;
    private @Nullable Body body;
    private boolean reusable;
    private boolean stopping;
    private boolean heardAnything;
    private long lastAt = System.nanoTime();

    UpstreamConnection(Wire wire, Pool pool, Origin origin) {
        this.wire = wire;
        this.pool = pool;
        this.origin = origin;
        wire.user(this);
        wire.patient();
    }

    /** Whether another request may go out on it; closed if not. */
    boolean isFit() {
        if (wire.isOpen() && !wire.isQuiet()) {
            close();
        }
        return wire.isOpen();
    }

    void begin(Exchange newExchange) {
        exchange = newExchange;
        body = null;
        heardAnything = false;
        lastAt = System.nanoTime();
    }

    Out out() {
        return wire.loop.out.to(wire);
    }

    void send(ByteBuffer piece, boolean chunked) {
        lastAt = System.nanoTime();
        if (chunked) {
            out().chunk(piece);
        } else {
            out().piece(piece);
        }
    }

    void reading(boolean on) {
        lastAt = System.nanoTime();
        wire.reading(on);
    }

    void close() {
        exchange = null;
        wire.close();
        pool.forget(this);
    }

    // ---- what comes ---------------------------------------------------------------------------

    @Override
    public void readable() throws IOException {
        var in = wire.loop.in.clear();
        int count = wire.read(in);
        if (count == 0) {
            return;
        }
        lastAt = System.nanoTime();
        if (count < 0) {
            ended();
            return;
        }
        heardAnything = true;
        in.flip();
        try {
            while (in.hasRemaining() && wire.isOpen() && take(in)) {}
        } catch (BadMessage e) {
            fail(new Failure(Failure.Kind.BROKEN, "the answer is not HTTP: " + e.getMessage()));
        }
    }

    /** Takes the next part of an answer; false when more bytes are needed. */
    private boolean take(ByteBuffer in) throws BadMessage {
        var current = exchange;
        if (current == null) {
            close(); // nobody asked for this
            return false;
        }
        var answer = body;
        if (answer == null) {
            var bytes = reader.feed(in, wire.loop.scratch);
            if (bytes == null) {
                return false;
            }
            head(current, wire.loop.parser.response(bytes));
            answer = body;
        } else {
            answer.feed(in, current::piece);
        }
        if (answer != null && answer.complete() && exchange != null) {
            finish(in.hasRemaining());
        }
        return true;
    }

    private void head(Exchange current, Head head) throws BadMessage {
        if (head.status() == 101) {
            throw new BadMessage("it changes to another protocol");
        }
        if (head.status() < 200) {
            current.interim(head);
            return;
        }
        long length = Framing.response(head, current.toHead());
        body = Framing.body(length);
        reusable = head.http11() && !head.lists(FieldKind.CONNECTION, "close");
        current.answered(head, length);
    }

    private void ended() {
        var answer = body;
        if (exchange == null) {
            close();
        } else if (answer != null && answer.endsWithConnection()) {
            reusable = false;
            finish(false);
        } else {
            fail(broken(
                    answer != null
                            ? "the connection ended in the middle of the answer"
                            : heardAnything
                                    ? "the connection ended in the middle of the answer's head"
                                    : "the server closed the connection without an answer"));
        }
    }

    private Failure broken(String reason) {
        return new Failure(heardAnything ? Failure.Kind.BROKEN : Failure.Kind.GONE, reason);
    }

    private void finish(boolean more) {
        var done = Objects.requireNonNull(exchange);
        exchange = null;
        body = null;
        if (reusable && !more && !stopping && done.requestComplete() && !wire.isClogged()) {
            wire.reading(true);
            pool.give(this);
        } else {
            close();
        }
        done.complete();
    }

    private void fail(Failure failure) {
        var failed = exchange;
        close();
        if (failed != null) {
            failed.fail(failure);
        }
    }

    @Override
    public void clogged() {
        if (exchange != null) {
            exchange.upstreamClogged(true);
        }
    }

    @Override
    public void drained() {
        lastAt = System.nanoTime();
        if (exchange != null) {
            exchange.upstreamClogged(false);
        }
    }

    @Override
    public void gone(IOException cause) {
        var message = cause.getMessage();
        fail(broken(message == null ? cause.toString() : message));
    }

    @Override
    public void stop() {
        stopping = true;
        if (exchange == null) {
            close();
        }
    }

    @Override
    public void tick(long now) {
        var current = exchange;
        if (current == null) {
            if (now - lastAt > LONGEST_IDLE) {
                close();
            }
        } else if (!current.clientClogged()
                && now - lastAt > current.plan().silence().toNanos()) {
            fail(new Failure(
                    Failure.Kind.TIMEOUT,
                    "the server sent nothing for " + current.plan().silence().toSeconds() + " s"));
        }
    }
}
