package carafe.engine.relay;

import static org.assertj.core.api.Assertions.assertThat;

import carafe.RawServer;
import carafe.RawSocket;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Bytes in and bytes out, on both sides of the relay. */
class RelayTest {
    private final BlockingQueue<Ending> endings = new LinkedBlockingQueue<>();
    private RawServer server;
    private Relay relay;
    private int port;
    private @Nullable Rewriter rewriter;
    private final CountDownLatch held = new CountDownLatch(1);
    private final CountDownLatch go = new CountDownLatch(1);
    private Duration silence = Duration.ofSeconds(60);
    private List<Upstream> upstreams;

    @BeforeEach
    void start() throws IOException {
        server = RawServer.manual();
        upstreams = List.of(upstream(server.port()));
        relay = new Relay((head, client) -> plan(head), () -> {
            throw new IllegalStateException("no TLS here");
        });
        relay.start();
        port = relay.listen("127.0.0.1", 0).port();
    }

    @AfterEach
    void stop() {
        relay.close();
        server.close();
    }

    private static Upstream upstream(int port) {
        return new Upstream(new Origin(false, "127.0.0.1", port, null), "/base", "api.example");
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private Plan plan(Head head) {
        if (head.target().equals("/held")) {
            held.countDown();
            await(go);
        }
        if (head.target().equals("/here")) {
            return Answers.text(200, "here");
        }
        return new Plan.Forward(
                upstreams,
                head.target(),
                new Edits(Edits.HostField.UPSTREAMS, List.of(), List.of()),
                rewriter,
                silence,
                new Looker());
    }

    private final class Looker implements Watcher {
        @Override
        public void heard(Head response) {}

        @Override
        public void passed(ByteBuffer piece) {}

        @Override
        public void ended(Ending ending) {
            endings.add(ending);
        }

        @Override
        public Plan.Answer refusal(Failure failure) {
            return Answers.text(502, failure.kind() + ": " + failure.reason());
        }
    }

    private Ending ending() {
        try {
            var ending = endings.poll(20, TimeUnit.SECONDS);
            assertThat(ending).as("the exchange ended").isNotNull();
            return ending;
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static final String GET = "GET /x HTTP/1.1\r\nHost: proxy\r\n\r\n";

    // ---- what passes --------------------------------------------------------------------------

    @Test
    void headsPassInOrderWithTheirCaseAndRepetitions() {
        try (var client = RawSocket.connect(port)) {
            client.send(
                    "POST /a%2Fb/../c//d?x=1&x=%20%zz#f HTTP/1.1\r\nHost: proxy:1\r\nX-One:  1 \r\nx-ONE: 2\r\n"
                            + "aUTHORIZATION: Bearer K\u00e9\r\nEmpty:\r\nContent-Length: 4\r\nConnection: keep-alive, X-Gone\r\nX-Gone: 1\r\n"
                            + "Keep-Alive: timeout=5\r\nTE: trailers\r\nUpgrade: h2c\r\nProxy-Authorization: secret\r\n\r\nbody");
            var peer = server.next();
            assertThat(peer.readMessage())
                    .isEqualTo("POST /base/a%2Fb/../c//d?x=1&x=%20%zz#f HTTP/1.1\r\nHost: api.example\r\nX-One:  1 \r\n"
                            + "x-ONE: 2\r\naUTHORIZATION: Bearer K\u00e9\r\nEmpty:\r\nContent-Length: 4\r\n\r\nbody");
            peer.send(
                    "HTTP/1.1 299 Quite Fine\r\nset-cookie: a=1\r\nSet-Cookie: b=2\r\nContent-Encoding: gzip\r\n"
                            + "Connection: X-Away\r\nX-Away: 1\r\nKeep-Alive: timeout=5\r\nContent-Length: 3\r\nX-Last: \u00fc\r\n\r\n\u001f\u0000\u00ff");
            assertThat(client.readMessage())
                    .isEqualTo(
                            "HTTP/1.1 299 Quite Fine\r\nset-cookie: a=1\r\nSet-Cookie: b=2\r\nContent-Encoding: gzip\r\n"
                                    + "Content-Length: 3\r\nX-Last: \u00fc\r\n\r\n\u001f\u0000\u00ff");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"DELETE", "PATCH", "PUT", "OPTIONS", "PROPFIND", "x-own"})
    void everyMethodPasses(String method) {
        try (var client = RawSocket.connect(port)) {
            client.send(method + " /x HTTP/1.1\r\nHost: p\r\n\r\n");
            assertThat(server.next().readHead()).startsWith(method + " /base/x HTTP/1.1\r\n");
        }
    }

    @Test
    void aStreamPassesPieceByPiece() {
        try (var client = RawSocket.connect(port)) {
            client.send(GET);
            var peer = server.next();
            peer.readHead();
            peer.send("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n");
            assertThat(client.readHead())
                    .isEqualTo(
                            "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n");
            for (var word : List.of("data: one\n\n", "data: two\n\n", "x")) {
                var chunk = Integer.toHexString(word.length()) + "\r\n" + word + "\r\n";
                peer.send(chunk);
                assertThat(client.read(chunk.length())).isEqualTo(chunk); // before anything else was sent
            }
            peer.send("0\r\nX-Trailer: gone\r\n\r\n");
            assertThat(client.read(5)).isEqualTo("0\r\n\r\n");
            assertThat(ending().received()).isEqualTo(23);
        }
    }

    @Test
    void aRequestBodyPassesPieceByPieceInBothFramings() {
        try (var client = RawSocket.connect(port)) {
            client.send("POST /x HTTP/1.1\r\nHost: p\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n");
            var peer = server.next();
            assertThat(peer.readHead())
                    .contains("\r\nTransfer-Encoding: chunked\r\n")
                    .doesNotContain("Content-Length");
            assertThat(peer.read(8)).isEqualTo("3\r\nabc\r\n");
            client.send("1;ext=1\r\nd\r\n");
            assertThat(peer.read(6)).isEqualTo("1\r\nd\r\n");
            client.send("0\r\n\r\n");
            assertThat(peer.read(5)).isEqualTo("0\r\n\r\n");
            peer.send("HTTP/1.1 204 No Content\r\n\r\n");
            assertThat(client.readHead()).isEqualTo("HTTP/1.1 204 No Content\r\n\r\n");

            client.send("POST /y HTTP/1.1\r\nHost: p\r\nContent-Length: 6\r\n\r\nabc");
            assertThat(peer.readHead()).contains("Content-Length: 6");
            assertThat(peer.read(3)).isEqualTo("abc");
            client.send("def");
            assertThat(peer.read(3)).isEqualTo("def");
            peer.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
            client.readHead();
        }
        assertThat(ending().sent()).isEqualTo(4);
        assertThat(ending().sent()).isEqualTo(6);
    }

    @Test
    void anAnswerMayComeBeforeTheRequestIsComplete() {
        try (var client = RawSocket.connect(port)) {
            client.send("POST /x HTTP/1.1\r\nHost: p\r\nContent-Length: 1000\r\n\r\nabc");
            var peer = server.next();
            peer.readHead();
            peer.send("HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\nConnection: close\r\n\r\nno");
            assertThat(client.readToEnd())
                    .startsWith("HTTP/1.1 413 Too Large\r\n")
                    .endsWith("\r\n\r\nno");
        }
    }

    @Test
    void headAndBodilessAnswersHaveNoBodyHoweverTheyAreFramed() {
        try (var client = RawSocket.connect(port)) {
            client.send("HEAD /x HTTP/1.1\r\nHost: p\r\n\r\n");
            var peer = server.next();
            peer.readHead();
            peer.send("HTTP/1.1 200 OK\r\nContent-Length: 77\r\n\r\n");
            assertThat(client.readHead()).isEqualTo("HTTP/1.1 200 OK\r\nContent-Length: 77\r\n\r\n");
            client.send(GET);
            peer.readHead();
            peer.send("HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\nETag: \"a\"\r\n\r\n");
            assertThat(client.readHead()).contains("ETag: \"a\"");
            client.send(GET);
            peer.readHead();
            peer.send("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nz");
            assertThat(client.readMessage()).endsWith("\r\n\r\nz");
        }
    }

    @Test
    void anAnswerWithoutLengthEndsWithTheConnection() {
        try (var client = RawSocket.connect(port)) {
            client.send(GET);
            var peer = server.next();
            peer.readHead();
            peer.send("HTTP/1.0 200 OK\r\nX: 1\r\n\r\nhello").close();
            assertThat(client.readUntil("0\r\n\r\n"))
                    .isEqualTo("HTTP/1.1 200 OK\r\nX: 1\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n");
        }
    }

    @Test
    void oldClientsGetTheirBytesAndTheEndOfTheConnection() {
        try (var client = RawSocket.connect(port)) {
            client.send("GET /x HTTP/1.0\r\n\r\n");
            var peer = server.next();
            assertThat(peer.readHead()).isEqualTo("GET /base/x HTTP/1.1\r\nHost: api.example\r\n\r\n");
            peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n");
            assertThat(client.readToEnd()).isEqualTo("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nabc");
        }
    }

    @Test
    void hintsPassAndContinueIsAnsweredHere() {
        try (var client = RawSocket.connect(port)) {
            client.send("POST /x HTTP/1.1\r\nHost: p\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
            assertThat(client.readHead()).isEqualTo("HTTP/1.1 100 Continue\r\n\r\n");
            client.send("ok");
            var peer = server.next();
            assertThat(peer.readMessage()).doesNotContain("Expect").endsWith("ok");
            peer.send(
                    "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
            assertThat(client.readHead()).isEqualTo("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n");
            assertThat(client.readHead()).startsWith("HTTP/1.1 200 OK\r\n");
        }
    }

    @Test
    void connectionsAreKeptOnBothSidesAndPipelinedRequestsAnsweredInOrder() {
        try (var client = RawSocket.connect(port)) {
            client.send(GET + "GET /here HTTP/1.1\r\nHost: p\r\n\r\n" + GET.replace("/x", "/y"));
            var peer = server.next();
            assertThat(peer.readHead()).contains("/base/x ");
            peer.send("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n1");
            assertThat(client.readMessage()).endsWith("1");
            assertThat(client.readMessage()).endsWith("here");
            assertThat(peer.readHead()).contains("/base/y ");
            peer.send("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n3");
            assertThat(client.readMessage()).endsWith("3");
            client.send("GET /z HTTP/1.1\r\nHost: p\r\nConnection: close\r\n\r\n");
            assertThat(peer.readHead()).contains("/base/z ");
            peer.send("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n4");
            assertThat(client.readToEnd()).endsWith("Connection: close\r\n\r\n4");
        }
        assertThat(server.connections()).isEqualTo(1);
    }

    @Test
    void aConnectionThatTheUpstreamClosesIsNotUsedAgain() {
        try (var client = RawSocket.connect(port)) {
            client.send(GET);
            var peer = server.next();
            peer.readHead();
            peer.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
            client.readHead();
            client.send(GET);
            var second = server.next();
            second.readHead();
            second.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\nrubbish");
            client.readHead();
            client.send(GET);
            assertThat(server.next().readHead()).startsWith("GET /base/x");
        }
    }

    @Test
    void aConnectionThatTheUpstreamClosedJustNowIsNotUsedEither() throws Exception {
        try (var client = RawSocket.connect(port)) {
            client.send(GET);
            var first = server.next();
            first.readMessage();
            first.send("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n1");
            assertThat(client.readMessage()).endsWith("1");

            client.send("GET /held HTTP/1.1\r\nHost: proxy\r\n\r\n");
            assertThat(held.await(20, TimeUnit.SECONDS)).isTrue();
            first.close(); // its loop is busy and cannot hear of it
            go.countDown();

            var second = server.next();
            second.readMessage();
            second.send("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n2");
            assertThat(client.readMessage()).endsWith("2");
        }
    }

    @Test
    void theNextUpstreamIsTriedWhenOneCannotBeConnectedTo() throws IOException {
        int closed;
        try (var gone = new java.net.ServerSocket(0)) {
            closed = gone.getLocalPort();
        }
        upstreams = List.of(upstream(closed), upstream(server.port()));
        try (var client = RawSocket.connect(port)) {
            client.send("POST /x HTTP/1.1\r\nHost: p\r\nContent-Length: 3\r\n\r\nabc");
            var peer = server.next();
            assertThat(peer.readMessage()).endsWith("abc");
            peer.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
            assertThat(client.readHead()).startsWith("HTTP/1.1 200");
        }
    }

    // ---- bodies that are changed --------------------------------------------------------------

    private static Rewriter upper(int most) {
        return new Rewriter() {
            @Override
            public byte[] rewrite(byte[] body) {
                return new String(body, StandardCharsets.ISO_8859_1)
                        .toUpperCase()
                        .getBytes(StandardCharsets.ISO_8859_1);
            }

            @Override
            public int most() {
                return most;
            }
        };
    }

    @ParameterizedTest
    @ValueSource(ints = {5, 300_000})
    void aRewrittenBodyGoesOutWithItsNewLength(int size) {
        rewriter = upper(1 << 20);
        try (var client = RawSocket.connect(port)) {
            client.send("POST /x HTTP/1.1\r\nHost: p\r\nTransfer-Encoding: chunked\r\n\r\n" + Integer.toHexString(size)
                    + "\r\n" + "a".repeat(size) + "\r\n0\r\n\r\n");
            var peer = server.next();
            assertThat(peer.readMessage())
                    .contains("\r\nContent-Length: " + size + "\r\n")
                    .endsWith("\r\n\r\n" + "A".repeat(size));
            peer.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
            assertThat(client.readHead()).startsWith("HTTP/1.1 200");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"Content-Length: 101\r\n\r\n", "Transfer-Encoding: chunked\r\n\r\n65\r\n"})
    void aBodyTooLargeToRewriteIsRefused(String framing) {
        rewriter = upper(100);
        try (var client = RawSocket.connect(port)) {
            client.send("POST /x HTTP/1.1\r\nHost: p\r\n" + framing + "a".repeat(101));
            assertThat(client.readHead()).startsWith("HTTP/1.1 502");
            assertThat(client.readToEnd()).contains("TOO_LARGE");
        }
        assertThat(server.hasNext()).isFalse();
    }

    // ---- faults of the upstream ---------------------------------------------------------------

    @Test
    void anUpstreamThatIsNotThereIs502() {
        server.close();
        try (var client = RawSocket.connect(port)) {
            client.send(GET);
            assertThat(client.readMessage())
                    .startsWith("HTTP/1.1 502 Bad Gateway")
                    .contains("UNREACHABLE: cannot connect to 127.0.0.1");
            client.send("GET /here HTTP/1.1\r\nHost: p\r\n\r\n");
            assertThat(client.readMessage()).endsWith("here");
        }
        assertThat(ending().failure().kind()).isEqualTo(Failure.Kind.UNREACHABLE);
    }

    @Test
    void anUpstreamThatHangsUpWithoutAnAnswerIs502AndIsNotAskedAgain() {
        try (var client = RawSocket.connect(port)) {
            client.send(GET);
            var peer = server.next();
            peer.readHead();
            peer.close();
            assertThat(client.readMessage()).startsWith("HTTP/1.1 502").contains("without an answer");
        }
        assertThat(server.connections()).isEqualTo(1);
    }

    @Test
    void anUpstreamThatSaysNothingIs502AfterItsTime() {
        silence = Duration.ofMillis(200);
        try (var client = RawSocket.connect(port)) {
            client.send(GET);
            server.next().readHead();
            assertThat(client.readMessage()).startsWith("HTTP/1.1 502").contains("TIMEOUT");
        }
    }

    @Test
    void anUpstreamThatFallsSilentInMidStreamIsCut() {
        silence = Duration.ofMillis(300);
        try (var client = RawSocket.connect(port)) {
            client.send(GET);
            var peer = server.next();
            peer.readHead();
            peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n");
            assertThat(client.readToEnd()).endsWith("1\r\na\r\n");
            assertThat(peer.readToEnd()).isEmpty();
        }
        assertThat(ending().failure().kind()).isEqualTo(Failure.Kind.TIMEOUT);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Transfer-Encoding: chunked\r\n\r\n5\r\nab", // in mid-chunk
                "Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n", // between chunks
                "Content-Length: 9\r\n\r\nab", // lies about its length
            })
    void anUpstreamThatBreaksOffIsSeenAsBrokenByTheClient(String start) {
        try (var client = RawSocket.connect(port)) {
            client.send(GET);
            var peer = server.next();
            peer.readHead();
            peer.send("HTTP/1.1 200 OK\r\n" + start);
            client.readUntil("ab");
            peer.close();
            assertThat(client.readToEnd()).doesNotContain("0\r\n\r\n");
        }
        var ending = ending();
        assertThat(ending.status()).isEqualTo(200);
        assertThat(ending.failure().kind()).isEqualTo(Failure.Kind.BROKEN);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "zz\r\nab",
                "1\r\nabc\r\n",
                "5;\u0001\r\nab",
                "-1\r\nab",
                "1\nab",
                "ffffffffffffffff\r\nab",
                "1 x\u0000\r\n",
                "\r\n"
            })
    void malformedChunksCutTheAnswer(String chunk) {
        try (var client = RawSocket.connect(port)) {
            client.send(GET);
            var peer = server.next();
            peer.readHead();
            peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n" + chunk);
            assertThat(client.readToEnd()).contains("2\r\nok\r\n").doesNotContain("\r\n0\r\n");
            assertThat(peer.readToEnd()).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\na",
                "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\na",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\na",
                "HTTP/1.1 200 OK\r\nContent-Length: +1\r\n\r\na",
                "HTTP/1.1 200 OK\r\nX : 1\r\n\r\n",
                "HTTP/1.1 200 OK\r\nX: 1\r\n folded\r\n\r\n",
                "HTTP/1.1 200 OK\r\nX: a\u0000b\r\n\r\n",
                "HTTP/1.1 200 OK\nX: 1\n\n",
                "HTTP/2 200 OK\r\n\r\n",
                "HTTP/1.1 2000 OK\r\n\r\n",
                "HTTP/1.1 20\r\n\r\n",
                "HTTP/1.1 101 Switching\r\nUpgrade: x\r\n\r\n",
                "SSH-2.0-OpenSSH\r\n\r\n",
            })
    void answersThatAreNotHttpAre502(String answer) {
        try (var client = RawSocket.connect(port)) {
            client.send(GET);
            var peer = server.next();
            peer.readHead();
            peer.send(answer);
            assertThat(client.readMessage()).startsWith("HTTP/1.1 502").contains("not HTTP");
            assertThat(peer.readToEnd()).isEmpty();
        }
    }

    @Test
    void anEndlessHeadOfAnAnswerIs502() {
        try (var client = RawSocket.connect(port)) {
            client.send(GET);
            var peer = server.next();
            peer.readHead();
            peer.send("HTTP/1.1 200 OK\r\nX: " + "a".repeat(70_000));
            assertThat(client.readMessage()).startsWith("HTTP/1.1 502");
        }
    }

    // ---- faults of the client -----------------------------------------------------------------

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET /x HTTP/1.1\r\n\r\n",
                "GET /x HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
                "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\nabc",
                "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 3, 3\r\n\r\nabc",
                "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                "POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                "POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: identity\r\n\r\n",
                "POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n",
                "POST /x HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                "POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
                "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 0x3\r\n\r\nabc",
                "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: -3\r\n\r\nabc",
                "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 9999999999999999999\r\n\r\nabc",
                "GET /x HTTP/1.1\r\nHost: a\r\n X: folded\r\n\r\n",
                "GET /x HTTP/1.1\r\nHost: a\r\nX: a\u0000b\r\n\r\n",
                "GET /x HTTP/1.1\r\nHost: a\r\nX: a\rb\r\n\r\n",
                "GET /x HTTP/1.1\nHost: a\n\n",
                "GET /x y HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET  /x HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET /x\r\nHost: a\r\n\r\n",
                "GET /x HTTP/3.0\r\nHost: a\r\n\r\n",
                "G\u00e4T /x HTTP/1.1\r\nHost: a\r\n\r\n",
                "\u0016\u0003\u0001\u0000\u00a5\r\n\r\n",
            })
    void requestsThatCanBeReadInTwoWaysAreRefusedAndNeverGoUpstream(String request) {
        try (var client = RawSocket.connect(port)) {
            client.send(request);
            assertThat(client.readToEnd()).matches("(?s)HTTP/1\\.1 (400|505) .*Bad request: .*");
        }
        assertThat(server.hasNext()).isFalse();
    }

    @Test
    void headerBombsAre431() {
        for (var bomb : List.of("X: " + "a".repeat(70_000), "X: 1\r\n".repeat(300) + "\r\n")) {
            try (var client = RawSocket.connect(port)) {
                client.send("GET /x HTTP/1.1\r\nHost: a\r\n" + bomb);
                assertThat(client.readToEnd()).startsWith("HTTP/1.1 431");
            }
        }
        assertThat(server.hasNext()).isFalse();
    }

    @Test
    void aHeadMayComeByteByByte() {
        try (var client = RawSocket.connect(port)) {
            client.send("GET /here HTTP/1.1\r\nHost: a\r\n\r\n\r");
            assertThat(client.readMessage()).endsWith("here");
            for (var c : "\nGET /x HTTP/1.1\r\nHost: a\r\n\r\n".split("")) {
                client.send(c);
            }
            assertThat(server.next().readHead()).startsWith("GET /base/x");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"x\r\n", "1\r\nabc\r\n", "3\nabc"})
    void malformedChunksOfARequestEndTheCallUpstream(String chunk) {
        try (var client = RawSocket.connect(port)) {
            client.send("POST /x HTTP/1.1\r\nHost: p\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n");
            var peer = server.next();
            peer.readUntil("ok\r\n");
            client.send(chunk);
            assertThat(peer.readToEnd()).doesNotContain("0\r\n\r\n");
            assertThat(client.readToEnd()).startsWith("HTTP/1.1 400 ").contains("Connection: close\r\n");
        }
    }

    @Test
    void aClientThatLeavesWhileItWaitsEndsTheCallUpstream() {
        var client = RawSocket.connect(port);
        client.send(GET);
        var peer = server.next();
        peer.readHead();
        client.close();
        assertThat(peer.readToEnd()).isEmpty();
        assertThat(ending().clientLeft()).isTrue();
    }

    @Test
    void aClientThatLeavesWithAnotherRequestInLineEndsTheCallUpstream() {
        var client = RawSocket.connect(port);
        client.send(GET);
        var peer = server.next();
        peer.readHead();
        client.send(GET);
        client.close();
        assertThat(peer.readToEnd()).isEmpty();
        assertThat(ending().clientLeft()).isTrue();
    }

    @Test
    void aClientThatLeavesInMidStreamEndsTheCallUpstream() {
        var client = RawSocket.connect(port);
        client.send(GET);
        var peer = server.next();
        peer.readHead();
        peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n");
        client.readUntil("a\r\n");
        client.reset();
        assertThat(peer.readToEnd()).isEmpty();
        assertThat(ending().clientLeft()).isTrue();
    }

    @Test
    void aClientThatLeavesInTheMiddleOfItsBodyEndsTheCallUpstream() {
        var client = RawSocket.connect(port);
        client.send("POST /x HTTP/1.1\r\nHost: p\r\nContent-Length: 10\r\n\r\nabc");
        var peer = server.next();
        peer.readUntil("abc");
        client.close();
        assertThat(peer.readToEnd()).isEmpty();
    }

    @Test
    void aSlowClientHoldsUpItsUpstreamAndNobodyElse() throws Exception {
        try (var slow = RawSocket.connect(port);
                var quick = RawSocket.connect(port)) {
            slow.send(GET);
            var peer = server.next();
            peer.readHead();
            long total = 64L << 20;
            var sending = Thread.startVirtualThread(() -> {
                peer.send("HTTP/1.1 200 OK\r\nContent-Length: " + total + "\r\n\r\n");
                var bytes = new byte[1 << 20];
                for (int i = 0; i < 64; i++) {
                    peer.send(bytes);
                }
            });
            slow.readHead();
            quick.send(GET);
            var other = server.next();
            other.readHead();
            other.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
            assertThat(quick.readMessage()).endsWith("ok");
            assertThat(sending.isAlive()).as("most of it waits at the upstream").isTrue();
            long read = 0;
            var buffer = new byte[1 << 16];
            while (read < total) {
                read += slow.in().read(buffer);
            }
            sending.join();
        }
        assertThat(List.of(ending().received(), ending().received())).contains(64L << 20);
    }

    @Test
    void aSlowUpstreamHoldsUpItsClient() throws Exception {
        try (var client = RawSocket.connect(port)) {
            long total = 64L << 20;
            var sending = Thread.startVirtualThread(() -> {
                client.send("POST /x HTTP/1.1\r\nHost: p\r\nContent-Length: " + total + "\r\n\r\n");
                var bytes = new byte[1 << 20];
                for (int i = 0; i < 64; i++) {
                    client.send(bytes);
                }
            });
            var peer = server.next();
            peer.readHead();
            assertThat(sending.isAlive()).as("most of it waits at the client").isTrue();
            long read = 0;
            var buffer = new byte[1 << 16];
            while (read < total) {
                read += peer.in().read(buffer);
            }
            sending.join();
            peer.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
            assertThat(client.readHead()).startsWith("HTTP/1.1 200");
        }
        assertThat(ending().sent()).isEqualTo(64L << 20);
    }

    // ---- the whole ----------------------------------------------------------------------------

    @Test
    void aStopLetsWhatIsUnderWayEnd() throws Exception {
        try (var client = RawSocket.connect(port);
                var idle = RawSocket.connect(port)) {
            idle.send("GET /here HTTP/1.1\r\nHost: p\r\n\r\n");
            idle.readMessage();
            client.send(GET);
            var peer = server.next();
            peer.readHead();
            var stopping = Thread.startVirtualThread(() -> relay.close(Duration.ofSeconds(20)));
            assertThat(idle.readToEnd()).isEmpty();
            peer.send("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nend");
            assertThat(client.readToEnd()).endsWith("end");
            stopping.join();
        }
    }

    @Test
    void aFaultInTheDirectorCutsItsOwnConnectionAlone() {
        try (var client = RawSocket.connect(port);
                var other = RawSocket.connect(port)) {
            upstreams = List.of();
            client.send(GET);
            assertThat(client.readToEnd()).isEmpty();
            other.send("GET /here HTTP/1.1\r\nHost: p\r\n\r\n");
            assertThat(other.readMessage()).endsWith("here");
        } catch (UncheckedIOException e) {
            throw new AssertionError("the other connection was harmed", e);
        }
    }
}
