package carafe.platform.http;

import io.javalin.http.Context;
import java.io.IOException;
import java.time.Duration;
import org.eclipse.jetty.ee10.servlet.HttpInput;
import org.eclipse.jetty.ee10.servlet.ServletContextRequest;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.util.BufferUtil;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes in what is still on its way of a body that is refused, or that nobody asked for. A connection that is closed on a
 * client that writes takes our answer with it (RFC 9112, 9.6), and all that people see is a network error. Bounded in bytes
 * and time.
 */
final class Rest {
    private static final Logger log = LoggerFactory.getLogger(Rest.class);
    private static final int BUFFER = 16 * 1024;
    private static final long MOST = 64 << 20;

    /** Reads some bytes and tells how many: 0 when there is nothing now, below 0 at the end. */
    private interface Source {
        int read() throws IOException;
    }

    private Rest() {}

    /** Of a request that a route has got; who waits for a sign before sending gets the answer at once. */
    static void take(Context ctx) {
        var request = ctx.req();
        boolean hasBody = request.getContentLengthLong() > 0 || request.getHeader("Transfer-Encoding") != null;
        if (!hasBody || request.getHeader("Expect") != null) {
            return;
        }
        var in = ServletContextRequest.getServletContextRequest(request).getHttpInput();
        long length = request.getContentLengthLong();
        if (isRead(in, length)) {
            return; // as nearly every request: it costs them no buffer
        }
        var buffer = new byte[BUFFER];
        take(
                Duration.ofSeconds(10),
                Duration.ofMillis(300),
                () -> isRead(in, length) ? -1 : in.available() <= 0 ? 0 : in.read(buffer));
    }

    private static boolean isRead(HttpInput in, long length) {
        return in.isFinished() || in.getContentConsumed() == length;
    }

    /** Of what could not be read as a request: all that comes. */
    static void take(EndPoint connection) {
        var buffer = BufferUtil.allocate(BUFFER);
        take(Duration.ofSeconds(5), Duration.ofMillis(100), () -> {
            BufferUtil.clear(buffer);
            return connection.fill(buffer);
        });
    }

    private static void take(Duration longest, Duration silence, Source from) {
        long end = System.nanoTime() + longest.toNanos();
        long quiet = System.nanoTime() + silence.toNanos();
        try {
            for (long taken = 0; taken < MOST && System.nanoTime() < Math.min(end, quiet); ) {
                int n = from.read();
                if (n < 0) {
                    return;
                }
                if (n == 0) {
                    Thread.sleep(5);
                    continue;
                }
                taken += n;
                quiet = System.nanoTime() + silence.toNanos();
            }
        } catch (IOException | IllegalStateException e) {
            log.debug("the rest of a refused body did not come", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
