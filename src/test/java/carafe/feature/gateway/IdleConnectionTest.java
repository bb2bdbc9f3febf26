package carafe.feature.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import carafe.RawServer;
import carafe.RawSocket;
import carafe.TestApp;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Model servers that give up a connection in the moment it is taken for the next call: no call fails for that. */
class IdleConnectionTest {
    private static final String MODELS = "{\"data\":[{\"id\":\"m\"}]}";
    private static final String WHOLE =
            "{\"id\":\"c\",\"choices\":[{\"index\":0,\"finish_reason\":\"stop\",\"message\":{\"role\":\"assistant\",\"content\":\"well\"}}]}";
    private static final String STREAM =
            "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"well\"},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n";

    @TempDir
    Path folder;

    /** One answer on each connection; at the second question it ends. */
    private static void answerOnce(RawSocket peer, boolean stream, boolean reset) {
        while (peer.readMessage().startsWith("GET")) {
            peer.send(answer("application/json", MODELS));
        }
        peer.send(stream ? answer("text/event-stream", STREAM) : answer("application/json", WHOLE));
        var _ = peer.readMessage();
        if (reset) {
            peer.reset();
        }
    }

    private static String answer(String type, String body) {
        return "HTTP/1.1 200 OK\r\nContent-Type: " + type + "\r\nContent-Length: " + body.length() + "\r\n\r\n" + body;
    }

    @ParameterizedTest
    @CsvSource({"true, true", "true, false", "false, true", "false, false"})
    void aCallMeetsAnotherConnectionWhenItsOwnIsGone(boolean stream, boolean reset) {
        try (var upstream = RawServer.playing(peer -> answerOnce(peer, stream, reset));
                var app = TestApp.start(folder, "OPENAI_API_BASE_URLS", upstream.url() + "/v1")) {
            var ann = app.signUp("ann");
            for (int i = 0; i < 3; i++) {
                var answer = app.post(
                        ann,
                        "/v1/chat/completions",
                        "{\"model\":\"m\",\"stream\":" + stream
                                + ",\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}");
                assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
                assertThat(answer.body()).contains("well");
            }
        }
    }
}
