package carafe.feature.courses;

import carafe.feature.code.Moved;
import carafe.feature.code.RunMeters;
import carafe.feature.courses.format.Course;
import carafe.feature.courses.format.Lesson;
import carafe.platform.http.Caller;
import carafe.platform.http.CourseCode;
import carafe.platform.http.Permission;
import carafe.platform.http.Problem;
import carafe.platform.http.RateArea;
import carafe.platform.http.Routes;
import carafe.platform.http.Rule;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.http.Context;
import java.time.Clock;

/** The lessons of the contract: a flat list, and one lesson with its text and code template. No queries, all from memory. */
final class LessonRoutes {
    private static final String STUB = "# TODO: write your code here\n";
    private static final String FIVE_MINUTES = "private, max-age=300";
    private static final String TEN_MINUTES = "private, max-age=600";

    private final Library library;
    private final Lookup lookup;
    private final Pages pages;
    private final RunMeters meters;
    private final Clock clock;
    private final boolean open;

    LessonRoutes(Library library, Lookup lookup, Pages pages, RunMeters meters, Clock clock, boolean open) {
        this.library = library;
        this.lookup = lookup;
        this.pages = pages;
        this.meters = meters;
        this.clock = clock;
        this.open = open;
    }

    void register(Routes routes) {
        var rule = Rule.of(Permission.VIEW_LESSONS, open).limitedBy(RateArea.LESSONS);
        routes.get("/api/v1/lessons", rule, this::list);
        routes.get("/api/v1/lessons/{lesson}", rule, ctx -> show(ctx, lookup.lesson(ctx.pathParam("lesson"))));
        routes.get("/api/v1/lessons/{course}/{lesson}", rule, ctx -> show(ctx, lookup.lesson(ctx)));
        routes.get("/api/lessons", rule.movedTo("/api/v1/lessons"), Moved.counted(meters, this::list));
        routes.get(
                "/api/lessons/{lesson}",
                rule.movedTo("/api/v1/lessons/{lesson}"),
                Moved.counted(meters, ctx -> show(ctx, lookup.lesson(ctx.pathParam("lesson")))));
    }

    private void list(Context ctx) {
        var wanted = ctx.queryParam("course");
        var course = wanted == null ? library.lessonCourse() : library.course(wanted);
        if (course.isEmpty()) {
            if (wanted != null) {
                throw Lookup.missing("course", wanted);
            }
            var none = JsonNodeFactory.instance.objectNode().put("success", true);
            none.putArray("lessons");
            ctx.json(none);
            return;
        }
        boolean tree = "tree".equals(ctx.queryParam("view"));
        pages.answer(
                ctx,
                "lessons " + tree + " " + course.get().id() + course.get().hash(),
                FIVE_MINUTES,
                () -> tree ? tree(course.get()) : flat(course.get()));
    }

    private ObjectNode flat(Course course) {
        var json = JsonNodeFactory.instance.objectNode().put("success", true).put("course", course.id());
        var lessons = json.putArray("lessons");
        course.lessons().forEach(lesson -> lessons.add(line(course, lesson)));
        return json;
    }

    private ObjectNode line(Course course, Lesson lesson) {
        var line = LessonJson.line(lesson).put("has_content", !lesson.text().isBlank());
        return line.put("id", lookup.id(course.id(), lesson.id())).put("course", course.id());
    }

    private ObjectNode tree(Course course) {
        var json = JsonNodeFactory.instance.objectNode().put("success", true).put("course", course.id());
        var chapters = json.putArray("lessons");
        course.chapters().forEach(chapter -> {
            var node = chapters.addObject()
                    .put("id", chapter.id())
                    .put("title", chapter.title())
                    .put("type", "chapter");
            var children = node.putArray("children");
            chapter.lessons()
                    .forEach(lesson -> children.add(line(course, lesson).put("type", "lesson")));
        });
        return json;
    }

    private void show(Context ctx, Lookup.Found found) {
        checkOpened(ctx, found, clock);
        pages.answer(
                ctx,
                "lesson " + found.course().id() + found.lesson().hash()
                        + found.lesson().folder(),
                TEN_MINUTES,
                () -> json(found));
    }

    private ObjectNode json(Lookup.Found found) {
        var lesson = found.lesson();
        var template = lesson.template();
        return JsonNodeFactory.instance
                .objectNode()
                .put("lesson_id", lookup.id(found.course().id(), lesson.id()))
                .put("course", found.course().id())
                .put("title", lesson.title())
                .put(
                        "content",
                        lesson.text().isBlank() ? "# " + lesson.title() + "\n\nBeing written.\n" : lesson.text())
                .put("code_template", template.isEmpty() && lesson.isExercise() ? STUB : template)
                .put("language", lesson.about().language());
    }

    /** Who does not teach waits until a lesson opens. */
    static void checkOpened(Context ctx, Lookup.Found found, Clock clock) {
        var opens = found.lesson().rules().opens();
        if (opens.isPresent()
                && clock.instant().isBefore(opens.get())
                && !Permission.MANAGE_COURSES.heldBy(Caller.of(ctx))) {
            throw new Problem.Course(
                    CourseCode.CONFLICT_ERROR,
                    "This lesson opens at " + opens.get() + ".",
                    JsonNodeFactory.instance
                            .objectNode()
                            .put("resource", "opens")
                            .put("opens_at", opens.get().toString()));
        }
    }
}
