package carafe.feature.localchat;

import static carafe.TestApp.json;
import static org.assertj.core.api.Assertions.assertThat;

import carafe.FakeProvider;
import carafe.ScriptedUpstream;
import carafe.ScriptedUpstream.Answer;
import carafe.TestApp;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Readers that take nothing for a while: they lose nothing and hold up nobody. */
class SlowReaderTest {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final int PIECES = 800;
    private static final String PIECE = "0123456789abcdef".repeat(250);

    @TempDir
    Path folder;

    /** A client with a tiny receive buffer, which reads when it is told to. */
    private static final class SlowClient implements AutoCloseable {
        final Socket socket = new Socket();
        final DataInputStream in;

        SlowClient(TestApp app, TestApp.User user, String query) throws IOException {
            var address = URI.create(app.url("/"));
            socket.setReceiveBufferSize(4096);
            socket.connect(new InetSocketAddress(address.getHost(), address.getPort()));
            socket.setSoTimeout(30_000);
            in = new DataInputStream(new java.io.BufferedInputStream(socket.getInputStream()));
            var request =
                    "GET /api/ws/chat" + query + " HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                            + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\nAuthorization: Bearer "
                            + user.token() + "\r\n\r\n";
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            var head = new StringBuilder();
            while (!head.toString().endsWith("\r\n\r\n")) {
                head.append((char) in.readUnsignedByte());
            }
            assertThat(head.toString()).startsWith("HTTP/1.1 101");
        }

        JsonNode next() throws IOException {
            while (true) {
                int kind = in.readUnsignedByte() & 15;
                long length = in.readUnsignedByte();
                length = length == 126 ? in.readUnsignedShort() : length == 127 ? in.readLong() : length;
                var data = in.readNBytes((int) length);
                if (kind == 1) {
                    return MAPPER.readTree(data);
                }
            }
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    @Test
    void aReaderThatSleepsGetsEverythingInFewerPiecesAndHoldsUpNobody() throws Exception {
        try (var upstream = new ScriptedUpstream("long");
                var app = TestApp.start(folder, "OPENAI_API_BASE_URLS", upstream.url() + "/v1")) {
            var pieces = new ArrayList<String>();
            for (int i = 0; i < PIECES; i++) {
                pieces.add("data: {\"choices\":[{\"delta\":{\"content\":\"" + PIECE + "\"}}]}\n\n");
            }
            pieces.add("data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n");
            upstream.on("/chat/completions", Answer.events(pieces.toArray(String[]::new)));
            var ann = app.signUp("ann");
            var session = json(app.post(ann, "/api/sessions", "{\"title\":\"slow\"}"))
                    .path("id")
                    .asText();
            try (var slow = new SlowClient(app, ann, "?session_id=" + session);
                    var quick = ChatClient.open(app, ann, "?session_id=" + session)) {
                var heard = quick.say("long", "tell me everything").until("message_stop");
                assertThat(ChatClient.text(heard)).isEqualTo(PIECE.repeat(PIECES));
                var late = new ArrayList<JsonNode>();
                do {
                    late.add(slow.next());
                    assertThat(late.getLast().path("seq").asInt()).isEqualTo(late.size() - 1);
                } while (!late.getLast().path("event").asText().equals("message_stop"));
                assertThat(ChatClient.text(late)).isEqualTo(PIECE.repeat(PIECES));
                assertThat(ChatClient.names(late.subList(1, late.size()))).isEqualTo(ChatClient.names(heard));
            }
        }
    }

    @Test
    void whoSendsAndNeverReadsIsHeldBackByItsOwnWords() throws Exception {
        try (var provider = new FakeProvider();
                var app = TestApp.start(folder, "OPENAI_API_BASE_URLS", provider.url())) {
            var ann = app.signUp("ann");
            try (var rude = new SlowClient(app, ann, "");
                    var other = ChatClient.open(app, ann, "")) {
                // pings whose pongs nobody takes, from a thread that stands still when the server reads no more
                var ping = masked("{\"type\":\"ping\",\"ts\":\"" + "x".repeat(20_000) + "\"}");
                var flood = Thread.ofVirtual().start(() -> {
                    try {
                        for (int i = 0; i < 2_000; i++) {
                            rude.socket.getOutputStream().write(ping);
                        }
                    } catch (IOException e) {
                        assertThat(rude.socket.isClosed()).isTrue(); // the test is over
                    }
                });
                assertThat(flood.join(java.time.Duration.ofSeconds(3))).isFalse();
                assertThat(ChatClient.text(other.say("echo", "still here").until("message_stop")))
                        .isEqualTo("still here");
                assertThat(rude.next().path("event").asText()).isEqualTo("session_start");
                assertThat(rude.next().path("event").asText()).isEqualTo("pong");
            }
        }
    }

    /** A client's frame, under a mask of noughts. */
    private static byte[] masked(String text) {
        var data = text.getBytes(StandardCharsets.US_ASCII);
        var frame = java.nio.ByteBuffer.allocate(data.length + 8);
        frame.put((byte) 0x81)
                .put((byte) (0x80 | 126))
                .putShort((short) data.length)
                .putInt(0)
                .put(data);
        return frame.array();
    }
}
