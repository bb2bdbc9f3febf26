package carafe.feature.localchat;

import static carafe.TestApp.json;
import static org.assertj.core.api.Assertions.assertThat;

import carafe.FakeProvider;
import carafe.TestApp;
import carafe.TestStream;
import carafe.platform.db.TestDatabases;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Sessions, messages and completions over HTTP, on both databases. */
@ParameterizedClass
@EnumSource(TestDatabases.class)
class SessionsTest {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    @Parameter
    TestDatabases engine;

    @TempDir
    static Path folder;

    static FakeProvider provider;
    static TestApp app;
    static int people;

    TestApp.User ann;
    TestApp.User bob;

    @BeforeParameterizedClassInvocation
    static void start(TestDatabases engine) {
        provider = new FakeProvider();
        app = TestApp.start(
                folder.resolve(engine.name()),
                engine,
                "OPENAI_API_BASE_URLS",
                provider.url(),
                "DEFAULT_MODELS",
                "echo",
                "METRICS_TOKEN",
                "scrape");
    }

    @AfterParameterizedClassInvocation
    static void stop() {
        app.close();
        provider.close();
    }

    @BeforeEach
    void people() {
        ann = app.signUp("ann" + ++people);
        bob = app.signUp("bob" + people);
        provider.requests.clear();
    }

    private JsonNode ok(HttpResponse<String> answer) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return json(answer);
    }

    private String session(String title) {
        return ok(app.post(ann, "/api/sessions", "{\"title\":\"" + title + "\"}"))
                .path("id")
                .asText();
    }

    private String complete(String session, String text) {
        return ok(app.post(
                        ann,
                        "/api/chat/completions?session_id=" + session,
                        "{\"messages\":[{\"role\":\"user\",\"content\":\"" + text + "\"}]}"))
                .at("/choices/0/message/content")
                .asText();
    }

    private JsonNode error(HttpResponse<String> answer, int status, String type) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        var error = json(answer).path("error");
        assertThat(error.path("type").asText()).isEqualTo(type);
        assertThat(error.path("message").asText()).isNotEmpty();
        assertThat(error.has("param")).isTrue();
        assertThat(error.has("code")).isTrue();
        return error;
    }

    @Test
    void whatWasDoneLaterIsNewerHoweverFastItWasDone() {
        var made = new ArrayList<String>();
        for (int i = 0; i < 40; i++) {
            made.add(session("session " + i));
        }
        assertThat(ids("/api/sessions")).isEqualTo(made.reversed());
        for (var id : made) {
            ok(app.post(ann, "/api/sessions/" + id + "/messages", "{\"role\":\"user\",\"content\":\"hello\"}"));
        }
        assertThat(ids("/api/sessions")).isEqualTo(made.reversed());
        var chats = ok(app.get(ann, "/api/v1/chats/?page=1")).findValuesAsText("id");
        assertThat(made.reversed()).startsWith(chats.toArray(String[]::new));
    }

    @Test
    void sessionsAreMadeListedChangedAndDeleted() {
        var first = ok(app.post(ann, "/api/sessions", "{\"title\":\"first\"}"));
        assertThat(first.path("title").asText()).isEqualTo("first");
        assertThat(first.path("is_active").asBoolean()).isTrue();
        assertThat(first.path("created_at").asText()).matches("\\d{4}-\\d\\d-\\d\\dT[\\d:]+\\.\\d{3}Z");
        var id = first.path("id").asText();
        var second = session("second");
        var third = session("third");
        var messages = "/api/sessions/" + id + "/messages";
        var added = ok(app.post(ann, messages, """
                {"role":"user","content":"hello","tokens":3,"metadata_info":{"mood":"good"}}"""));
        assertThat(added.path("session_id").asText()).isEqualTo(id);
        assertThat(added.path("tokens").asInt()).isEqualTo(3);
        assertThat(added.path("metadata_info").toString()).isEqualTo("{\"mood\":\"good\"}");
        ok(app.post(ann, messages, "{\"role\":\"assistant\",\"content\":\"hi\"}"));

        // a message makes its session the newest
        assertThat(ids("/api/sessions")).containsExactly(id, third, second);
        assertThat(ids("/api/sessions?skip=1&limit=1")).containsExactly(third);
        assertThat(ids("/api/sessions?limit=100000")).hasSize(3);
        var archived = ok(app.send(ann, "PUT", "/api/sessions/" + third, "{\"is_active\":false,\"title\":\"old\"}"));
        assertThat(archived.path("is_active").asBoolean(true)).isFalse();
        assertThat(archived.path("title").asText()).isEqualTo("old");
        assertThat(ids("/api/sessions")).containsExactly(id, second);
        assertThat(ids("/api/sessions?active_only=false")).contains(third);

        assertThat(ok(app.get(ann, messages)).findValuesAsText("content")).containsExactly("hello", "hi");
        assertThat(ok(app.get(ann, messages + "?skip=1&limit=1")).findValuesAsText("content"))
                .containsExactly("hi");
        assertThat(ok(app.get(ann, "/api/sessions/" + id + "/history")).toString())
                .isEqualTo("[{\"role\":\"user\",\"content\":\"hello\"},{\"role\":\"assistant\",\"content\":\"hi\"}]");
        var export = ok(app.get(ann, "/api/sessions/" + id + "/export"));
        assertThat(export.at("/session/id").asText()).isEqualTo(id);
        assertThat(export.path("messages")).hasSize(2);

        ok(app.send(ann, "DELETE", messages + "/" + added.path("id").asText(), null));
        assertThat(ok(app.get(ann, messages)).findValuesAsText("content")).containsExactly("hi");
        error(app.send(ann, "DELETE", messages + "/nowhere", null), 404, "not_found_error");

        assertThat(ok(app.send(ann, "DELETE", "/api/sessions/" + id, null)).has("message"))
                .isTrue();
        for (var gone : List.of("", "/messages", "/history", "/export")) {
            error(app.get(ann, "/api/sessions/" + id + gone), 404, "not_found_error");
        }
    }

    private List<String> ids(String path) {
        return ok(app.get(ann, path)).findValuesAsText("id");
    }

    @Test
    void whatIsWrongIsSaidAndNothingIsStored() {
        var id = session("mine");
        var messages = "/api/sessions/" + id + "/messages";
        for (var bad : List.of(
                "{}",
                "{\"role\":\"king\",\"content\":\"x\"}",
                "{\"role\":\"user\",\"content\":\"\"}",
                "{\"role\":\"user\",\"content\":7}",
                "{\"role\":\"user\",\"content\":\"x\",\"tokens\":-1}",
                "{\"role\":\"user\",\"content\":\"x\",\"metadata_info\":[]}")) {
            error(app.post(ann, messages, bad), 400, "invalid_request_error");
        }
        for (var bad : List.of("{}", "{\"title\":\"\"}", "{\"title\":\"" + "x".repeat(201) + "\"}", "[]", "{")) {
            error(app.post(ann, "/api/sessions", bad), 400, "invalid_request_error");
            error(app.send(ann, "PUT", "/api/sessions/" + id, bad), 400, "invalid_request_error");
        }
        for (var bad : List.of("skip=-1", "limit=0", "limit=x", "active_only=perhaps")) {
            error(app.get(ann, "/api/sessions?" + bad), 400, "invalid_request_error");
        }
        var completions = "/api/chat/completions?session_id=" + id;
        for (var bad : List.of(
                "{}",
                "{\"messages\":[]}",
                "{\"messages\":[{\"role\":\"tool\",\"content\":\"x\"}]}",
                "{\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"image_url\"}]}]}",
                "{\"messages\":[{\"role\":\"user\",\"content\":\"x\"}],\"temperature\":3}",
                "{\"messages\":[{\"role\":\"user\",\"content\":\"x\"}],\"top_p\":-1}",
                "{\"messages\":[{\"role\":\"user\",\"content\":\"x\"}],\"max_tokens\":0}",
                "{\"messages\":[{\"role\":\"user\",\"content\":\"x\"}],\"stop\":[1]}",
                "{\"messages\":[{\"role\":\"user\",\"content\":\"x\"}],\"stream\":\"yes\"}")) {
            var error = error(app.post(ann, completions, bad), 400, "invalid_request_error");
            assertThat(error.path("param").asText()).isNotEmpty();
        }
        var unknown = error(
                app.post(
                        ann,
                        completions,
                        "{\"model\":\"nobody\",\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}"),
                400,
                "invalid_request_error");
        assertThat(unknown.path("code").asText()).isEqualTo("model_not_found");
        error(
                app.post(
                        ann,
                        "/api/chat/completions?session_id=nowhere",
                        "{\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}"),
                404,
                "not_found_error");
        assertThat(ok(app.get(ann, messages))).isEmpty();
        assertThat(provider.requests).isEmpty();
    }

    @Test
    void aCompletionStoresOnlyWhatIsNew() throws Exception {
        var id = session("talk");
        provider.requests.clear();
        var answer = ok(app.post(ann, "/api/chat/completions?session_id=" + id, """
                {"model":"stellar-byte-llm","user":"u","stop":["X"],"messages":[
                  {"role":"system","content":"Be kind."},
                  {"role":"user","content":[{"type":"text","text":"one"},{"type":"image_url","image_url":{"url":"x"}}]}]}"""));
        assertThat(answer.path("id").asText()).matches("chatcmpl-[0-9a-f]{32}");
        assertThat(answer.path("object").asText()).isEqualTo("chat.completion");
        assertThat(answer.path("model").asText()).isEqualTo("echo");
        assertThat(answer.at("/choices/0/message").toString())
                .isEqualTo("{\"role\":\"assistant\",\"content\":\"one\"}");
        assertThat(answer.at("/choices/0/finish_reason").asText()).isEqualTo("stop");
        assertThat(answer.path("usage").toString())
                .isEqualTo("{\"prompt_tokens\":5,\"completion_tokens\":7,\"total_tokens\":12}");
        var first = provider.requests.poll(30, TimeUnit.SECONDS);
        assertThat(first.path("max_tokens").asInt()).isEqualTo(150);
        assertThat(first.path("temperature").asDouble()).isEqualTo(0.7);
        assertThat(first.path("stop").toString()).isEqualTo("[\"X\"]");

        ok(app.post(ann, "/api/chat/completions?session_id=" + id, """
                {"messages":[{"role":"system","content":"Be kind."},{"role":"user","content":"two"}]}"""));
        assertThat(provider.requests.poll(30, TimeUnit.SECONDS).path("messages").findValuesAsText("content"))
                .containsExactly("Be kind.", "one", "one", "two");
        var stored = ok(app.get(ann, "/api/sessions/" + id + "/messages"));
        assertThat(stored.findValuesAsText("role")).containsExactly("system", "user", "assistant", "user", "assistant");
    }

    @Test
    void aStreamIsTheStoredTextInPieces() throws Exception {
        var id = session("stream");
        var lines = new ArrayList<String>();
        var answer = app.stream(ann, "POST", "/api/chat/completions?session_id=" + id, """
                {"stream":true,"messages":[{"role":"user","content":"some words in pieces"}]}""");
        assertThat(answer.headers().firstValue("Content-Type").orElse("")).startsWith("text/event-stream");
        try (var reader = new BufferedReader(new InputStreamReader(answer.body(), StandardCharsets.UTF_8))) {
            reader.lines().filter(line -> !line.isEmpty()).forEach(lines::add);
        }
        assertThat(lines).allMatch(line -> line.startsWith("data: "));
        assertThat(lines.getLast()).isEqualTo("data: [DONE]");
        var chunks = new ArrayList<JsonNode>();
        for (var line : lines.subList(0, lines.size() - 1)) {
            chunks.add(MAPPER.readTree(line.substring(6)));
        }
        assertThat(chunks).allMatch(chunk -> chunk.path("object").asText().equals("chat.completion.chunk"));
        assertThat(chunks.stream().map(chunk -> chunk.path("id").asText()).distinct())
                .hasSize(1);
        assertThat(chunks.getFirst().at("/choices/0/delta").toString())
                .isEqualTo("{\"role\":\"assistant\",\"content\":\"\"}");
        assertThat(chunks.getLast().at("/choices/0/delta").toString()).isEqualTo("{}");
        assertThat(chunks.getLast().at("/choices/0/finish_reason").asText()).isEqualTo("stop");
        var text = new StringBuilder();
        chunks.forEach(chunk -> text.append(chunk.at("/choices/0/delta/content").asText()));
        assertThat(text.toString()).isEqualTo("some words in pieces");
        assertThat(ok(app.get(ann, "/api/sessions/" + id + "/messages")).findValuesAsText("content"))
                .containsExactly("some words in pieces", "some words in pieces");
    }

    @Test
    void failuresOfTheModelAreToldInTheStreamAndByStatus() throws Exception {
        var id = session("faults");
        var path = "/api/chat/completions?session_id=" + id;
        var refused = app.post(ann, path, "{\"model\":\"fail\",\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}");
        error(refused, 429, "rate_limit_error");
        assertThat(refused.headers().firstValue("Retry-After")).hasValue("7");
        error(
                app.post(ann, path, "{\"model\":\"html\",\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}"),
                502,
                "upstream_error");
        var answer = app.stream(
                ann,
                "POST",
                path,
                "{\"stream\":true,\"model\":\"cut\",\"messages\":[{\"role\":\"user\",\"content\":\"y\"}]}");
        var lines = new String(answer.body().readAllBytes(), StandardCharsets.UTF_8)
                .lines()
                .filter(line -> !line.isEmpty())
                .toList();
        assertThat(lines.getLast()).isEqualTo("data: [DONE]");
        var error = MAPPER.readTree(lines.get(lines.size() - 2).substring(6)).path("error");
        assertThat(error.path("type").asText()).isEqualTo("upstream_error");
        assertThat(error.has("param")).isTrue();
        // the empty answers are not kept, the half one is
        assertThat(ok(app.get(ann, "/api/sessions/" + id + "/messages")).findValuesAsText("role"))
                .containsExactly("user", "user", "user", "assistant");
    }

    /** Asks for a stream in a session, reads so many of its events and leaves. */
    private void leave(String session, String model, int events) throws IOException {
        var answer = app.stream(
                ann,
                "POST",
                "/api/chat/completions?session_id=" + session,
                "{\"stream\":true,\"model\":\"" + model + "\",\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}");
        try (var stream = new TestStream(answer.body())) {
            for (int i = 0; i < events; i++) {
                stream.next();
            }
        }
    }

    @Test
    void whoLeavesAStreamEndsItAndWhatThereIsIsKept() throws Exception {
        var id = session("left");
        leave(id, "endless", 5);
        assertThat(provider.left.await(30, TimeUnit.SECONDS)).isTrue();
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        var path = "/api/sessions/" + id + "/messages";
        while (!ok(app.get(ann, path))
                .at("/1/metadata_info/finish_reason")
                .asText()
                .equals("cancelled")) {
            assertThat(System.nanoTime()).isLessThan(end);
        }
        assertThat(ok(app.get(ann, path)).at("/1/content").asText()).contains("more");
    }

    @Test
    void whoLeavesASilentStreamIsNoticedBeforeTheNextHeartbeat() throws Exception {
        var id = session("left in silence");
        leave(id, "hang", 1);
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(5);
        while (ok(app.get(ann, "/api/sessions/" + id + "/messages")).size() > 1) {
            assertThat(System.nanoTime()).isLessThan(end);
        }
    }

    @Test
    void nobodySeesAnothersSessions() {
        var id = session("mine");
        complete(id, "secret");
        assertThat(json(app.get(bob, "/api/sessions"))).isEmpty();
        for (var path : List.of("", "/messages", "/history", "/export")) {
            error(app.get(bob, "/api/sessions/" + id + path), 404, "not_found_error");
        }
        error(app.send(bob, "PUT", "/api/sessions/" + id, "{\"title\":\"x\"}"), 404, "not_found_error");
        error(app.send(bob, "DELETE", "/api/sessions/" + id, null), 404, "not_found_error");
        error(app.post(bob, "/api/sessions/" + id + "/stop", null), 404, "not_found_error");
        error(
                app.post(bob, "/api/sessions/" + id + "/messages", "{\"role\":\"user\",\"content\":\"x\"}"),
                404,
                "not_found_error");
        error(
                app.post(
                        bob,
                        "/api/chat/completions?session_id=" + id,
                        "{\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}"),
                404,
                "not_found_error");
        for (var path : List.of("/api/sessions", "/api/sessions/" + id, "/api/models?session_id=" + id)) {
            error(app.get(null, path), 401, "authentication_error");
        }
        error(
                app.post(null, "/api/chat/completions?session_id=" + id, "{\"messages\":[]}"),
                401,
                "authentication_error");
        assertThat(ok(app.get(ann, "/api/sessions/" + id + "/messages"))).hasSize(2);
    }

    @Test
    void ofManyWhoAskAtOnceOneIsAnswered() throws Exception {
        var id = session("race");
        var path = "/api/chat/completions?session_id=" + id;
        var answers = new ArrayList<java.util.concurrent.Future<Integer>>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 6; i++) {
                answers.add(threads.submit(() -> app.stream(
                                ann,
                                "POST",
                                path,
                                "{\"stream\":true,\"model\":\"endless\",\"messages\":[{\"role\":\"user\",\"content\":\"me\"}]}")
                        .statusCode()));
            }
        }
        var statuses = new ArrayList<Integer>();
        for (var answer : answers) {
            statuses.add(answer.get());
        }
        assertThat(statuses).containsExactlyInAnyOrder(200, 409, 409, 409, 409, 409);
        assertThat(ok(app.get(ann, "/api/sessions/" + id + "/messages")).findValuesAsText("role"))
                .containsExactly("user", "assistant");
        assertThat(ok(app.post(ann, "/api/sessions/" + id + "/stop", null)).toString())
                .isEqualTo("{\"stopped\":true}");
    }

    @Test
    void sessionsAreChatsLikeAllOthers() {
        var id = session("in the sidebar");
        complete(id, "findable words");
        assertThat(json(app.get(ann, "/api/v1/chats/")).findValuesAsText("id")).contains(id);
        var chat = json(app.get(ann, "/api/v1/chats/" + id)).path("chat");
        assertThat(chat.path("title").asText()).isEqualTo("in the sidebar");
        assertThat(chat.at("/history/messages")).hasSize(2);
        assertThat(json(app.get(ann, "/api/v1/chats/search?text=findable")).findValuesAsText("id"))
                .contains(id);
        // a chat of the pages is no session
        var other = json(app.post(ann, "/api/v1/chats/turns", "{\"model\":\"echo\",\"content\":\"page\"}"))
                .path("chat_id")
                .asText();
        error(app.get(ann, "/api/sessions/" + other), 404, "not_found_error");
    }

    @Test
    void theModelIsGivenTheNewestThatHasRoom() {
        var id = session("long");
        var path = "/api/sessions/" + id + "/messages";
        for (int i = 0; i < 40; i++) {
            var role = i % 2 == 0 ? "user" : "assistant";
            ok(app.post(ann, path, "{\"role\":\"%s\",\"content\":\"%s %d\"}".formatted(role, "word ".repeat(200), i)));
        }
        var given = ok(app.get(ann, "/api/sessions/" + id + "/history"));
        assertThat(given.size()).isBetween(5, 14);
        assertThat(given.get(0).path("role").asText()).isEqualTo("user");
        assertThat(given.get(given.size() - 1).path("content").asText()).endsWith(" 39");
        assertThat(ok(app.get(ann, path + "?limit=1000"))).hasSize(40);
    }

    @Test
    void modelsAndHealthAreListed() {
        assertThat(app.get(null, "/api/health").body()).isEqualTo("{\"status\":\"healthy\"}");
        var models = ok(app.get(ann, "/api/models?session_id=x"));
        assertThat(models.path("object").asText()).isEqualTo("list");
        assertThat(models.path("data").findValuesAsText("id")).contains("echo", "stellar-byte-llm");
        assertThat(models.at("/data/0/object").asText()).isEqualTo("model");
        assertThat(models.at("/data/0/created").asLong()).isPositive();
        var others = ok(app.get(ann, "/api/models"));
        assertThat(others.path("object").asText()).isEqualTo("list");
        assertThat(others.path("data").findValuesAsText("id")).doesNotContain("stellar-byte-llm");
    }

    @Test
    void whatIsCountedHasItsNames() {
        complete(session("counted"), "x");
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        String metrics;
        do { // counted just after the answer
            metrics = app.get(new TestApp.User("", "scrape"), "/metrics").body();
            assertThat(System.nanoTime()).isLessThan(end);
        } while (!metrics.contains("chat_generations_total{finish_reason=\"stop\",transport=\"rest\"} "));
        assertThat(metrics)
                .contains(
                        "api_requests_total{",
                        "api_request_latency_seconds_bucket{",
                        "ws_connections 0",
                        "chat_first_token_seconds_bucket{",
                        "chat_tokens_total{direction=\"input\",model=\"echo\"} ",
                        "chat_tokens_total{direction=\"output\",model=\"echo\"} ")
                .contains("endpoint=\"/api/sessions\"")
                .contains("endpoint=\"/api/chat/completions\"");
    }
}
