package carafe.feature.models;

import static org.assertj.core.api.Assertions.assertThat;

import carafe.FakeProvider;
import carafe.TestApp;
import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The page of connections of Open WebUI's front end, as it calls the server. */
class ProviderSettingsTest {
    private FakeProvider first;
    private FakeProvider second;
    private TestApp app;
    private TestApp.User admin;

    @BeforeEach
    void start(@TempDir Path folder) {
        first = new FakeProvider();
        second = new FakeProvider();
        app = TestApp.start(folder, "OPENAI_API_BASE_URLS", first.url(), "OPENAI_API_KEYS", "sk-very-secret");
        admin = app.signUp("admin");
    }

    @AfterEach
    void stop() {
        app.close();
        first.close();
        second.close();
    }

    private JsonNode config() {
        return TestApp.json(app.get(admin, "/openai/config"));
    }

    private int update(String body) {
        return app.post(admin, "/openai/config/update", body).statusCode();
    }

    private List<String> models() {
        return TestApp.json(app.get(admin, "/api/models")).path("data").findValuesAsText("id");
    }

    private String body(String url, String key, String config) {
        return """
                {"ENABLE_OPENAI_API":true,"OPENAI_API_BASE_URLS":["%s","%s"],"OPENAI_API_KEYS":["********","%s"],
                 "OPENAI_API_CONFIGS":{"0":{"enable":true},"1":%s}}""".formatted(first.url(), url, key, config);
    }

    @Test
    void aConnectionIsAddedChangedAndRemoved() {
        var added = body(
                second.url(),
                "sk-second",
                "{\"enable\":true,\"prefix_id\":\"two\",\"model_ids\":[\"echo\"],\"tags\":[{\"name\":\"lab\"}]}");
        assertThat(update(added)).isEqualTo(200);
        assertThat(models()).contains("echo", "fail", "two.echo").doesNotContain("two.fail");
        assertThat(config().at("/OPENAI_API_CONFIGS/1/prefix_id").asText()).isEqualTo("two");
        assertThat(config().at("/OPENAI_API_CONFIGS/1/tags/0/name").asText()).isEqualTo("lab");
        assertThat(config().toString()).doesNotContain("sk-");
        assertThat(app.post(
                                admin,
                                "/v1/chat/completions",
                                "{\"model\":\"two.echo\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}")
                        .body())
                .contains("hi");
        var asked = second.requests.poll();
        assertThat(asked).isNotNull();
        assertThat(asked.path("model").asText()).isEqualTo("echo");

        assertThat(update(body(second.url() + "/", "********", "{\"enable\":false}")))
                .isEqualTo(200);
        assertThat(config().at("/OPENAI_API_KEYS/1").asText()).isEqualTo("********");
        assertThat(models()).contains("echo").doesNotContain("two.echo");

        assertThat(update("{\"OPENAI_API_BASE_URLS\":[\"%s\"],\"OPENAI_API_KEYS\":[\"********\"]}"
                        .formatted(first.url())))
                .isEqualTo(200);
        assertThat(config().path("OPENAI_API_BASE_URLS")).hasSize(1);
    }

    @Test
    void aKnownKeyGoesToNoOtherServer() {
        assertThat(update(body(second.url(), "sk-second", "{}"))).isEqualTo(200);
        assertThat(update(body("http://127.0.0.1:9/v1", "********", "{}"))).isEqualTo(400);
        assertThat(config().at("/OPENAI_API_BASE_URLS/1").asText()).isEqualTo(second.url());
    }

    @Test
    void whatTheEnvironmentGivesStays() {
        var removed = "{\"OPENAI_API_BASE_URLS\":[],\"OPENAI_API_KEYS\":[]}";
        assertThat(update(removed)).isEqualTo(409);
        assertThat(update("{\"OPENAI_API_BASE_URLS\":[\"%s\"],\"OPENAI_API_KEYS\":[\"sk-other\"]}"
                        .formatted(first.url())))
                .isEqualTo(409);
        assertThat(models()).contains("echo");
    }

    @Test
    void whatCannotBeDoneIsRefused() {
        for (var config : List.of(
                "{\"headers\":{\"X\":\"y\"}}",
                "{\"azure\":true}",
                "{\"auth_type\":\"session\"}",
                "{\"model_ids\":[7]}",
                "{\"prefix_id\":\"%s\"}".formatted("x".repeat(65)))) {
            assertThat(update(body(second.url(), "", config))).as(config).isIn(400, 422);
        }
        assertThat(update("{\"OPENAI_API_BASE_URLS\":[\"file:///etc/passwd\"]}"))
                .isEqualTo(400);
        assertThat(update("{}")).isEqualTo(422);
        assertThat(config().path("OPENAI_API_BASE_URLS")).hasSize(1);
    }

    @Test
    void aKindIsSwitchedOffAsAWhole() {
        assertThat(update(
                        "{\"ENABLE_OPENAI_API\":false,\"OPENAI_API_BASE_URLS\":[\"%s\"],\"OPENAI_API_KEYS\":[\"********\"]}"
                                .formatted(first.url())))
                .isEqualTo(200);
        assertThat(config().path("ENABLE_OPENAI_API").asBoolean()).isFalse();
        assertThat(models()).isEmpty();
    }

    @Test
    void ollamaServersHaveTheirKeyInTheirSettings() {
        var sent = "{\"ENABLE_OLLAMA_API\":true,\"OLLAMA_BASE_URLS\":[\"http://127.0.0.1:9\"],"
                + "\"OLLAMA_API_CONFIGS\":{\"0\":{\"enable\":true,\"key\":\"sk-ollama\"}}}";
        assertThat(app.post(admin, "/ollama/config/update", sent).statusCode()).isEqualTo(200);
        var config = TestApp.json(app.get(admin, "/ollama/config"));
        assertThat(config.at("/OLLAMA_BASE_URLS/0").asText()).isEqualTo("http://127.0.0.1:9");
        assertThat(config.at("/OLLAMA_API_CONFIGS/0/key").asText()).isEqualTo("********");
        assertThat(config.path("ENABLE_OLLAMA_API").asBoolean()).isTrue();
        assertThat(app.post(admin, "/ollama/verify", "{\"url\":\"http://127.0.0.1:9\"}")
                        .statusCode())
                .isEqualTo(400);
    }
}
