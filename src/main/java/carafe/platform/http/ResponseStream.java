package carafe.platform.http;

import io.javalin.http.Context;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.locks.ReentrantLock;
import org.eclipse.jetty.ee10.servlet.ServletContextRequest;

/**
 * A response written piece by piece, each piece on the wire before the method returns. Javalin's own output stream
 * would keep all of it until the end.
 */
public final class ResponseStream {
    private static final String ATTRIBUTE = "carafe.stream";

    private final OutputStream out;
    private final ReentrantLock writing = new ReentrantLock();
    private volatile long lastWrite = System.nanoTime();

    private ResponseStream(OutputStream out) {
        this.out = out;
    }

    /** Sends status and headers with the first piece. */
    public static ResponseStream open(Context ctx, String contentType) throws IOException {
        ctx.attribute(ATTRIBUTE, true);
        ctx.res().setContentType(contentType);
        ctx.res().setHeader("Cache-Control", "no-cache");
        ctx.res().setHeader("X-Accel-Buffering", "no"); // nginx would collect the pieces
        return new ResponseStream(ctx.res().getOutputStream());
    }

    static boolean isStream(Context ctx) {
        return ctx.attribute(ATTRIBUTE) != null;
    }

    /** Server-sent events, as the HTML standard, section 9.2, defines them. */
    public static ResponseStream events(Context ctx) throws IOException {
        return open(ctx, "text/event-stream; charset=utf-8");
    }

    /** On the wire when it returns. @throws ClientGone when nobody is there to read */
    public void write(byte[] bytes, int offset, int length) throws ClientGone {
        writing.lock(); // a heartbeat may come from another thread
        try {
            out.write(bytes, offset, length);
            out.flush();
            lastWrite = System.nanoTime();
        } catch (IOException e) {
            throw new ClientGone(e);
        } finally {
            writing.unlock();
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
