package carafe.feature.code;

import static org.assertj.core.api.Assertions.assertThat;

import carafe.FakeProvider;
import carafe.TestApp;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HintsTest {
    private static final String AGENT =
            "class Agent:\n    def __init__(self):\n        pass\n    def run(self):\n        x\n";

    @TempDir
    Path folder;

    private static JsonNode hint(TestApp app, TestApp.User user, String code, int line) {
        var body = new ObjectMapper()
                .createObjectNode()
                .put("code", code)
                .put("cursor_line", line)
                .put("cursor_column", 0);
        var answer = app.post(user, "/api/v1/code/hint", body.toString());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        var hint = TestApp.json(answer);
        assertThat(hint.size()).isEqualTo(4);
        assertThat(hint.path("current_context").isTextual()).isTrue();
        assertThat(hint.path("hint").asText()).isNotBlank();
        assertThat(hint.has("reference_code")).isTrue();
        assertThat(hint.path("key_concepts").isArray()).isTrue();
        return hint;
    }

    @Test
    void rulesAnswerWhereThereIsNoModel() {
        try (var app = TestApp.start(folder)) {
            var user = app.signUp("user");
            var constructor = hint(app, user, AGENT, 2);
            assertThat(constructor.path("current_context").asText()).contains("__init__");
            assertThat(constructor.path("reference_code").asText()).contains("def __init__");
            assertThat(hint(app, user, AGENT, 4).path("reference_code").asText())
                    .contains("def run");
            assertThat(hint(app, user, AGENT, 5).path("reference_code").isNull())
                    .isTrue();
            var beyond = hint(app, user, AGENT, 500);
            assertThat(beyond.path("current_context").asText()).contains("empty");
            assertThat(beyond.path("reference_code").isNull()).isTrue();
            assertThat(hint(app, user, "", 1).path("hint").asText()).isNotBlank();
        }
    }

    /** The fake model repeats the question; the program in it is an answer as a model would write it. */
    @Test
    void aModelAnswersWhereThereIsOne() {
        try (var provider = new FakeProvider();
                var app = TestApp.start(
                        folder, "OPENAI_API_BASE_URL", provider.url(), "OPENAI_API_KEY", "k", "HINT_MODEL", "echo")) {
            var user = app.signUp("user");
            var hint = hint(
                    app,
                    user,
                    "{\"current_context\":\"A dictionary.\",\"hint\":\"From the model\",\"reference_code\":\"x = {}\",\"key_concepts\":[\"dict\"]}",
                    1);
            assertThat(hint.path("hint").asText()).isEqualTo("From the model");
            assertThat(hint.path("current_context").asText()).isEqualTo("A dictionary.");
            assertThat(hint.path("reference_code").asText()).isEqualTo("x = {}");
            assertThat(hint.path("key_concepts").get(0).asText()).isEqualTo("dict");
            // an answer that is none
            assertThat(hint(app, user, "for i in range(3):", 1)
                            .path("key_concepts")
                            .toString())
                    .contains("loop");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"fail", "cut", "garbage", "hang", "endless", "unknown-model"})
    void aModelThatFailsIsNoFaultOfTheHint(String model) throws Exception {
        try (var provider = new FakeProvider();
                var app = TestApp.start(
                        folder, "OPENAI_API_BASE_URL", provider.url(), "OPENAI_API_KEY", "k", "HINT_MODEL", model)) {
            var hint = hint(app, app.signUp("user"), "while True:", 1);
            assertThat(hint.path("key_concepts").toString()).contains("loop");
            if (model.equals("endless")) {
                assertThat(provider.left.await(30, TimeUnit.SECONDS))
                        .as("the call was ended")
                        .isTrue();
            }
        }
    }

    @Test
    void withoutANameTheFirstModelElsewhereIsAsked() throws Exception {
        try (var provider = new FakeProvider();
                var app = TestApp.start(folder, "OPENAI_API_BASE_URL", provider.url(), "OPENAI_API_KEY", "k")) {
            hint(app, app.signUp("user"), "x = 1", 1);
            assertThat(provider.requests.poll(30, TimeUnit.SECONDS)).isNotNull();
        }
        try (var provider = new FakeProvider();
                var app = TestApp.start(
                        folder.resolve("off"),
                        "OPENAI_API_BASE_URL",
                        provider.url(),
                        "OPENAI_API_KEY",
                        "k",
                        "HINT_MODEL",
                        "off")) {
            hint(app, app.signUp("user"), "x = 1", 1);
            assertThat(provider.requests).isEmpty();
        }
    }
}
