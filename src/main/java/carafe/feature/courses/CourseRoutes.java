package carafe.feature.courses;

import carafe.platform.http.Body;
import carafe.platform.http.Caller;
import carafe.platform.http.Permission;
import carafe.platform.http.RateArea;
import carafe.platform.http.Routes;
import carafe.platform.http.Rule;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.http.Context;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The catalogue, a course, a lesson; what is the caller's own stands under {@code mine}. */
final class CourseRoutes {
    private final Library library;
    private final Lookup lookup;
    private final Who who;
    private final Mine mine;
    private final ProgressStore progress;
    private final ScoreStore scores;
    private final Pages pages;
    private final Body body;
    private final Clock clock;
    private final boolean open;

    CourseRoutes(
            Library library,
            Lookup lookup,
            Who who,
            Mine mine,
            ProgressStore progress,
            ScoreStore scores,
            Pages pages,
            ObjectMapper mapper,
            Clock clock,
            boolean open) {
        this.library = library;
        this.lookup = lookup;
        this.who = who;
        this.mine = mine;
        this.progress = progress;
        this.scores = scores;
        this.pages = pages;
        this.body = new Body(mapper);
        this.clock = clock;
        this.open = open;
    }

    void register(Routes routes) {
        var view = Rule.of(Permission.VIEW_LESSONS, open).limitedBy(RateArea.LESSONS);
        var own = Rule.of(Permission.VIEW_LESSONS, open);
        routes.get("/api/v1/courses", view, this::list);
        routes.get("/api/v1/courses/{course}", view, this::show);
        for (var kind : List.of("lessons", "exercises")) {
            var path = "/api/v1/courses/{course}/" + kind + "/{lesson}";
            routes.get(path, view, this::lesson);
            routes.get(path + "/mine", own, this::mine);
            routes.put(path + "/mine", own.withMaxBody(SentFiles.MOST_BODY), this::save);
            routes.delete(path + "/mine", own, this::reset);
        }
        routes.get("/api/v1/courses/{course}/files/{lesson}/<name>", view, this::file);
    }

    private void list(Context ctx) {
        var me = who.acting(ctx, Who.inQuery(ctx));
        var reached = scores.of(me.id());
        var places = progress.all(me.id());
        var answer = JsonNodeFactory.instance.objectNode();
        var list = answer.putArray("courses");
        library.all().stream().flatMap(one -> one.course().stream()).forEach(course -> {
            var own = reached.stream()
                    .filter(best -> best.course().equals(course.id()))
                    .toList();
            var seen = places.stream()
                    .filter(place -> place.course().equals(course.id()))
                    .toList();
            var json = LessonJson.course(course);
            json.putObject("mine")
                    .put("started", seen.size())
                    .put("completed", seen.stream().filter(Progress::completed).count())
                    .put(
                            "passed",
                            own.stream().filter(best -> best.passedAt() != null).count())
                    .put(
                            "points",
                            own.stream().mapToDouble(ScoreStore.Best::points).sum());
            list.add(json);
        });
        answer.set("streak", streak(ctx, reached));
        ctx.json(answer);
    }

    /** Days in a row, up to today or yesterday, on which an exercise was passed, where the learner is. */
    private ObjectNode streak(Context ctx, List<ScoreStore.Best> reached) {
        var zone = Optional.ofNullable(ctx.queryParam("timezone"))
                .map(CourseRoutes::zone)
                .orElse(ZoneId.of("UTC"));
        var days = reached.stream()
                .map(ScoreStore.Best::passedAt)
                .filter(java.util.Objects::nonNull)
                .map(at -> LocalDate.ofInstant(Instant.ofEpochMilli(at), zone))
                .collect(Collectors.toSet());
        var today = LocalDate.ofInstant(clock.instant(), zone);
        var day = days.contains(today) ? today : today.minusDays(1);
        int length = 0;
        while (days.contains(day)) {
            length++;
            day = day.minusDays(1);
        }
        return JsonNodeFactory.instance.objectNode().put("days", length).put("today", days.contains(today));
    }

    private static ZoneId zone(String text) {
        try {
            return ZoneId.of(text);
        } catch (DateTimeException e) {
            throw new carafe.platform.http.Problem.Unprocessable(
                    "'timezone' must be one, such as Europe/Berlin.", "timezone");
        }
    }

    private void show(Context ctx) {
        var course = lookup.course(ctx);
        var me = who.acting(ctx, Who.inQuery(ctx));
        Map<String, ScoreStore.Best> reached = scores.of(me.id(), course.id()).stream()
                .collect(Collectors.toMap(ScoreStore.Best::lesson, Function.identity()));
        var completed = progress.all(me.id()).stream()
                .filter(place -> place.course().equals(course.id()) && place.completed())
                .map(Progress::lesson)
                .collect(Collectors.toSet());
        var now = clock.instant();
        boolean teacher = Permission.MANAGE_COURSES.heldBy(Caller.of(ctx));
        var json = LessonJson.course(course).put("teacher", teacher);
        var chapters = json.putArray("chapters");
        course.chapters().forEach(chapter -> {
            var node = chapters.addObject().put("id", chapter.id()).put("title", chapter.title());
            var lessons = node.putArray("lessons");
            chapter.lessons().forEach(lesson -> {
                var best = reached.get(lesson.id());
                boolean locked = !teacher
                        && (lesson.rules().opens().filter(now::isBefore).isPresent()
                                || lesson.rules().requires().stream()
                                        .anyMatch(id -> !reached.containsKey(id)
                                                || reached.get(id).passedAt() == null));
                var line = LessonJson.line(lesson);
                line.putObject("mine")
                        .put("completed", completed.contains(lesson.id()))
                        .put("passed", best != null && best.passedAt() != null)
                        .put("points", best == null ? 0 : best.points())
                        .put("attempts", best == null ? 0 : best.attempts())
                        .put("locked", locked);
                lessons.add(line);
            });
        });
        ctx.json(json);
    }

    private void lesson(Context ctx) {
        var found = lookup.lesson(ctx);
        LessonRoutes.checkOpened(ctx, found, clock);
        pages.answer(
                ctx,
                "whole " + found.course().id() + found.course().hash()
                        + found.lesson().id(),
                "private, no-cache",
                () -> LessonJson.whole(found.course(), found.lesson()));
    }

    private void mine(Context ctx) {
        var found = lookup.lesson(ctx);
        ctx.json(mine.json(who.acting(ctx, Who.inQuery(ctx)).id(), found, Caller.of(ctx)));
    }

    private void save(Context ctx) {
        var found = lookup.lesson(ctx);
        var fields = body.fields(ctx);
        var me = who.acting(ctx, ProgressRoutes.userId(ctx, fields));
        mine.save(me.id(), found, fields);
        ctx.json(mine.json(me.id(), found, Caller.of(ctx)));
    }

    private void reset(Context ctx) {
        var found = lookup.lesson(ctx);
        var me = who.acting(ctx, Who.inQuery(ctx));
        progress.forgetCode(me.id(), found.ref());
        ctx.json(mine.json(me.id(), found, Caller.of(ctx)));
    }

    /** A data file; only as bytes to save, whatever it holds. */
    private void file(Context ctx) {
        var found = lookup.lesson(ctx);
        LessonRoutes.checkOpened(ctx, found, clock);
        var name = ctx.pathParam("name");
        var bytes = found.lesson().code().data().get(name);
        if (bytes == null) {
            throw Lookup.missing("file", name);
        }
        ctx.header("X-Content-Type-Options", "nosniff");
        ctx.header("Content-Disposition", "attachment");
        ctx.header("Cache-Control", "private, no-cache");
        ctx.contentType("application/octet-stream").result(bytes);
    }
}
