package carafe.engine.relay;

import static org.assertj.core.api.Assertions.assertThat;

import carafe.RawServer;
import carafe.RawSocket;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Upstreams that speak TLS, and those behind a proxy. */
class FarUpstreamTest {
    private static final String GET = "GET /x HTTP/1.1\r\nHost: p\r\n\r\n";

    @TempDir
    static Path folder;

    private static SSLContext tls;
    private static ServerSocket server;

    /** What the server does with a connection. */
    private interface Script {
        void play(SSLSocket peer, Socket below) throws Exception;
    }

    private static final LinkedBlockingQueue<Script> scripts = new LinkedBlockingQueue<>();

    @BeforeAll
    static void start() throws Exception {
        var file = folder.resolve("store.p12");
        var made = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        "a",
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=localhost",
                        "-ext",
                        "san=dns:localhost",
                        "-storetype",
                        "PKCS12",
                        "-keystore",
                        file.toString(),
                        "-storepass",
                        "changeit",
                        "-validity",
                        "2")
                .redirectErrorStream(true)
                .start();
        made.getInputStream().transferTo(java.io.OutputStream.nullOutputStream());
        assertThat(made.waitFor()).isZero();
        var store = KeyStore.getInstance("PKCS12");
        try (var in = Files.newInputStream(file)) {
            store.load(in, "changeit".toCharArray());
        }
        var keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store, "changeit".toCharArray());
        var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        tls = SSLContext.getInstance("TLS");
        tls.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
        server = new ServerSocket(0, 50, InetAddress.getByName("127.0.0.1"));
        Thread.startVirtualThread(FarUpstreamTest::accept);
    }

    private static void accept() {
        try {
            while (true) {
                var below = server.accept();
                var peer = (SSLSocket) tls.getSocketFactory().createSocket(below, "localhost", 0, false);
                peer.setUseClientMode(false);
                var script = scripts.take();
                Thread.startVirtualThread(() -> {
                    try {
                        script.play(peer, below);
                    } catch (Exception e) {
                        System.err.println("the TLS server's script ended: " + e);
                    }
                });
            }
        } catch (IOException | InterruptedException e) {
            scripts.clear(); // the end of the tests
        }
    }

    @AfterAll
    static void stop() throws IOException {
        server.close();
    }

    private static Relay relay(Origin origin, SSLContext context) throws IOException {
        var upstreams = List.of(new Upstream(origin, "", origin.host()));
        var watcher = new Watcher() {
            @Override
            public void ended(Ending ending) {}

            @Override
            public Plan.Answer refusal(Failure failure) {
                return Answers.text(502, failure.reason());
            }
        };
        var relay = new Relay(
                (head, client) -> new Plan.Forward(
                        upstreams,
                        head.target(),
                        new Edits(Edits.HostField.UPSTREAMS, List.of(), List.of()),
                        null,
                        Duration.ofSeconds(20),
                        watcher),
                () -> context);
        relay.start();
        return relay;
    }

    private static Origin secure(String host) {
        return new Origin(true, host, server.getLocalPort(), null);
    }

    private static String head(InputStream in) throws IOException {
        var text = new StringBuilder();
        while (!text.toString().endsWith("\r\n\r\n")) {
            int b = in.read();
            if (b < 0) {
                throw new java.io.EOFException();
            }
            text.append((char) b);
        }
        return text.toString();
    }

    private static void say(SSLSocket peer, String text) throws IOException {
        peer.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
        peer.getOutputStream().flush();
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void requestsPassOverTlsAndTheConnectionIsKept(String version) throws Exception {
        scripts.add((peer, below) -> {
            peer.setEnabledProtocols(new String[] {version});
            while (true) {
                var request = head(peer.getInputStream());
                say(
                        peer,
                        "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n" + request.charAt(5) + request.charAt(6) + "\n");
            }
        });
        try (var relay = relay(secure("localhost"), tls);
                var client = RawSocket.connect(relay.listen("127.0.0.1", 0).port())) {
            for (int i = 10; i < 20; i++) {
                client.send("GET /" + i + " HTTP/1.1\r\nHost: p\r\n\r\n");
                assertThat(client.readMessage()).endsWith("\r\n\r\n" + i + "\n");
            }
        }
        assertThat(scripts).isEmpty();
    }

    @Test
    void largeBodiesPassOverTlsBothWays() throws Exception {
        int size = 20 << 20;
        scripts.add((peer, below) -> {
            head(peer.getInputStream());
            var body = peer.getInputStream().readNBytes(size);
            say(peer, "HTTP/1.1 200 OK\r\nContent-Length: " + size + "\r\n\r\n");
            peer.getOutputStream().write(body);
        });
        try (var relay = relay(secure("localhost"), tls);
                var client = RawSocket.connect(relay.listen("127.0.0.1", 0).port())) {
            var body = new byte[size];
            new java.util.Random(7).nextBytes(body);
            client.send("POST /x HTTP/1.1\r\nHost: p\r\nContent-Length: " + size + "\r\n\r\n")
                    .send(body);
            client.readHead();
            assertThat(client.in().readNBytes(size)).isEqualTo(body);
        }
    }

    @Test
    void anAnswerOverTlsThatIsCutWithoutFarewellIsSeenAsBroken() throws Exception {
        scripts.add((peer, below) -> {
            head(peer.getInputStream());
            say(peer, "HTTP/1.0 200 OK\r\n\r\nabc");
            below.close();
        });
        scripts.add((peer, below) -> {
            head(peer.getInputStream());
            say(peer, "HTTP/1.0 200 OK\r\n\r\nabc");
            peer.close();
        });
        try (var relay = relay(secure("localhost"), tls)) {
            int port = relay.listen("127.0.0.1", 0).port();
            try (var client = RawSocket.connect(port)) {
                client.send(GET);
                assertThat(client.readToEnd()).endsWith("3\r\nabc\r\n");
            }
            try (var client = RawSocket.connect(port)) {
                client.send(GET);
                assertThat(client.readUntil("0\r\n\r\n")).endsWith("3\r\nabc\r\n0\r\n\r\n");
            }
        }
    }

    @Test
    void aCertificateOfSomebodyElseIsRefused() throws Exception {
        scripts.add((peer, below) -> peer.getInputStream().read());
        try (var relay = relay(secure("127.0.0.1"), tls); // the certificate says localhost
                var client = RawSocket.connect(relay.listen("127.0.0.1", 0).port())) {
            client.send(GET);
            assertThat(client.readMessage()).startsWith("HTTP/1.1 502").contains("cannot speak with 127.0.0.1");
        }
        scripts.clear();
        scripts.add((peer, below) -> peer.getInputStream().read());
        try (var relay = relay(secure("localhost"), SSLContext.getDefault()); // trusts only the world's authorities
                var client = RawSocket.connect(relay.listen("127.0.0.1", 0).port())) {
            client.send(GET);
            assertThat(client.readMessage()).startsWith("HTTP/1.1 502").contains("cannot speak with localhost");
        }
        scripts.clear();
    }

    @Test
    void aServerThatDoesNotSpeakTlsIs502() throws Exception {
        try (var plain = RawServer.playing(
                        peer -> peer.send("HTTP/1.1 400 Bad Request\r\n\r\n").readToEnd());
                var relay = relay(new Origin(true, "localhost", plain.port(), null), tls);
                var client = RawSocket.connect(relay.listen("127.0.0.1", 0).port())) {
            client.send(GET);
            assertThat(client.readMessage()).startsWith("HTTP/1.1 502");
        }
    }

    @Test
    void aProxyGetsAbsoluteAddresses() throws Exception {
        try (var proxy = RawServer.manual()) {
            var via = new Origin.Via("127.0.0.1", proxy.port(), "Basic dTpw");
            try (var relay = relay(new Origin(false, "far.example", 80, via), tls);
                    var client = RawSocket.connect(relay.listen("127.0.0.1", 0).port())) {
                client.send(GET);
                var peer = proxy.next();
                assertThat(peer.readHead())
                        .isEqualTo(
                                "GET http://far.example:80/x HTTP/1.1\r\nHost: far.example\r\nProxy-Authorization: Basic dTpw\r\n\r\n");
                peer.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
                assertThat(client.readHead()).startsWith("HTTP/1.1 200");
            }
        }
    }

    @Test
    void aProxyIsAskedForATunnelWhenTheServerSpeaksTls() throws Exception {
        scripts.add((peer, below) -> {
            head(peer.getInputStream());
            say(peer, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nin");
        });
        var asked = new LinkedBlockingQueue<String>();
        try (var proxy = RawServer.playing(peer -> {
            asked.add(peer.readHead());
            try (var far = RawSocket.connect(server.getLocalPort())) {
                peer.send("HTTP/1.1 200 Connection established\r\n\r\n");
                Thread.startVirtualThread(() -> copy(far, peer));
                copy(peer, far);
            }
        })) {
            var via = new Origin.Via("127.0.0.1", proxy.port(), null);
            try (var relay = relay(new Origin(true, "localhost", 443, via), tls);
                    var client = RawSocket.connect(relay.listen("127.0.0.1", 0).port())) {
                client.send(GET);
                assertThat(client.readMessage()).endsWith("\r\n\r\nin");
                assertThat(asked.take()).isEqualTo("CONNECT localhost:443 HTTP/1.1\r\nHost: localhost:443\r\n\r\n");
            }
        }
    }

    @Test
    void aProxyThatRefusesTheTunnelIs502() throws Exception {
        try (var proxy = RawServer.playing(peer -> {
            peer.readHead();
            peer.send("HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")
                    .readToEnd();
        })) {
            var via = new Origin.Via("127.0.0.1", proxy.port(), null);
            try (var relay = relay(new Origin(true, "localhost", 443, via), tls);
                    var client = RawSocket.connect(relay.listen("127.0.0.1", 0).port())) {
                client.send(GET);
                assertThat(client.readMessage())
                        .startsWith("HTTP/1.1 502")
                        .contains("refuses the tunnel with status 407");
            }
        }
    }

    private static void copy(RawSocket from, RawSocket to) {
        try {
            from.in().transferTo(to.out());
            to.finish();
        } catch (IOException | java.io.UncheckedIOException e) {
            to.close();
        }
    }
}
