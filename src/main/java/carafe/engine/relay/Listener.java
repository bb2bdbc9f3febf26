package carafe.engine.relay;

import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.channels.SelectionKey;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** An open port. */
public final class Listener implements Loop.Registered {
    private static final Logger log = LoggerFactory.getLogger(Listener.class);
    private static final int BACKLOG = 4096;

    private final ServerSocketChannel channel;
    private final Consumer<SocketChannel> taker;
    private final int port;
    private final Loop loop;
    private @Nullable SelectionKey key;

    private Listener(Loop loop, ServerSocketChannel channel, Consumer<SocketChannel> taker) throws IOException {
        this.loop = loop;
        this.channel = channel;
        this.taker = taker;
        this.port = ((InetSocketAddress) channel.getLocalAddress()).getPort();
    }

    static Listener open(Loop loop, String host, int port, Consumer<SocketChannel> taker) throws IOException {
        var address = new InetSocketAddress(host, port);
        // the kernel's way through a socket of both families is longer; "any address" means those of both
        boolean four = address.getAddress() instanceof Inet4Address one && !one.isAnyLocalAddress();
        var channel = four ? ServerSocketChannel.open(StandardProtocolFamily.INET) : ServerSocketChannel.open();
        try {
            channel.setOption(StandardSocketOptions.SO_REUSEADDR, true);
            channel.bind(address, BACKLOG);
            channel.configureBlocking(false);
            return new Listener(loop, channel, taker);
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    /** Starts to accept; on the loop. */
    void begin() {
        Wire.quietly(() -> key = loop.register(channel, SelectionKey.OP_ACCEPT, this));
    }

    /** The port that is really open. */
    public int port() {
        return port;
    }

    @Override
    public void ready(SelectionKey ready) {
        try {
            for (var client = channel.accept(); client != null; client = channel.accept()) {
                client.configureBlocking(false);
                client.setOption(StandardSocketOptions.TCP_NODELAY, true);
                taker.accept(client);
            }
        } catch (IOException e) {
            // no more files, mostly: the next tick tries again, so that the loop does not run hot
            log.warn("a connection cannot be accepted cause={}", e.toString());
            ready.interestOps(0);
        }
    }

    @Override
    public void tick(long now) {
        var paused = key;
        if (paused != null && paused.isValid() && paused.interestOps() == 0) {
            paused.interestOps(SelectionKey.OP_ACCEPT);
        }
    }

    /** Accepts no more; connections that are open stay. */
    public void close() {
        loop.run(this::abort);
    }

    @Override
    public void abort() {
        loop.forget(this);
        Wire.quietly(channel::close);
    }
}
