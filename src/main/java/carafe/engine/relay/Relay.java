package carafe.engine.relay;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Passes HTTP/1.1 requests on and their answers back, byte by byte as they come. A few loops serve all connections; a
 * request and the connection it goes upstream by live on the loop of its client, so nothing is handed between threads.
 */
public final class Relay implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Relay.class);
    private static final int MOST_CLIENTS = 20_000;

    private final Director director;
    private final Lanes lanes;
    private final List<Listener> listeners = new ArrayList<>();

    public Relay(Director director) throws IOException {
        this(director, Lanes::systemTls);
    }

    /** @param tls asked for when the first upstream speaks TLS */
    Relay(Director director, Supplier<SSLContext> tls) throws IOException {
        this.director = director;
        this.lanes = new Lanes("relay", tls, Names.SYSTEM);
    }

    public void start() {
        lanes.start();
    }

    /** Opens a port; 0 takes a free one. */
    public synchronized Listener listen(String host, int port) throws IOException {
        var loop = lanes.next().loop();
        var listener = Listener.open(loop, host, port, this::accepted);
        loop.run(listener::begin);
        listeners.add(listener);
        return listener;
    }

    private void accepted(SocketChannel channel) {
        if (open() > MOST_CLIENTS) {
            Wire.quietly(channel::close);
            return;
        }
        var lane = lanes.next();
        lane.loop().run(() -> begin(lane, channel));
    }

    private void begin(Lane lane, SocketChannel channel) {
        try {
            var _ = new ClientConnection(lane, channel, director);
        } catch (IOException e) {
            log.debug("a client left at once cause={}", e.toString());
            Wire.quietly(channel::close);
        }
    }

    /** The head of a request that somebody else has read: what {@link #pass} takes. */
    public static Head head(String startLine, List<Map.Entry<String, String>> fields) throws IOException {
        var text = new StringBuilder(startLine).append("\r\n");
        fields.forEach(field -> text.append(field.getKey())
                .append(": ")
                .append(field.getValue())
                .append("\r\n"));
        return new HeadParser().request(text.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1));
    }

    /**
     * Passes a request on for a thread that may block, and returns when the answer is complete.
     *
     * @throws IOException when the answer broke off after its beginning, or {@code answer} could not take it
     */
    public void pass(Head request, Plan.Forward plan, InputStream body, Answering answer) throws IOException {
        new Bridge(lanes.next(), request, Framing.request(request), plan).run(body, answer);
    }

    /** Connections open at the moment, of clients and to upstreams. */
    public int open() {
        return lanes.open();
    }

    /** Closes the connections to upstreams that nobody uses; what is under way goes on. */
    public void forgetIdle() {
        lanes.forgetIdle();
    }

    /** Closes the ports, lets requests that are under way end for so long, then cuts what is left. */
    public synchronized void close(Duration patience) {
        listeners.forEach(Listener::close);
        lanes.close(patience);
    }

    @Override
    public void close() {
        close(Duration.ZERO);
    }
}
