package carafe.feature.courses;

import static carafe.TestApp.json;
import static org.assertj.core.api.Assertions.assertThat;

import carafe.TestApp;
import carafe.feature.courses.format.CourseFolder;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A course that is broken on the disk when the server starts is served as it was last good. */
class LastGoodTest {
    @TempDir
    Path folder;

    @Test
    void theLastGoodVersionOutlivesARestart() {
        var one = CourseFolder.demo(folder.resolve("courses/one"));
        var two = CourseFolder.demo(folder.resolve("courses/two"));
        CourseFolder.demo(folder.resolve("courses/three"));
        TestApp.User teacher;
        try (var app = start()) {
            teacher = app.signUp("admin");
            assertThat(titles(app, teacher, "one")).containsExactly("welcome", "double");
            // one lesson goes on while another is broken already
            two.file("01-basics/02-double/tests/hidden.json", "{");
            app.post(teacher, "/api/v1/courses/reload", "{}");
            two.file("01-basics/01-welcome/README.md", "# Second version\n");
            app.post(teacher, "/api/v1/courses/reload", "{}");
        }
        one.file("course.json", "{");
        two.file("01-basics/01-welcome/README.md", "---\nno end\n");
        remove(folder.resolve("courses/three"));
        try (var app = start()) {
            assertThat(titles(app, teacher, "one")).containsExactly("welcome", "double");
            assertThat(problems(app, teacher, "one").path("stale")).hasSize(2);
            assertThat(problems(app, teacher, "one").path("findings").toString())
                    .contains("course.json", "not valid JSON");
            assertThat(titles(app, teacher, "two")).containsExactly("welcome", "double");
            assertThat(app.get(teacher, "/api/v1/courses/two/lessons/welcome").body())
                    .contains("Second version");
            assertThat(problems(app, teacher, "two").path("errors").asInt()).isPositive();
            assertThat(app.get(teacher, "/api/v1/courses/three").statusCode()).isEqualTo(404);
            assertThat(folder.resolve("data/course-copies/three")).doesNotExist();

            one.file("course.json", "{\"title\": \"Mended\"}");
            app.post(teacher, "/api/v1/courses/reload", "{}");
            assertThat(problems(app, teacher, "one").path("stale")).isEmpty();
            assertThat(app.get(teacher, "/api/v1/courses/one").body()).contains("Mended");
        }
    }

    @Test
    void whoTakesAnothersIdStaysWhatItWasAndSaysSo() {
        var first = CourseFolder.demo(folder.resolve("courses/alpha"));
        var second = CourseFolder.demo(folder.resolve("courses/beta")).file("course.json", "{\"title\": \"Beta\"}");
        TestApp.User teacher;
        try (var app = start()) {
            teacher = app.signUp("admin");
            assertThat(titles(app, teacher, "alpha")).containsExactly("welcome", "double");
            first.file("course.json", "{\"title\": \"Thief\", \"id\": \"beta\"}");
            app.post(teacher, "/api/v1/courses/reload", "{}");
            // the folder that had the id keeps it, though it is not the first
            assertThat(app.get(teacher, "/api/v1/courses/beta").body()).contains("Beta");
            assertThat(titles(app, teacher, "alpha")).containsExactly("welcome", "double");
            assertThat(problems(app, teacher, "alpha").path("stale")).hasSize(2);
            assertThat(problems(app, teacher, "alpha").path("findings").toString())
                    .contains("the id 'beta' is that of the folder beta");
            app.post(teacher, "/api/v1/courses/reload", "{}");
            // the other one gives it up: nothing has to be saved here for it to count
            second.file("course.json", "{\"title\": \"Beta\", \"id\": \"gamma\"}");
            app.post(teacher, "/api/v1/courses/reload", "{}");
            assertThat(app.get(teacher, "/api/v1/courses/beta").body()).contains("Thief");
            assertThat(app.get(teacher, "/api/v1/courses/gamma").statusCode()).isEqualTo(200);
            assertThat(problems(app, teacher, "beta").path("findings")).isEmpty();
        }
        // nobody had the id before: the second folder is left out and can be asked for by its name
        second.file("course.json", "{\"title\": \"Beta\", \"id\": \"beta\"}");
        try (var app = start()) {
            assertThat(app.get(teacher, "/api/v1/courses/beta").body()).contains("Thief");
            assertThat(problems(app, teacher, "folder:beta").path("findings").toString())
                    .contains("is that of the folder alpha");
        }
    }

    private TestApp start() {
        return TestApp.start(
                folder.resolve("data"), "COURSES_DIR", folder.resolve("courses").toString());
    }

    private static Stream<String> titles(TestApp app, TestApp.User user, String course) {
        var lessons = json(app.get(user, "/api/v1/courses/" + course)).findValues("lessons");
        return lessons.stream().flatMap(list -> list.findValuesAsText("id").stream());
    }

    private static JsonNode problems(TestApp app, TestApp.User teacher, String course) {
        return json(app.get(teacher, "/api/v1/courses/" + course + "/problems"));
    }

    private static void remove(Path place) {
        try (var all = Files.walk(place)) {
            for (var path : all.sorted((a, b) -> b.compareTo(a)).toList()) {
                Files.delete(path);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
