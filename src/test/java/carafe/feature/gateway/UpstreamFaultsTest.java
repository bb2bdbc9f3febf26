package carafe.feature.gateway;

import static carafe.TestApp.json;
import static org.assertj.core.api.Assertions.assertThat;

import carafe.FakeProvider;
import carafe.TestApp;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UpstreamFaultsTest {
    private static final String CHAT = "/v1/chat/completions";

    @TempDir
    Path folder;

    private static String ask(String model) {
        return "{\"model\":\"%s\",\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}".formatted(model);
    }

    @Test
    void anUpstreamThatHangsIsGivenUpAndOneThatDiedKeepsItsModelsListed() {
        var provider = new FakeProvider();
        try (var app = TestApp.start(folder, "OPENAI_API_BASE_URLS", provider.url(), "UPSTREAM_TIMEOUT", "1s")) {
            var ann = app.signUp("ann");

            var hung = app.post(ann, CHAT, ask("hang"));
            assertThat(hung.statusCode()).isEqualTo(504);
            assertThat(json(hung).path("error").path("code").asText()).isEqualTo("upstream_timeout");

            provider.close();
            var dead = app.post(ann, CHAT, ask("echo"));
            assertThat(dead.statusCode()).isEqualTo(502);
            assertThat(json(dead).path("error").path("message").asText()).contains("Is it running?");
            app.get(ann, "/api/models?refresh=true");
            assertThat(json(app.get(ann, "/v1/models")).path("data").findValuesAsText("id"))
                    .contains("echo");
            assertThat(json(app.get(ann, "/api/v1/connections"))
                            .path("connections")
                            .path(0)
                            .path("status")
                            .path("ok")
                            .asBoolean())
                    .isFalse();
        } finally {
            provider.close();
        }
    }

    @Test
    void aConnectionIsTriedBeforeItIsSavedAndItsKeyIsNeverShown() {
        try (var provider = new FakeProvider();
                var app = TestApp.start(folder)) {
            var admin = app.signUp("admin");

            var good = json(app.post(admin, "/api/v1/connections/test", "{\"url\":\"%s\"}".formatted(provider.url())));
            assertThat(good.path("ok").asBoolean()).isTrue();
            assertThat(good.path("models").size()).isEqualTo(FakeProvider.MODELS.size());
            var bad = json(app.post(admin, "/api/v1/connections/test", "{\"url\":\"http://127.0.0.1:9/v1\"}"));
            assertThat(bad.path("ok").asBoolean()).isFalse();
            assertThat(bad.path("hint").asText()).isNotBlank();
            assertThat(app.post(admin, "/api/v1/connections", "{\"url\":\"ftp://x\"}")
                            .statusCode())
                    .isEqualTo(400);

            var saved = app.post(admin, "/api/v1/connections", """
                    {"name":"Mine","url":"%s","key":"sk-very-secret"}""".formatted(provider.url()));
            assertThat(saved.statusCode()).isEqualTo(201);
            assertThat(app.get(admin, "/api/v1/connections").body())
                    .contains("Mine")
                    .doesNotContain("very-secret");
            assertThat(json(app.get(admin, "/v1/models")).path("data").findValuesAsText("id"))
                    .contains("echo");

            var id = json(saved).path("id").asText();
            assertThat(app.send(admin, "DELETE", "/api/v1/connections/" + id, null)
                            .statusCode())
                    .isEqualTo(204);
            assertThat(json(app.get(admin, "/v1/models")).path("data").size()).isZero();
        }
    }

    @Test
    void providerKeysAreSealedInTheDatabase() throws Exception {
        try (var app = TestApp.start(folder)) {
            var admin = app.signUp("admin");
            app.post(admin, "/api/v1/connections", "{\"url\":\"http://127.0.0.1:9/v1\",\"key\":\"sk-very-secret\"}");
        }
        try (var connection = java.sql.DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("carafe.db"));
                var row = connection.createStatement().executeQuery("SELECT secret_enc FROM connection")) {
            assertThat(row.next()).isTrue();
            assertThat(row.getString(1)).startsWith("v1.").doesNotContain("secret");
        }
    }
}
