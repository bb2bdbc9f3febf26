package carafe.feature.courses;

import carafe.feature.courses.format.Course;
import carafe.feature.courses.format.Lesson;
import carafe.feature.courses.format.Match;
import carafe.feature.courses.format.TableTest;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Courses and lessons as learners get them. Hidden tests are a number here, solutions and mistakes nothing at all: whoever
 * adds a field adds it for everybody's eyes.
 */
final class LessonJson {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private LessonJson() {}

    /** The head of a course. */
    static ObjectNode course(Course course) {
        var lessons = course.lessons().toList();
        var json = NODES.objectNode()
                .put("id", course.id())
                .put("title", course.title())
                .put("description", course.description())
                .put("version", course.version())
                .put("language", course.setup().language());
        texts(json.putArray("authors"), course.setup().authors());
        return json.put("lessons", lessons.size())
                .put("exercises", lessons.stream().filter(Lesson::isExercise).count())
                .put(
                        "minutes",
                        lessons.stream().mapToInt(l -> l.about().minutes()).sum())
                .put(
                        "points",
                        lessons.stream()
                                .filter(Lesson::isExercise)
                                .mapToDouble(l -> l.rules().points())
                                .sum());
    }

    /** A line of a list. */
    static ObjectNode line(Lesson lesson) {
        var json = NODES.objectNode()
                .put("id", lesson.id())
                .put("title", lesson.title())
                .put("kind", lesson.kind().name().toLowerCase(java.util.Locale.ROOT))
                .put("exercise", lesson.isExercise())
                .put("language", lesson.about().language())
                .put("difficulty", lesson.about().difficulty())
                .put("minutes", lesson.about().minutes())
                .put("points", lesson.isExercise() ? lesson.rules().points() : 0);
        texts(json.putArray("tags"), lesson.about().tags());
        texts(json.putArray("concepts"), lesson.about().concepts());
        json.put("opens_at", time(lesson.rules().opens()))
                .put("due_at", time(lesson.rules().due()));
        texts(json.putArray("requires"), lesson.rules().requires());
        return json;
    }

    /** The whole lesson, the same for everybody. */
    static ObjectNode whole(Course course, Lesson lesson) {
        var json = line(lesson).put("course", course.id()).put("content", lesson.text());
        json.put("entry", lesson.code().entry());
        json.set("files", files(lesson.code().starter()));
        texts(
                json.putArray("data_files"),
                lesson.code().data().keySet().stream().sorted().toList());
        var tests = json.putArray("tests");
        lesson.tests().stream().filter(test -> !test.hidden()).forEach(test -> tests.add(test(test)));
        json.put(
                        "hidden_tests",
                        lesson.tests().stream().filter(TableTest::hidden).count())
                .put("code_tests", lesson.codeTests().orElse(null))
                .put("hints", lesson.hints().size())
                .put("timeout", lesson.rules().timeout().toMillis() / 1000.0)
                .put("attempts", lesson.rules().attempts());
        lesson.rules()
                .late()
                .ifPresentOrElse(
                        late -> json.putObject("late")
                                .put("credit", late.credit())
                                .put("until", late.until().toString()),
                        () -> json.putNull("late"));
        var all = course.lessons().map(Lesson::id).toList();
        int at = all.indexOf(lesson.id());
        return json.put("previous", at > 0 ? all.get(at - 1) : null)
                .put("next", at >= 0 && at + 1 < all.size() ? all.get(at + 1) : null);
    }

    private static ObjectNode test(TableTest test) {
        var json = NODES.objectNode().put("name", test.name()).put("points", test.points());
        switch (test.input()) {
            case TableTest.Call call -> json.put("call", call.expression()).put("input", call.expression());
            case TableTest.Run run -> {
                json.put("stdin", run.stdin()).put("input", run.stdin());
                texts(json.putArray("args"), run.args());
            }
        }
        switch (test.expected()) {
            case TableTest.Output output -> json.put("expected", output.text()).put("match", match(output.match()));
            case TableTest.Value value -> {
                json.put("expected", value.value().toString()).put("match", "value");
                json.set("returns", value.value());
            }
            case TableTest.Raised raised -> json.put("expected", raised.type()).put("match", "raises");
        }
        return json;
    }

    private static String match(Match match) {
        return switch (match) {
            case Match.Exact m -> "exact";
            case Match.Trim m -> "trim";
            case Match.Tokens m -> "tokens";
            case Match.Lines m -> "lines";
            case Match.Contains m -> "contains";
            case Match.Floats m -> "float:" + m.tolerance();
            case Match.Regex m -> "regex";
        };
    }

    static ObjectNode files(Map<String, String> files) {
        var json = NODES.objectNode();
        new TreeMap<>(files).forEach(json::put);
        return json;
    }

    static void texts(ArrayNode into, List<String> texts) {
        texts.forEach(into::add);
    }

    static @org.jspecify.annotations.Nullable String time(Optional<Instant> moment) {
        return moment.map(Instant::toString).orElse(null);
    }

    static @org.jspecify.annotations.Nullable String time(@org.jspecify.annotations.Nullable Long millis) {
        return millis == null ? null : Instant.ofEpochMilli(millis).toString();
    }
}
