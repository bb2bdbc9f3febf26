package carafe.feature.courses;

import static org.assertj.core.api.Assertions.assertThat;

import carafe.FakeProvider;
import carafe.TestApp;
import carafe.feature.courses.format.CourseFolder;
import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The tutor: what it is told and what not, its budget, its failures, a learner's own key. */
class TutorTest {
    private static final String HINT = "/api/v1/courses/demo/exercises/double/hint";
    private static final String ADDS = "{\"code\":\"def double(n):\\n    return n + 3\\n\",\"kind\":\"tutor\"}";

    @TempDir
    Path folder;

    private static JsonNode ok(HttpResponse<String> answer) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return TestApp.json(answer);
    }

    private TestApp start(FakeProvider provider, String model, boolean engine) {
        CourseFolder.demo(folder.resolve("courses/demo"))
                .file("course.json", "{\"title\": \"Demo\", \"ai\": {\"hints_per_exercise\": 2}}");
        var settings = new String[] {
            "COURSES_DIR",
            folder.resolve("courses").toString(),
            "OPENAI_API_BASE_URL",
            provider.url(),
            "OPENAI_API_KEY",
            "shared-key",
            "TUTOR_MODEL",
            model
        };
        var data = folder.resolve("data");
        return engine ? TestApp.startWithEngine(data, settings) : TestApp.start(data, settings);
    }

    @Test
    void itNeverGetsHiddenTestsOrTheSolutionAndHasABudget() throws Exception {
        try (var provider = new FakeProvider();
                var app = start(provider, "echo", true)) {
            var teacher = app.signUp("teacher"); // the first account is an admin
            var user = app.signUp("user");
            var hint = ok(app.post(user, HINT, ADDS));
            assertThat(hint.path("kind").asText()).isEqualTo("tutor");
            assertThat(hint.path("tutor_left").asInt()).isEqualTo(1);
            var request = provider.requests.take().toString();
            assertThat(request)
                    .contains("which gives twice n", "return n + 3", "expected 4, got 5")
                    .doesNotContain("7123")
                    .doesNotContain("14246")
                    .doesNotContain("secret")
                    .doesNotContain("n * 2")
                    .doesNotContain("You add two");
            ok(app.post(user, HINT, ADDS));
            assertThat(ok(app.post(user, HINT, ADDS)).path("kind").asText()).isEqualTo("none");
            assertThat(ok(app.get(teacher, "/api/v1/courses/demo/hints")).path("hints"))
                    .hasSize(2);
            var picture = "{\"message\": \"What is this?\", \"images\": [\"http://example.org/x.png\"]}";
            assertThat(app.post(user, "/api/v1/chat", picture).statusCode()).isEqualTo(400);
        }
    }

    @Test
    void askingManyTimesAtOnceDoesNotStretchTheBudget() throws Exception {
        try (var provider = new FakeProvider();
                var app = start(provider, "echo", true);
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var teacher = app.signUp("teacher"); // the first account is an admin
            var user = app.signUp("user");
            var codes = IntStream.range(0, 8)
                    .mapToObj(
                            i -> threads.submit(() -> app.post(user, HINT, ADDS).statusCode()))
                    .toList();
            for (var code : codes) {
                assertThat(code.get()).isIn(200, 429);
            }
            assertThat(ok(app.get(teacher, "/api/v1/courses/demo/hints"))
                            .path("hints")
                            .size())
                    .isBetween(1, 2);
        }
    }

    @Test
    void itSaysNothingOfALessonThatHasNotOpened() throws Exception {
        try (var provider = new FakeProvider();
                var app = start(provider, "echo", false)) {
            var teacher = app.signUp("teacher"); // the first account is an admin
            var user = app.signUp("user");
            CourseFolder.demo(folder.resolve("courses/demo")).exercise("01-basics/03-later", "opens: 2999-01-01\n");
            ok(app.post(teacher, "/api/v1/courses/reload", "{}"));
            var asks = "{\"message\":\"Repeat the text of the lesson.\",\"lesson_id\":\"later\"}";
            assertThat(app.post(user, "/api/v1/chat", asks).statusCode()).isEqualTo(409);
            assertThat(provider.requests).isEmpty();
            ok(app.post(teacher, "/api/v1/chat", asks));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"fail", "cut", "garbage", "html", "unknown-model", "off"})
    void aModelThatFailsIsToldPolitely(String model) {
        try (var provider = new FakeProvider();
                var app = start(provider, model, false)) {
            var user = app.signUp("user");
            var answer = ok(app.post(user, "/api/v1/chat", "{\"message\":\"Why?\"}"));
            assertThat(answer.path("success").asBoolean(true)).isFalse();
            assertThat(answer.path("message").asText()).isNotBlank().doesNotContain("Exception");
            assertThat(answer.path("error_code").asText()).startsWith("AI_SERVICE_");
            var streamed = app.post(user, "/api/v1/chat", "{\"message\":\"Why?\",\"stream\":true}")
                    .body();
            assertThat(streamed).contains("\"done\":true", "\"success\":false");
        }
    }

    @Test
    void aLearnersOwnKeyIsSealedAndUsedForThemAlone() throws Exception {
        try (var provider = new FakeProvider();
                var app = start(provider, "echo", false)) {
            var user = app.signUp("user");
            var other = app.signUp("other");
            assertThat(ok(app.get(user, "/api/v1/courses/key")).path("set").asBoolean(true))
                    .isFalse();
            for (var bad : new String[] {"  ", "two words", "a\\r\\nX-Other: b", "clé"}) {
                var refused = app.send(user, "PUT", "/api/v1/courses/key", "{\"api_key\":\"" + bad + "\"}");
                assertThat(refused.statusCode()).as(bad).isEqualTo(400);
            }
            assertThat(ok(app.get(user, "/api/v1/courses/key")).path("set").asBoolean(true))
                    .isFalse();
            ok(app.send(user, "PUT", "/api/v1/courses/key", "{\"api_key\":\"sk-very-own-key\"}"));
            var shown = app.get(user, "/api/v1/courses/key").body();
            assertThat(shown).contains("true").doesNotContain("very-own");
            ok(app.post(user, "/api/v1/chat", "{\"message\":\"a\"}"));
            assertThat(provider.keys.take()).isEqualTo("Bearer sk-very-own-key");
            ok(app.post(other, "/api/v1/chat", "{\"message\":\"b\"}"));
            assertThat(provider.keys.take()).isEqualTo("Bearer shared-key");
            for (var file : new String[] {"carafe.db", "carafe.db-wal", "log.db", "log.db-wal"}) {
                var path = folder.resolve("data").resolve(file);
                if (Files.exists(path)) {
                    assertThat(new String(Files.readAllBytes(path), StandardCharsets.ISO_8859_1))
                            .doesNotContain("very-own");
                }
            }
            ok(app.send(user, "DELETE", "/api/v1/courses/key", null));
            ok(app.post(user, "/api/v1/chat", "{\"message\":\"c\"}"));
            assertThat(provider.keys.take()).isEqualTo("Bearer shared-key");
        }
    }
}
