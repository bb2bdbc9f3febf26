package carafe.platform.realtime.socketio;

import carafe.platform.http.Access;
import carafe.platform.http.Caller;
import carafe.platform.http.Cors;
import carafe.platform.http.Credentials;
import carafe.platform.http.HttpServer;
import carafe.platform.http.Json;
import carafe.platform.http.Limits;
import carafe.platform.http.Networks;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * A server with nothing but sockets: the tokens {@code token of ann} and {@code token of bob} are good, and some events
 * try out what features will do. As a program it takes port, ping interval and ping timeout (ms); the suites of real
 * clients start it so.
 */
public final class SocketServer implements AutoCloseable {
    final SocketIo io;
    final BlockingQueue<Ack> answers = new LinkedBlockingQueue<>();
    private final Map<String, Caller> tokens = new ConcurrentHashMap<>();
    private final HttpServer http;

    SocketServer(int port, SocketSettings settings) {
        for (var name : List.of("ann", "bob")) {
            tokens.put(
                    "token of " + name,
                    new Caller.Person(name, 1, name, name + "@example.org", Caller.Role.USER, "login of " + name));
        }
        var mapper = Json.mapper();
        io = new SocketIo(settings, this::authenticate, mapper);
        http = new HttpServer(
                new HttpServer.Settings(
                        "127.0.0.1",
                        port,
                        Duration.ofSeconds(5),
                        Networks.parse(List.of()),
                        new Cors(List.of("https://pages.example"), false)),
                mapper,
                this::authenticate,
                new Limits(area -> 0),
                end -> {},
                io::register);
        events(mapper);
        http.start();
    }

    static SocketSettings settings() {
        return SocketSettings.of(true, Duration.ofSeconds(25), Duration.ofSeconds(20));
    }

    private Caller authenticate(Credentials credentials, String address) {
        var known = tokens.get(credentials.token());
        return known == null ? new Caller.Anonymous(address) : known;
    }

    private void events(ObjectMapper mapper) {
        io.on("echo", Access.PUBLIC, (socket, payload) -> payload);
        io.on("send-back", Access.PUBLIC, (socket, payload) -> {
            socket.emit("back", payload);
            return null;
        });
        io.on("mine", Access.USER, (socket, payload) -> TextNode.valueOf("yours"));
        io.on("sign-in", Access.PUBLIC, (socket, payload) -> {
            io.signIn(socket, payload.asText());
            return TextNode.valueOf(SocketIo.roomOf(socket.caller()));
        });
        io.on("fail", Access.PUBLIC, (socket, payload) -> {
            throw new IllegalStateException("as the test wants it");
        });
        io.on("join", Access.PUBLIC, (socket, payload) -> {
            socket.join(payload.asText());
            return IntNode.valueOf(io.listeners(payload.asText()));
        });
        io.on("leave", Access.PUBLIC, (socket, payload) -> {
            socket.leave(payload.asText());
            return null;
        });
        io.on("tell", Access.PUBLIC, (socket, payload) -> {
            io.emitExcept(socket.id(), payload.path("room").asText(), "told", payload.path("text"));
            return null;
        });
        io.on("ask-me", Access.PUBLIC, (socket, payload) -> {
            Thread.startVirtualThread(() -> ask(socket.id(), payload));
            return null;
        });
        io.on("ask-wrongly", Access.PUBLIC, (socket, payload) -> {
            ask(socket.id(), payload);
            return TextNode.valueOf("asked");
        });
        io.on("flood", Access.PUBLIC, (socket, payload) -> {
            var text = TextNode.valueOf("x".repeat(payload.path("size").asInt()));
            for (int i = 0; i < payload.path("count").asInt(); i++) {
                socket.emit("drop", text);
            }
            return null;
        });
        io.on("revoke", Access.PUBLIC, (socket, payload) -> {
            revoke(payload.asText());
            return null;
        });
        io.on("listeners", Access.PUBLIC, (socket, payload) -> IntNode.valueOf(io.listeners(payload.asText())));
    }

    private void ask(String socket, JsonNode payload) {
        try {
            var answer = io.call(socket, "question", payload, Duration.ofMillis(1_500));
            answers.add(answer);
            if (answer instanceof Ack.Answered(var value)) {
                io.emit("answers", "answered", value);
            } else {
                io.emit(
                        "answers",
                        "unanswered",
                        TextNode.valueOf(answer.getClass().getSimpleName()));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Its token no longer holds, and nobody says so. */
    void expire(String name) {
        tokens.remove("token of " + name);
    }

    void revoke(String name) {
        expire(name);
        io.recheck(name);
    }

    String url() {
        return "http://127.0.0.1:" + http.port() + "/ws/socket.io/";
    }

    @Override
    public void close() {
        io.close();
        http.close();
    }

    public static void main(String[] args) {
        var server = new SocketServer(
                Integer.parseInt(args[0]),
                SocketSettings.of(
                        true, Duration.ofMillis(Long.parseLong(args[1])), Duration.ofMillis(Long.parseLong(args[2]))));
        Runtime.getRuntime().addShutdownHook(new Thread(server::close));
        System.out.println("ready");
    }
}
