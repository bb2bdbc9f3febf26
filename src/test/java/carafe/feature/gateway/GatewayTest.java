package carafe.feature.gateway;

import static carafe.TestApp.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import carafe.FakeProvider;
import carafe.RawSocket;
import carafe.TestApp;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GatewayTest {
    private static final String CHAT = "/v1/chat/completions";

    @TempDir
    static Path folder;

    static FakeProvider provider;
    static TestApp app;
    static TestApp.User ann;

    @BeforeAll
    static void start() {
        provider = new FakeProvider();
        app = TestApp.start(folder, "OPENAI_API_BASE_URLS", provider.url() + ";http://127.0.0.1:9/v1");
        ann = app.signUp("ann");
    }

    @AfterAll
    static void stop() {
        app.close();
        provider.close();
    }

    private static String ask(String model, boolean stream, String question) {
        return """
                {"model":"%s","stream":%s,"messages":[{"role":"user","content":"%s"}]}""".formatted(model, stream, question);
    }

    @Test
    void listsTheModelsOfEveryConnectionThatAnswers() {
        var models = json(app.get(ann, "/v1/models"));

        assertThat(models.path("object").asText()).isEqualTo("list");
        assertThat(models.path("data").findValuesAsText("id")).containsAll(FakeProvider.MODELS);
        assertThat(json(app.get(ann, "/v1/models/echo")).path("object").asText())
                .isEqualTo("model");
        assertThat(json(app.get(ann, "/api/models")).path("data").findValuesAsText("id"))
                .contains("echo");
    }

    @ParameterizedTest
    @ValueSource(strings = {CHAT, "/api/chat/completions", "/api/v1/chat/completions"})
    void handsAWholeAnswerOnByteForByte(String path) {
        var answer = app.post(ann, path, ask("echo", false, "Grüß Gott 🍷"));

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(json(answer)
                        .path("choices")
                        .path(0)
                        .path("message")
                        .path("content")
                        .asText())
                .isEqualTo("Grüß Gott 🍷");
        assertThat(json(answer).path("x_new_field").asText()).isEqualTo("kept");
        assertThat(json(answer).path("usage").path("total_tokens").asInt()).isEqualTo(12);
    }

    @Test
    void sendsTheClientsOwnBytesToTheUpstream() throws Exception {
        provider.requests.clear();
        app.post(ann, CHAT, """
                {"model":"echo","messages":[{"role":"user","content":"x"}],"a_field_of_tomorrow":{"deep":[1,2.25]}}""");

        var sent = provider.requests.poll(10, TimeUnit.SECONDS);
        assertThat(sent).isNotNull();
        assertThat(sent.path("a_field_of_tomorrow").toString()).isEqualTo("{\"deep\":[1,2.25]}");
        assertThat(sent.has("stream_options")).isFalse();
    }

    @Test
    void streamsEventsAndKeepsTheUsageChunkToItselfUnlessAsked() {
        var plain = app.post(ann, CHAT, ask("echo", true, "one two three"));
        assertThat(plain.headers().firstValue("Content-Type"))
                .hasValueSatisfying(t -> assertThat(t).startsWith("text/event-stream"));
        assertThat(plain.body()).contains("\"one \"", "\"two \"", "\"three\"").endsWith("data: [DONE]\n\n");
        assertThat(plain.body()).doesNotContain("\"total_tokens\"");

        var asked = app.post(ann, CHAT, """
                {"model":"echo","stream":true,"stream_options":{"include_usage":true},
                 "messages":[{"role":"user","content":"hi"}]}""");
        assertThat(asked.body()).contains("\"total_tokens\":12");
    }

    @Test
    void passesToolsAndTheirCallsThrough() throws Exception {
        provider.requests.clear();
        var answer = app.post(ann, CHAT, """
                {"model":"tools","stream":true,"messages":[{"role":"user","content":"weather?"}],
                 "tools":[{"type":"function","function":{"name":"weather","parameters":{"type":"object"}}}]}""");

        assertThat(answer.body())
                .contains("\"name\":\"weather\"", "{\\\"city\\\":", "\"finish_reason\":\"tool_calls\"");
        assertThat(provider.requests.poll(10, TimeUnit.SECONDS).path("tools").size())
                .isEqualTo(1);
    }

    @Test
    void passesEmbeddingsThrough() {
        var answer = app.post(ann, "/v1/embeddings", "{\"model\":\"echo\",\"input\":\"hello\"}");

        assertThat(json(answer).path("data").path(0).path("embedding").toString())
                .isEqualTo("[0.25,-0.5]");
        assertThat(app.post(ann, "/v1/embeddings", "{\"model\":\"echo\"}").statusCode())
                .isEqualTo(400);
    }

    @Test
    void handsOnTheUpstreamsErrorWithItsRetryAfter() {
        var answer = app.post(ann, CHAT, ask("fail", false, "x"));

        assertThat(answer.statusCode()).isEqualTo(429);
        assertThat(answer.headers().firstValue("Retry-After")).contains("7");
        assertThat(json(answer).path("error").path("message").asText()).isEqualTo("slow down");
        assertThat(json(answer).path("error").path("code").asText()).isEqualTo("too_fast");
    }

    @Test
    void neverHandsOnAPageOfHtmlAsAnError() {
        var answer = app.post(ann, CHAT, ask("html", false, "x"));

        assertThat(answer.statusCode()).isEqualTo(502);
        assertThat(json(answer).path("error").path("message").asText()).contains("502");
    }

    @Test
    void tearsTheStreamWhenTheUpstreamBreaksOff() {
        try (var body =
                app.stream(ann, "POST", CHAT, ask("cut", true, "some words")).body()) {
            assertThatThrownBy(() -> {
                        var text = new String(body.readAllBytes(), StandardCharsets.UTF_8);
                        throw new AssertionError("looks whole: " + text);
                    })
                    .isInstanceOf(IOException.class);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** Byte by byte: the JDK's client forgets what it has not handed on yet when a connection is cut. */
    @Test
    void tellsClientsOfEveryAddressWhyAStreamIsTorn() {
        var body = ask("cut", true, "some words");
        for (var path : List.of(CHAT, "/api/chat/completions", "/openai/chat/completions")) {
            try (var client = RawSocket.connect(URI.create(app.url("/")).getPort())) {
                client.send("""
                        POST %s HTTP/1.1\r
                        Host: carafe\r
                        Authorization: Bearer %s\r
                        Content-Type: application/json\r
                        Content-Length: %d\r
                        \r
                        %s""".formatted(path, ann.token(), body.length(), body));
                assertThat(client.readToEnd())
                        .as(path)
                        .contains("data: {\"error\":{\"message\":\"The model server broke off")
                        .doesNotContain("[DONE]")
                        .doesNotEndWith("\r\n0\r\n\r\n");
            }
        }
    }

    @Test
    void endsTheUpstreamCallWhenTheClientLeaves() throws Exception {
        try (var body = app.stream(ann, "POST", CHAT, ask("endless", true, "x")).body()) {
            assertThat(body.read()).isEqualTo('d');
        }
        assertThat(provider.left.await(20, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void booksEveryCallOnce() throws Exception {
        var bob = app.signUp("bob");
        assertThat(app.post(bob, CHAT, ask("echo", false, "booked")).statusCode())
                .isEqualTo(200);
        assertThat(app.post(bob, CHAT, ask("echo", true, "booked too")).body()).endsWith("[DONE]\n\n");
        app.post(bob, CHAT, ask("fail", false, "booked as failed"));

        try (var connection = java.sql.DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("carafe.db"))) {
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
            while (booked(connection, bob).calls() < 3 && System.nanoTime() < deadline) {
                Thread.onSpinWait();
            }
            assertThat(booked(connection, bob)).isEqualTo(new Booked(3, 10, 14, 1));
        }
    }

    private record Booked(long calls, long tokensIn, long tokensOut, long refused) {}

    private static Booked booked(java.sql.Connection connection, TestApp.User user) throws java.sql.SQLException {
        try (var statement = connection.prepareStatement("""
                SELECT count(*), sum(tokens_in), sum(tokens_out), sum(status = 429) FROM usage WHERE account_id = ?""")) {
            statement.setString(1, user.id());
            try (var row = statement.executeQuery()) {
                row.next();
                return new Booked(row.getLong(1), row.getLong(2), row.getLong(3), row.getLong(4));
            }
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            /v1/chat/completions     | {                                            | 400
            /v1/chat/completions     | []                                           | 400
            /v1/chat/completions     | ''                                           | 400
            /v1/chat/completions     | {"messages":[{"role":"user","content":"x"}]} | 400
            /v1/chat/completions     | {"model":"echo"}                             | 400
            /v1/chat/completions     | {"model":"echo","messages":[]}               | 400
            /v1/chat/completions     | {"model":"echo","messages":"x"}              | 400
            /v1/chat/completions     | {"model":7,"messages":[1]}                   | 400
            /v1/chat/completions     | {"model":"echo","stream":"yes","messages":[1]} | 400
            /v1/chat/completions     | {"model":"nope","messages":[1]}              | 404
            /api/chat/completions    | {"model":"nope","messages":[1]}              | 400
            """)
    void explainsBadInputInTheSurfacesOwnShape(String path, String body, int status) {
        var answer = app.post(ann, path, body);

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        var said = path.startsWith("/v1")
                ? json(answer).path("error").path("message")
                : json(answer).path("detail");
        assertThat(said.asText()).isNotBlank();
    }

    @Test
    void refusesDeepHugeAndWronglyTypedBodies() {
        var deep = "{\"model\":\"echo\",\"messages\":" + "[".repeat(10_000) + "]".repeat(10_000) + "}";
        assertThat(app.post(ann, CHAT, deep).statusCode()).isEqualTo(400);
        assertThat(app.send(ann, "POST", CHAT, "{}", "Content-Type", "text/plain")
                        .statusCode())
                .isEqualTo(415);
        assertThat(app.post(ann, "/api/v1/connections", " ".repeat(1_100_000)).statusCode())
                .isEqualTo(413);
    }

    @ParameterizedTest
    @CsvSource({
        "GET,/v1/models",
        "POST,/v1/chat/completions",
        "POST,/v1/embeddings",
        "GET,/api/models",
        "POST,/api/chat/completions"
    })
    void strangersGetNothing(String method, String path) {
        var answer = app.send(null, method, path, method.equals("POST") ? "{}" : null);

        assertThat(answer.statusCode()).isEqualTo(401);
        assertThat(app.send(
                                new TestApp.User("", "sk-00000000000000000000000000000000"),
                                method,
                                path,
                                method.equals("POST") ? "{}" : null)
                        .statusCode())
                .isEqualTo(401);
    }

    @Test
    void methodOverrideIsRefused() {
        assertThat(app.send(ann, "POST", "/api/v1/chats/x", "{}", "X-HTTP-Method-Override", "DELETE")
                        .statusCode())
                .isEqualTo(400);
    }

    /** The head of a request whose length nobody says. */
    private static String chunkedHead(String path) {
        return "POST " + path + " HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + ann.token()
                + "\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n";
    }

    private static String chunk(String text) {
        return Integer.toHexString(text.length()) + "\r\n" + text + "\r\n";
    }

    @Test
    void aBodyOfUnknownLengthTakesTheRoomThatItHasAndNotTheMostItMayHave() {
        int port = app.app().port();
        var slow = new ArrayList<RawSocket>();
        try {
            for (int i = 0; i < 20; i++) {
                slow.add(RawSocket.connect(port).send(chunkedHead(CHAT) + chunk("{")));
            }
            try (var quick = RawSocket.connect(port)) {
                quick.send(chunkedHead(CHAT) + chunk(ask("echo", false, "hi")) + "0\r\n\r\n");
                assertThat(quick.readUntil("\r\n")).startsWith("HTTP/1.1 200");
            }
            try (var large = RawSocket.connect(port)) {
                large.send(chunkedHead(CHAT) + chunk(ask("echo", false, "x".repeat(3 << 20))) + "0\r\n\r\n");
                assertThat(large.readUntil("\r\n")).startsWith("HTTP/1.1 200");
            }
        } finally {
            slow.forEach(RawSocket::close);
        }
    }

    @Test
    void aBodyOfUnknownLengthIsMeasuredAsItComes() {
        try (var socket = RawSocket.connect(app.app().port())) {
            socket.send(chunkedHead("/api/v1/connections") + chunk(" ".repeat(1_100_000)) + "0\r\n\r\n");
            assertThat(socket.readUntil("\r\n")).startsWith("HTTP/1.1 413");
        }
    }
}
