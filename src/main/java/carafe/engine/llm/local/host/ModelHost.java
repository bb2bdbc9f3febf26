package carafe.engine.llm.local.host;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.time.Clock;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicReference;

/**
 * The child process of one local model. It lives exactly as long as its stdin: when the parent closes it or dies,
 * everything is cancelled and the process halts, because the engine neither frees its memory nor lets the JVM exit.
 */
public final class ModelHost {
    private final Clock clock;
    private static final int MOST_WAITING = 32;
    private static final int MOST_BODY = 8 << 20;
    private static final int LOAD_FAILED = 3;

    private final HostArguments arguments;
    private final byte[] authorization;
    private final Slots slots;
    private final Completions completions;
    private final ObjectMapper json = new ObjectMapper();

    private ModelHost(HostArguments arguments, String secret, Clock clock) {
        this.clock = clock;
        this.arguments = arguments;
        this.authorization = ("Bearer " + secret).getBytes(StandardCharsets.UTF_8);
        this.slots = new Slots(arguments.slots(), MOST_WAITING);
        this.completions = new Completions(new Engines(arguments), slots, arguments.context());
    }

    /** Exit codes: 0 the parent went, 2 not started by the server, 3 the model could not be loaded. */
    public static void main(String[] args) throws IOException {
        System.setProperty("sun.net.httpserver.nodelay", "true");
        HostArguments arguments = HostArguments.parse(args);
        BufferedReader stdin = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        String secret = stdin.readLine();
        if (secret == null || secret.isBlank()) {
            Runtime.getRuntime().halt(2);
            return;
        }
        AtomicReference<ModelHost> host = new AtomicReference<>();
        // beside the load, because a parent that dies meanwhile must be noticed too
        Thread.ofPlatform().daemon().name("loader").start(() -> load(arguments, secret, host));
        while (stdin.readLine() != null) {
            // the parent sends nothing more; only the end matters
        }
        if (host.get() != null) {
            host.get().completions.cancelAll();
        }
        Runtime.getRuntime().halt(0);
    }

    private static void load(HostArguments arguments, String secret, AtomicReference<ModelHost> host) {
        try {
            host.set(new ModelHost(arguments, secret, Clock.systemUTC()));
            host.get().open();
        } catch (Exception | LinkageError e) {
            System.err.println("load failed: " + e.getMessage());
            Runtime.getRuntime().halt(LOAD_FAILED);
        }
    }

    private void open() throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", this::handle);
        server.start();
        Path draft = arguments.ready().resolveSibling("port.part");
        Files.writeString(draft, Integer.toString(server.getAddress().getPort()));
        Files.move(draft, arguments.ready(), StandardCopyOption.ATOMIC_MOVE);
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            refusing(exchange);
        }
    }

    private void refusing(HttpExchange exchange) throws IOException {
        try {
            route(exchange);
        } catch (Refusal refusal) {
            Wire.send(exchange, refusal.status(), Wire.error(refusal));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            System.err.println("error while answering: " + e);
            Wire.send(
                    exchange, 500, Wire.error(new Refusal(500, "internal_error", "The local model's process failed.")));
        }
    }

    private void route(HttpExchange exchange) throws IOException, InterruptedException {
        String given = exchange.getRequestHeaders().getFirst("Authorization");
        if (given == null || !MessageDigest.isEqual(given.getBytes(StandardCharsets.UTF_8), authorization)) {
            throw new Refusal(401, "invalid_api_key", "This address answers its own server only.");
        }
        switch (exchange.getRequestMethod() + " " + exchange.getRequestURI().getPath()) {
            case "GET /health" -> Wire.send(exchange, 200, health());
            case "POST /v1/chat/completions" -> complete(exchange);
            default -> throw new Refusal(404, "not_found", "There is nothing at this path.");
        }
    }

    private JsonNode health() {
        return JsonNodeFactory.instance
                .objectNode()
                .put("status", "ok")
                .put("model", arguments.id())
                .put("slots", arguments.slots())
                .put("context", arguments.context())
                .put("busy", slots.busy())
                .put("waiting", slots.waiting());
    }

    private void complete(HttpExchange exchange) throws IOException, InterruptedException {
        ChatRequest request = ChatRequest.parse(body(exchange));
        String given = exchange.getRequestHeaders().getFirst("X-Carafe-Session");
        Reply.Head head = new Reply.Head(
                "chatcmpl-" + UUID.randomUUID().toString().replace("-", ""),
                clock.instant().getEpochSecond(),
                arguments.id());
        Reply reply = request.stream()
                ? new Reply.Stream(exchange, head, request.includeUsage())
                : new Reply.Whole(exchange, head, request.schema() != null);
        try {
            completions.answer(request, given == null || given.isBlank() ? request.session() : given, reply);
        } catch (Refusal refusal) {
            if (!reply.fail(refusal)) {
                throw refusal;
            }
        }
    }

    private JsonNode body(HttpExchange exchange) throws IOException {
        byte[] bytes = exchange.getRequestBody().readNBytes(MOST_BODY + 1);
        if (bytes.length > MOST_BODY) {
            throw new Refusal(413, "too_large", "The request body is larger than " + MOST_BODY + " bytes.");
        }
        try {
            return json.readTree(bytes);
        } catch (JsonProcessingException e) {
            throw Refusal.badRequest("The request body is not valid JSON.");
        }
    }
}
