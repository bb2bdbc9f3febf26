package carafe.feature.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import carafe.RawServer;
import carafe.RawSocket;
import carafe.TestApp;
import java.net.URI;
import java.nio.file.Path;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A client that leaves before the first byte of its answer must not leave the upstream working, and the bill running. */
class GoneClientTest {
    private static final String MODELS = "{\"data\":[{\"id\":\"silent\"}]}";

    @TempDir
    static Path folder;

    static LinkedBlockingQueue<String> seen = new LinkedBlockingQueue<>();
    static RawServer upstream;
    static TestApp app;
    static TestApp.User ann;

    @BeforeAll
    static void start() {
        upstream = RawServer.playing(GoneClientTest::listAndBeSilent);
        app = TestApp.start(folder, "OPENAI_API_BASE_URLS", upstream.url() + "/v1");
        ann = app.signUp("ann");
    }

    @AfterAll
    static void stop() {
        app.close();
        upstream.close();
    }

    private static void listAndBeSilent(RawSocket peer) {
        while (peer.readMessage().startsWith("GET")) {
            peer.send("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: " + MODELS.length()
                    + "\r\n\r\n" + MODELS);
        }
        seen.add("asked");
        seen.add(peer.readToEnd().isEmpty() ? "left" : "said more");
    }

    @ParameterizedTest
    @CsvSource({
        "/v1/chat/completions, false",
        "/v1/chat/completions, true",
        "/v1/completions, false",
        "/v1/messages, false",
        "/v1/messages, true",
        "/v1/responses, false",
        "/ollama/api/chat, true",
    })
    void endsTheCallUpstreamWhenItsClientLeavesBeforeTheFirstByte(String path, boolean stream) throws Exception {
        var body = """
                {"model":"silent","max_tokens":9,"stream":%s,"prompt":"x","input":"x","messages":[{"role":"user","content":"x"}]}""".formatted(stream);
        try (var client = RawSocket.connect(URI.create(app.url("/")).getPort())) {
            client.send("""
                    POST %s HTTP/1.1\r
                    Host: carafe\r
                    Authorization: Bearer %s\r
                    Content-Type: application/json\r
                    Content-Length: %d\r
                    \r
                    %s""".formatted(path, ann.token(), body.length(), body));
            assertThat(seen.poll(20, TimeUnit.SECONDS)).isEqualTo("asked");
        }
        assertThat(seen.poll(20, TimeUnit.SECONDS)).isEqualTo("left");
    }
}
