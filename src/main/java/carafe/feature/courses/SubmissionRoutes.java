package carafe.feature.courses;

import carafe.platform.http.Body;
import carafe.platform.http.Caller;
import carafe.platform.http.CourseCode;
import carafe.platform.http.Permission;
import carafe.platform.http.Problem;
import carafe.platform.http.Routes;
import carafe.platform.http.Rule;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.http.Context;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Submissions as the contract has them; what a client writes here never counts as graded. */
final class SubmissionRoutes {
    private static final Set<String> STATUSES = Set.of("success", "error", "timeout");
    private static final int MOST_TEXT = 512 << 10;

    private final SubmissionStore store;
    private final Submissions submissions;
    private final Library library;
    private final Lookup lookup;
    private final Who who;
    private final TestsJson tests;
    private final Body body;
    private final boolean open;

    SubmissionRoutes(
            SubmissionStore store,
            Submissions submissions,
            Library library,
            Lookup lookup,
            Who who,
            ObjectMapper mapper,
            boolean open) {
        this.store = store;
        this.submissions = submissions;
        this.library = library;
        this.lookup = lookup;
        this.who = who;
        this.tests = new TestsJson(mapper);
        this.body = new Body(mapper);
        this.open = open;
    }

    void register(Routes routes) {
        var read = Rule.of(Permission.VIEW_LESSONS, open);
        var write = Rule.of(Permission.EXECUTE_CODE, open).withMaxBody(SentFiles.MOST_BODY);
        for (var base : List.of("/api/v1/submissions", "/api/submissions")) {
            routes.post(base, write, this::add);
            routes.get(base + "/user/{user}", read, this::list);
            routes.get(base + "/user/{user}/stats", read, this::stats);
            routes.get(base + "/user/{user}/lesson/<lesson>", read, this::ofLesson);
            routes.get(base + "/{id}", read, this::show);
        }
    }

    private void add(Context ctx) {
        var fields = body.fields(ctx);
        var at = lookup.required(fields);
        var code = fields.text("code", MOST_TEXT);
        var status = fields.text("status", 20);
        if (!STATUSES.contains(status)) {
            throw new Problem.Unprocessable("'status' must be success, error or timeout.", "status");
        }
        var output = fields.optionalText("output", MOST_TEXT).orElse(null);
        var seconds = fields.optionalDouble("execution_time", 0, 86_400).orElse(null);
        var me = who.acting(ctx, ProgressRoutes.userId(ctx, fields));
        var files = JsonNodeFactory.instance.objectNode().put(at.lesson().code().entry(), code);
        long id = store.insertRun(
                me.id(), at.ref(), new SubmissionStore.Ran("client", status, files.toString(), output, seconds));
        ctx.json(json(me.num(), store.find(id).orElseThrow(), false));
    }

    private Who.Learning reader(Context ctx) {
        return who.reading(ctx, Who.number(ctx.pathParam("user")));
    }

    private void list(Context ctx) {
        var me = reader(ctx);
        answer(ctx, me, store.of(me.id(), ProgressRoutes.limit(ctx, 50, 500)));
    }

    private void ofLesson(Context ctx) {
        var me = reader(ctx);
        var at = lookup.lesson(ctx.pathParam("lesson"));
        answer(ctx, me, store.of(me.id(), at.ref(), ProgressRoutes.limit(ctx, 20, 200)));
    }

    private void answer(Context ctx, Who.Learning me, List<Submission> found) {
        var list = JsonNodeFactory.instance.arrayNode();
        boolean teacher = Permission.VIEW_GRADEBOOK.heldBy(Caller.of(ctx));
        found.forEach(one -> list.add(json(me.num(), one, teacher)));
        ctx.json(list);
    }

    private void show(Context ctx) {
        var id = ctx.pathParam("id");
        var found = id.matches("[1-9]\\d{0,17}") ? store.find(Long.parseLong(id)) : Optional.<Submission>empty();
        var submission = found.orElseThrow(() -> missing(id));
        var me = mayRead(ctx, submission, id);
        ctx.json(json(me, submission, Permission.VIEW_GRADEBOOK.heldBy(Caller.of(ctx))));
    }

    /** The owner's number. Somebody else's submission is not there, except for teachers and in an open class. */
    private long mayRead(Context ctx, Submission submission, String id) {
        var caller = Caller.of(ctx);
        if (!(caller instanceof Caller.Anonymous) && caller.person().id().equals(submission.accountId())) {
            return caller.person().num();
        }
        var owner = who.owner(submission.accountId());
        boolean may = Permission.VIEW_GRADEBOOK.heldBy(caller) || (open && !owner.signsIn());
        if (!may) {
            throw missing(id);
        }
        return owner.num();
    }

    private static Problem missing(String id) {
        return new Problem.Course(
                CourseCode.SUBMISSION_NOT_FOUND,
                "submission not found: " + id,
                JsonNodeFactory.instance
                        .objectNode()
                        .put("resource", "submission")
                        .put("resource_id", id));
    }

    private void stats(Context ctx) {
        var stats = store.stats(reader(ctx).id());
        ctx.json(JsonNodeFactory.instance
                .objectNode()
                .put("total_submissions", stats.total())
                .put("success_count", stats.successes())
                .put("error_count", stats.errors())
                .put("timeout_count", stats.timeouts())
                .put(
                        "success_rate",
                        stats.total() == 0 ? 0.0 : Math.round(stats.successes() * 1000.0 / stats.total()) / 10.0)
                .put("average_execution_time", Math.round(stats.time() * 1000) / 1000.0));
    }

    private ObjectNode json(long num, Submission submission, boolean teacher) {
        var files = submissions.files(submission);
        var lesson = library.course(submission.course()).flatMap(course -> course.lesson(submission.lesson()));
        var entry = lesson.map(one -> one.code().entry()).orElse("main.py");
        var ms = submission.runMs();
        var json = JsonNodeFactory.instance
                .objectNode()
                .put("id", submission.id())
                .put("user_id", num)
                .put("lesson_id", lookup.id(submission.course(), submission.lesson()))
                .put("course", submission.course())
                .put("code", files.getOrDefault(entry, ""));
        json.set("files", LessonJson.files(files));
        json.put("output", submission.output())
                .put("status", submission.status())
                .put("execution_time", ms == null ? null : Math.round(ms) / 1000.0)
                .put("submitted_at", LessonJson.time((Long) submission.submittedAt()))
                .put("source", submission.source());
        if (submission.source().equals("graded")) {
            json.put("score", submission.score())
                    .put("points", submission.points())
                    .put("credit", submission.credit())
                    .put("gradable", submission.gradable())
                    .put("late", submission.late())
                    .put("graded_at", LessonJson.time(submission.gradedAt()))
                    .put("content_hash", submission.contentHash());
            var all = tests.read(submission.tests());
            json.set("tests", teacher ? all : tests.shown(all));
            if (teacher) {
                json.put("mistake", submission.mistake());
            }
        }
        return json;
    }
}
