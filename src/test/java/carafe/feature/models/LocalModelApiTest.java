package carafe.feature.models;

import static carafe.TestApp.json;
import static org.assertj.core.api.Assertions.assertThat;

import carafe.TestApp;
import carafe.engine.llm.local.TinyGguf;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Local models as an administrator handles them, over HTTP and with real processes. */
class LocalModelApiTest {
    private static final String MODELS = "/api/v1/models/local";
    private static final byte[] TINY = TinyGguf.bytes(2048);
    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    @TempDir
    Path folder;

    TestApp app;
    TestApp.User admin;

    @BeforeEach
    void start() {
        app = TestApp.start(folder, "LOCAL_MODEL_FILE_MB", "1", "LOCAL_MODEL_MEMORY_MB", "512");
        admin = app.signUp("admin");
    }

    @AfterEach
    void stop() {
        app.close();
    }

    @Test
    void aModelIsUploadedLookedAtLoadedAnswersUnloadedAndRemoved() throws Exception {
        var uploaded = upload("Tiny.gguf", HttpRequest.BodyPublishers.ofByteArray(TINY));
        assertThat(uploaded.statusCode()).as(uploaded.body()).isEqualTo(201);
        assertThat(json(uploaded).path("model").asText()).isEqualTo("tiny");

        var details = json(app.get(admin, MODELS + "/tiny"));
        assertThat(details.path("architecture").asText()).isEqualTo("llama");
        assertThat(details.path("license").asText()).isEqualTo("mit");
        assertThat(details.path("context").asInt()).isEqualTo(2048);
        assertThat(details.path("size").asLong()).isEqualTo(TINY.length);
        assertThat(details.path("template").asText()).contains("{%");
        assertThat(details.path("sha256").asText()).hasSize(64);
        assertThat(details.path("state").asText()).isEqualTo("unloaded");

        assertThat(app.post(admin, MODELS + "/tiny/load", "").statusCode()).isEqualTo(202);
        var loaded = model("tiny", model -> model.path("state").asText().equals("loaded"));
        assertThat(loaded.at("/memory/reserved").asLong()).isGreaterThan(1 << 20);
        var memory = json(app.get(admin, MODELS)).path("memory");
        assertThat(memory.path("budget").asLong()).isEqualTo(512L << 20);
        assertThat(memory.path("reserved")).isEqualTo(loaded.at("/memory/reserved"));

        var answer = app.post(admin, "/v1/chat/completions", """
                {"model": "tiny", "max_tokens": 3, "messages": [{"role": "user", "content": "x"}]}""");
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        for (var path : new String[] {"/v1/embeddings", "/ollama/api/embed"}) {
            var vector = app.post(admin, path, "{\"model\":\"tiny\",\"input\":\"x\"}");
            assertThat(vector.statusCode()).as(vector.body()).isEqualTo(501);
            assertThat(vector.body()).contains("does not offer this kind of call");
        }
        assertThat(json(app.post(admin, "/ollama/api/show", "{\"model\":\"tiny\"}"))
                        .path("capabilities")
                        .toString())
                .isEqualTo("[\"completion\"]");

        assertThat(app.post(admin, MODELS + "/tiny/unload", "").statusCode()).isEqualTo(200);
        assertThat(model("tiny", model -> true).path("state").asText()).isEqualTo("unloaded");
        assertThat(app.send(admin, "DELETE", MODELS + "/tiny", null).statusCode())
                .isEqualTo(204);
        assertThat(app.send(admin, "DELETE", MODELS + "/tiny", null).statusCode())
                .isEqualTo(404);
        assertThat(folder.resolve("models")).isEmptyDirectory();
    }

    @Test
    void whatAnswersIsNotUnloadedUnlessForced() throws Exception {
        Files.createDirectories(folder.resolve("models"));
        TinyGguf.write(folder.resolve("models/long.gguf"), 30_000);
        until(() -> app.get(admin, "/api/models").body().contains("long"));
        try (var stream = app.stream(admin, "POST", "/v1/chat/completions", """
                {"model": "long", "stream": true, "messages": [{"role": "user", "content": "x"}]}""").body()) {
            assertThat(stream.read()).isEqualTo('d');
            assertThat(app.post(admin, MODELS + "/long/unload", "").statusCode())
                    .isEqualTo(409);
            assertThat(app.send(admin, "DELETE", MODELS + "/long", null).statusCode())
                    .isEqualTo(409);
            assertThat(app.send(admin, "DELETE", MODELS + "/long?force=true", null)
                            .statusCode())
                    .isEqualTo(204);
        }
    }

    @Test
    void twoModelsLiveBesideEachOtherAndTheIdleOneGoesWhenTheyDoNotFit() throws Exception {
        Files.createDirectories(folder.resolve("models"));
        for (var name : new String[] {"a", "b", "c"}) {
            TinyGguf.write(folder.resolve("models/" + name + ".gguf"), 512);
        }
        for (var name : new String[] {"a", "b"}) {
            assertThat(app.post(admin, MODELS + "/" + name + "/load", "").statusCode())
                    .isEqualTo(202);
            model(name, model -> model.path("state").asText().equals("loaded"));
        }
        assertThat(model("a", model -> true).path("state").asText()).isEqualTo("loaded");
        assertThat(app.post(admin, MODELS + "/c/load", "").statusCode()).isEqualTo(202);
        model("c", model -> model.path("state").asText().equals("loaded"));
        assertThat(json(app.get(admin, MODELS)).at("/memory/reserved").asLong()).isLessThanOrEqualTo(512L << 20);
    }

    @Test
    void refusesWhatIsNoModelTooLargeOrUnknown() throws Exception {
        refused(upload("page.gguf", HttpRequest.BodyPublishers.ofString("<html>")), 400, "not a GGUF");
        refused(upload("cut.gguf", bytes(Arrays.copyOf(TINY, TINY.length / 2))), 400, "not copied or downloaded");
        var foreign = TINY.clone();
        foreign[new String(TINY, java.nio.charset.StandardCharsets.ISO_8859_1).indexOf("llama")] = 'z';
        refused(upload("foreign.gguf", bytes(foreign)), 400, "\"zlama\" is unknown");
        refused(upload("large.gguf", bytes(new byte[(1 << 20) + 1])), 413, "larger");
        var chunked = HttpRequest.BodyPublishers.ofInputStream(
                () -> new java.io.ByteArrayInputStream(Arrays.copyOf(TINY, 3 << 20)));
        refused(upload("chunked.gguf", chunked), 400, "LOCAL_MODEL_FILE_MB");
        refused(app.post(admin, MODELS + "/upload", "x"), 422, "name");
        refused(app.post(admin, MODELS + "/adds", "{}"), 422, "Name one source");
        refused(app.post(admin, MODELS + "/adds", "{\"path\":\"/a\",\"package\":\"b\"}"), 422, "Name one source");
        refused(app.post(admin, MODELS + "/adds", "{\"path\":\"a.gguf\"}"), 400, "full path");
        refused(app.post(admin, MODELS + "/adds", "{\"address\":7}"), 422, "address");
        for (var path : new String[] {"/none", "/none/load", "/none/unload"}) {
            var method = path.equals("/none") ? "GET" : "POST";
            assertThat(app.send(admin, method, MODELS + path, "").statusCode()).isEqualTo(404);
        }
        assertThat(folder.resolve("models")).isEmptyDirectory();
    }

    @Test
    void anAddressOfTheOwnNetworkIsRefusedAndThatIsSaid() throws Exception {
        var add = json(app.post(admin, MODELS + "/adds", "{\"address\":\"" + app.url("/tiny.gguf") + "\"}"));
        var ended = until(() -> {
            for (var one : json(app.get(admin, MODELS)).path("adds")) {
                if (one.path("id").equals(add.path("id"))
                        && !one.path("state").asText().equals("running")) {
                    return one;
                }
            }
            return null;
        });
        assertThat(ended.path("state").asText()).isEqualTo("failed");
        assertThat(ended.path("problem").asText()).contains("not public", "FETCH_PRIVATE_NETWORKS");
        assertThat(app.send(admin, "DELETE", MODELS + "/adds/" + add.path("id").asText(), null)
                        .statusCode())
                .isEqualTo(204);
        assertThat(json(app.get(admin, MODELS)).path("adds")).isEmpty();
    }

    @Test
    void aModelThatNeverFitsIsRefusedWithTheFigures() throws Exception {
        app.close();
        app = TestApp.start(folder, "LOCAL_MODEL_MEMORY_MB", "100");
        Files.createDirectories(folder.resolve("models"));
        TinyGguf.write(folder.resolve("models/tiny.gguf"), 512);
        until(() -> app.get(admin, "/api/models").body().contains("tiny"));
        refused(app.post(admin, MODELS + "/tiny/load", ""), 503, "needs at least 150 MB");
        var answer = app.post(admin, "/v1/chat/completions", """
                {"model": "tiny", "messages": [{"role": "user", "content": "x"}]}""");
        refused(answer, 503, "100 MB (LOCAL_MODEL_MEMORY_MB)");
    }

    private static HttpRequest.BodyPublisher bytes(byte[] bytes) {
        return HttpRequest.BodyPublishers.ofByteArray(bytes);
    }

    private HttpResponse<String> upload(String name, HttpRequest.BodyPublisher body) throws Exception {
        var request = HttpRequest.newBuilder(URI.create(app.url(MODELS + "/upload?name=" + name)))
                .header("Authorization", "Bearer " + admin.token())
                .header("Content-Type", "application/octet-stream")
                .POST(body)
                .build();
        return CLIENT.send(request, HttpResponse.BodyHandlers.ofString());
    }

    private static void refused(HttpResponse<String> answer, int status, String word) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        assertThat(answer.body().replace("\\\"", "\"")).contains(word);
    }

    private JsonNode model(String id, Predicate<JsonNode> wanted) throws Exception {
        return until(() -> {
            for (var model : json(app.get(admin, MODELS)).path("models")) {
                if (model.path("id").asText().equals(id) && wanted.test(model)) {
                    return model;
                }
            }
            return null;
        });
    }

    @FunctionalInterface
    private interface Question<T> {
        T ask() throws IOException;
    }

    /** Asks until the answer is neither null nor false. */
    private static <T> T until(Question<T> question) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (true) {
            T answer = question.ask();
            if (answer != null && !Boolean.FALSE.equals(answer)) {
                return answer;
            }
            if (System.nanoTime() > deadline) {
                throw new AssertionError("it never came");
            }
            Thread.sleep(50);
        }
    }
}
