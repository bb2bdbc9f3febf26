package carafe;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** A server that a test plays byte by byte: each connection is handed to the test, or to a script. */
public final class RawServer implements AutoCloseable {
    /** What a connection does by itself. It may end with an exception when the peer leaves. */
    public interface Script {
        void play(RawSocket peer) throws Exception;
    }

    private final ServerSocket listener;
    private final Thread acceptor;
    private final BlockingQueue<RawSocket> arrived = new LinkedBlockingQueue<>();
    private final BlockingQueue<Throwable> ended = new LinkedBlockingQueue<>();
    private final AtomicInteger connections = new AtomicInteger();

    private RawServer(Script script) {
        try {
            listener = new ServerSocket();
            listener.bind(new InetSocketAddress("127.0.0.1", 0), 1000);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        acceptor = Thread.startVirtualThread(() -> accept(script));
    }

    /** Connections wait for {@link #next}. */
    public static RawServer manual() {
        return new RawServer(null);
    }

    public static RawServer playing(Script script) {
        return new RawServer(script);
    }

    /** Answers each request with the same bytes and keeps the connection. */
    public static RawServer answering(String answer) {
        return playing(peer -> {
            while (true) {
                peer.readMessage();
                peer.send(answer);
            }
        });
    }

    private void accept(Script script) {
        try {
            while (true) {
                var peer = new RawSocket(listener.accept());
                connections.incrementAndGet();
                if (script == null) {
                    arrived.add(peer);
                } else {
                    Thread.startVirtualThread(() -> play(script, peer));
                }
            }
        } catch (IOException e) {
            ended.add(e); // the end of the test
        }
    }

    private void play(Script script, RawSocket peer) {
        try (peer) {
            script.play(peer);
        } catch (Exception e) {
            ended.add(e);
        }
    }

    /** The next connection that arrives. */
    public RawSocket next() {
        try {
            var peer = arrived.poll(20, TimeUnit.SECONDS);
            if (peer == null) {
                throw new AssertionError("nobody connected");
            }
            return peer;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    public boolean hasNext() {
        return !arrived.isEmpty();
    }

    /** How many connections came so far. */
    public int connections() {
        return connections.get();
    }

    public int port() {
        return listener.getLocalPort();
    }

    public String url() {
        return "http://127.0.0.1:" + port();
    }

    /** Nobody can connect any more when it returns: the socket goes only when the thread has left it. */
    @Override
    public void close() {
        try {
            listener.close();
            acceptor.join(Duration.ofSeconds(20));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
