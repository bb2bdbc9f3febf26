package carafe.engine.llm;

import carafe.engine.relay.Client;
import carafe.engine.relay.Failure;
import carafe.engine.relay.Head;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.hc.client5.http.ConnectTimeoutException;
import org.apache.hc.core5.http.NoHttpResponseException;
import org.jspecify.annotations.Nullable;

/**
 * An answer that is pushed to whoever wants it. An event loop takes it off the wire, no further ahead of what has been
 * taken than a window.
 */
public final class PushedExchange implements Exchange, Client.Events {
    /** How many bytes an upstream may be ahead. */
    private static final int WINDOW = 128 << 10;

    /** Takes the pieces of a body. */
    @FunctionalInterface
    public interface Sink {
        /**
         * One piece, on a thread that reads many upstreams: it must not block. {@code taken} is to be run once the piece
         * has gone where it goes; until then it counts as part of the window.
         */
        void piece(byte[] bytes, Runnable taken) throws IOException;
    }

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final ArrayDeque<byte[]> kept = new ArrayDeque<>(2);
    private final AtomicInteger ahead = new AtomicInteger();

    private Client.@Nullable Call call;
    private @Nullable Head head;
    private @Nullable Sink sink;
    private @Nullable IOException failure;
    private int taken; // of the oldest piece
    private boolean showable;
    private boolean ended;

    void start(Client.Call newCall) {
        call = newCall;
        newCall.start();
    }

    private Client.Call call() {
        return Objects.requireNonNull(call);
    }

    /** Ends the call and its connection, unless the answer is all there. */
    void cancel() {
        lock.lock();
        try {
            if (ended) { // an exception that nobody will see has its price: every stream is closed at its end
                return;
            }
            fail(new InterruptedIOException("the call was cancelled"));
        } finally {
            lock.unlock();
        }
        call().cancel();
    }

    /** Waits until there is an answer to look at. @throws IOException when there will be none */
    void await() throws IOException {
        lock.lock();
        try {
            while (!showable && !ended) {
                changed.await();
            }
            if (head == null) {
                throwFailure();
            }
        } catch (InterruptedException e) {
            throw interrupted();
        } finally {
            lock.unlock();
        }
    }

    private Head head() {
        return Objects.requireNonNull(head);
    }

    @Override
    public int status() {
        return head().status();
    }

    @Override
    public @Nullable String header(String name) {
        return head().value(name.toLowerCase(Locale.ROOT));
    }

    /** The next bytes, at least one; -1 at the end of the body. */
    private int read(byte[] buffer) throws IOException {
        int count;
        lock.lock();
        try {
            while (kept.isEmpty() && !ended) {
                changed.await();
            }
            var piece = kept.peek();
            if (piece == null) {
                throwFailure();
                return -1;
            }
            count = Math.min(buffer.length, piece.length - taken);
            System.arraycopy(piece, taken, buffer, 0, count);
            taken += count;
            if (taken == piece.length) {
                kept.remove();
                taken = 0;
            }
        } catch (InterruptedException e) {
            throw interrupted();
        } finally {
            lock.unlock();
        }
        grant(count);
        return count;
    }

    @Override
    public byte[] readAll(int limit) throws IOException {
        var single = onlyPiece();
        if (single != null && single.length <= limit) {
            return single;
        }
        var all = new ByteArrayOutputStream(single == null ? 8 << 10 : single.length);
        var buffer = new byte[8 << 10];
        for (int count = read(buffer); count >= 0; count = read(buffer)) {
            all.write(buffer, 0, count);
            if (all.size() > limit) {
                throw new IOException("the upstream's answer is larger than " + limit + " bytes");
            }
        }
        return all.toByteArray();
    }

    /** The body, when it has ended and came in one piece: the common case, for which nothing is copied. */
    private byte @Nullable [] onlyPiece() {
        lock.lock();
        try {
            return ended && failure == null && kept.size() == 1 && taken == 0 ? kept.remove() : null;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Hands every piece to {@code newSink} as it arrives and returns after the last. A sink that throws ends the call.
     *
     * @throws IOException what the sink threw, or why the upstream broke off
     */
    public void drain(Sink newSink) throws IOException {
        lock.lock();
        try {
            for (var piece = kept.poll(); piece != null; piece = kept.poll()) {
                push(newSink, piece);
            }
            sink = newSink;
            while (!ended) {
                changed.await();
            }
            throwFailure();
        } catch (InterruptedException e) {
            throw interrupted();
        } finally {
            sink = null;
            lock.unlock();
        }
    }

    /** Whether a body of this type comes piece by piece: server-sent events, or lines of JSON. */
    public static boolean isStream(String type) {
        return type.startsWith("text/event-stream") || type.startsWith("application/x-ndjson");
    }

    private void push(Sink to, byte[] piece) throws IOException {
        to.piece(piece, () -> grant(piece.length));
    }

    private void grant(int bytes) {
        int before = ahead.getAndAdd(-bytes);
        if (before > WINDOW && before - bytes <= WINDOW) {
            call().clogged(false);
        }
    }

    private void throwFailure() throws IOException {
        if (failure != null) {
            throw failure;
        }
    }

    private static IOException interrupted() {
        Thread.currentThread().interrupt();
        return new InterruptedIOException("the call was interrupted");
    }

    private void fail(IOException cause) {
        lock.lock();
        try {
            if (!ended) {
                ended = true;
                failure = cause;
                changed.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        cancel();
    }

    // ---- on the loop --------------------------------------------------------------------------

    @Override
    public void answered(Head response) {
        lock.lock();
        try {
            head = response;
            // a stream is begun before its first event; anything else is worth waking for when it is there
            var type = response.value("content-type");
            showable = type != null && isStream(type);
            if (showable) {
                changed.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void piece(ByteBuffer bytes) throws IOException {
        var piece = new byte[bytes.remaining()];
        bytes.get(piece);
        if (ahead.addAndGet(piece.length) > WINDOW) {
            call().clogged(true);
        }
        lock.lock();
        try {
            if (ended) {
                return; // nobody listens any more
            }
            if (sink != null) {
                push(sink, piece);
                return;
            }
            kept.add(piece);
            showable |= ahead.get() > WINDOW / 4;
            if (showable) {
                changed.signalAll();
            }
        } catch (IOException e) {
            fail(e);
            throw e;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void end() {
        lock.lock();
        try {
            ended = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void failed(Failure why) {
        fail(
                switch (why.kind()) {
                    case UNREACHABLE -> why.cause() == null ? new ConnectTimeoutException(why.reason()) : why.cause();
                    case TIMEOUT -> new SocketTimeoutException("the upstream is silent");
                    case GONE -> new NoHttpResponseException(why.reason());
                    case BROKEN, TOO_LARGE, OVERLOADED -> new IOException(why.reason());
                });
    }
}
