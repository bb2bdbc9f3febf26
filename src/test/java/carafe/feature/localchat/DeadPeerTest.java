package carafe.feature.localchat;

import static org.assertj.core.api.Assertions.assertThat;

import carafe.RawSocket;
import io.javalin.Javalin;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.websocket.api.Session;
import org.eclipse.jetty.websocket.common.WebSocketSession;
import org.eclipse.jetty.websocket.core.WebSocketCoreSession;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A peer that is gone without a word: its pings stay without pongs. The clock is the test's, the connections are real. */
class DeadPeerTest {
    private static final String PING = "\u0089\u0000";
    private static final String PONG = "\u008a\u0080\u0000\u0000\u0000\u0000";
    private static final long BETWEEN = Duration.ofSeconds(26).toNanos();

    private record Peer(ChatSocket socket, Session session) {}

    private final BlockingQueue<Peer> peers = new LinkedBlockingQueue<>();
    private Javalin server;

    @BeforeEach
    void start() {
        server = Javalin.create(config -> {
                    config.startup.showJavalinBanner = false;
                    config.routes.ws(
                            "/",
                            ws -> ws.onConnect(ctx -> peers.add(new Peer(
                                    new ChatSocket(
                                            ctx.session,
                                            () -> {
                                                throw new IllegalStateException("nobody asks who it is");
                                            },
                                            "account",
                                            "chat"),
                                    ctx.session))));
                })
                .start("127.0.0.1", 0);
    }

    @AfterEach
    void stop() {
        server.stop();
    }

    private RawSocket connect() {
        var client = RawSocket.connect(server.port());
        client.send("GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\n\r\n");
        assertThat(client.readHead()).startsWith("HTTP/1.1 101");
        return client;
    }

    private Peer peer() throws InterruptedException {
        var peer = peers.poll(20, TimeUnit.SECONDS);
        assertThat(peer).isNotNull();
        return peer;
    }

    private static long bytesIn(Peer peer) {
        var core = (WebSocketCoreSession) ((WebSocketSession) peer.session()).getCoreSession();
        return core.getConnection().getBytesIn();
    }

    private static void answerPing(RawSocket client, Peer peer) throws InterruptedException {
        assertThat(client.read(2)).isEqualTo(PING);
        long before = bytesIn(peer);
        client.send(PONG);
        long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (bytesIn(peer) == before && System.nanoTime() < end) {
            Thread.sleep(5);
        }
        assertThat(bytesIn(peer)).isGreaterThan(before);
    }

    @Test
    void whoAnswersNoPingsIsLetGoAfterTwoAndWhoDoesStays() throws Exception {
        try (var silent = connect()) {
            var dead = peer();
            try (var client = connect()) {
                var alive = peer();
                long now = System.nanoTime();
                for (int round = 1; round <= 2; round++) {
                    dead.socket().tick(now + round * BETWEEN);
                    alive.socket().tick(now + round * BETWEEN);
                    assertThat(silent.read(2)).isEqualTo(PING);
                    answerPing(client, alive);
                }
                dead.socket().tick(now + 3 * BETWEEN);
                alive.socket().tick(now + 3 * BETWEEN);

                assertThat(silent.readToEnd()).isEmpty();
                answerPing(client, alive);
            }
        }
    }

    @Test
    void pingsComeNoMoreOftenThanTheyShould() throws Exception {
        try (var client = connect()) {
            var peer = peer();
            long now = System.nanoTime();
            for (int second = 1; second <= 27; second++) {
                peer.socket().tick(now + Duration.ofSeconds(second).toNanos());
            }
            assertThat(client.read(2)).isEqualTo(PING);
            peer.session().disconnect();
            assertThat(client.readToEnd()).isEmpty();
        }
    }
}
