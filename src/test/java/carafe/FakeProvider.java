package carafe;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * An OpenAI-compatible model server whose manners are chosen by the model's name: {@code echo} repeats the question,
 * {@code fail} answers 429, {@code cut} breaks off, {@code garbage} streams nonsense, {@code hang} says nothing until
 * {@link #release}, {@code endless} streams until the caller leaves.
 */
public final class FakeProvider implements AutoCloseable {
    public static final List<String> MODELS =
            List.of("echo", "fail", "cut", "garbage", "hang", "endless", "tools", "html");

    /** Bodies received, in order. */
    public final BlockingQueue<JsonNode> requests = new LinkedBlockingQueue<>();
    /** {@code Authorization} of the chat calls received, in order. */
    public final BlockingQueue<String> keys = new LinkedBlockingQueue<>();
    /** Counted down when a caller of {@code endless} or {@code hang} has left. */
    public final CountDownLatch left = new CountDownLatch(1);

    private final CountDownLatch released = new CountDownLatch(1);
    private final ObjectMapper mapper = new ObjectMapper();
    private final HttpServer server;

    public FakeProvider() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/v1/models", this::models);
        server.createContext("/v1/chat/completions", this::chat);
        server.createContext("/v1/embeddings", this::embeddings);
        server.start();
    }

    public String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/v1";
    }

    public void release() {
        released.countDown();
    }

    private void models(HttpExchange exchange) throws IOException {
        var answer = mapper.createObjectNode().put("object", "list");
        var data = answer.putArray("data");
        MODELS.forEach(id -> data.addObject().put("id", id).put("object", "model"));
        send(exchange, 200, "application/json", answer.toString());
    }

    private void embeddings(HttpExchange exchange) throws IOException {
        requests.add(mapper.readTree(exchange.getRequestBody()));
        send(exchange, 200, "application/json", """
                {"object":"list","data":[{"object":"embedding","index":0,"embedding":[0.25,-0.5]}],"model":"echo",\
                "usage":{"prompt_tokens":3,"total_tokens":3}}""");
    }

    private void chat(HttpExchange exchange) throws IOException {
        var request = mapper.readTree(exchange.getRequestBody());
        requests.add(request);
        keys.add(String.valueOf(exchange.getRequestHeaders().getFirst("Authorization")));
        var messages = request.path("messages");
        var question = messages.path(messages.size() - 1).path("content").asText();
        switch (request.path("model").asText()) {
            case "fail" -> {
                exchange.getResponseHeaders().set("Retry-After", "7");
                send(
                        exchange,
                        429,
                        "application/json",
                        "{\"error\":{\"message\":\"slow down\",\"type\":\"rate_limit\",\"code\":\"too_fast\",\"param\":null}}");
            }
            case "html" -> send(exchange, 502, "text/html", "<h1>Bad gateway</h1>");
            case "garbage" -> garbage(exchange);
            case "hang" -> hang(exchange);
            case "tools" -> tools(exchange, request);
            default -> {
                if (request.path("stream").asBoolean()) {
                    stream(exchange, request, question);
                } else {
                    send(exchange, 200, "application/json", whole(question));
                }
            }
        }
    }

    private static String whole(String text) {
        var mapper = new ObjectMapper();
        var node = mapper.createObjectNode()
                .put("id", "chatcmpl-1")
                .put("object", "chat.completion")
                .put("created", 1)
                .put("model", "echo");
        node.putArray("choices")
                .addObject()
                .put("index", 0)
                .put("finish_reason", "stop")
                .putObject("message")
                .put("role", "assistant")
                .put("content", text);
        node.putObject("usage")
                .put("prompt_tokens", 5)
                .put("completion_tokens", 7)
                .put("total_tokens", 12);
        node.put("x_new_field", "kept");
        return node.toString();
    }

    private void stream(HttpExchange exchange, JsonNode request, String question) throws IOException {
        var model = request.path("model").asText();
        try (var out = open(exchange)) {
            chunk(out, mapper.createObjectNode().put("role", "assistant").put("content", ""), null);
            for (var word : question.split("(?<= )")) {
                chunk(out, mapper.createObjectNode().put("content", word), null);
            }
            if (model.equals("cut")) {
                exchange.close();
                return;
            }
            while (model.equals("endless")) {
                chunk(out, mapper.createObjectNode().put("content", "more "), null);
                pause();
            }
            chunk(out, mapper.createObjectNode(), "stop");
            if (request.path("stream_options").path("include_usage").asBoolean()) {
                event(
                        out,
                        "{\"id\":\"chatcmpl-1\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"echo\","
                                + "\"choices\":[],\"usage\":{\"prompt_tokens\":5,\"completion_tokens\":7,\"total_tokens\":12}}");
            }
            event(out, "[DONE]");
        } catch (IOException e) {
            left.countDown();
            throw e;
        }
    }

    private void tools(HttpExchange exchange, JsonNode request) throws IOException {
        try (var out = open(exchange)) {
            var name =
                    request.path("tools").path(0).path("function").path("name").asText("none");
            chunk(out, call("call_1", name, ""), null);
            chunk(out, call(null, null, "{\"city\":"), null);
            chunk(out, call(null, null, "\"Graz\"}"), null);
            chunk(out, mapper.createObjectNode(), "tool_calls");
            event(out, "[DONE]");
        }
    }

    private JsonNode call(String id, String name, String arguments) {
        var delta = mapper.createObjectNode();
        var call = delta.putArray("tool_calls").addObject().put("index", 0);
        if (id != null) {
            call.put("id", id).put("type", "function");
        }
        var function = call.putObject("function").put("arguments", arguments);
        if (name != null) {
            function.put("name", name);
        }
        return delta;
    }

    private static void garbage(HttpExchange exchange) throws IOException {
        try (var out = open(exchange)) {
            event(out, "{\"choices\":[{\"delta\":{\"content\":\"good \"}}]}");
            event(out, "this is } not { json");
        }
    }

    private void hang(HttpExchange exchange) throws IOException {
        try {
            released.await();
            send(exchange, 200, "application/json", whole("late"));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static OutputStream open(HttpExchange exchange) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
        exchange.sendResponseHeaders(200, 0);
        return exchange.getResponseBody();
    }

    private void chunk(OutputStream out, JsonNode delta, String finish) throws IOException {
        var chunk = mapper.createObjectNode()
                .put("id", "chatcmpl-1")
                .put("object", "chat.completion.chunk")
                .put("created", 1)
                .put("model", "echo");
        var choice = chunk.putArray("choices").addObject().put("index", 0);
        choice.set("delta", delta);
        choice.put("finish_reason", finish);
        chunk.putNull("usage");
        event(out, chunk.toString());
    }

    private static void event(OutputStream out, String data) throws IOException {
        out.write(("data: " + data + "\n\n").getBytes(StandardCharsets.UTF_8));
        out.flush();
    }

    private static void pause() {
        try {
            Thread.sleep(5); // the pace of a model, not a wait for anything
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void send(HttpExchange exchange, int status, String type, String body) throws IOException {
        var bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", type);
        exchange.sendResponseHeaders(status, bytes.length);
        try (var out = exchange.getResponseBody()) {
            out.write(bytes);
        }
    }

    @Override
    public void close() {
        released.countDown();
        server.stop(0);
    }
}
