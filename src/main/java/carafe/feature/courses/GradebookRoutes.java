package carafe.feature.courses;

import carafe.feature.courses.format.Course;
import carafe.feature.courses.format.Lesson;
import carafe.platform.http.Page;
import carafe.platform.http.Permission;
import carafe.platform.http.Routes;
import carafe.platform.http.Rule;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.http.Context;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** What teachers see of their learners: the gradebook by pages, as a file, and who is stuck. Three queries a page. */
final class GradebookRoutes {
    private static final int USUAL_PAGE = 50;
    private static final int MOST_PAGE = 200;
    private static final int USUAL_FAILS = 5;

    private final Lookup lookup;
    private final ScoreStore scores;

    GradebookRoutes(Lookup lookup, ScoreStore scores) {
        this.lookup = lookup;
        this.scores = scores;
    }

    void register(Routes routes) {
        var rule = Rule.of(Permission.VIEW_GRADEBOOK, false);
        routes.get("/api/v1/courses/{course}/gradebook", rule, this::page);
        routes.get("/api/v1/courses/{course}/gradebook.csv", rule, this::file);
        routes.get("/api/v1/courses/{course}/stuck", rule, this::stuck);
    }

    private static List<Lesson> exercises(Course course) {
        return course.lessons().filter(Lesson::isExercise).toList();
    }

    private void page(Context ctx) {
        var course = lookup.course(ctx);
        int limit = ProgressRoutes.limit(ctx, USUAL_PAGE, MOST_PAGE);
        var query = Page.query(ctx);
        long offset = Page.offset(ctx, limit);
        var exercises = exercises(course);
        var people = scores.learners(course.id(), query, limit, offset);
        var json = JsonNodeFactory.instance.objectNode().put("course", course.id());
        var columns = json.putArray("exercises");
        exercises.forEach(exercise -> columns.addObject()
                .put("id", exercise.id())
                .put("title", exercise.title())
                .put("points", exercise.rules().points()));
        json.put("total", scores.learners(course.id(), query))
                .put("page", offset / limit + 1)
                .put("limit", limit);
        double most = exercises.stream().mapToDouble(e -> e.rules().points()).sum();
        var byPerson = byPerson(people, course);
        var rows = json.putArray("learners");
        for (var one : people) {
            var row = rows.addObject().put("user_id", one.num()).put("name", one.name());
            var own = byPerson.getOrDefault(one.accountId(), Map.of());
            double sum = 0;
            var cells = JsonNodeFactory.instance.objectNode();
            for (var exercise : exercises) {
                var best = own.get(exercise.id());
                if (best != null) {
                    sum += best.points();
                    cells.putObject(exercise.id())
                            .put("points", best.points())
                            .put("attempts", best.attempts())
                            .put("passed", best.passedAt() != null)
                            .put("submission_id", best.submissionId());
                }
            }
            row.put("points", rounded(sum)).put("max_points", most).set("scores", cells);
        }
        ctx.json(json);
    }

    private Map<String, Map<String, ScoreStore.Best>> byPerson(List<ScoreStore.Named> people, Course course) {
        var all = new HashMap<String, Map<String, ScoreStore.Best>>();
        scores.of(people, course.id())
                .forEach(best -> all.computeIfAbsent(best.accountId(), id -> new HashMap<>())
                        .put(best.lesson(), best));
        return all;
    }

    private void file(Context ctx) {
        var course = lookup.course(ctx);
        var exercises = exercises(course);
        var csv = new Csv().cell("user_id").cell("name").cell("points");
        exercises.forEach(exercise -> csv.cell(exercise.id()));
        csv.endRow();
        for (long offset = 0; ; offset += MOST_PAGE) {
            var people = scores.learners(course.id(), "", MOST_PAGE, offset);
            var byPerson = byPerson(people, course);
            for (var one : people) {
                var own = byPerson.getOrDefault(one.accountId(), Map.of());
                csv.cell((double) one.num())
                        .cell(one.name())
                        .cell(rounded(exercises.stream()
                                .map(exercise -> own.get(exercise.id()))
                                .filter(Objects::nonNull)
                                .mapToDouble(ScoreStore.Best::points)
                                .sum()));
                for (var exercise : exercises) {
                    var best = own.get(exercise.id());
                    if (best == null) {
                        csv.empty();
                    } else {
                        csv.cell(best.points());
                    }
                }
                csv.endRow();
            }
            if (people.size() < MOST_PAGE) {
                break;
            }
        }
        ctx.header("Content-Disposition", "attachment; filename=\"" + course.id() + "-grades.csv\"");
        ctx.contentType("text/csv; charset=utf-8").result(csv.toString());
    }

    /** As exact as one grade is: sums of parts have more digits than they mean. */
    private static double rounded(double points) {
        return Math.round(points * 1e4) / 1e4;
    }

    /** Whoever has failed an exercise so often and not passed it, the latest first. */
    private void stuck(Context ctx) {
        var course = lookup.course(ctx);
        var text = ctx.queryParam("fails");
        int fails = text != null && text.matches("[1-9]\\d{0,3}") ? Integer.parseInt(text) : USUAL_FAILS;
        var json = JsonNodeFactory.instance.objectNode();
        var list = json.putArray("stuck");
        for (var one : scores.stuck(course.id(), fails)) {
            list.add(row(course, one));
        }
        ctx.json(json);
    }

    private static ObjectNode row(Course course, ScoreStore.Stuck one) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("user_id", one.who().num())
                .put("name", one.who().name())
                .put("exercise", one.lesson())
                .put("title", course.lesson(one.lesson()).map(Lesson::title).orElse(one.lesson()))
                .put("attempts", one.attempts())
                .put("last_at", LessonJson.time((Long) one.lastAt()));
    }
}
