package carafe.engine.relay;

import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.List;
import javax.net.ssl.SSLEngine;
import org.jspecify.annotations.Nullable;

/** One connection to an upstream that is being made: each address in turn, then a tunnel, then TLS, as far as needed. */
final class Dial implements Loop.Registered, Wire.User {
    private final Dialer dialer;
    private final Lane lane;
    private final Exchange exchange;
    private final Origin origin;
    private final long startedAt = System.nanoTime();
    private final HeadReader reader = new HeadReader();
    private List<InetAddress> addresses = List.of();
    private @Nullable SSLEngine engine;
    private int next;
    private @Nullable SocketChannel connecting;
    private @Nullable Wire wire;
    private boolean tunnelled;
    private boolean over;

    Dial(Dialer dialer, Lane lane, Exchange exchange, Origin origin) {
        this.dialer = dialer;
        this.lane = lane;
        this.exchange = exchange;
        this.origin = origin;
    }

    void start(List<InetAddress> found, @Nullable SSLEngine newEngine) {
        addresses = found;
        engine = newEngine;
        if (!over) {
            connectNext(null);
        }
    }

    private void connectNext(@Nullable IOException problem) {
        if (next == addresses.size()) {
            var why = problem == null ? "it has no address" : said(problem);
            fail("cannot connect to " + origin.dialHost() + ":" + origin.dialPort() + ": " + why, problem);
            return;
        }
        SocketChannel channel = null;
        try {
            var address = addresses.get(next++);
            // the kernel's way through a socket of both families is longer
            channel = address instanceof Inet4Address
                    ? SocketChannel.open(StandardProtocolFamily.INET)
                    : SocketChannel.open();
            channel.configureBlocking(false);
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            channel.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
            connecting = channel;
            if (channel.connect(new InetSocketAddress(address, origin.dialPort()))) {
                connected(channel);
            } else {
                lane.loop().register(channel, SelectionKey.OP_CONNECT, this);
            }
        } catch (IOException e) {
            close(channel);
            connectNext(e);
        }
    }

    @Override
    public void ready(SelectionKey key) {
        var channel = connecting;
        if (over || channel == null) {
            return;
        }
        try {
            if (channel.finishConnect()) {
                connected(channel);
            }
        } catch (IOException e) {
            lane.loop().forget(this);
            close(channel);
            connectNext(e);
        }
    }

    private void connected(SocketChannel channel) throws IOException {
        lane.loop().forget(this);
        connecting = null;
        wire = new Wire(lane.loop(), channel, this);
        if (origin.via() != null && origin.secure()) {
            askForTunnel(wire, origin.via());
        } else {
            encrypt(wire);
        }
    }

    private void askForTunnel(Wire to, Origin.Via via) {
        var out = lane.loop().out.to(to);
        out.ascii("CONNECT ")
                .ascii(origin.authority())
                .ascii(" HTTP/1.1\r\nHost: ")
                .ascii(origin.authority());
        if (via.authorization() != null) {
            out.ascii("\r\nProxy-Authorization: ").ascii(via.authorization());
        }
        out.ascii("\r\n\r\n").flush();
    }

    private void encrypt(Wire on) throws IOException {
        tunnelled = true;
        if (engine == null) {
            done();
        } else {
            var tls = new Tls(on, engine, this::done);
            on.secure(tls);
            tls.start();
        }
    }

    private void done() {
        if (over || wire == null) {
            return;
        }
        over = true;
        exchange.connected(new UpstreamConnection(wire, lane.pool(), origin));
    }

    @Override
    public void readable() throws IOException {
        var on = wire;
        if (on == null) {
            return;
        }
        var in = lane.loop().in.clear();
        int count = on.read(in);
        if (count < 0) {
            fail(origin.dialHost() + " closed the connection before it could be used");
        } else if (count > 0) {
            if (tunnelled) {
                fail(origin.host() + " speaks before it is spoken to");
                return;
            }
            var head = reader.feed(in.flip(), lane.loop().scratch);
            if (head != null) {
                int status = lane.loop().parser.response(head).status();
                if (status / 100 == 2 && !in.hasRemaining()) {
                    encrypt(on);
                } else {
                    fail("the proxy " + origin.dialHost() + " refuses the tunnel with status " + status);
                }
            }
        }
    }

    @Override
    public void tick(long now) {
        if (now - startedAt > dialer.patience().toNanos()) {
            fail("no connection to " + origin.dialHost() + ":" + origin.dialPort() + " within "
                    + dialer.patience().toSeconds() + " s");
        }
    }

    @Override
    public void gone(IOException cause) {
        fail("cannot speak with " + origin.host() + ": " + said(cause), cause);
    }

    @Override
    public void clogged() {
        // the few bytes of a tunnel request or a handshake wait in the wire
    }

    @Override
    public void drained() {
        // as above
    }

    private void fail(String reason) {
        fail(reason, null);
    }

    void fail(String reason, @Nullable IOException cause) {
        if (!over) {
            cancel();
            exchange.unreachable(new Failure(Failure.Kind.UNREACHABLE, reason, cause));
        }
    }

    /** Nobody waits for this connection any more. */
    void cancel() {
        over = true;
        lane.loop().forget(this);
        close(connecting);
        if (wire != null) {
            wire.close();
        }
    }

    @Override
    public void stop() {
        // its exchange is under way
    }

    @Override
    public void abort() {
        fail("cut off");
    }

    private static String said(IOException e) {
        return e.getMessage() == null ? e.toString() : e.getMessage();
    }

    private void close(@Nullable SocketChannel channel) {
        if (channel != null) {
            connecting = null;
            Wire.quietly(channel::close);
        }
    }
}
