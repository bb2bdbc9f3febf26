package carafe.feature.absent;

import static org.assertj.core.api.Assertions.assertThat;

import carafe.TestApp;
import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Small answers that Open WebUI's front end builds its pages from. */
class StartPageTest {
    @TempDir
    static Path folder;

    static TestApp app;
    static TestApp.User admin;
    static TestApp.User ann;

    @BeforeAll
    static void start() {
        app = TestApp.start(folder);
        admin = app.signUp("admin");
        ann = app.signUp("ann");
    }

    @AfterAll
    static void stop() {
        app.close();
    }

    private static JsonNode get(TestApp.User who, String path) {
        var answer = app.get(who, path);
        assertThat(answer.statusCode()).as(path + " " + answer.body()).isEqualTo(200);
        return TestApp.json(answer);
    }

    private static JsonNode post(TestApp.User who, String path, String body) {
        var answer = app.post(who, path, body);
        assertThat(answer.statusCode()).as(path + " " + answer.body()).isEqualTo(200);
        return TestApp.json(answer);
    }

    @Test
    void theServerSaysWhatItIs() {
        var version = get(null, "/api/version");
        assertThat(version.path("version").asText()).isNotEmpty();
        assertThat(version.has("deployment_id")).isTrue();
        assertThat(get(null, "/api/changelog").isObject()).isTrue();
        assertThat(get(null, "/health").path("status").isTextual()).isTrue();
        assertThat(get(ann, "/ollama/").path("status").asBoolean()).isTrue();
        assertThat(get(ann, "/ollama/api/version").path("version").asText()).matches("\\d+\\.\\d+.*");
        assertThat(get(admin, "/ollama/api/ps").path("models").isArray()).isTrue();
        assertThat(app.get(ann, "/ollama/api/ps").statusCode()).isIn(401, 403);
    }

    @Test
    void whoWaitsLearnsWhomToAsk() {
        assertThat(get(ann, "/api/v1/auths/admin/details").path("email").asText())
                .isEqualTo("admin@example.org");
        assertThat(app.post(ann, "/api/v1/auths/update/timezone", "{\"timezone\":\"Europe/Vienna\"}")
                        .statusCode())
                .isEqualTo(200);
    }

    @Test
    void aChatIsRenamedPinnedAndFiled() {
        var id = post(ann, "/api/v1/chats/new", "{\"chat\":{\"title\":\"First\"}}")
                .path("id")
                .asText();
        assertThat(post(ann, "/api/v1/chats/" + id, "{\"chat\":{\"title\":\"Second\"}}")
                        .path("title")
                        .asText())
                .isEqualTo("Second");
        assertThat(get(ann, "/api/v1/chats/" + id + "/pinned").asBoolean()).isFalse();
        post(ann, "/api/v1/chats/" + id + "/pin", "{}");
        assertThat(get(ann, "/api/v1/chats/" + id + "/pinned").asBoolean()).isTrue();
        assertThat(get(ann, "/api/v1/chats/pinned").at("/0/title").asText()).isEqualTo("Second");
        assertThat(get(admin, "/api/v1/chats/pinned")).isEmpty();
        var made =
                post(ann, "/api/v1/folders/", "{\"name\":\"Trips\"}").path("id").asText();
        assertThat(get(ann, "/api/v1/folders/" + made).path("name").asText()).isEqualTo("Trips");
    }

    @Test
    void baseModelsHaveTags() {
        post(
                admin,
                "/api/v1/models/create",
                "{\"id\":\"echo\",\"name\":\"Echo\",\"meta\":{\"tags\":[{\"name\":\"lab\"}]},\"params\":{}}");
        assertThat(get(admin, "/api/v1/models/base/tags").toString()).isEqualTo("[\"lab\"]");
    }

    @Test
    void anOllamaServerIsTriedBeforeItIsSaved() throws IOException {
        var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/api/tags", exchange -> {
            var body = "{\"models\":[{\"name\":\"tiny\",\"model\":\"tiny\"}]}".getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
        try {
            var url = "http://127.0.0.1:" + server.getAddress().getPort();
            assertThat(post(admin, "/ollama/verify", "{\"url\":\"" + url + "\"}")
                            .at("/data/0/id")
                            .asText())
                    .isEqualTo("tiny");
        } finally {
            server.stop(0);
        }
    }
}
