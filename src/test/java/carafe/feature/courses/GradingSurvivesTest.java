package carafe.feature.courses;

import static carafe.TestApp.json;
import static org.assertj.core.api.Assertions.assertThat;

import carafe.ServerProcess;
import carafe.TestApp;
import carafe.feature.courses.format.CourseFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What was accepted is graded once: after a kill in the middle, and when the engine was away. */
class GradingSurvivesTest {
    private static final String SUBMIT = "/api/v1/courses/demo/exercises/double/submit";
    private static final String GOOD = "{\"code\":\"def double(n):\\n    return n * 2\\n\"}";

    @TempDir
    Path folder;

    @Test
    void aSubmissionWaitsForTheEngine() throws Exception {
        CourseFolder.demo(folder.resolve("courses/demo"));
        var socket = folder.resolve("docker.sock");
        try (var app = TestApp.start(
                folder.resolve("data"),
                "DOCKER_HOST",
                "unix://" + socket,
                "COURSES_DIR",
                folder.resolve("courses").toString(),
                "RATE_LIMIT_GLOBAL",
                "0",
                "RATE_LIMIT_SUBMIT",
                "0")) {
            var user = app.signUp("user");
            var check = app.post(user, "/api/v1/courses/demo/exercises/double/check", GOOD);
            assertThat(check.statusCode()).isEqualTo(503);
            assertThat(check.headers().firstValue("Retry-After")).isPresent();
            var asked = Thread.ofVirtual().start(() -> app.post(user, SUBMIT, GOOD));
            var waiting = JsonNodeAwait.until(
                    () -> json(app.get(user, "/api/v1/submissions/user/" + num(app, user))),
                    all -> all.size() == 1 && all.get(0).path("status").asText().equals("queued"));
            Files.createSymbolicLink(socket, Path.of("/var/run/docker.sock")); // somebody starts Docker
            var graded = JsonNodeAwait.until(
                    () -> json(app.get(
                            user,
                            "/api/v1/submissions/" + waiting.get(0).path("id").asLong())),
                    one -> !one.path("status").asText().equals("queued"));
            assertThat(graded.path("status").asText()).isEqualTo("pass");
            asked.join();
        }
    }

    private static long num(TestApp app, TestApp.User user) {
        return json(app.get(user, "/api/users/current")).path("id").asLong();
    }

    private ServerProcess serve() throws IOException {
        var courses = folder.resolve("courses").toString();
        return ServerProcess.start(folder, "", Map.of("CONTAINER_POOL_SIZE", "1", "COURSES_DIR", courses));
    }

    @Test
    void aKillInTheMiddleLeavesOneGradeAndOneAttempt() throws Exception {
        CourseFolder.demo(folder.resolve("courses/demo")).exercise("01-basics/02-double", "timeout: 5\npoints: 2\n");
        TestApp.User user;
        long id;
        try (var process = serve()) {
            var client = process.client();
            user = client.signUp("user");
            var slow = "{\"code\":\"import time\\ntime.sleep(0.8)\\ndef double(n):\\n    return n * 2\\n\"}";
            Thread.ofVirtual().start(() -> {
                try {
                    client.post(user, SUBMIT, slow);
                } catch (java.io.UncheckedIOException e) {
                    // that is the kill
                }
            });
            var path = "/api/v1/submissions/user/" + num(client, user);
            id = JsonNodeAwait.until(() -> json(client.get(user, path)), all -> all.size() == 1)
                    .get(0)
                    .path("id")
                    .asLong();
        }
        try (var second = serve()) {
            var after = second.client();
            var graded = JsonNodeAwait.until(
                    () -> json(after.get(user, "/api/v1/submissions/" + id)),
                    one -> !one.path("status").asText().equals("queued"));
            assertThat(graded.path("status").asText()).isEqualTo("pass");
            assertThat(json(after.get(user, "/api/v1/courses/demo/lessons/double/mine"))
                            .path("attempts")
                            .path("used")
                            .asInt())
                    .isEqualTo(1);
        }
    }
}
