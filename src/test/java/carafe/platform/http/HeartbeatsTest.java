package carafe.platform.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class HeartbeatsTest {
    /** Who read all there was and leaves gets the first comment after that without a fault: only the second one tells. */
    @Test
    void aClientThatLeavesASilentStreamPolitelyIsNoticedBeforeTheNextSilence() throws Exception {
        var gone = new CountDownLatch(1);
        var settings = new HttpServer.Settings(
                "127.0.0.1", 0, Duration.ofSeconds(1), Networks.parse(List.of()), new Cors(List.of(), false));
        RequestObserver nobody = new RequestObserver() {
            @Override
            public void began() {}

            @Override
            public void ended(RequestEnd end) {}
        };
        try (var heartbeats = new Heartbeats();
                var server = new HttpServer(
                        settings,
                        Json.mapper(),
                        (credentials, address) -> new Caller.Anonymous(address),
                        new Limits(area -> 0),
                        nobody,
                        routes -> routes.get("/silent", Rule.of(Surface.WEBUI, Access.PUBLIC), ctx -> {
                            var stream = ResponseStream.events(ctx);
                            heartbeats.watch(stream, gone::countDown);
                            stream.data("{}");
                            assertThat(gone.await(30, TimeUnit.SECONDS)).isTrue();
                        }))) {
            server.start();
            try (var socket = new Socket("127.0.0.1", server.port())) {
                socket.getOutputStream()
                        .write("GET /silent HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                var read = new StringBuilder();
                while (!read.toString().contains("{}\n\n\r\n")) {
                    read.append((char) socket.getInputStream().read());
                }
            }
            // three looks and one more; two silences would be at least 12 s
            assertThat(gone.await(11, TimeUnit.SECONDS)).isTrue();
        }
    }
}
