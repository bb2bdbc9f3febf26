package carafe.feature.courses;

import carafe.feature.courses.format.Finding;
import carafe.platform.audit.AuditLog;
import carafe.platform.http.Body;
import carafe.platform.http.Caller;
import carafe.platform.http.Page;
import carafe.platform.http.Permission;
import carafe.platform.http.Problem;
import carafe.platform.http.Routes;
import carafe.platform.http.Rule;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.http.Context;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What teachers do: exceptions for persons, regrades, faults of course files, submissions and hints of everybody. */
final class TeacherRoutes {
    private static final int PAGE = 50;
    private static final int MOST_CHANGES = 5_000;

    private final Library library;
    private final Lookup lookup;
    private final Who who;
    private final OverrideStore overrides;
    private final HintStore hints;
    private final TeacherStore rows;
    private final RegradeStore regradeStore;
    private final Regrades regrades;
    private final Examinations examinations;
    private final AuditLog audit;
    private final Body body;

    TeacherRoutes(
            Library library,
            Lookup lookup,
            Who who,
            OverrideStore overrides,
            HintStore hints,
            TeacherStore rows,
            RegradeStore regradeStore,
            Regrades regrades,
            Examinations examinations,
            AuditLog audit,
            ObjectMapper mapper) {
        this.library = library;
        this.lookup = lookup;
        this.who = who;
        this.overrides = overrides;
        this.hints = hints;
        this.rows = rows;
        this.regradeStore = regradeStore;
        this.regrades = regrades;
        this.examinations = examinations;
        this.audit = audit;
        this.body = new Body(mapper);
    }

    void register(Routes routes) {
        var manage = Rule.of(Permission.MANAGE_COURSES, false);
        var view = Rule.of(Permission.VIEW_GRADEBOOK, false);
        var except = Rule.of(Permission.OVERRIDE_DEADLINES, false);
        var course = "/api/v1/courses/{course}";
        var exercise = course + "/exercises/{lesson}";
        routes.post("/api/v1/courses/reload", manage, this::reload);
        routes.get("/api/v1/courses/{course}/problems", manage, this::problems);
        routes.post(course + "/check", manage, this::check);
        routes.get(exercise + "/submissions", view, this::submissions);
        routes.get(course + "/hints", view, this::hints);
        routes.get(exercise + "/overrides", except, this::overrides);
        routes.put(exercise + "/overrides/{user}", except, this::grant);
        routes.delete(exercise + "/overrides/{user}", except, this::revoke);
        routes.post(exercise + "/regrade", manage, this::regrade);
        routes.get(course + "/regrades", manage, this::regradeList);
        routes.get(course + "/regrades/{id}", manage, ctx -> ctx.json(changes(regradeOf(ctx))));
        routes.post(course + "/regrades/{id}/apply", manage, this::apply);
        routes.delete(course + "/regrades/{id}", manage, this::discard);
    }

    private static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }

    private void audit(Context ctx, String action, String target, ObjectNode detail) {
        audit.add(action, Caller.of(ctx).person().id(), target, Caller.addressOf(ctx), detail);
    }

    private void reload(Context ctx) {
        library.look();
        var json = object();
        var list = json.putArray("courses");
        library.all().forEach(one -> list.add(head(one)));
        ctx.json(json);
    }

    private static ObjectNode head(Shelved one) {
        return object().put("id", one.id())
                .put("served", one.course().isPresent())
                .put("errors", one.findings().stream().filter(Finding::isError).count())
                .put("read_at", one.readAt().toString());
    }

    private void problems(Context ctx) {
        var id = ctx.pathParam("course");
        var one = library.shelved(id).orElseThrow(() -> Lookup.missing("course", id));
        var json = head(one);
        var list = json.putArray("findings");
        one.findings().forEach(finding -> list.add(json(finding)));
        one.course().ifPresent(course -> examinations.findings(course).forEach(finding -> list.add(json(finding))));
        LessonJson.texts(json.putArray("stale"), one.stale().stream().sorted().toList());
        json.put("checking", examinations.isBusy());
        json.put(
                "checked",
                one.course()
                        .map(course -> course.lessons()
                                .allMatch(lesson -> examinations.known(lesson).isPresent()))
                        .orElse(false));
        ctx.json(json);
    }

    private static ObjectNode json(Finding finding) {
        return object().put("severity", finding.severity().name().toLowerCase(Locale.ROOT))
                .put("file", finding.file())
                .put("line", finding.line())
                .put("message", finding.message());
    }

    private void check(Context ctx) {
        examinations.again(lookup.course(ctx));
        ctx.status(202).json(object().put("checking", true));
    }

    private void submissions(Context ctx) {
        var at = lookup.exercise(ctx);
        var named = ctx.queryParam("user_id");
        var account = named == null ? null : who.account(named).id();
        var json = object().put("page", Page.offset(ctx, PAGE) / PAGE + 1).put("total", rows.count(at.ref(), account));
        var list = json.putArray("submissions");
        rows.list(at.ref(), account, PAGE, Page.offset(ctx, PAGE))
                .forEach(row -> list.addObject()
                        .put("id", row.id())
                        .put("user_id", row.num())
                        .put("name", row.name())
                        .put("status", row.status())
                        .put("score", row.score())
                        .put("points", row.points())
                        .put("late", row.late())
                        .put("mistake", row.mistake())
                        .put("submitted_at", LessonJson.time((Long) row.submittedAt()))
                        .put("content_hash", row.contentHash())
                        .put("current", row.contentHash().equals(at.lesson().testsHash())));
        ctx.json(json);
    }

    private void hints(Context ctx) {
        var course = lookup.course(ctx);
        var named = ctx.queryParam("user_id");
        var json = object();
        var list = json.putArray("hints");
        hints.all(
                        course.id(),
                        ctx.queryParam("exercise"),
                        named == null ? null : who.account(named).id(),
                        PAGE,
                        Page.offset(ctx, PAGE))
                .forEach(given -> list.addObject()
                        .put("id", given.hint().id())
                        .put("user_id", given.num())
                        .put("name", given.learner())
                        .put("exercise", given.lesson())
                        .put("kind", given.hint().kind())
                        .put("title", given.hint().name())
                        .put("text", given.hint().text())
                        .put("created_at", LessonJson.time((Long) given.hint().createdAt())));
        ctx.json(json);
    }

    private void overrides(Context ctx) {
        ctx.json(overrides(lookup.exercise(ctx)));
    }

    private ObjectNode overrides(Lookup.Found at) {
        var json = object();
        var list = json.putArray("overrides");
        overrides
                .all(at.ref())
                .forEach(granted -> list.addObject()
                        .put("user_id", granted.num())
                        .put("name", granted.name())
                        .put(
                                "due_at",
                                LessonJson.time(
                                        Optional.ofNullable(granted.what().due())))
                        .put("attempts", granted.what().attempts()));
        return json;
    }

    private void grant(Context ctx) {
        var at = lookup.exercise(ctx);
        var learner = who.account(ctx.pathParam("user"));
        var fields = body.fields(ctx);
        var due = fields.optionalText("due_at", 40).map(TeacherRoutes::moment).orElse(null);
        var attempts =
                fields.optionalLong("attempts", 0, 10_000).map(Long::intValue).orElse(null);
        if (due == null && attempts == null) {
            throw fields.missing("due_at");
        }
        overrides.grant(learner.id(), at.ref(), new OverrideStore.Terms(due, attempts));
        audit(
                ctx,
                "exercise-exception",
                "account:" + learner.id(),
                object().put("exercise", at.course().id() + "/" + at.lesson().id())
                        .put("due_at", LessonJson.time(Optional.ofNullable(due)))
                        .put("attempts", attempts));
        ctx.json(overrides(at));
    }

    private static Instant moment(String text) {
        try {
            var time = OffsetDateTime.parse(text).withOffsetSameInstant(ZoneOffset.UTC);
            if (time.getYear() >= 1970 && time.getYear() <= 9999) {
                return time.toInstant();
            }
        } catch (DateTimeException e) {
            // told below
        }
        throw new Problem.Unprocessable(
                "'due_at' must be a time with its zone, such as 2026-12-01T18:00:00Z.", "due_at");
    }

    private void revoke(Context ctx) {
        var at = lookup.exercise(ctx);
        var learner = who.account(ctx.pathParam("user"));
        if (!overrides.revoke(learner.id(), at.ref())) {
            throw Lookup.missing("override", ctx.pathParam("user"));
        }
        audit(
                ctx,
                "exercise-exception-removed",
                "account:" + learner.id(),
                object().put("exercise", at.course().id() + "/" + at.lesson().id()));
        ctx.json(overrides(at));
    }

    private void regrade(Context ctx) {
        var at = lookup.exercise(ctx);
        var fresh = regrades.start(at, Caller.of(ctx).person().id());
        ctx.status(202).json(json(fresh));
    }

    private static ObjectNode json(RegradeStore.Regrade regrade) {
        return object().put("id", regrade.id())
                .put("exercise", regrade.at().lesson())
                .put("state", regrade.state())
                .put("total", regrade.total())
                .put("done", regrade.done())
                .put("created_at", LessonJson.time((Long) regrade.createdAt()));
    }

    private void regradeList(Context ctx) {
        var json = object();
        ArrayNode list = json.putArray("regrades");
        regradeStore.latest(lookup.course(ctx).id()).forEach(one -> list.add(json(one)));
        ctx.json(json);
    }

    private RegradeStore.Regrade regradeOf(Context ctx) {
        var course = lookup.course(ctx);
        var id = ctx.pathParam("id");
        return Optional.of(id)
                .filter(text -> text.matches("[1-9]\\d{0,17}"))
                .flatMap(text -> regradeStore.find(course.id(), Long.parseLong(text)))
                .orElseThrow(() -> Lookup.missing("regrade", id));
    }

    private ObjectNode changes(RegradeStore.Regrade regrade) {
        var json = json(regrade);
        var list = json.putArray("changes");
        List<RegradeStore.Change> changes =
                regrade.state().equals("applied") ? List.of() : regradeStore.changes(regrade.id(), MOST_CHANGES);
        for (var change : changes) {
            var one = list.addObject()
                    .put("submission_id", change.submissionId())
                    .put("user_id", change.num())
                    .put("name", change.name());
            one.putObject("old").put("status", change.oldStatus()).put("points", change.oldPoints());
            one.putObject("new").put("status", change.newStatus()).put("points", change.newPoints());
        }
        return json;
    }

    private void apply(Context ctx) {
        var regrade = regradeOf(ctx);
        var changed = regradeStore.changes(regrade.id(), MOST_CHANGES).size();
        regrades.apply(regrade);
        audit(
                ctx,
                "regrade-applied",
                "exercise:" + regrade.at().course() + "/" + regrade.at().lesson(),
                object().put("regrade", regrade.id()).put("changes", changed));
        ctx.json(json(regradeStore.find(regrade.id()).orElseThrow()).put("changed", changed));
    }

    private void discard(Context ctx) {
        var regrade = regradeOf(ctx);
        regrades.discard(regrade);
        ctx.json(json(regradeStore.find(regrade.id()).orElseThrow()));
    }
}
