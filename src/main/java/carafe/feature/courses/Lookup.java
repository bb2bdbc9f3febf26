package carafe.feature.courses;

import carafe.feature.courses.format.Course;
import carafe.feature.courses.format.Lesson;
import carafe.platform.http.CourseCode;
import carafe.platform.http.Fields;
import carafe.platform.http.Problem;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.javalin.http.Context;
import java.util.Optional;

/**
 * Finds what a request names. Outside, a lesson's id is its own in the course of the lesson addresses, and
 * {@code course/lesson} in every other.
 */
final class Lookup {
    /** A lesson and where it belongs. */
    record Found(Course course, Lesson lesson) {
        LessonRef ref() {
            return new LessonRef(course.id(), lesson.id());
        }
    }

    private static final int MOST_ID = 130;

    private final Library library;

    Lookup(Library library) {
        this.library = library;
    }

    Course course(Context ctx) {
        return course(ctx.pathParam("course"));
    }

    Course course(String id) {
        return library.course(id).orElseThrow(() -> missing("course", id));
    }

    /** Of {@code /courses/{course}/…/{lesson}}. */
    Found lesson(Context ctx) {
        var course = course(ctx);
        var id = ctx.pathParam("lesson");
        return new Found(course, course.lesson(id).orElseThrow(() -> missing(id)));
    }

    Found exercise(Context ctx) {
        var found = lesson(ctx);
        if (!found.lesson().isExercise()) {
            throw missing("exercise", found.lesson().id());
        }
        return found;
    }

    /** The lesson of an id from outside. */
    Found lesson(String id) {
        int slash = id.indexOf('/');
        var course = slash < 0 ? library.lessonCourse() : library.course(id.substring(0, slash));
        var own = id.substring(slash + 1);
        return course.flatMap(one -> one.lesson(own).map(lesson -> new Found(one, lesson)))
                .orElseThrow(() -> missing(id));
    }

    /** Whether {@code id} is one from outside of a lesson that is there. */
    boolean has(String id) {
        int slash = id.indexOf('/');
        var course = slash < 0 ? library.lessonCourse() : library.course(id.substring(0, slash));
        return course.flatMap(one -> one.lesson(id.substring(slash + 1))).isPresent();
    }

    /** The lesson that a body names as {@code lesson_id}; numbers count as text. */
    Optional<Found> lesson(Fields fields) {
        var node = fields.node().get("lesson_id");
        var id = node != null && node.isNumber()
                ? Optional.of(node.asText())
                : fields.optionalText("lesson_id", MOST_ID);
        return id.filter(text -> !text.isBlank()).map(this::lesson);
    }

    Found required(Fields fields) {
        return lesson(fields).orElseThrow(() -> fields.missing("lesson_id"));
    }

    /** The id for outside. */
    String id(String course, String lesson) {
        return library.lessonCourse().filter(one -> one.id().equals(course)).isPresent()
                ? lesson
                : course + "/" + lesson;
    }

    static Problem missing(String lesson) {
        return new Problem.Course(
                CourseCode.LESSON_NOT_FOUND,
                "lesson not found: " + lesson,
                JsonNodeFactory.instance.objectNode().put("resource", "lesson").put("resource_id", lesson));
    }

    static Problem missing(String resource, String id) {
        return new Problem.Course(
                CourseCode.RESOURCE_NOT_FOUND,
                resource + " not found: " + id,
                JsonNodeFactory.instance.objectNode().put("resource", resource).put("resource_id", id));
    }
}
