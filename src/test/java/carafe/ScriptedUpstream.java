package carafe;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A model server that answers what a test wrote down, whatever its protocol: bodies as they are, piece by piece. It
 * offers its models in the lists of all three protocols.
 */
public final class ScriptedUpstream implements AutoCloseable {
    /** What came in. */
    public record Request(String path, JsonNode body, Map<String, String> headers) {}

    /**
     * What goes out.
     *
     * @param pieces of the body, each sent by itself
     * @param cut whether the connection breaks after the last piece
     */
    public record Answer(int status, String type, List<String> pieces, boolean cut, Map<String, String> headers) {
        private static final String BYTES = "text/event-stream; charset=binary";

        public static Answer json(String body) {
            return new Answer(200, "application/json", List.of(body), false, Map.of());
        }

        public static Answer events(String... pieces) {
            return new Answer(200, "text/event-stream", List.of(pieces), false, Map.of());
        }

        /** A stream of events in pieces of {@code size} bytes. */
        public static Answer ofBytes(byte[] bytes, int size) {
            var pieces = new java.util.ArrayList<String>();
            for (int i = 0; i < bytes.length; i += size) {
                pieces.add(new String(bytes, i, Math.min(size, bytes.length - i), StandardCharsets.ISO_8859_1));
            }
            return new Answer(200, BYTES, pieces, false, Map.of());
        }

        public static Answer lines(String... pieces) {
            return new Answer(200, "application/x-ndjson", List.of(pieces), false, Map.of());
        }

        public static Answer error(int status, String body, String... headers) {
            return new Answer(
                    status,
                    "application/json",
                    List.of(body),
                    false,
                    headers.length == 0 ? Map.of() : Map.of(headers[0], headers[1]));
        }

        /** The same, broken off after its last piece. */
        public Answer broken() {
            return new Answer(status, type, pieces, true, headers);
        }
    }

    public final BlockingQueue<Request> requests = new LinkedBlockingQueue<>();
    /** How often a model was called. */
    public final AtomicInteger calls = new AtomicInteger();

    private final Map<String, Answer> answers = new ConcurrentHashMap<>();
    private final CountDownLatch released = new CountDownLatch(1);
    private final ObjectMapper mapper = new ObjectMapper();
    private final HttpServer server;
    private final List<String> models;

    public ScriptedUpstream(String... models) {
        this.models = List.of(models);
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", this::handle);
        server.start();
    }

    public String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    /** What is answered from now on at paths that end in {@code path}. */
    public ScriptedUpstream on(String path, Answer answer) {
        answers.put(path, answer);
        return this;
    }

    private void handle(HttpExchange exchange) throws IOException {
        var path = exchange.getRequestURI().getPath();
        if (exchange.getRequestMethod().equals("GET")) {
            list(exchange, path);
            return;
        }
        var headers = new java.util.TreeMap<String, String>(String.CASE_INSENSITIVE_ORDER);
        exchange.getRequestHeaders().forEach((name, values) -> headers.put(name, values.getFirst()));
        requests.add(new Request(path, mapper.readTree(exchange.getRequestBody()), headers));
        calls.incrementAndGet();
        var answer = answers.entrySet().stream()
                .filter(entry -> path.endsWith(entry.getKey()))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElse(Answer.error(404, "{\"error\":{\"message\":\"no such path\"}}"));
        send(exchange, answer);
    }

    private void list(HttpExchange exchange, String path) throws IOException {
        var answer = mapper.createObjectNode();
        var list = answer.putArray(path.endsWith("/api/tags") ? "models" : "data");
        models.forEach(id -> list.addObject().put("id", id).put("name", id));
        send(exchange, Answer.json(answer.toString()));
    }

    private void send(HttpExchange exchange, Answer answer) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", answer.type());
        answer.headers().forEach(exchange.getResponseHeaders()::set);
        exchange.sendResponseHeaders(answer.status(), 0);
        var out = exchange.getResponseBody();
        for (var piece : answer.pieces()) {
            if (piece.equals("HANG")) {
                awaitRelease();
                continue;
            }
            out.write(piece.getBytes(
                    answer.type().endsWith("binary") ? StandardCharsets.ISO_8859_1 : StandardCharsets.UTF_8));
            out.flush();
        }
        if (answer.cut()) {
            exchange.close();
        } else {
            out.close();
        }
    }

    /** Lets answers go on that wait at {@code HANG}. */
    public void release() {
        released.countDown();
    }

    private void awaitRelease() {
        try {
            released.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        released.countDown();
        server.stop(0);
    }
}
