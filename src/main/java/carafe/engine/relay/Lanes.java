package carafe.engine.relay;

import java.io.IOException;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;

/** The few loops that serve all connections of one relay or client, in turn. */
final class Lanes {
    private static final Duration TO_CONNECT = Duration.ofSeconds(10);

    private final List<Lane> lanes = new ArrayList<>();
    private final AtomicInteger turn = new AtomicInteger();

    /** @param name of their threads */
    Lanes(String name, Supplier<SSLContext> tls, Names names) throws IOException {
        var dialer = new Dialer(tls, TO_CONNECT, names);
        var room = new AtomicLong(Runtime.getRuntime().maxMemory() / 4);
        int loops = Math.clamp(Runtime.getRuntime().availableProcessors() / 2, 1, 4);
        for (int i = 0; i < loops; i++) {
            lanes.add(new Lane(new Loop(name + "-" + i), new Pool(), dialer, room));
        }
    }

    /** Trusts whom the machine trusts. */
    static SSLContext systemTls() {
        try {
            return SSLContext.getDefault();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java speaks TLS", e);
        }
    }

    void start() {
        lanes.forEach(lane -> lane.loop().start());
    }

    Lane next() {
        return lanes.get(Math.floorMod(turn.getAndIncrement(), lanes.size()));
    }

    /** Connections open at the moment, of clients and to upstreams. */
    int open() {
        return lanes.stream().mapToInt(lane -> lane.loop().size()).sum();
    }

    /** Closes the connections to upstreams that nobody uses. */
    void forgetIdle() {
        lanes.forEach(lane -> lane.loop().run(lane.pool()::clear));
    }

    /** No new work; lets what is under way end for so long, then cuts what is left. */
    void close(Duration patience) {
        lanes.forEach(lane -> lane.loop().run(lane.loop()::stopAll));
        long deadline = System.nanoTime() + patience.toNanos();
        try {
            while (open() > 0 && System.nanoTime() < deadline) {
                Thread.sleep(10);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        lanes.forEach(lane -> lane.loop().close());
    }
}
