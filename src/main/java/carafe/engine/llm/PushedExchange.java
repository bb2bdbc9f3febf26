package carafe.engine.llm;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Future;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.hc.core5.concurrent.FutureCallback;
import org.apache.hc.core5.http.EntityDetails;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpResponse;
import org.apache.hc.core5.http.nio.AsyncResponseConsumer;
import org.apache.hc.core5.http.nio.CapacityChannel;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.jspecify.annotations.Nullable;

/**
 * An answer that is pushed to whoever wants it. The client's own thread takes it off the wire, no further ahead of what
 * has been taken than a window.
 */
public final class PushedExchange implements Exchange {
    /** How many bytes an upstream may be ahead. */
    private static final int WINDOW = 128 << 10;

    /** Takes the pieces of a body. */
    @FunctionalInterface
    public interface Sink {
        /**
         * One piece, on the thread that reads all upstreams: it must not block. {@code taken} is to be run once the
         * piece has gone where it goes; until then it counts as part of the window.
         */
        void piece(byte[] bytes, Runnable taken) throws IOException;
    }

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final ArrayDeque<byte[]> kept = new ArrayDeque<>();
    private final Consumer consumer = new Consumer();
    private final SilenceWatch.Watched watched;

    private volatile @Nullable Future<?> call;
    private @Nullable HttpResponse head;
    private @Nullable CapacityChannel capacity;
    private @Nullable Sink sink;
    private @Nullable IOException failure;
    private int keptBytes;
    private int taken; // of the oldest piece
    private boolean showable;
    private boolean ended;

    PushedExchange(SilenceWatch watch, Duration silence) {
        watched = watch.watch(this::cancel, silence);
    }

    /** What the client underneath calls. */
    Consumer consumer() {
        return consumer;
    }

    void running(Future<?> newCall) {
        call = newCall;
        if (broken()) {
            newCall.cancel(true); // cancelled before there was something to cancel
        }
    }

    private boolean broken() {
        lock.lock();
        try {
            return failure != null;
        } finally {
            lock.unlock();
        }
    }

    /** Ends the call and its connection, unless the answer is all there. */
    void cancel() {
        boolean broken;
        lock.lock();
        try {
            if (!ended) { // an exception that nobody will see has its price: every stream is closed at its end
                fail(new InterruptedIOException("the call was cancelled"));
            }
            broken = failure != null;
        } finally {
            lock.unlock();
        }
        var running = call;
        if (running != null && broken) {
            running.cancel(true);
        }
    }

    /** Waits until there is an answer to look at. @throws IOException when there will be none */
    void await() throws IOException {
        lock.lock();
        try {
            while (!showable && !ended) {
                changed.await();
            }
            if (failure != null && head == null) {
                throw named(failure);
            }
        } catch (InterruptedException e) {
            throw interrupted();
        } finally {
            lock.unlock();
        }
    }

    private HttpResponse head() {
        return Objects.requireNonNull(head);
    }

    @Override
    public int status() {
        return head().getCode();
    }

    @Override
    public @Nullable String header(String name) {
        var header = head().getFirstHeader(name);
        return header == null ? null : header.getValue();
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
            keptBytes -= count;
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
        var channel = capacity;
        if (channel != null && bytes > 0) {
            try {
                channel.update(bytes);
            } catch (IOException e) {
                fail(e);
            }
        }
    }

    private void throwFailure() throws IOException {
        if (failure != null) {
            throw named(failure);
        }
    }

    private IOException named(IOException e) {
        return watched.expired() ? new SocketTimeoutException("the upstream is silent") : e;
    }

    private IOException interrupted() {
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
        watched.close();
        cancel();
    }

    /** The client's side; all calls come on one of its threads. */
    final class Consumer implements AsyncResponseConsumer<Void> {
        private @Nullable FutureCallback<Void> over;

        @Override
        public void consumeResponse(
                HttpResponse response,
                @Nullable EntityDetails entity,
                HttpContext context,
                FutureCallback<Void> resultCallback) {
            watched.heard();
            lock.lock();
            try {
                head = response;
                over = resultCallback;
                // a stream is begun before its first event; anything else is worth waking for when it is there
                var type = response.getFirstHeader("Content-Type");
                showable = type != null && isStream(type.getValue());
                ended |= entity == null;
                if (showable || ended) {
                    changed.signalAll();
                }
            } finally {
                lock.unlock();
            }
            if (entity == null) {
                resultCallback.completed(null);
            }
        }

        @Override
        public void informationResponse(HttpResponse response, HttpContext context) {
            watched.heard();
        }

        @Override
        public void updateCapacity(CapacityChannel channel) throws IOException {
            if (capacity == null) {
                capacity = channel;
                channel.update(WINDOW);
            }
        }

        @Override
        public void consume(ByteBuffer source) throws IOException {
            watched.heard();
            var piece = new byte[source.remaining()];
            source.get(piece);
            if (piece.length == 0) {
                return;
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
                keptBytes += piece.length;
                showable |= keptBytes > WINDOW / 4;
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
        public void streamEnd(@Nullable List<? extends Header> trailers) {
            lock.lock();
            try {
                showable = true;
                ended = true;
                changed.signalAll();
            } finally {
                lock.unlock();
            }
            Objects.requireNonNull(over).completed(null);
        }

        @Override
        public void failed(Exception cause) {
            fail(cause instanceof IOException io ? io : new IOException(cause.getMessage(), cause));
        }

        @Override
        public void releaseResources() {
            fail(new IOException("the call was given up"));
        }
    }
}
