package carafe.platform.realtime.socketio;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Speaks Engine.IO by hand, so that a test can say what no client library would. */
public final class RawClient implements AutoCloseable {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    /** One session over polling: each call is one request. */
    final class Polling {
        final String sid;
        final JsonNode handshake;
        private final Deque<String> received = new ArrayDeque<>();

        Polling() {
            var open = get("");
            handshake = json(open.body().substring(1));
            sid = handshake.path("sid").asText();
        }

        HttpResponse<String> get(String query) {
            return RawClient.this.get("?EIO=4&transport=polling" + (sid == null ? "" : "&sid=" + sid) + query);
        }

        CompletableFuture<HttpResponse<String>> poll() {
            return http.sendAsync(
                    request("?EIO=4&transport=polling&sid=" + sid).build(), HttpResponse.BodyHandlers.ofString());
        }

        HttpResponse<String> post(String body) {
            return RawClient.this.post("?EIO=4&transport=polling&sid=" + sid, body);
        }

        /** The next packet. */
        String next() {
            while (received.isEmpty()) {
                var answer = get("");
                if (answer.statusCode() != 200) {
                    throw new AssertionError(answer.statusCode() + " " + answer.body());
                }
                received.addAll(List.of(answer.body().split("\u001e", -1)));
            }
            return received.remove();
        }

        Polling connect(String auth) {
            post("40" + auth);
            var answer = next();
            if (!answer.startsWith("40{\"sid\":")) {
                throw new AssertionError(answer);
            }
            return this;
        }

        boolean isOpen() {
            return post("3").statusCode() == 200;
        }
    }

    /** One WebSocket; texts as they come, binary as {@code binary:<hex>}, the end as {@code closed:<status>}. */
    public static final class Ws implements WebSocket.Listener {
        final BlockingQueue<String> received = new LinkedBlockingQueue<>();
        private final StringBuilder text = new StringBuilder();
        private final boolean reads;
        WebSocket socket;

        private Ws(boolean reads) {
            this.reads = reads;
        }

        @Override
        public void onOpen(WebSocket opened) {
            if (reads) {
                opened.request(Long.MAX_VALUE);
            }
        }

        @Override
        public CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
            text.append(data);
            if (last) {
                received.add(text.toString());
                text.setLength(0);
            }
            return null;
        }

        @Override
        public CompletionStage<?> onBinary(WebSocket from, ByteBuffer data, boolean last) {
            var bytes = new byte[data.remaining()];
            data.get(bytes);
            received.add("binary:" + java.util.HexFormat.of().formatHex(bytes));
            return null;
        }

        @Override
        public CompletionStage<?> onClose(WebSocket from, int status, String reason) {
            received.add("closed:" + status);
            return null;
        }

        @Override
        public void onError(WebSocket from, Throwable error) {
            received.add("closed:0");
        }

        public String next() {
            try {
                var message = received.poll(20, TimeUnit.SECONDS);
                if (message == null) {
                    throw new AssertionError("nothing came");
                }
                return message;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new AssertionError(e);
            }
        }

        public Ws send(String packet) {
            socket.sendText(packet, true).join();
            return this;
        }

        Ws sendBinary(byte... bytes) {
            socket.sendBinary(ByteBuffer.wrap(bytes), true).join();
            return this;
        }

        /** Skips the handshake and connects to the namespace. */
        public Ws connect(String auth) {
            next();
            send("40" + auth);
            var answer = next();
            if (!answer.startsWith("40{\"sid\":")) {
                throw new AssertionError(answer);
            }
            return this;
        }

        String nextEnd() {
            for (var message = next(); ; message = next()) {
                if (message.startsWith("closed:")) {
                    return message;
                }
            }
        }
    }

    private final String url;
    private final HttpClient http = HttpClient.newHttpClient();

    public RawClient(String url) {
        this.url = url;
    }

    public static JsonNode json(String text) {
        try {
            return MAPPER.readTree(text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Polling polling() {
        return new Polling();
    }

    public Ws webSocket() {
        return webSocket("", true);
    }

    Ws webSocket(String query, boolean reads) {
        var listener = new Ws(reads);
        listener.socket = http.newWebSocketBuilder()
                .buildAsync(URI.create(url.replace("http:", "ws:") + "?EIO=4&transport=websocket" + query), listener)
                .join();
        return listener;
    }

    HttpRequest.Builder request(String query) {
        return HttpRequest.newBuilder(URI.create(url + query)).timeout(java.time.Duration.ofSeconds(60));
    }

    HttpResponse<String> send(HttpRequest request) {
        try {
            return http.send(request, HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    HttpResponse<String> get(String query) {
        return send(request(query).build());
    }

    HttpResponse<String> post(String query, String body) {
        return send(request(query)
                .header("Content-Type", "text/plain;charset=UTF-8")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build());
    }

    @Override
    public void close() {
        http.shutdownNow();
    }
}
