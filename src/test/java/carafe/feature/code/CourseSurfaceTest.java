package carafe.feature.code;

import static org.assertj.core.api.Assertions.assertThat;

import carafe.TestApp;
import carafe.platform.http.CourseCode;
import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the code and course API says around every answer: versions, errors, permissions, old addresses. */
class CourseSurfaceTest {
    private static final String EXECUTE = "/api/v1/code/execute";

    @TempDir
    static Path folder;

    static TestApp app;
    static TestApp.User admin;
    static TestApp.User user;

    @BeforeAll
    static void start() {
        app = TestApp.start(folder, "RATE_LIMIT_EXECUTE", "0", "RATE_LIMIT_GLOBAL", "0");
        admin = app.signUp("admin");
        user = app.signUp("user");
    }

    @AfterAll
    static void stop() {
        app.close();
    }

    private static JsonNode error(HttpResponse<String> answer, int status, String code) {
        assertThat(answer.statusCode()).isEqualTo(status);
        var body = TestApp.json(answer);
        assertThat(names(body)).containsExactly("error");
        var error = body.path("error");
        assertThat(names(error))
                .contains("code", "message", "path", "timestamp", "request_id")
                .isSubsetOf("code", "message", "path", "timestamp", "request_id", "details");
        assertThat(error.path("code").asText()).isEqualTo(code);
        assertThat(error.path("message").asText()).isNotBlank();
        assertThat(error.path("path").asText()).isEqualTo(answer.uri().getPath());
        assertThat(error.path("timestamp").isNumber()).isTrue();
        assertThat(error.path("timestamp").asDouble()).isBetween(1.7e9, 9e9);
        assertThat(error.path("request_id").asText())
                .isEqualTo(answer.headers().firstValue("X-Request-ID").orElseThrow())
                .matches("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}");
        assertThat(!error.has("details") || !error.path("details").isEmpty()).isTrue();
        versions(answer);
        return error;
    }

    private static void versions(HttpResponse<String> answer) {
        assertThat(answer.headers().firstValue("X-API-Version")).hasValue("v1");
        assertThat(answer.headers().firstValue("X-Supported-Versions")).hasValue("v1");
        assertThat(answer.headers().firstValue("X-Execution-Time").orElse("")).matches("\\d+\\.\\d{3}");
    }

    private static List<String> names(JsonNode node) {
        return StreamSupport.stream(((Iterable<String>) node::fieldNames).spliterator(), false)
                .toList();
    }

    @Test
    void everyAnswerNamesTheVersionAndItsTimeAlsoOfWhatIsNotThere() {
        versions(app.get(user, "/api/v1/code/languages"));
        versions(app.get(null, "/api/v1/errors"));
        for (var path :
                List.of("/api/v1/code/nope", "/api/v1/sandbox/nope", "/api/v2/code/execute", "/api/progress/x")) {
            error(app.get(user, path), 404, "RESOURCE_NOT_FOUND");
        }
        var refused = app.send(user, "PATCH", EXECUTE, "{}");
        error(refused, 405, "METHOD_NOT_ALLOWED");
        assertThat(refused.headers().firstValue("Allow")).hasValue("POST");
        // not "POST is not allowed, only POST is"
        error(app.send(user, "POST", EXECUTE, "{}", "X-HTTP-Method-Override", "GET"), 400, "VALIDATION_ERROR");
        assertThat(app.send(user, "PATCH", "/api/v1/sandbox/limits", "{}")
                        .headers()
                        .firstValue("Allow")
                        .orElse("")
                        .split(", "))
                .containsExactlyInAnyOrder("GET", "HEAD", "PUT");
        var foreign = app.get(user, "/api/v1/chats/nope").headers();
        assertThat(foreign.firstValue("X-API-Version")).isEmpty();
        assertThat(foreign.firstValue("X-Execution-Time")).isEmpty();
    }

    @Test
    void anotherVersionInTheHeaderIsAMistake() {
        var wrong = app.send(user, "GET", "/api/v1/code/languages", null, "X-API-Version", "v2");
        var details = error(wrong, 400, "VALIDATION_ERROR").path("details");
        assertThat(details.path("field").asText()).isEqualTo("X-API-Version");
        var right = app.send(user, "GET", "/api/v1/code/languages", null, "X-API-Version", "v1");
        assertThat(right.statusCode()).isEqualTo(200);
    }

    @Test
    void aMistakeIsToldWithItsField() {
        var missing =
                error(app.post(user, EXECUTE, "{}"), 400, "VALIDATION_ERROR").path("details");
        assertThat(missing.path("validation_errors").get(0).path("field").asText())
                .isEqualTo("code");
        assertThat(missing.path("validation_errors").get(0).path("type").asText())
                .isEqualTo("missing");
        assertThat(missing.path("validation_errors").get(0).path("message").asText())
                .isNotBlank();
        var type = error(app.post(user, EXECUTE, "{\"code\": 7}"), 400, "VALIDATION_ERROR")
                .path("details");
        assertThat(type.path("validation_errors").get(0).path("type").asText()).isEqualTo("type_error");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{", "[]", "null", "\"code\"", "{\"code\": \"1\"} {}", "{\"code\": }"})
    void aBrokenBodyIs400(String body) {
        error(app.post(user, EXECUTE, body), 400, "VALIDATION_ERROR");
    }

    @Test
    void aBodyOfAnotherTypeOrBeyondAllBoundsIs400() {
        error(app.send(user, "POST", EXECUTE, "code=1", "Content-Type", "text/plain"), 400, "VALIDATION_ERROR");
        error(app.post(user, EXECUTE, "{\"code\": \"" + "x".repeat(9 << 20) + "\"}"), 400, "VALIDATION_ERROR");
    }

    @Test
    void strangersForgersAndLowRolesAreToldApart() {
        error(app.post(null, EXECUTE, "{\"code\": \"1\"}"), 401, "AUTHENTICATION_ERROR");
        error(app.post(new TestApp.User("", "abc.def.ghi"), EXECUTE, "{}"), 401, "TOKEN_INVALID");
        error(app.post(new TestApp.User("", "sk-0123456789abcdef"), EXECUTE, "{}"), 401, "TOKEN_INVALID");
        var low = error(app.get(user, "/api/v1/sandbox/pool/stats"), 403, "AUTHORIZATION_ERROR");
        assertThat(low.path("message").asText()).isEqualTo("Insufficient permissions");
        assertThat(low.path("details").path("resource").asText()).isEqualTo("view:pool_stats");
    }

    @Test
    void anExpiredTokenSaysSo(@TempDir Path other) throws Exception {
        try (var short_ = TestApp.start(other, "JWT_EXPIRES_IN", "1s")) {
            var someone = short_.signUp("someone");
            long end = System.nanoTime() + 30_000_000_000L;
            var answer = short_.get(someone, "/api/v1/code/languages");
            while (answer.statusCode() == 200 && System.nanoTime() < end) {
                Thread.sleep(100);
                answer = short_.get(someone, "/api/v1/code/languages");
            }
            error(answer, 401, "TOKEN_EXPIRED");
        }
    }

    @Test
    void thePermissionsAreThoseOfTheTable() {
        var pool = "/api/v1/sandbox/pool/stats";
        var languages = "/api/v1/code/languages";
        assertThat(app.get(admin, pool).statusCode()).isEqualTo(200);
        assertThat(app.get(user, pool).statusCode()).isEqualTo(403);
        assertThat(app.get(null, pool).statusCode()).isEqualTo(401);
        assertThat(app.get(admin, languages).statusCode()).isEqualTo(200);
        assertThat(app.get(user, languages).statusCode()).isEqualTo(200);
        assertThat(app.get(null, languages).statusCode()).isEqualTo(401);
        var waiting = app.signUp("waiting");
        app.post(admin, "/api/v1/users/" + waiting.id() + "/update", "{\"role\":\"pending\"}");
        var refused = error(app.get(waiting, languages), 403, "AUTHORIZATION_ERROR");
        assertThat(refused.path("details").path("resource").asText()).isEqualTo("execute:code");
    }

    @Test
    void oldAddressesAnnounceTheNewOnesAndAreCounted() {
        var old = app.post(user, "/api/hint", "{\"code\":\"x\",\"cursor_line\":1,\"cursor_column\":0}");
        assertThat(old.statusCode()).isEqualTo(200);
        assertThat(old.headers().firstValue("Deprecation")).hasValue("true");
        assertThat(old.headers().firstValue("Link")).hasValue("</api/v1/code/hint>; rel=\"successor-version\"");
        var stats = app.get(admin, "/api/sandbox/pool/stats/");
        assertThat(stats.headers().firstValue("Link"))
                .hasValue("</api/v1/sandbox/pool/stats>; rel=\"successor-version\"");
        var refused = app.post(user, "/api/execute", "{}");
        error(refused, 400, "VALIDATION_ERROR");
        assertThat(refused.headers().firstValue("Deprecation")).hasValue("true");
        for (var stranger : List.of(app.post(null, "/api/execute", "{}"), app.post(null, "/api/chat", "{}"))) {
            error(stranger, 401, "AUTHENTICATION_ERROR");
            assertThat(stranger.headers().firstValue("Deprecation")).hasValue("true");
            assertThat(stranger.headers().firstValue("Link").orElse("")).endsWith("; rel=\"successor-version\"");
        }
        assertThat(app.get(null, "/api/lessons/4.1%20x").headers().firstValue("Link"))
                .hasValue("</api/v1/lessons/4.1%20x>; rel=\"successor-version\"");
        assertThat(app.get(admin, "/metrics").body())
                .contains("deprecated_requests_total{endpoint=\"/api/hint\"} 1.0")
                .contains("deprecated_requests_total{endpoint=\"/api/execute\"} 1.0")
                .contains("db_query_duration_seconds_count{operation=\"read\"}", "db_connections_active");
        var now = app.post(user, "/api/v1/code/hint", "{\"code\":\"x\",\"cursor_line\":1,\"cursor_column\":0}");
        assertThat(now.headers().firstValue("Deprecation")).isEmpty();
    }

    @Test
    void aSlashAtTheEndChangesNothing() {
        assertThat(app.get(user, "/api/v1/code/languages/").statusCode()).isEqualTo(200);
        error(app.post(user, EXECUTE + "/", "{}"), 400, "VALIDATION_ERROR");
    }

    @Test
    void everyCodeIsDocumented() {
        var listed = TestApp.json(app.get(null, "/api/v1/errors")).path("errors");
        assertThat(StreamSupport.stream(listed.spliterator(), false)
                        .map(entry -> entry.path("code").asText()))
                .containsExactlyElementsOf(
                        Arrays.stream(CourseCode.values()).map(Enum::name).toList());
        assertThat(listed).allSatisfy(entry -> {
            assertThat(entry.path("meaning").asText()).isNotBlank();
            assertThat(entry.path("advice").asText()).isNotBlank();
            assertThat(entry.path("http_status").asInt()).isBetween(200, 599);
        });
        var table = app.send(null, "GET", "/api/v1/errors", null, "Accept", "text/html")
                .body();
        for (var code : CourseCode.values()) {
            assertThat(table).contains("| `" + code + "` | " + code.status() + " |");
        }
    }

    /** The list of the contract. */
    @Test
    void whatMayBeRepeatedIsMarkedSo() {
        assertThat(Arrays.stream(CourseCode.values())
                        .filter(code -> code.retry().retryable())
                        .map(Enum::name))
                .contains(
                        "RATE_LIMIT_EXCEEDED",
                        "TOO_MANY_REQUESTS",
                        "CONTAINER_UNAVAILABLE",
                        "CONTAINER_POOL_EXHAUSTED",
                        "DATABASE_CONNECTION_ERROR",
                        "AI_SERVICE_UNAVAILABLE",
                        "AI_SERVICE_TIMEOUT",
                        "TIMEOUT_ERROR",
                        "REQUEST_TIMEOUT",
                        "OPERATION_TIMEOUT",
                        "SERVICE_UNAVAILABLE",
                        "SERVICE_OVERLOADED")
                .doesNotContain("VALIDATION_ERROR", "AUTHORIZATION_ERROR", "RESOURCE_NOT_FOUND");
    }

    @Test
    void otherSurfacesKeepTheirShapes() {
        assertThat(TestApp.json(app.post(user, "/v1/chat/completions", "{}"))
                        .path("error")
                        .has("type"))
                .isTrue();
        assertThat(TestApp.json(app.get(user, "/api/v1/chats/nope")).has("detail"))
                .isTrue();
    }

    @Test
    void whoIsNotKnownIsToldHowToShowIt() {
        assertThat(app.post(null, EXECUTE, "{}").headers().firstValue("WWW-Authenticate"))
                .hasValue("Bearer");
        var forged = new TestApp.User("x", user.token() + "x");
        assertThat(app.post(forged, EXECUTE, "{}").headers().firstValue("WWW-Authenticate"))
                .hasValue("Bearer error=\"invalid_token\"");
        assertThat(app.get(user, "/api/v1/sandbox/pool/stats").headers().firstValue("WWW-Authenticate"))
                .isEmpty();
    }
}
