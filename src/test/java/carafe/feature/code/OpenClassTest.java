package carafe.feature.code;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import carafe.TestApp;
import carafe.platform.config.Config;
import carafe.platform.config.ConfigException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code COURSE_AUTH=open}: a class without accounts. */
class OpenClassTest {
    @TempDir
    Path folder;

    @Test
    void strangersMayRunCodeAndNothingElse() {
        try (var app = TestApp.start(folder, "COURSE_AUTH", "open", "ENVIRONMENT", "development")) {
            assertThat(app.get(null, "/api/v1/code/languages").statusCode()).isEqualTo(200);
            var run = app.post(null, "/api/v1/code/execute", "{\"code\":\"1\",\"user_id\":7}");
            assertThat(run.statusCode()).as(run.body()).isEqualTo(503); // there is no engine in this test
            assertThat(app.post(null, "/api/v1/code/hint", "{\"code\":\"x\",\"cursor_line\":1,\"cursor_column\":0}")
                            .statusCode())
                    .isEqualTo(200);
            assertThat(app.get(null, "/api/v1/sandbox/pool/stats").statusCode()).isEqualTo(401);
            assertThat(app.get(null, "/api/v1/chats/").statusCode()).isEqualTo(401);
            for (int i = 0; i < 9; i++) {
                app.post(null, "/api/v1/code/execute", "{}");
            }
            assertThat(app.post(null, "/api/v1/code/execute", "{}").statusCode())
                    .isEqualTo(429);
        }
    }

    @Test
    void learnersWithoutAccountsDoNotTakeTheFirstAccountsPlace() {
        try (var app = TestApp.start(folder, "COURSE_AUTH", "open", "ENVIRONMENT", "development")) {
            assertThat(app.post(null, "/api/users", "{\"username\":\"pupil\"}").statusCode())
                    .isEqualTo(200);
            var second = TestApp.json(app.post(null, "/api/users", "{\"username\":\"second pupil\"}"));
            for (long num : new long[] {1, second.path("id").asLong()}) { // what they change gives them no address
                assertThat(app.send(null, "PUT", "/api/users/" + num, "{\"full_name\":\"New\"}")
                                .statusCode())
                        .isEqualTo(200);
            }
            var admin = app.signUp("teacher"); // may administrate, as on any new server
            assertThat(app.get(admin, "/api/users").statusCode()).isEqualTo(200);
            var email = TestApp.json(app.get(admin, "/api/users/current"))
                    .path("username")
                    .asText();
            assertThat(app.post(null, "/api/users", "{\"username\":\"" + email + "\"}")
                            .statusCode())
                    .as("a name that an account is shown by")
                    .isEqualTo(409);
            assertThat(app.post(null, "/api/migrate", "{\"username\":\"" + email + "\"}")
                            .statusCode())
                    .isEqualTo(403);
            var plain = app.signUp("second");
            assertThat(app.get(plain, "/api/users").statusCode()).isEqualTo(403);
        }
    }

    @Test
    void pagesOfThisMachineAreLetInWhileDeveloping() {
        try (var app =
                TestApp.start(folder, "ENVIRONMENT", "development", "CORS_ALLOW_ORIGIN", "https://class.example")) {
            assertThat(allowed(app, "https://class.example")).hasValue("https://class.example");
            assertThat(allowed(app, "http://localhost:5173")).hasValue("http://localhost:5173");
            assertThat(allowed(app, "http://localhost:5173.evil.example")).isEmpty();
            assertThat(allowed(app, "http://localhost.evil.example")).isEmpty();
        }
        try (var app = TestApp.start(folder, "CORS_ALLOW_ORIGIN", "https://class.example")) {
            assertThat(allowed(app, "http://localhost:5173")).isEmpty();
            // else a cache would hand one site's answer to another, or one without the header to a site that may read
            // it
            var learner = app.signUp("learner");
            for (var page : new String[] {"/api/v1/lessons", "/carafe/", "/api/v1/errors"}) {
                assertThat(app.get(learner, page).headers().allValues("Vary"))
                        .as(page)
                        .contains("Origin");
            }
            assertThat(app.get(null, "/config").body()).contains("\"environment\":\"production\"", "\"debug\":false");
        }
    }

    private static Optional<String> allowed(TestApp app, String origin) {
        return app.send(null, "GET", "/api/v1/errors", null, "Origin", origin)
                .headers()
                .firstValue("Access-Control-Allow-Origin");
    }

    @Test
    void productionRefusesToStartOpen() {
        for (var environment : new String[] {"production", "Production"}) {
            assertThatThrownBy(() -> Config.from(
                            Map.of("COURSE_AUTH", "open", "ENVIRONMENT", environment), folder.resolve("no.env")))
                    .isInstanceOf(ConfigException.class)
                    .hasMessageContaining("COURSE_AUTH");
        }
        assertThatThrownBy(() -> Config.from(Map.of("COURSE_AUTH", "open"), folder.resolve("no.env")))
                .isInstanceOf(ConfigException.class);
    }

    @Test
    void theSettingsOfTheContractAreReadInAnyCase() {
        var code = Config.from(
                        Map.of(
                                "container_pool_enabled", "false",
                                "container_pool_max_size", "2",
                                "execution_timeout", "7",
                                "DOCKER_IMAGE", "python:3.12-slim",
                                "DOCKER_IMAGE_JAVASCRIPT", "node:20"),
                        folder.resolve("no.env"))
                .code();
        assertThat(code.pool().enabled()).isFalse();
        assertThat(code.pool().max()).isEqualTo(2);
        assertThat(code.pool().size()).isEqualTo(2);
        assertThat(code.timeoutSeconds()).isEqualTo(7);
        assertThat(code.engine().images())
                .containsEntry("python", "python:3.12-slim")
                .containsEntry("javascript", "node:20");
    }

    @Test
    void aPoolThatIsOffSaysSo() {
        try (var app = TestApp.start(folder, "CONTAINER_POOL_ENABLED", "false")) {
            var stats = TestApp.json(app.get(app.signUp("admin"), "/api/v1/sandbox/pool/stats"));
            assertThat(stats.path("pool_enabled").asBoolean(true)).isFalse();
            assertThat(stats.path("message").asText()).isEqualTo("Container pool is not enabled");
            assertThat(stats.path("timestamp").isNumber()).isTrue();
        }
    }
}
