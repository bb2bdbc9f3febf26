package carafe.feature.models;

import static org.assertj.core.api.Assertions.assertThat;

import carafe.FakeProvider;
import carafe.TestApp;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OpenAiRoutesTest {
    @Test
    void connectionsAreShownTriedAndCalled(@TempDir Path folder) {
        try (var provider = new FakeProvider();
                var app = TestApp.start(
                        folder, "OPENAI_API_BASE_URLS", provider.url(), "OPENAI_API_KEYS", "sk-very-secret")) {
            var admin = app.signUp("admin");
            var ann = app.signUp("ann");
            var config = TestApp.json(app.get(admin, "/openai/config"));
            assertThat(config.at("/OPENAI_API_BASE_URLS/0").asText()).isEqualTo(provider.url());
            assertThat(config.at("/OPENAI_API_CONFIGS/0/enable").asBoolean()).isTrue();
            assertThat(config.toString()).doesNotContain("very-secret");
            assertThat(config.at("/OPENAI_API_KEYS/0").asText()).isEqualTo(ProviderSettingsRoutes.MASK);

            for (var path : new String[] {"/openai/models", "/openai/models/0", "/openai/models?url_idx=0"}) {
                assertThat(TestApp.json(app.get(ann, path)).path("data").findValuesAsText("id"))
                        .contains("echo", "fail");
            }
            assertThat(app.get(ann, "/openai/models/7").statusCode()).isEqualTo(404);
            app.post(admin, "/api/v1/models/model/access/update", "{\"id\":\"echo\",\"access_grants\":[]}");
            assertThat(TestApp.json(app.get(ann, "/openai/models")).path("data").findValuesAsText("id"))
                    .doesNotContain("echo");

            var tried = app.post(admin, "/openai/verify", "{\"url\":\"" + provider.url() + "\",\"key\":\"********\"}");
            assertThat(TestApp.json(tried).path("data").findValuesAsText("id")).contains("echo");
            assertThat(app.post(admin, "/openai/verify", "{\"url\":\"http://127.0.0.1:1/v1\",\"key\":\"\"}")
                            .statusCode())
                    .isEqualTo(400);
            assertThat(app.post(admin, "/openai/verify", "{\"url\":\"file:///etc\"}")
                            .statusCode())
                    .isEqualTo(400);
            assertThat(app.post(
                                    admin,
                                    "/openai/chat/completions",
                                    "{\"model\":\"echo\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}")
                            .body())
                    .contains("\"hi\"");
        }
    }
}
