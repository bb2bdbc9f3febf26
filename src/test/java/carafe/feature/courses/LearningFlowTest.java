package carafe.feature.courses;

import static org.assertj.core.api.Assertions.assertThat;

import carafe.FakeProvider;
import carafe.TestApp;
import carafe.feature.courses.format.CourseFolder;
import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The contract's own walk through an open class: learners without accounts, known by the number they send. */
class LearningFlowTest {
    @TempDir
    static Path folder;

    static TestApp app;
    static FakeProvider provider;

    @BeforeAll
    static void start() {
        var agents = new CourseFolder(folder.resolve("courses/agents"))
                .file("course.json", "{\"title\": \"Agents\", \"lessons\": true}")
                .file("01-start/01-what/README.md", "---\nid: 1\ntitle: What an agent is\n---\nAn agent acts.\n")
                .file("01-start/01-what/starter/main.py", "print('Hello Agent')\n");
        for (var id : new String[] {"4.1", "4.2", "4.3"}) {
            agents.file("04-patterns/" + id + "/README.md", "---\nid: " + id + "\ntitle: Pattern " + id + "\n---\n");
        }
        CourseFolder.demo(folder.resolve("courses/demo")).file("course.json", "{\"title\": \"Demo\"}");
        provider = new FakeProvider();
        app = TestApp.startWithEngine(
                folder.resolve("data"),
                "COURSE_AUTH",
                "open",
                "ENVIRONMENT",
                "development",
                "COURSES_DIR",
                folder.resolve("courses").toString(),
                "RATE_LIMIT_EXECUTE",
                "10",
                "RATE_LIMIT_CHAT",
                "0",
                "OPENAI_API_BASE_URL",
                provider.url(),
                "OPENAI_API_KEY",
                "shared",
                "TUTOR_MODEL",
                "echo");
        app.signUp("admin");
    }

    @AfterAll
    static void stop() {
        app.close();
        provider.close();
    }

    private static JsonNode ok(HttpResponse<String> answer) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return TestApp.json(answer);
    }

    private static long learner(String name) {
        return ok(app.post(null, "/api/users", "{\"username\":\"" + name + "\",\"full_name\":\"Test Learner\"}"))
                .path("id")
                .asLong();
    }

    @Test
    void theWalkOfTheContract() {
        assertThat(app.get(null, "/version").body())
                .isEqualTo(app.get(null, "/api/version").body());
        assertThat(ok(app.get(null, "/api/version")).path("current_version").asText())
                .isEqualTo("v1");
        var user = ok(app.post(null, "/api/users", "{\"username\":\"test_learner\",\"full_name\":\"Test Learner\"}"));
        long id = user.path("id").asLong();
        assertThat(user.path("full_name").asText()).isEqualTo("Test Learner");
        var again = app.post(null, "/api/users", "{\"username\":\"test_learner\"}");
        assertThat(again.statusCode()).isEqualTo(409);
        assertThat(TestApp.json(again).path("error").path("code").asText()).isEqualTo("RESOURCE_ALREADY_EXISTS");

        var lessons = ok(app.get(null, "/api/v1/lessons"));
        assertThat(lessons.path("success").asBoolean()).isTrue();
        assertThat(StreamSupport.stream(lessons.path("lessons").spliterator(), false)
                        .map(lesson -> lesson.path("id").asText()))
                .containsExactly("1", "4.1", "4.2", "4.3");
        var lesson = lessons.path("lessons").get(0).path("id").asText();
        var read = ok(app.get(null, "/api/v1/lessons/" + lesson));
        assertThat(read.path("code_template").asText()).isEqualTo("print('Hello Agent')\n");
        assertThat(ok(app.get(null, "/api/v1/lessons/4.1")).path("content").asText())
                .contains("Being written");

        var run = ok(app.post(
                null,
                "/api/v1/code/execute",
                "{\"code\":\"print('Hello Agent')\",\"user_id\":" + id + ",\"lesson_id\":\"" + lesson + "\"}"));
        assertThat(run.path("success").asBoolean()).isTrue();
        assertThat(run.path("submission_id").asLong()).isPositive();
        var kept = ok(app.get(null, "/api/submissions/user/" + id + "/lesson/" + lesson));
        assertThat(kept.get(0).path("source").asText()).isEqualTo("run");
        assertThat(kept.get(0).path("output").asText()).isEqualTo("Hello Agent\n");

        ok(app.post(null, "/api/progress", "{\"user_id\":" + id + ",\"lesson_id\":" + lesson + ",\"completed\":true}"));
        var progress = ok(app.get(null, "/api/progress/user/" + id));
        assertThat(progress).hasSize(1);
        assertThat(progress.get(0).path("completed").asInt()).isEqualTo(1);
        assertThat(progress.get(0).path("lesson_id").asText()).isEqualTo("1");
        var stats = ok(app.get(null, "/api/progress/user/" + id + "/stats"));
        assertThat(stats.path("total_lessons").asInt()).isEqualTo(4);
        assertThat(stats.path("completion_rate").asDouble()).isEqualTo(25.0);
    }

    @Test
    void progressOfALessonIsReadChangedAndCompleted() {
        long id = learner("goes-on");
        var base = "/api/v1/progress/user/" + id;
        assertThat(app.get(null, base + "/lesson/4.2").statusCode()).isEqualTo(404);
        assertThat(app.send(null, "PUT", base + "/lesson/4.2", "{\"completed\":1}")
                        .statusCode())
                .isEqualTo(404);
        ok(
                app.post(
                        null,
                        "/api/progress",
                        "{\"user_id\":" + id
                                + ",\"lesson_id\":\"4.2\",\"current_code\":\"x = 1\",\"cursor_position\":{\"line\":2,\"column\":3}}"));
        var place = ok(app.get(null, base + "/lesson/4.2"));
        assertThat(place.path("current_code").asText()).isEqualTo("x = 1");
        assertThat(place.path("cursor_position").path("line").asInt()).isEqualTo(2);
        assertThat(place.path("completed").asInt(1)).isZero();
        ok(app.post(null, base + "/lesson/4.2/complete", null));
        ok(app.post(null, base + "/lesson/demo/double/complete", null));
        assertThat(ok(app.get(null, base + "/lesson/demo/double"))
                        .path("lesson_id")
                        .asText())
                .isEqualTo("demo/double");
        var back = ok(app.send(null, "PUT", base + "/lesson/4.2", "{\"completed\":false}"));
        assertThat(back.path("completed").asInt(1)).isZero();
        assertThat(back.path("completed_at").isNull()).isTrue();
        assertThat(ok(app.get(null, base + "/recent?limit=1"))).hasSize(1);
        assertThat(app.post(null, "/api/progress", "{\"user_id\":" + id + ",\"lesson_id\":\"99\"}")
                        .statusCode())
                .isEqualTo(404);
        assertThat(app.post(null, "/api/progress", "{\"user_id\":999999,\"lesson_id\":\"1\"}")
                        .statusCode())
                .isEqualTo(404);
        assertThat(app.post(null, "/api/progress", "{\"user_id\":" + id + ",\"lesson_id\":\"1\",\"completed\":2}")
                        .statusCode())
                .isEqualTo(400);
    }

    @Test
    void aClientsSubmissionNeverCounts() {
        long id = learner("claims");
        var sent = ok(
                app.post(
                        null,
                        "/api/submissions",
                        "{\"user_id\":" + id
                                + ",\"lesson_id\":\"demo/double\",\"code\":\"x\",\"status\":\"success\",\"execution_time\":0.25,\"score\":1}"));
        assertThat(sent.path("source").asText()).isEqualTo("client");
        assertThat(sent.has("score")).isFalse();
        assertThat(ok(app.get(null, "/api/v1/courses/demo/lessons/double/mine?user_id=" + id))
                        .path("best")
                        .isNull())
                .isTrue();
        var stats = ok(app.get(null, "/api/submissions/user/" + id + "/stats"));
        assertThat(stats.path("total_submissions").asInt()).isEqualTo(1);
        assertThat(stats.path("average_execution_time").asDouble()).isEqualTo(0.25);
        assertThat(ok(app.get(null, "/api/submissions/" + sent.path("id").asLong()))
                        .path("code")
                        .asText())
                .isEqualTo("x");
        assertThat(app.post(
                                null,
                                "/api/submissions",
                                "{\"user_id\":" + id + ",\"lesson_id\":\"1\",\"code\":\"x\",\"status\":\"great\"}")
                        .statusCode())
                .isEqualTo(400);
        assertThat(app.get(null, "/api/submissions/999999").statusCode()).isEqualTo(404);
    }

    @Test
    void peopleWhoSignInAreNotForTheTaking() {
        long admin = 1;
        assertThat(app.get(null, "/api/users/" + admin).statusCode()).isEqualTo(403);
        assertThat(app.get(null, "/api/progress/user/" + admin).statusCode()).isEqualTo(403);
        assertThat(app.post(null, "/api/progress", "{\"user_id\":1,\"lesson_id\":\"1\"}")
                        .statusCode())
                .isEqualTo(403);
        assertThat(app.send(null, "PUT", "/api/users/1", "{\"full_name\":\"Mallory\"}")
                        .statusCode())
                .isEqualTo(403);
        assertThat(app.send(null, "PUT", "/api/users/1/role", "{\"role\":\"admin\"}")
                        .statusCode())
                .isEqualTo(401);
        assertThat(app.get(null, "/api/v1/courses/demo/gradebook").statusCode()).isEqualTo(401);
        assertThat(ok(app.get(null, "/api/users/current")).path("id").asLong()).isNotEqualTo(admin);
    }

    @Test
    void settingsOfALearnerAreKept() {
        long id = learner("keeps");
        var changed = ok(app.send(
                null, "PUT", "/api/users/" + id, "{\"full_name\":\"New Name\",\"settings\":{\"theme\":\"light\"}}"));
        assertThat(changed.path("full_name").asText()).isEqualTo("New Name");
        assertThat(changed.path("settings").path("theme").asText()).isEqualTo("light");
        assertThat(ok(app.post(null, "/api/users/" + id + "/login", null))
                        .path("success")
                        .asBoolean())
                .isTrue();
    }

    @Test
    void theTutorKnowsTheLessonTheProgramAndItsError() throws Exception {
        long id = learner("asks");
        provider.requests.clear();
        var answer = ok(app.post(null, "/api/v1/chat?user_id=" + id, """
                {"message":"Why?","lesson_id":"1","code":"1/0","last_error":"ZeroDivisionError","conversation_history":[
                 {"role":"user","content":"Hello"},{"role":"assistant","content":"Hi"}]}"""));
        assertThat(answer.path("success").asBoolean()).isTrue();
        assertThat(answer.path("message").asText()).contains("Why?");
        var request = provider.requests.take();
        var system = request.path("messages").get(0).path("content").asText();
        assertThat(system).contains("What an agent is", "An agent acts.", "1/0", "ZeroDivisionError");
        assertThat(request.path("messages")).hasSize(4);
        assertThat(request.path("max_tokens").asInt()).isEqualTo(2000);
        var said = ok(app.get(null, "/api/chat-history/user/" + id + "/lesson/1"));
        assertThat(said).hasSize(2);
        assertThat(said.get(0).path("role").asText()).isEqualTo("user");
        assertThat(said.get(1).path("metadata").path("model").asText()).isEqualTo("echo");
        assertThat(ok(app.get(null, "/api/chat-history/user/" + id + "/stats"))
                        .path("conversation_count")
                        .asInt())
                .isEqualTo(1);
        assertThat(ok(app.send(null, "DELETE", "/api/chat-history/user/" + id + "/lesson/1", null))
                        .path("deleted_count")
                        .asInt())
                .isEqualTo(2);
        var streamed = app.post(
                        null, "/api/chat", "{\"message\":\"Step by step\",\"stream\":true,\"user_id\":" + id + "}")
                .body();
        assertThat(streamed).contains("data: {\"delta\":").contains("\"done\":true", "\"success\":true");
        var missing = app.post(null, "/api/v1/chat", "{\"conversation_history\":[]}");
        assertThat(missing.statusCode()).isEqualTo(400);
    }

    @Test
    void whatABrowserKeptIsTakenOver() {
        var example = app.get(null, "/api/migrate/example").body();
        var answer = ok(app.post(null, "/api/migrate", """
                {"username":"browser","progress_list":[{"chapter":4,"lesson":1,"completed":true,"code":"x"},
                 {"chapter":1,"lesson":1,"completed":false},{"chapter":77,"lesson":1,"completed":true}],
                 "last_code":{"4-2":"print(1)"},
                 "chat_history":[{"lesson_key":"4-3","messages":[{"role":"user","content":"a"},{"role":"assistant","content":"b"}]}]}"""));
        assertThat(example).contains("progress_list");
        assertThat(answer.path("migrated_progress").asInt()).isEqualTo(2);
        assertThat(answer.path("migrated_submissions").asInt()).isEqualTo(1);
        assertThat(answer.path("migrated_chat_messages").asInt()).isEqualTo(2);
        long id = answer.path("user_id").asLong();
        assertThat(ok(app.get(null, "/api/progress/user/" + id + "/lesson/4.1"))
                        .path("completed")
                        .asInt())
                .isEqualTo(1);
        var broken = app.post(null, "/api/migrate", """
                {"username":"half","progress_list":[{"chapter":1,"lesson":1,"completed":true}],
                 "chat_history":[{"lesson_key":"1-1","messages":[{"content":"nobody"}]}]}""");
        assertThat(broken.statusCode()).isEqualTo(400);
        assertThat(app.post(null, "/api/users", "{\"username\":\"half\"}").statusCode())
                .as("nothing was written")
                .isEqualTo(200);
        for (var wrong : List.of(
                "{\"username\":\"<b>bold</b>\"}",
                "{\"progress_list\":[{\"chapter\":\"one\",\"lesson\":1}]}",
                "{\"progress_list\":[{\"chapter\":1,\"lesson\":1.5}]}",
                "{\"progress_list\":[{\"chapter\":1,\"lesson\":1,\"completed\":\"yes\"}]}",
                "{\"chat_history\":[{\"lesson_key\":7,\"messages\":[]}]}",
                "{\"chat_history\":[{\"lesson_key\":\"1-1\",\"messages\":{}}]}")) {
            assertThat(app.post(null, "/api/migrate", wrong).statusCode())
                    .as(wrong)
                    .isEqualTo(400);
        }
    }

    @Test
    void oldAddressesAnnounceTheNewOnesAndPagesHaveTags() {
        var old = app.get(null, "/api/lessons");
        assertThat(old.headers().firstValue("Deprecation")).hasValue("true");
        assertThat(old.headers().firstValue("Link")).hasValue("</api/v1/lessons>; rel=\"successor-version\"");
        assertThat(app.get(null, "/api/lessons/4.1").headers().firstValue("Link"))
                .hasValue("</api/v1/lessons/4.1>; rel=\"successor-version\"");
        var page = app.get(null, "/api/v1/lessons/1");
        var tag = page.headers().firstValue("ETag").orElseThrow();
        assertThat(page.headers().firstValue("Cache-Control")).hasValue("private, max-age=600");
        assertThat(page.headers().firstValue("X-API-Version")).hasValue("v1");
        assertThat(app.send(null, "GET", "/api/v1/lessons/1", null, "If-None-Match", tag)
                        .statusCode())
                .isEqualTo(304);
        var unknown = app.get(null, "/api/v1/lessons/99");
        assertThat(unknown.statusCode()).isEqualTo(404);
        assertThat(TestApp.json(unknown).path("error").path("code").asText()).isEqualTo("LESSON_NOT_FOUND");
        assertThat(ok(app.get(null, "/api/v1/lessons?view=tree"))
                        .path("lessons")
                        .get(1)
                        .path("children"))
                .hasSize(3);
    }

    /** However many lessons and courses there are. */
    @Test
    void aPageTakesAConstantNumberOfQueries() {
        long id = learner("counts");
        var small = "/api/v1/courses/demo?user_id=" + id;
        var large = "/api/v1/courses/agents?user_id=" + id;
        assertThat(queries(small)).isEqualTo(queries(large)).isEqualTo(3); // learner, scores, progress
        assertThat(queries("/api/v1/lessons/1")).isZero();
        assertThat(queries("/api/v1/courses/demo/lessons/double")).isZero();
        assertThat(queries("/api/v1/courses?user_id=" + id)).isEqualTo(3);
        assertThat(queries("/api/v1/courses/demo/lessons/double/mine?user_id=" + id))
                .isLessThanOrEqualTo(5);
    }

    /** The least of some tries: other things run, too. */
    private static long queries(String path) {
        ok(app.get(null, path));
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 10; i++) {
            long before = app.app().statements();
            ok(app.get(null, path));
            least = Math.min(least, app.app().statements() - before);
        }
        return least;
    }
}
