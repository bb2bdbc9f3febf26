package carafe.feature.courses;

import carafe.feature.courses.grading.Grader;
import carafe.feature.courses.grading.Verdict;
import carafe.platform.http.Body;
import carafe.platform.http.Caller;
import carafe.platform.http.CourseCode;
import carafe.platform.http.Permission;
import carafe.platform.http.Problem;
import carafe.platform.http.RateArea;
import carafe.platform.http.Routes;
import carafe.platform.http.Rule;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.http.Context;
import java.util.Map;
import java.util.Optional;

/** Try an exercise against its visible tests, hand it in, ask for a hint. */
final class ExerciseRoutes {
    private final Lookup lookup;
    private final Who who;
    private final Grader grader;
    private final Submissions submissions;
    private final ScoreStore scores;
    private final ProgressStore progress;
    private final Hinting hinting;
    private final TestsJson tests;
    private final Body body;
    private final boolean open;

    ExerciseRoutes(
            Lookup lookup,
            Who who,
            Grader grader,
            Submissions submissions,
            ScoreStore scores,
            ProgressStore progress,
            Hinting hinting,
            ObjectMapper mapper,
            boolean open) {
        this.lookup = lookup;
        this.who = who;
        this.grader = grader;
        this.submissions = submissions;
        this.scores = scores;
        this.progress = progress;
        this.hinting = hinting;
        this.tests = new TestsJson(mapper);
        this.body = new Body(mapper);
        this.open = open;
    }

    void register(Routes routes) {
        var run = Rule.of(Permission.EXECUTE_CODE, open)
                .limitedBy(RateArea.SUBMIT)
                .withMaxBody(SentFiles.MOST_BODY);
        var path = "/api/v1/courses/{course}/exercises/{lesson}";
        routes.post(path + "/check", run, this::check);
        routes.post(path + "/submit", run, this::submit);
        routes.post(path + "/hint", run.limitedBy(RateArea.HINT), this::hint);
    }

    private void check(Context ctx) {
        var at = lookup.exercise(ctx);
        var fields = body.fields(ctx);
        var files = SentFiles.required(fields, at.lesson());
        var me = who.acting(ctx, ProgressRoutes.userId(ctx, fields));
        checkOpen(ctx, me, at);
        switch (grader.grade(at.lesson(), files, Grader.Which.VISIBLE, me.id())) {
            case Grader.Graded(var verdict) -> ctx.json(json(verdict));
            case Grader.NotRun nothing -> throw unavailable(nothing);
        }
    }

    private void checkOpen(Context ctx, Who.Learning me, Lookup.Found at) {
        if (!Permission.MANAGE_COURSES.heldBy(Caller.of(ctx))) {
            submissions.checkOpen(me.id(), at);
        }
    }

    private static Problem unavailable(Grader.NotRun nothing) {
        return new Problem.Course(
                nothing.again() ? CourseCode.CONTAINER_POOL_ERROR : CourseCode.SANDBOX_EXECUTION_ERROR,
                nothing.message(),
                JsonNodeFactory.instance.objectNode(),
                null,
                nothing.pause());
    }

    private ObjectNode json(Verdict verdict) {
        var json = JsonNodeFactory.instance
                .objectNode()
                .put("status", verdict.status().wire())
                .put("score", verdict.score())
                .put("gradable", verdict.gradable())
                .put("message", verdict.message())
                .put("run_ms", verdict.runMs());
        json.set("tests", tests.shown(tests.of(verdict.tests())));
        return json;
    }

    private void submit(Context ctx) {
        var at = lookup.exercise(ctx);
        var fields = body.fields(ctx);
        var files = SentFiles.required(fields, at.lesson());
        var me = who.acting(ctx, ProgressRoutes.userId(ctx, fields));
        checkOpen(ctx, me, at);
        var code = files.getOrDefault(at.lesson().code().entry(), "");
        progress.save(me.id(), at.ref(), new ProgressStore.Change(null, null, code, submissions.json(files)));
        var graded = submissions.submit(me.id(), at, files);
        if (graded.isQueued()) {
            ctx.status(202)
                    .json(JsonNodeFactory.instance
                            .objectNode()
                            .put("submission_id", graded.id())
                            .put("status", "queued"));
            return;
        }
        ctx.json(result(me, at, graded));
    }

    private ObjectNode result(Who.Learning me, Lookup.Found at, Submission graded) {
        var best = scores.find(me.id(), at.ref());
        int used = best.map(ScoreStore.Best::attempts).orElse(0);
        var json = JsonNodeFactory.instance
                .objectNode()
                .put("submission_id", graded.id())
                .put("status", graded.status())
                .put("score", graded.score())
                .put("gradable", graded.gradable())
                .put("message", graded.output())
                .put("run_ms", graded.runMs())
                .put("points", graded.points())
                .put("max_points", at.lesson().rules().points())
                .put("credit", graded.credit())
                .put("late", graded.late())
                .put("best_points", best.map(ScoreStore.Best::points).orElse(0.0))
                .put(
                        "passed",
                        best.filter(reached -> reached.passedAt() != null).isPresent())
                .put(
                        "attempts_left",
                        submissions.conditions(me.id(), at).left(used).orElse(null));
        json.set("tests", tests.shown(tests.read(graded.tests())));
        return json;
    }

    private void hint(Context ctx) {
        var at = lookup.exercise(ctx);
        var fields = body.fields(ctx);
        var wish = switch (fields.optionalText("kind", 20).orElse("auto")) {
            case "auto" -> Hinting.Wish.AUTO;
            case "step" -> Hinting.Wish.STEP;
            case "tutor" -> Hinting.Wish.TUTOR;
            default -> throw new Problem.Unprocessable("'kind' must be auto, step or tutor.", "kind");
        };
        var files = fields.has("files") || fields.has("code")
                ? Optional.of(SentFiles.required(fields, at.lesson()))
                : Optional.<Map<String, String>>empty();
        var me = who.acting(ctx, ProgressRoutes.userId(ctx, fields));
        checkOpen(ctx, me, at);
        ctx.json(hinting.hint(
                Caller.of(ctx),
                me.id(),
                at,
                wish,
                files,
                fields.optionalText("question", 2_000).orElse("")));
    }
}
