package carafe.feature.code;

import carafe.engine.sandbox.Outcome;
import carafe.engine.sandbox.Sandbox;
import carafe.platform.http.Body;
import carafe.platform.http.Caller;
import carafe.platform.http.ClientWatch;
import carafe.platform.http.CourseCode;
import carafe.platform.http.Heartbeats;
import carafe.platform.http.Permission;
import carafe.platform.http.Problem;
import carafe.platform.http.RateArea;
import carafe.platform.http.Routes;
import carafe.platform.http.Rule;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.http.Context;
import java.io.IOException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Run a program, cancel it, ask for a hint; the old addresses of the same announce where they have moved. */
public final class CodeRoutes {
    /** 2 MiB of files, in base64 and with room for the rest. */
    private static final long MOST_BODY = 8 * Rule.MEBIBYTE;

    private final Sandbox sandbox;
    private final Runs runs;
    private final RunRequests requests;
    private final Hints hints;
    private final RunMeters meters;
    private final RunKeeper keeper;
    private final Heartbeats heartbeats;
    private final ClientWatch clients;
    private final Body body;
    private final CodeSettings settings;

    public CodeRoutes(
            Sandbox sandbox,
            Runs runs,
            Hints hints,
            RunMeters meters,
            RunKeeper keeper,
            Heartbeats heartbeats,
            ClientWatch clients,
            ObjectMapper mapper,
            CodeSettings settings) {
        this.sandbox = sandbox;
        this.runs = runs;
        this.hints = hints;
        this.meters = meters;
        this.keeper = keeper;
        this.heartbeats = heartbeats;
        this.clients = clients;
        this.body = new Body(mapper);
        this.settings = settings;
        this.requests = new RunRequests(sandbox, body, settings);
    }

    public void register(Routes routes) {
        var rule = Rule.of(Permission.EXECUTE_CODE, settings.open());
        var run = rule.limitedBy(RateArea.EXECUTE).withMaxBody(MOST_BODY);
        var hint = rule.limitedBy(RateArea.HINT);
        routes.post("/api/v1/code/execute", run, this::execute);
        routes.post("/api/v1/code/cancel", rule, this::cancel);
        routes.post("/api/v1/code/hint", hint, this::hint);
        routes.get("/api/v1/code/languages", rule, this::languages);
        routes.post("/api/execute", run.movedTo("/api/v1/code/execute"), Moved.counted(meters, this::execute));
        routes.post("/api/hint", hint.movedTo("/api/v1/code/hint"), Moved.counted(meters, this::hint));
    }

    private void execute(Context ctx) throws IOException {
        var request = requests.read(ctx);
        var caller = Caller.of(ctx);
        checkUser(request, caller);
        var who = new Runs.For(caller.holder(), userId(request, caller), request.lessonId());
        if (request.stream()) {
            stream(ctx, request, who);
            return;
        }
        try (var run = runs.register(who, request.runId(), null);
                var _ = clients.watch(ctx, run::cancel)) {
            var outcome = run.await(request.program(), request.limits());
            var answer = answer(run, request, outcome, "");
            keep(caller, request, who, answer);
            ctx.json(answer); // written when the look at the connection has ended
        }
    }

    /** A run for a known account in a lesson becomes a submission that does not count. */
    private void keep(Caller caller, RunRequest request, Runs.For who, ObjectNode answer) {
        var user = who.userId();
        var lesson = who.lessonId();
        var status = answer.path("status").asText();
        if (user == null || lesson == null || status.equals("cancelled")) {
            return;
        }
        keeper.keep(new RunKeeper.Ran(
                        user,
                        !(caller instanceof Caller.Anonymous) && caller.person().num() == user,
                        lesson,
                        request.source(),
                        status,
                        answer.path("success").asBoolean()
                                ? answer.path("output").asText()
                                : null,
                        answer.path("execution_time").asDouble()))
                .ifPresent(id -> answer.put("submission_id", id));
    }

    /** The one that was named, else one's own. */
    private static @Nullable Long userId(RunRequest request, Caller caller) {
        if (request.userId() != null || caller instanceof Caller.Anonymous) {
            return request.userId();
        }
        return caller.person().num();
    }

    private void stream(Context ctx, RunRequest request, Runs.For who) throws IOException {
        try (var stream = new RunStream(ctx, heartbeats);
                var run = runs.register(who, request.runId(), stream);
                var _ = clients.watch(ctx, run::cancel)) {
            stream.open(run, request.program().language());
            try {
                var outcome = run.await(request.program(), request.limits());
                var answer = answer(run, request, outcome, stream.beginning());
                keep(Caller.of(ctx), request, who, answer);
                stream.result(answer);
            } catch (Problem problem) {
                stream.error(problem);
            }
        }
    }

    private ObjectNode answer(Runs.Run run, RunRequest request, Outcome outcome, String beginning) {
        return switch (outcome) {
            case Outcome.Finished finished -> RunAnswer.of(run.id(), request, finished);
            case Outcome.Refused refused
            when refused.violations().stream().allMatch(v -> v.rule().equals("syntax")) ->
                RunAnswer.syntaxError(run.id(), request, refused);
            case Outcome.Refused refused -> throw RunProblems.refused(refused);
            case Outcome.Unavailable unavailable ->
                throw RunProblems.unavailable(unavailable, request.program().language(), sandbox);
            case Outcome.Broken broken -> throw RunProblems.broken(broken, request, beginning);
            case Outcome.Cancelled cancelled -> RunAnswer.cancelled(run.id(), request);
        };
    }

    /** Somebody else's id is a mistake or worse, except from those who manage accounts; an open class has no ids to check. */
    private void checkUser(RunRequest request, Caller caller) {
        var named = request.userId();
        if (named != null
                && !settings.open()
                && named != caller.person().num()
                && !Permission.MANAGE_USERS.heldBy(caller)) {
            throw new Problem.Course(
                    CourseCode.AUTHORIZATION_ERROR,
                    "'user_id' is not yours.",
                    JsonNodeFactory.instance.objectNode().put("resource", Permission.MANAGE_USERS.wire()),
                    "user_id",
                    null);
        }
    }

    private void cancel(Context ctx) {
        var id = RunRequests.runId(body.fields(ctx).text("run_id", 100));
        if (!runs.cancel(Caller.of(ctx).holder(), id)) {
            throw new Problem.Course(
                    CourseCode.RESOURCE_NOT_FOUND,
                    "run not found: " + id,
                    JsonNodeFactory.instance.objectNode().put("resource", "run").put("resource_id", id));
        }
        ctx.json(Map.of("success", true, "run_id", id));
    }

    private void hint(Context ctx) {
        ctx.json(hints.hint(Caller.of(ctx), body.fields(ctx)));
    }

    private void languages(Context ctx) {
        var answer = JsonNodeFactory.instance.objectNode();
        var list = answer.putArray("languages");
        for (var language : sandbox.languages()) {
            list.addObject()
                    .put("id", language.id())
                    .put("title", language.title())
                    .put("image", language.image())
                    .put("available", language.available())
                    .put("version", language.version())
                    .put("default_entry", language.defaultEntry())
                    .put("default_timeout", settings.timeoutSeconds())
                    .put("max_timeout", RunRequests.MOST_SECONDS);
        }
        ctx.json(answer);
    }
}
