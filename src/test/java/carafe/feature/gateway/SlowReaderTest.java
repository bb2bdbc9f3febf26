package carafe.feature.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import carafe.RawServer;
import carafe.RawSocket;
import carafe.TestApp;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A client that does not read holds its upstream back, and nothing else: others are served, memory is not filled. */
class SlowReaderTest {
    private static final String MODELS = "{\"data\":[{\"id\":\"talks\"}]}";
    private static final byte[] EVENTS = ("data: {\"id\":\"x\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\""
                    + "a word and another ".repeat(50) + "\"}}]}\n\n")
            .repeat(64)
            .getBytes(StandardCharsets.UTF_8);
    /** More than all buffers of four sockets, far less than the upstream has to say. */
    private static final long MOST = 40 << 20;

    private static final long ALL = 400 << 20;

    @TempDir
    Path folder;

    final AtomicLong sent = new AtomicLong();
    final CountDownLatch cut = new CountDownLatch(1);

    private void talk(RawSocket peer) {
        var asked = peer.readMessage();
        if (asked.startsWith("GET")) {
            peer.send("HTTP/1.1 200 OK\r\nContent-Length: " + MODELS.length() + "\r\n\r\n" + MODELS);
            talk(peer);
            return;
        }
        peer.send("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n");
        try {
            while (sent.addAndGet(EVENTS.length) < ALL) {
                peer.send(EVENTS);
            }
        } catch (RuntimeException e) {
            cut.countDown();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/v1/chat/completions", "/v1/messages", "/ollama/api/chat"})
    void holdsItsUpstreamBack(String path) throws Exception {
        var body = """
                {"model":"talks","max_tokens":9,"stream":true,"messages":[{"role":"user","content":"x"}]}""";
        try (var upstream = RawServer.playing(this::talk);
                var app = TestApp.start(folder, "OPENAI_API_BASE_URLS", upstream.url() + "/v1")) {
            var ann = app.signUp("ann");
            try (var client = RawSocket.connect(URI.create(app.url("/")).getPort())) {
                client.send("""
                        POST %s HTTP/1.1\r
                        Host: carafe\r
                        Authorization: Bearer %s\r
                        Content-Type: application/json\r
                        Content-Length: %d\r
                        \r
                        %s""".formatted(path, ann.token(), body.length(), body));
                assertThat(client.readHead()).startsWith("HTTP/1.1 200");
                long before = -1;
                for (long now = sent.get(); now != before; now = sent.get()) {
                    before = now;
                    Thread.sleep(1_500);
                }
                assertThat(sent).hasValueLessThan(MOST);
            }
            assertThat(cut.await(20, TimeUnit.SECONDS)).isTrue();
        }
    }
}
