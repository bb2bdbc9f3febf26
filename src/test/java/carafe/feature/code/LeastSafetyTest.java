package carafe.feature.code;

import static org.assertj.core.api.Assertions.assertThat;

import carafe.TestApp;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The operator's level of the check holds whatever a request asks for. */
class LeastSafetyTest {
    @TempDir
    static Path folder;

    static TestApp app;
    static TestApp.User user;

    @BeforeAll
    static void start() {
        app = TestApp.startWithEngine(folder, "CODE_SAFETY", "basic");
        app.signUp("admin");
        user = app.signUp("user");
    }

    @AfterAll
    static void stop() {
        app.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "null",
                "\"off\"",
                "\"basic\"",
                "{\"level\":\"off\",\"allowed\":[\"eval\"]}",
                "{\"level\":\"strict\",\"allowed\":[\"eval\"]}"
            })
    void noRequestSwitchesItOff(String safety) {
        var answer = app.post(user, "/api/v1/code/execute", "{\"code\":\"eval('1')\",\"safety\":" + safety + "}");
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(400);
        var details = TestApp.json(answer).path("error").path("details");
        assertThat(details.path("error_code").asText()).isEqualTo("CODE_SAFETY_CHECK_FAILED");
        assertThat(details.path("violations").path(0).path("line").asInt()).isEqualTo(1);
    }

    @Test
    void aStricterLevelMayBeAskedFor() {
        var body = "{\"code\":\"import os\\nos.listdir('.')\",\"safety\":\"%s\"}";
        assertThat(app.post(user, "/api/v1/code/execute", body.formatted("off")).statusCode())
                .isEqualTo(200);
        assertThat(app.post(user, "/api/v1/code/execute", body.formatted("strict"))
                        .statusCode())
                .isEqualTo(400);
    }
}
