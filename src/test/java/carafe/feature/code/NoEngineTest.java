package carafe.feature.code;

import static org.assertj.core.api.Assertions.assertThat;

import carafe.TestApp;
import carafe.TestDocker;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Without a container engine everything else works, runs are refused with a remedy, and it heals by itself. */
class NoEngineTest {
    private static final String EXECUTE = "/api/v1/code/execute";

    @TempDir
    Path folder;

    @Test
    void theServerStartsAndSaysWhatIsMissing() throws Exception {
        var socket = folder.resolve("docker.sock");
        try (var app = TestApp.start(
                folder.resolve("data"),
                "DOCKER_HOST",
                "unix://" + socket,
                "RATE_LIMIT_EXECUTE",
                "0",
                "RATE_LIMIT_GLOBAL",
                "0")) {
            var user = app.signUp("user");

            var health = app.get(null, "/health");
            assertThat(health.statusCode()).isEqualTo(200);
            var pool = TestApp.json(health).path("checks").path("container_pool");
            assertThat(pool.path("status").asText()).isEqualTo("degraded");
            assertThat(pool.path("details").asText()).isNotBlank().doesNotContain(socket.toString());
            assertThat(app.get(null, "/health/ready").statusCode()).isEqualTo(200);

            var refused = app.post(user, EXECUTE, "{\"code\":\"print(1)\"}");
            assertThat(refused.statusCode()).isEqualTo(503);
            assertThat(Integer.parseInt(
                            refused.headers().firstValue("Retry-After").orElseThrow()))
                    .isPositive();
            var error = TestApp.json(refused).path("error");
            assertThat(error.path("code").asText()).isEqualTo("CONTAINER_POOL_ERROR");
            var details = error.path("details");
            assertThat(details.path("pool_status").path("available_containers").asInt(-1))
                    .isZero();
            assertThat(details.path("retry_after").asInt()).isPositive();
            assertThat(details.path("remedy").asText()).containsIgnoringCase("docker");
            assertThat(details.path("reason").asText()).isEqualTo("no_engine");

            var streamed = app.post(user, EXECUTE, "{\"code\":\"print(1)\",\"stream\":true}")
                    .body();
            assertThat(streamed).contains("event: error\n", "\"status\":503", "CONTAINER_POOL_ERROR");

            assertThat(app.get(user, "/api/v1/code/languages").statusCode()).isEqualTo(200);
            var stats = TestApp.json(app.get(user, "/api/v1/sandbox/pool/stats")); // the first account is admin
            assertThat(stats.path("status").asText()).isEqualTo("degraded");
            assertThat(app.post(user, "/api/v1/code/hint", "{\"code\":\"x\",\"cursor_line\":1,\"cursor_column\":0}")
                            .statusCode())
                    .isEqualTo(200);

            Files.createSymbolicLink(socket, TestDocker.socket()); // somebody starts Docker
            long end = System.nanoTime() + 60_000_000_000L;
            var answer = app.post(user, EXECUTE, "{\"code\":\"print(1)\"}");
            while (answer.statusCode() == 503) {
                assertThat(System.nanoTime()).as(answer.body()).isLessThan(end);
                Thread.sleep(200);
                answer = app.post(user, EXECUTE, "{\"code\":\"print(1)\"}");
            }
            assertThat(TestApp.json(answer).path("output").asText()).isEqualTo("1\n");
            while (!TestApp.json(app.get(null, "/health"))
                    .path("checks")
                    .path("container_pool")
                    .path("status")
                    .asText()
                    .equals("healthy")) {
                assertThat(System.nanoTime()).isLessThan(end);
                Thread.sleep(100);
            }
        }
    }
}
