package carafe.platform.http;

import io.javalin.http.Context;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.ee10.servlet.ServletContextRequest;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notices clients that leave while nothing is written to them: four times a second it reads from the connections of
 * requests that wait. Nothing is there to read until the answer is out, but the end of the connection; what an impatient
 * client has sent ahead goes back to the server. Requests that are answered sooner cost a place in a map.
 */
public final class ClientWatch implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(ClientWatch.class);
    private static final long LOOK_MS = 250;
    private static final int AHEAD = 1024;

    private final Set<Watched> watched = ConcurrentHashMap.newKeySet();
    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("client-watch").factory());

    public ClientWatch() {
        var _ = clock.scheduleAtFixedRate(this::look, LOOK_MS, LOOK_MS, TimeUnit.MILLISECONDS);
    }

    /** Whose body has been read: until it is closed, {@code gone} runs when the client has left. */
    public Watched watch(Context ctx, Runnable gone) {
        var connection = ServletContextRequest.getServletContextRequest(ctx.req())
                .getConnectionMetaData()
                .getConnection();
        var one = new Watched(connection, gone);
        if (connection instanceof Connection.UpgradeTo) {
            watched.add(one);
        }
        return one;
    }

    private void look() {
        watched.forEach(one -> {
            try {
                one.look();
            } catch (RuntimeException e) {
                one.close();
                log.warn("a connection can no longer be watched", e);
            }
        });
    }

    @Override
    public void close() {
        clock.shutdownNow();
    }

    /** One request that waits. */
    public final class Watched implements AutoCloseable {
        private final Connection connection;
        private final Runnable gone;
        private boolean over;

        private Watched(Connection connection, Runnable gone) {
            this.connection = connection;
            this.gone = gone;
        }

        /** Together with {@link #close}: once the handler goes on, the connection is the server's alone. */
        private synchronized void look() {
            if (over) {
                return;
            }
            var ahead = ByteBuffer.allocate(AHEAD).flip(); // Jetty's buffers are in flushing mode
            int read = read(connection.getEndPoint(), ahead);
            if (read == 0) {
                return;
            }
            over = true;
            watched.remove(this);
            if (read > 0) {
                ((Connection.UpgradeTo) connection).onUpgradeTo(ahead);
            } else {
                log.debug("a client left before its answer");
                gone.run();
            }
        }

        private static int read(EndPoint endPoint, ByteBuffer into) {
            try {
                return endPoint.fill(into);
            } catch (IOException e) {
                return -1; // reset by the peer
            }
        }

        @Override
        public synchronized void close() {
            over = true;
            watched.remove(this);
        }
    }
}
