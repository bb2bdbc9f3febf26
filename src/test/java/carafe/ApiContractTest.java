package carafe;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the running server answers is what its OpenAPI document says, good answers and errors alike. */
class ApiContractTest {
    private static final String EXECUTE = "/api/v1/code/execute";
    private static final String HINT = "{\"code\":\"x = 1\",\"cursor_line\":1,\"cursor_column\":0}";

    @TempDir
    static Path folder;

    static TestApp app;
    static DocumentedApi api;
    static TestApp.User admin;
    static TestApp.User user;

    @BeforeAll
    static void start() {
        app = TestApp.startWithEngine(folder);
        api = new DocumentedApi(app);
        admin = app.signUp("admin");
        user = app.signUp("user");
    }

    @AfterAll
    static void stop() {
        app.close();
    }

    private static JsonNode conforms(int status, HttpResponse<String> answer, String method, String path) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        return api.conforms(answer, method, path);
    }

    private static JsonNode get(int status, TestApp.User who, String path) {
        return conforms(status, app.get(who, path), "GET", path);
    }

    private static JsonNode post(int status, TestApp.User who, String path, String body) {
        return conforms(status, app.post(who, path, body), "POST", path);
    }

    @Test
    void runsGoodAndBad() {
        assertThat(post(200, user, EXECUTE, "{\"code\":\"print(input())\",\"stdin\":\"hello\"}")
                        .path("output")
                        .asText())
                .isEqualTo("hello\n");
        var bad = List.of(
                "{\"code\":\"1/0\"}",
                "{\"code\":\"while True: pass\",\"timeout\":1}",
                "{\"code\":\"import os; os.abort()\"}",
                "{\"code\":\"print(\",\"safety\":\"basic\"}",
                "{\"code\":\"x = bytearray(1 << 30)\",\"memory_mb\":16}",
                "{\"code\":\"print(1)\",\"cases\":[{\"stdin\":\"a\"},{\"args\":[\"b\"]}],\"max_output\":1}");
        for (var body : bad) {
            assertThat(post(200, user, EXECUTE, body).path("success").asBoolean())
                    .as(body)
                    .isFalse();
        }
        var slow = app.post(user, EXECUTE, "{\"code\":\"import time; time.sleep(0.3)\"}");
        var took = slow.headers().firstValue("X-Execution-Time").orElseThrow();
        assertThat(Double.parseDouble(took)).isGreaterThanOrEqualTo(300);
        assertThat(post(200, user, "/api/execute", "{\"code\":\"print(2)\"}")
                        .path("output")
                        .asText())
                .isEqualTo("2\n");
        var stream = post(200, user, EXECUTE, "{\"code\":\"print(3)\",\"stream\":true}");
        assertThat(stream.asText()).contains("event: run", "event: stdout", "event: result");
    }

    @Test
    void mistakesAndRefusals() {
        for (var body : List.of(
                "",
                "[]",
                "{}",
                "{\"code\":\"\"}",
                "{\"code\":7}",
                "{\"code\":\"1\",\"timeout\":61}",
                "{\"code\":\"1\",\"language\":\"cobol\"}",
                "{\"code\":\"" + "x".repeat(10_001) + "\"}",
                "{\"code\":\"import os; os.system('x')\",\"safety\":\"strict\"}",
                "{\"files\":[{\"name\":\"../x\",\"content\":\"\"}]}")) {
            post(400, user, EXECUTE, body);
        }
        post(401, null, EXECUTE, "{\"code\":\"1\"}");
        post(401, new TestApp.User("", "abc.def.ghi"), EXECUTE, "{\"code\":\"1\"}");
        post(403, user, EXECUTE, "{\"code\":\"1\",\"user_id\":999}");
        get(403, user, "/api/v1/sandbox/pool/stats");
        get(401, null, "/api/v1/sandbox/limits");
        post(404, user, "/api/v1/code/cancel", "{\"run_id\":\"nobody\"}");
        post(400, user, "/api/v1/code/cancel", "{\"run_id\":\"no body\"}");
    }

    @Test
    void everythingElseAboutCodeAndContainers() {
        assertThat(get(200, user, "/api/v1/code/languages").path("languages")).isNotEmpty();
        post(200, user, "/api/v1/code/hint", HINT);
        post(200, user, "/api/hint", HINT);
        post(400, user, "/api/v1/code/hint", "{\"code\":\"x\",\"cursor_line\":0,\"cursor_column\":0}");
        assertThat(get(200, admin, "/api/v1/sandbox/pool/stats").path("pools")).isNotEmpty();
        get(200, admin, "/api/sandbox/pool/stats");
        get(200, admin, "/api/v1/sandbox/limits");
        post(200, admin, "/api/v1/sandbox/pool/warm", "{\"size\":1,\"minutes\":1}");
        post(400, admin, "/api/v1/sandbox/pool/warm", "{\"size\":0}");
        var changed = app.send(admin, "PUT", "/api/v1/sandbox/limits", "{\"hint\":61}");
        assertThat(conforms(200, changed, "PUT", "/api/v1/sandbox/limits")
                        .path("hint")
                        .asInt())
                .isEqualTo(61);
    }

    @Test
    void theServerItself() {
        for (var path : List.of(
                "/api/v1/errors",
                "/api/v1/openapi.json",
                "/api/v1/docs",
                "/api/v1/redoc",
                "/api/version",
                "/health",
                "/health/live",
                "/health/ready")) {
            get(200, null, path);
        }
        var markdown = app.send(null, "GET", "/api/v1/errors", null, "Accept", "text/markdown");
        conforms(200, markdown, "GET", "/api/v1/errors");
    }

    @Test
    void aPoolThatIsOffAndAMinuteThatIsFull(@TempDir Path other) {
        try (var small = TestApp.start(
                other, "CONTAINER_POOL_ENABLED", "false", "RATE_LIMIT_EXECUTE", "1", "LOG_LEVEL", "ERROR")) {
            var first = small.signUp("first");
            var pool = small.get(first, "/api/v1/sandbox/pool/stats");
            assertThat(conforms(200, pool, "GET", "/api/v1/sandbox/pool/stats")
                            .path("pool_enabled")
                            .asBoolean())
                    .isFalse();
            var warm = small.post(first, "/api/v1/sandbox/pool/warm", "{\"size\":1}");
            conforms(409, warm, "POST", "/api/v1/sandbox/pool/warm");
            conforms(503, small.post(first, EXECUTE, "{\"code\":\"1\"}"), "POST", EXECUTE);
            conforms(429, small.post(first, EXECUTE, "{\"code\":\"1\"}"), "POST", EXECUTE);
        }
    }
}
