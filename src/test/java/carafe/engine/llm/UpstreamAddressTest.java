package carafe.engine.llm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import carafe.RawServer;
import carafe.platform.config.Secret;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The addresses and headers that operators write, as a streamed call sends them. */
class UpstreamAddressTest {
    private static final Duration SILENCE = Duration.ofSeconds(20);

    @ParameterizedTest
    @CsvSource({
        "http://model_server.invalid:9/v1, no host named model_server.invalid",
        "http://name.invalid/v1, no host named name.invalid",
        "http://[::1]:9/v1, refuses connections",
        "http://someone@127.0.0.1:9/v1, refuses connections",
    })
    void everyHostIsLookedForUnderItsName(String base, String said) throws IOException {
        try (var upstreams = new Upstreams()) {
            assertThatExceptionOfType(LlmException.class)
                    .isThrownBy(
                            () -> upstreams.stream(target(base, Map.of()), "/x", new byte[0], SILENCE, cancellation()))
                    .satisfies(e -> assertThat(e.failure().message()).contains(said));
        }
    }

    @Test
    void aHeaderOfTwoLinesIsOneLine() throws IOException {
        try (var server = RawServer.manual();
                var upstreams = new Upstreams()) {
            var _ = Thread.startVirtualThread(() -> upstreams.stream(
                            target(server.url() + "/v1", Map.of("X-Team", "red\r\nX-Admin: yes")),
                            "/chat",
                            "{}".getBytes(java.nio.charset.StandardCharsets.UTF_8),
                            SILENCE,
                            cancellation())
                    .close());
            var peer = server.next();
            var request = peer.readMessage();
            assertThat(request)
                    .startsWith("POST /v1/chat HTTP/1.1\r\nHost: 127.0.0.1:")
                    .contains("\r\nX-Team: red  X-Admin: yes\r\n")
                    .contains("\r\nContent-Length: 2\r\n")
                    .endsWith("\r\n\r\n{}");
            peer.send("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: 0\r\n\r\n");
        }
    }

    private static Cancellation cancellation() {
        return new Cancellation();
    }

    private static Target target(String base, Map<String, String> headers) {
        return new Target(base, Secret.NONE, headers);
    }
}
