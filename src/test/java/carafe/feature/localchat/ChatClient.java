package carafe.feature.localchat;

import static org.assertj.core.api.Assertions.assertThat;

import carafe.TestApp;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A client of the socket; checks of every frame that its number is one more than the last one's. */
final class ChatClient implements WebSocket.Listener, AutoCloseable {
    private static final HttpClient CLIENT = HttpClient.newHttpClient();
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final long SECONDS = 30;

    private final BlockingQueue<JsonNode> frames = new LinkedBlockingQueue<>();
    private final CompletableFuture<Integer> closed = new CompletableFuture<>();
    private final StringBuilder part = new StringBuilder();
    private WebSocket socket;
    private long seq;
    String session = "";
    JsonNode start;

    /** Connects with the user's token in a header; {@code query} begins with a question mark, or is empty. */
    static ChatClient open(TestApp app, TestApp.User user, String query) throws Exception {
        var client = connect(app, user, query);
        client.start = client.next("session_start");
        client.session = client.start.path("session_id").asText();
        return client;
    }

    static ChatClient connect(TestApp app, TestApp.User user, String query) {
        var client = new ChatClient();
        var builder = CLIENT.newWebSocketBuilder();
        if (user != null) {
            builder.header("Authorization", "Bearer " + user.token());
        }
        client.socket = builder.buildAsync(
                        URI.create(app.url("/api/ws/chat" + query).replace("http://", "ws://")), client)
                .join();
        return client;
    }

    /** The status with which the server refuses the upgrade. */
    static int refusal(TestApp app, TestApp.User user, String query) {
        try (var client = connect(app, user, query)) {
            throw new AssertionError("was let in");
        } catch (CompletionException e) {
            assertThat(e.getCause()).isInstanceOf(WebSocketHandshakeException.class);
            return ((WebSocketHandshakeException) e.getCause()).getResponse().statusCode();
        }
    }

    ChatClient send(String frame) {
        socket.sendText(frame, true).join();
        return this;
    }

    ChatClient say(String model, String content) {
        return send("{\"type\":\"chat.message\",\"id\":\"c1\",\"model\":\"%s\",\"content\":\"%s\"}"
                .formatted(model, content));
    }

    /** The next frame. */
    JsonNode next() throws InterruptedException {
        var frame = frames.poll(SECONDS, TimeUnit.SECONDS);
        assertThat(frame)
                .as("a frame, where the connection is closed: " + closed.getNow(0))
                .isNotNull();
        assertThat(frame.path("seq").asLong(-1)).isEqualTo(seq++);
        return frame;
    }

    /** The data of the next frame, which must be this event. */
    JsonNode next(String event) throws InterruptedException {
        var frame = next();
        assertThat(frame.path("event").asText()).as(frame.toString()).isEqualTo(event);
        return frame.path("data");
    }

    /** All frames up to that event, with it. */
    List<JsonNode> until(String event) throws InterruptedException {
        var seen = new ArrayList<JsonNode>();
        do {
            seen.add(next());
        } while (!seen.getLast().path("event").asText().equals(event));
        return seen;
    }

    /** Frames until that many deltas came. */
    List<JsonNode> untilText() throws InterruptedException {
        return until("content_block_delta");
    }

    /** The names of events, deltas in a row as one. */
    static List<String> names(List<JsonNode> frames) {
        var names = new ArrayList<String>();
        for (var frame : frames) {
            var name = frame.path("event").asText();
            if (!name.equals("content_block_delta") || !name.equals(names.isEmpty() ? "" : names.getLast())) {
                names.add(name);
            }
        }
        return names;
    }

    static String text(List<JsonNode> frames, String kind) {
        var text = new StringBuilder();
        for (var frame : frames) {
            var delta = frame.path("data").path("delta");
            if (delta.path("type").asText().equals(kind)) {
                text.append(delta.path("text").asText());
            }
        }
        return text.toString();
    }

    static String text(List<JsonNode> frames) {
        return text(frames, "text_delta");
    }

    /** Nothing came that was not read. */
    boolean isQuiet() {
        return frames.isEmpty();
    }

    boolean isClosed() {
        return closed.isDone();
    }

    int closeCode() throws Exception {
        return closed.get(SECONDS, TimeUnit.SECONDS);
    }

    void sendBinary() {
        socket.sendBinary(java.nio.ByteBuffer.wrap(new byte[] {1}), true).join();
    }

    /** Leaves without a word. */
    void cut() {
        socket.abort();
    }

    @Override
    public CompletionStage<?> onText(WebSocket webSocket, CharSequence data, boolean last) {
        part.append(data);
        if (last) {
            try {
                frames.add(MAPPER.readTree(part.toString()));
            } catch (java.io.IOException e) {
                throw new AssertionError("not JSON: " + part, e);
            }
            part.setLength(0);
        }
        webSocket.request(1);
        return null;
    }

    @Override
    public CompletionStage<?> onClose(WebSocket webSocket, int statusCode, String reason) {
        closed.complete(statusCode);
        return null;
    }

    @Override
    public void onError(WebSocket webSocket, Throwable error) {
        closed.completeExceptionally(error);
    }

    @Override
    public void close() {
        if (socket != null && !socket.isOutputClosed()) {
            var _ = socket.sendClose(WebSocket.NORMAL_CLOSURE, ""); // the server may have closed it just now
        }
    }
}
