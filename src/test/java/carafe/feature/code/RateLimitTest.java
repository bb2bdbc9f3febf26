package carafe.feature.code;

import static org.assertj.core.api.Assertions.assertThat;

import carafe.TestApp;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How often one caller may ask; refused bodies count too, so no engine is needed here. */
class RateLimitTest {
    private static final String EXECUTE = "/api/v1/code/execute";

    @TempDir
    Path folder;

    TestApp app;

    @AfterEach
    void stop() {
        app.close();
    }

    private HttpResponse<String> run(TestApp.User who) {
        return app.post(who, EXECUTE, "{}");
    }

    @Test
    void theEleventhRunOfAMinuteWaits() {
        app = TestApp.start(folder);
        var user = app.signUp("user");
        for (int i = 0; i < 10; i++) {
            assertThat(run(user).statusCode()).isEqualTo(400);
        }
        var refused = run(user);
        assertThat(refused.statusCode()).isEqualTo(429);
        int wait = Integer.parseInt(refused.headers().firstValue("Retry-After").orElseThrow());
        assertThat(wait).isBetween(1, 60);
        var error = TestApp.json(refused).path("error");
        assertThat(error.path("code").asText()).isEqualTo("RATE_LIMIT_EXCEEDED");
        assertThat(error.path("details").path("retry_after").asInt()).isEqualTo(wait);
        assertThat(refused.headers().firstValue("X-API-Version")).hasValue("v1");
        // the old address is the same area, others are not, and another account has its own
        var old = app.post(user, "/api/execute", "{}");
        assertThat(old.statusCode()).isEqualTo(429);
        assertThat(old.headers().firstValue("Deprecation")).hasValue("true");
        assertThat(app.get(user, "/api/v1/code/languages").statusCode()).isEqualTo(200);
        assertThat(run(app.signUp("neighbour")).statusCode()).isEqualTo(400);
    }

    @Test
    void allCallsOfTheApiCountTogetherAndNoOthers() {
        app = TestApp.start(folder, "RATE_LIMIT_GLOBAL", "5");
        var user = app.signUp("user");
        for (int i = 0; i < 5; i++) {
            assertThat(app.get(user, "/api/v1/code/languages").statusCode()).isEqualTo(200);
        }
        assertThat(app.get(user, "/api/v1/code/languages").statusCode()).isEqualTo(429);
        assertThat(app.post(user, "/api/v1/code/hint", "{}").statusCode()).isEqualTo(429);
        assertThat(app.get(user, "/api/v1/chats/").statusCode()).isEqualTo(200);
    }

    @Test
    void administratorsChangeTheLimitsWhileTheServerRuns() {
        app = TestApp.start(folder, "RATE_LIMIT_EXECUTE", "1", "RATE_LIMIT_GLOBAL", "0");
        var admin = app.signUp("admin");
        var user = app.signUp("user");
        assertThat(run(user).statusCode()).isEqualTo(400);
        assertThat(run(user).statusCode()).isEqualTo(429);
        var limits = "/api/v1/sandbox/limits";
        assertThat(app.send(user, "PUT", limits, "{\"execute\":0}").statusCode())
                .isEqualTo(403);
        for (var wrong : new String[] {"{\"execute\":-1}", "{\"execute\":\"9\"}", "{\"execute\":1.5}"}) {
            assertThat(app.send(admin, "PUT", limits, wrong).statusCode()).isEqualTo(400);
        }
        var changed = app.send(admin, "PUT", limits, "{\"execute\":3}");
        assertThat(TestApp.json(changed).path("execute").asInt()).isEqualTo(3);
        for (int i = 0; i < 3; i++) {
            assertThat(run(user).statusCode()).isEqualTo(400);
        }
        assertThat(run(user).statusCode()).isEqualTo(429);
        app.send(admin, "PUT", limits, "{\"execute\":0}");
        for (int i = 0; i < 12; i++) {
            assertThat(run(user).statusCode()).isEqualTo(400);
        }
        assertThat(TestApp.json(app.get(admin, limits)).path("hint").asInt()).isEqualTo(60);
    }

    @Test
    void lookingAtThePoolHasALimitOfItsOwn() {
        app = TestApp.start(folder, "RATE_LIMIT_POOL_STATS", "2");
        var admin = app.signUp("admin");
        app.get(admin, "/api/v1/sandbox/pool/stats");
        app.get(admin, "/api/sandbox/pool/stats");
        assertThat(app.get(admin, "/api/v1/sandbox/pool/stats").statusCode()).isEqualTo(429);
    }
}
