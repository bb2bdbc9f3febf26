package carafe.platform.http;

import io.javalin.http.Context;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.eclipse.jetty.ee10.servlet.ServletContextRequest;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.IteratingCallback;
import org.jspecify.annotations.Nullable;

/**
 * A response written piece by piece as it arises. Javalin's own output stream would keep all of it until the end; the
 * servlet's costs half as much again as the response underneath, which this one writes to.
 */
public final class ResponseStream {
    private static final String ATTRIBUTE = "carafe.stream";

    /** What waits while a piece is on its way; {@code sent} runs once it is on the wire. */
    private record Piece(ByteBuffer bytes, Runnable sent) {}

    private final Response response;
    private final Writer writer = new Writer();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final ArrayDeque<Piece> waiting = new ArrayDeque<>();
    private boolean writing;
    private volatile boolean waits = true;
    private volatile Runnable gone = () -> {};
    private @Nullable Throwable broken;
    private volatile long lastWrite = System.nanoTime();

    private ResponseStream(Response response) {
        this.response = response;
    }

    /** Sends status and headers with the first piece. */
    public static ResponseStream open(Context ctx, String contentType) {
        Rest.take(ctx); // else the server would close the connection at the end, without having said so
        ctx.attribute(ATTRIBUTE, true);
        ctx.res().setContentType(contentType);
        ctx.res().setHeader("Cache-Control", "no-cache");
        ctx.res().setHeader("X-Accel-Buffering", "no"); // nginx would collect the pieces
        if (ctx.attribute(Errors.SURFACE) == Surface.COURSE) {
            CourseErrors.addTime(ctx);
        }
        var stream = new ResponseStream(
                ServletContextRequest.getServletContextRequest(ctx.req()).getServletContextResponse());
        if (HeadHandler.asked(ctx)) {
            stream.broken = new IOException("a HEAD request has no reader");
        }
        return stream;
    }

    /** An answer that takes long because the client waits for news, which is no sign of a slow server. */
    public static void markLong(Context ctx) {
        ctx.attribute(ATTRIBUTE, true);
    }

    static boolean isStream(Context ctx) {
        return ctx.attribute(ATTRIBUTE) != null;
    }

    /** Server-sent events, as the HTML standard, section 9.2, defines them. */
    public static ResponseStream events(Context ctx) {
        return open(ctx, "text/event-stream; charset=utf-8");
    }

    /** Runs {@code newGone} when a write finds that nobody reads any more, for whoever does not write again soon. */
    public void whenGone(Runnable newGone) {
        gone = newGone;
    }

    /** From here on nothing but {@link #flush} waits for a slow reader. Whoever writes must not run far ahead. */
    public void waitForNobody() {
        waits = false;
    }

    /** On the wire when it returns, usually. @throws ClientGone when nobody is there to read */
    public void write(byte[] bytes, int offset, int length) throws ClientGone {
        send(bytes, offset, length, () -> {});
        if (waits) {
            flush();
        }
    }

    /** Runs {@code sent} once everything so far is on the wire. @throws ClientGone when nobody is there to read */
    public void afterwards(Runnable sent) throws ClientGone {
        send(new byte[0], 0, 0, sent);
    }

    /**
     * Does not wait for a slow reader: {@code sent} runs once the bytes are on the wire, until then they must stay as they
     * are. Whoever sends must not run far ahead of that.
     *
     * @throws ClientGone when nobody is there to read any more, as far as is known yet
     */
    public void send(byte[] bytes, int offset, int length, Runnable sent) throws ClientGone {
        lock.lock(); // a heartbeat may come from another thread
        try {
            throwBroken();
            waiting.add(new Piece(ByteBuffer.wrap(bytes, offset, length), sent));
            writing = true;
        } finally {
            lock.unlock();
        }
        writer.iterate();
    }

    /** Waits until everything is on the wire. @throws ClientGone when nobody is there to read */
    public void flush() throws ClientGone {
        lock.lock();
        try {
            while (writing && broken == null) {
                changed.await();
            }
            throwBroken();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ClientGone(new InterruptedIOException("the server stops"));
        } finally {
            lock.unlock();
        }
    }

    private void throwBroken() throws ClientGone {
        if (broken != null) {
            throw new ClientGone(broken instanceof IOException io ? io : new IOException(broken));
        }
    }

    /** Takes one piece after the other to the connection, whichever thread is at hand. */
    private final class Writer extends IteratingCallback {
        private Runnable sent = () -> {};

        @Override
        protected Action process() {
            var next = next();
            while (next != null && !next.bytes().hasRemaining()) {
                next.sent().run();
                next = next();
            }
            if (next == null) {
                return Action.IDLE;
            }
            sent = next.sent();
            response.write(false, next.bytes(), this);
            return Action.SCHEDULED;
        }

        private @Nullable Piece next() {
            lock.lock();
            try {
                var next = waiting.poll();
                if (next == null) {
                    writing = false;
                    changed.signalAll();
                }
                return next;
            } finally {
                lock.unlock();
            }
        }

        @Override
        protected void onSuccess() {
            lastWrite = System.nanoTime();
            sent.run();
        }

        @Override
        protected void onFailure(Throwable cause) {
            lock.lock();
            try {
                broken = cause;
                writing = false;
                waiting.clear();
                changed.signalAll();
            } finally {
                lock.unlock();
            }
            gone.run();
        }

        @Override
        public InvocationType getInvocationType() {
            return InvocationType.NON_BLOCKING;
        }
    }

    /** Nanoseconds since the last write. */
    long silence() {
        return System.nanoTime() - lastWrite;
    }

    public void write(String text) throws ClientGone {
        var bytes = text.getBytes(StandardCharsets.UTF_8);
        write(bytes, 0, bytes.length);
    }

    /** One event; {@code data} must not contain line breaks, which JSON never does. */
    public void event(String name, String data) throws ClientGone {
        write("event: " + name + "\ndata: " + data + "\n\n");
    }

    /** An event without a name, the form of the OpenAI API. */
    public void data(String data) throws ClientGone {
        write("data: " + data + "\n\n");
    }

    /** A comment that keeps the connection alive and finds out whether the client is still there. */
    public void ping() throws ClientGone {
        write(": ping\n\n");
        flush();
    }

    /** Cuts the connection, so that the client sees a broken transfer instead of a short answer that looks whole. */
    public static void abort(Context ctx) {
        ServletContextRequest.getServletContextRequest(ctx.req())
                .getConnectionMetaData()
                .getConnection()
                .getEndPoint()
                .close();
    }
}
