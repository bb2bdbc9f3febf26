package carafe;

import static org.assertj.core.api.Assertions.assertThat;

import carafe.feature.courses.format.CourseFolder;
import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the course API answers is what its OpenAPI document says: every operation once well, and its usual refusals. */
class ApiCourseContractTest {
    private static final String C = "/api/v1/courses/{course}";
    private static final String X = C + "/exercises/{lesson}";
    private static final Set<String> TAGS =
            Set.of("Lessons", "Courses", "Chat", "Progress", "Submissions", "Teaching", "Users", "Other addresses");
    private static final String GOOD = "{\"code\":\"def double(n):\\n    return n * 2\\n\"}";
    private static final String BAD = "{\"files\":{\"main.py\":\"def double(n):\\n    return n + 2\\n\"}}";

    private static final Set<String> tried = new HashSet<>();

    @TempDir
    static Path folder;

    static TestApp app;
    static DocumentedApi api;
    static TestApp.User admin;
    static TestApp.User learner;
    static String num;

    @BeforeAll
    static void start() {
        CourseFolder.demo(folder.resolve("courses/demo"))
                .exercise("01-basics/03-later", "opens: 2999-01-01\n")
                .exercise("01-basics/04-limited", "attempts: 1\ndue: 2020-01-01\nlate: 50% until 2999-01-01\n")
                .file("01-basics/02-double/files/words.txt", "one\n");
        app = TestApp.startWithEngine(
                folder.resolve("data"),
                "COURSES_DIR",
                folder.resolve("courses").toString(),
                "RATE_LIMIT_SUBMIT",
                "0",
                "RATE_LIMIT_LESSONS",
                "0");
        api = new DocumentedApi(app);
        admin = app.signUp("admin");
        learner = app.signUp("learner");
        num = call(200, learner, "GET", "/api/users/current", Map.of(), null)
                .path("id")
                .asText();
    }

    @AfterAll
    static void stop() {
        app.close();
    }

    /** {@code template} may end with a query. */
    private static JsonNode call(
            int status, TestApp.User who, String method, String template, Map<String, String> parts, String body) {
        var path = template;
        for (var part : parts.entrySet()) {
            path = path.replace("{" + part.getKey() + "}", part.getValue());
        }
        var answer = app.send(who, method, path, body);
        assertThat(answer.statusCode())
                .as(method + " " + path + " " + answer.body())
                .isEqualTo(status);
        var documented = template.replaceFirst("\\?.*", "");
        if (status < 300) {
            tried.add(method + " " + documented);
        }
        return api.conforms(answer, method, documented);
    }

    private static JsonNode get(int status, TestApp.User who, String template, String... parts) {
        return call(status, who, "GET", template, map(parts), null);
    }

    private static JsonNode post(int status, TestApp.User who, String template, String body, String... parts) {
        return call(status, who, "POST", template, map(parts), body);
    }

    private static Map<String, String> map(String... parts) {
        var map = new java.util.HashMap<String, String>();
        for (int i = 0; i < parts.length; i += 2) {
            map.put(parts[i], parts[i + 1]);
        }
        return map;
    }

    private static final String[] DOUBLE = {"course", "demo", "lesson", "double"};

    @Test
    void everyOperationOfCoursesAnswersAsDocumented() throws Exception {
        lessonsAndCourses();
        ownPlace("lessons");
        ownPlace("exercises");
        long submission = exercises();
        for (var version : new String[] {"/api/v1", "/api"}) {
            progress(version);
            submissions(version, submission);
            history(version);
        }
        tutor();
        teaching();
        users();
        assertThat(tried)
                .containsAll(api.operations().stream()
                        .filter(one ->
                                TAGS.contains(one.node().path("tags").path(0).asText()))
                        .map(DocumentedApi.Operation::toString)
                        .toList());
    }

    private static void lessonsAndCourses() {
        assertThat(get(200, learner, "/api/v1/lessons").path("lessons")).hasSize(4);
        get(200, learner, "/api/v1/lessons?view=tree");
        get(404, learner, "/api/v1/lessons?course=none");
        get(401, null, "/api/v1/lessons");
        get(200, learner, "/api/v1/lessons/{lesson}", "lesson", "double");
        get(404, learner, "/api/v1/lessons/{lesson}", "lesson", "none");
        get(409, learner, "/api/v1/lessons/{lesson}", "lesson", "later");
        get(200, learner, "/api/v1/lessons/{course}/{lesson}", DOUBLE);
        get(200, learner, "/api/lessons");
        get(200, learner, "/api/lessons/{lesson}", "lesson", "welcome");
        var etag =
                app.get(learner, "/api/v1/lessons").headers().firstValue("ETag").orElseThrow();
        var same = app.send(learner, "GET", "/api/v1/lessons", null, "If-None-Match", etag);
        assertThat(same.statusCode()).isEqualTo(304);
        api.conforms(same, "GET", "/api/v1/lessons");
        get(200, learner, "/api/v1/courses");
        get(200, learner, "/api/v1/courses?timezone=Europe/Berlin&user_id=" + num);
        get(400, learner, "/api/v1/courses?timezone=nowhere");
        get(403, learner, "/api/v1/courses?user_id=1");
        get(200, learner, C, "course", "demo");
        get(404, learner, C, "course", "none");
        get(200, learner, C + "/lessons/{lesson}", DOUBLE);
        get(200, learner, C + "/lessons/{lesson}", "course", "demo", "lesson", "limited");
        get(200, learner, X, DOUBLE);
        var file = map("course", "demo", "lesson", "double", "name", "words.txt");
        call(200, learner, "GET", C + "/files/{lesson}/{name}", file, null);
        file.put("name", "none.txt");
        call(404, learner, "GET", C + "/files/{lesson}/{name}", file, null);
    }

    private static void ownPlace(String kind) {
        var mine = C + "/" + kind + "/{lesson}/mine";
        get(200, learner, mine, DOUBLE);
        var saved = "{\"files\":{\"main.py\":\"x = 1\\n\"},\"cursor\":{\"line\":1,\"column\":6},\"completed\":1}";
        call(200, learner, "PUT", mine, map(DOUBLE), saved);
        call(400, learner, "PUT", mine, map(DOUBLE), "{\"files\":{\"../x\":\"\"}}");
        get(404, learner, mine, "course", "demo", "lesson", "none");
        call(200, learner, "DELETE", mine, map(DOUBLE), null);
    }

    private static long exercises() {
        var run = post(200, learner, "/api/v1/code/execute", "{\"code\":\"1/0\",\"lesson_id\":\"double\"}");
        assertThat(run.path("submission_id").isIntegralNumber()).isTrue();
        post(200, learner, X + "/check", BAD, DOUBLE);
        post(200, learner, X + "/check", "{\"code\":\"def\"}", DOUBLE);
        post(400, learner, X + "/check", "{}", DOUBLE);
        post(404, learner, X + "/check", GOOD, "course", "demo", "lesson", "welcome");
        post(409, learner, X + "/check", GOOD, "course", "demo", "lesson", "later");
        post(200, learner, X + "/submit", BAD, DOUBLE);
        post(200, learner, X + "/hint", BAD, DOUBLE);
        post(200, learner, X + "/hint", "{\"kind\":\"step\"}", DOUBLE);
        post(200, learner, X + "/hint", "{\"kind\":\"tutor\"}", DOUBLE);
        post(400, learner, X + "/hint", "{\"kind\":\"spell\"}", DOUBLE);
        get(200, learner, X + "/mine", DOUBLE);
        post(200, learner, X + "/submit", GOOD, "course", "demo", "lesson", "limited");
        post(409, learner, X + "/submit", GOOD, "course", "demo", "lesson", "limited");
        return post(200, learner, X + "/submit", GOOD, DOUBLE)
                .path("submission_id")
                .asLong();
    }

    private static void progress(String version) {
        var base = version + "/progress";
        post(200, learner, base, "{\"lesson_id\":\"welcome\",\"completed\":true,\"user_id\":" + num + "}");
        post(400, learner, base, "{\"completed\":true}");
        post(403, learner, base, "{\"lesson_id\":\"welcome\",\"user_id\":1}");
        post(404, learner, base, "{\"lesson_id\":99}");
        for (var path : new String[] {"", "/recent?limit=1", "/stats"}) {
            get(200, learner, base + "/user/{user}" + path, "user", num);
            get(403, learner, base + "/user/{user}" + path, "user", "1");
        }
        get(404, admin, base + "/user/{user}", "user", "999");
        var at = base + "/user/{user}/lesson/{lesson}";
        get(200, learner, at, "user", num, "lesson", "welcome");
        get(404, learner, at, "user", num, "lesson", "later");
        call(200, learner, "PUT", at, map("user", num, "lesson", "welcome"), "{\"current_code\":\"1\"}");
        post(200, learner, at + "/complete", "", "user", num, "lesson", "welcome");
    }

    private static void submissions(String version, long submission) {
        var base = version + "/submissions";
        post(
                200,
                learner,
                base,
                "{\"lesson_id\":\"double\",\"code\":\"1\",\"status\":\"success\",\"execution_time\":1}");
        post(400, learner, base, "{\"lesson_id\":\"double\",\"code\":\"1\",\"status\":\"pass\"}");
        get(200, learner, base + "/user/{user}", "user", num);
        get(200, admin, base + "/user/{user}?limit=2", "user", num);
        get(200, learner, base + "/user/{user}/stats", "user", num);
        get(200, learner, base + "/user/{user}/lesson/{lesson}", "user", num, "lesson", "double");
        get(200, learner, base + "/{id}", "id", Long.toString(submission));
        get(200, admin, base + "/{id}", "id", Long.toString(submission));
        get(404, learner, base + "/{id}", "id", "999");
    }

    private static void history(String version) {
        var base = version + "/chat-history";
        var said = "{\"lesson_id\":\"welcome\",\"role\":\"user\",\"content\":\"Why?\",\"metadata\":{\"a\":1}}";
        post(200, learner, base, said);
        post(200, learner, base, "{\"role\":\"assistant\",\"content\":\"Because.\"}");
        post(400, learner, base, "{\"role\":\"robot\",\"content\":\"?\"}");
        get(200, learner, base + "/user/{user}", "user", num);
        get(200, learner, base + "/user/{user}/stats", "user", num);
        var at = base + "/user/{user}/lesson/{lesson}";
        get(200, learner, at, "user", num, "lesson", "welcome");
        call(200, learner, "DELETE", at, map("user", num, "lesson", "welcome"), null);
    }

    /** No model is set up here: an apology is an answer. */
    private static void tutor() {
        post(200, learner, "/api/v1/chat", "{\"message\":\"Why?\",\"lesson_id\":\"double\",\"code\":\"1\"}");
        post(200, learner, "/api/v1/chat", "{\"message\":\"Why?\",\"stream\":true}");
        post(200, learner, "/api/chat", "{\"message\":\"Why?\"}");
        post(400, learner, "/api/v1/chat", "{\"message\":\"\"}");
        var key = "/api/v1/courses/key";
        call(200, learner, "PUT", key, Map.of(), "{\"api_key\":\"sk-1\"}");
        get(200, learner, key);
        call(200, learner, "DELETE", key, Map.of(), null);
        var example = get(200, learner, "/api/migrate/example");
        post(200, learner, "/api/migrate", example.toString());
        post(400, learner, "/api/migrate", "{\"progress_list\":[1]}");
    }

    private static void teaching() throws InterruptedException {
        get(403, learner, C + "/gradebook", "course", "demo");
        get(200, admin, C + "/gradebook?limit=1&query=learner", "course", "demo");
        get(200, admin, C + "/gradebook.csv", "course", "demo");
        get(200, admin, C + "/stuck?fails=1", "course", "demo");
        get(200, admin, X + "/submissions", DOUBLE);
        get(200, admin, X + "/submissions?user_id=" + num, DOUBLE);
        get(200, admin, C + "/hints", "course", "demo");
        get(200, admin, C + "/problems", "course", "demo");
        post(202, admin, C + "/check", "", "course", "demo");
        post(200, admin, "/api/v1/courses/reload", "");
        var one = map("course", "demo", "lesson", "double", "user", num);
        call(200, admin, "PUT", X + "/overrides/{user}", one, "{\"due_at\":\"2999-01-01T00:00:00Z\",\"attempts\":3}");
        call(400, admin, "PUT", X + "/overrides/{user}", one, "{\"due_at\":\"soon\"}");
        get(200, admin, X + "/overrides", DOUBLE);
        call(200, admin, "DELETE", X + "/overrides/{user}", one, null);
        call(404, admin, "DELETE", X + "/overrides/{user}", one, null);
        var applied = regraded();
        get(200, admin, C + "/regrades", "course", "demo");
        post(200, admin, C + "/regrades/{id}/apply", "", "course", "demo", "id", applied);
        call(409, admin, "DELETE", C + "/regrades/{id}", map("course", "demo", "id", applied), null);
        call(200, admin, "DELETE", C + "/regrades/{id}", map("course", "demo", "id", regraded()), null);
        get(404, admin, C + "/regrades/{id}", "course", "demo", "id", "999");
    }

    private static String regraded() throws InterruptedException {
        var id = post(202, admin, X + "/regrade", "", DOUBLE).path("id").asText();
        long end = System.nanoTime() + 120_000_000_000L;
        while (!get(200, admin, C + "/regrades/{id}", "course", "demo", "id", id)
                .path("state")
                .asText()
                .equals("ready")) {
            assertThat(System.nanoTime()).as("the regrade does not end").isLessThan(end);
            Thread.sleep(100);
        }
        return id;
    }

    private static void users() {
        get(403, learner, "/api/users");
        get(200, admin, "/api/users?query=learner&page=1");
        post(200, admin, "/api/users", "{\"username\":\"kid\",\"settings\":{\"theme\":\"dark\"}}");
        post(409, admin, "/api/users", "{\"username\":\"kid\"}");
        post(400, admin, "/api/users", "{\"username\":\"<kid>\"}");
        get(200, learner, "/api/users/{id}", "id", num);
        get(404, admin, "/api/users/{id}", "id", "999");
        call(200, learner, "PUT", "/api/users/{id}", map("id", num), "{\"full_name\":\"L.\",\"settings\":{\"a\":1}}");
        post(200, learner, "/api/users/{id}/login", "", "id", num);
        var role = "/api/users/{id}/role";
        for (var name : new String[] {"guest", "teacher", "user"}) {
            call(200, admin, "PUT", role, map("id", num), "{\"role\":\"" + name + "\"}");
        }
        call(400, admin, "PUT", role, map("id", num), "{\"role\":\"king\"}");
    }
}
