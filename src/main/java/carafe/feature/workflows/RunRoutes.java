package carafe.feature.workflows;

import carafe.engine.workflow.Execution;
import carafe.engine.workflow.FlowCode;
import carafe.engine.workflow.FlowFailure;
import carafe.engine.workflow.Step;
import carafe.platform.http.Access;
import carafe.platform.http.Body;
import carafe.platform.http.Caller;
import carafe.platform.http.Problem;
import carafe.platform.http.Routes;
import carafe.platform.http.Rule;
import carafe.platform.http.Surface;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.http.Context;
import java.time.Clock;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What people see of runs: lists, the timeline, frames as they come, replay, restart, cancel. Below {@code /api/v1/workflows}. */
final class RunRoutes {
    private static final Rule USER = Rule.of(Surface.WEBUI, Access.USER);
    private static final String RUN = "/api/v1/workflows/runs/{run}";
    private static final int PAGE = 50;
    private static final int MOST_PAGE = 200;

    private final Flows flows;
    private final RunStore store;
    private final RunList lists;
    private final Runner runner;
    private final FrameStream frames;
    private final Sids sids;
    private final Body body;
    private final ObjectMapper mapper;
    private final Clock clock;

    RunRoutes(
            Flows flows,
            RunStore store,
            RunList lists,
            Runner runner,
            FrameStream frames,
            Sids sids,
            ObjectMapper mapper,
            Clock clock) {
        this.flows = flows;
        this.store = store;
        this.lists = lists;
        this.runner = runner;
        this.frames = frames;
        this.sids = sids;
        this.body = new Body(mapper);
        this.mapper = mapper;
        this.clock = clock;
    }

    void register(Routes routes) {
        routes.get("/api/v1/workflows/runs", USER, this::listAll); // before the route of one workflow
        routes.get(RUN, USER, this::show);
        routes.get(RUN + "/events", USER, this::events);
        routes.post(RUN + "/cancel", USER, this::cancel);
        routes.post(RUN + "/answer", USER, this::answer);
        routes.post(RUN + "/replay", USER, this::replay);
        routes.post(RUN + "/restart", USER, this::restart);
        routes.get("/api/v1/workflows/{id}/runs", USER, this::list);
    }

    private Run own(Context ctx) {
        var party = Party.of(Caller.of(ctx));
        var id = ctx.pathParam("run");
        return store.find(id)
                .or(() -> store.bySid(id))
                .filter(run -> isHis(party, run))
                .orElseThrow(() -> new Problem.NotFound("run"));
    }

    /** His own runs, and all runs of his workflows. */
    private boolean isHis(Party party, Run run) {
        return party.owns(run.accountId(), "")
                || flows.store()
                        .find(run.flowId())
                        .filter(flow -> party.owns(flow.accountId(), flow.appId()))
                        .isPresent();
    }

    private void list(Context ctx) {
        answerList(ctx, own(ctx, ctx.pathParam("id")));
    }

    /** Runs of all workflows that the caller may see, and his own runs of others. */
    private void listAll(Context ctx) {
        answerList(ctx, null);
    }

    private void answerList(Context ctx, @Nullable String flowId) {
        var status = Objects.requireNonNullElse(ctx.queryParam("status"), "");
        if (!status.isEmpty() && !RunList.STATES.contains(status)) {
            throw new Problem.BadRequest("'status' must be running, waiting, done, failed or cancelled.", "status");
        }
        var size = Objects.requireNonNullElse(ctx.queryParam("limit"), Integer.toString(PAGE));
        if (!size.matches("\\d{1,3}") || Integer.parseInt(size) < 1 || Integer.parseInt(size) > MOST_PAGE) {
            throw new Problem.BadRequest("'limit' must be from 1 to " + MOST_PAGE + ".", "limit");
        }
        int limit = Integer.parseInt(size);
        var given = Objects.requireNonNullElse(ctx.queryParam("before"), "");
        var before = given.isEmpty() ? Long.MAX_VALUE + "_" : given;
        if (!before.matches("\\d{1,19}_.{0,100}")) {
            throw new Problem.BadRequest("'before' must be what 'next' said.", "before");
        }
        int dash = before.indexOf('_');
        long time;
        try {
            time = Long.parseLong(before.substring(0, dash));
        } catch (NumberFormatException e) {
            throw new Problem.BadRequest("'before' must be what 'next' said.", "before");
        }
        var runs = lists.find(
                new RunList.Query(Party.of(Caller.of(ctx)), flowId, status, time, before.substring(dash + 1), limit));
        var answer = mapper.createObjectNode();
        answer.putArray("runs").addAll(runs);
        if (runs.size() == limit) {
            var last = runs.getLast();
            answer.put(
                    "next",
                    last.path("created_at").asLong() + "_" + last.path("id").asText());
        }
        ctx.json(answer);
    }

    private String own(Context ctx, String flowId) {
        try {
            return flows.own(Party.of(Caller.of(ctx)), flowId).id();
        } catch (FlowFailure e) {
            throw new Problem.NotFound("workflow");
        }
    }

    private ObjectNode summary(Run run) {
        return mapper.createObjectNode()
                .put("id", run.id())
                .put("sid", run.sid())
                .put("flow_id", run.flowId())
                .put("version", run.version())
                .put("mode", run.mode())
                .put("kind", run.kind())
                .put("parent_id", run.parentId())
                .put("status", run.status())
                .put("code", run.code())
                .put("message", run.message())
                .put("app_id", run.appId())
                .put("uid", run.uid())
                .put("chat_id", run.chatId())
                .put("prompt_tokens", run.usage().prompt())
                .put("completion_tokens", run.usage().completion())
                .put("micro_usd", run.usage().microUsd())
                .put("created_at", run.createdAt())
                .put("updated_at", run.updatedAt());
    }

    private void show(Context ctx) {
        var run = own(ctx);
        var answer = summary(run);
        answer.set("input", run.input());
        answer.set("result", run.result());
        var steps = answer.putArray("steps");
        store.steps(run.id()).forEach(step -> steps.add(json(step)));
        store.wait(run.id()).filter(wait -> wait.state().equals("open")).ifPresent(wait -> {
            var question = answer.putObject("question")
                    .put("event_id", wait.eventId())
                    .put("path", wait.path())
                    .put("kind", wait.kind())
                    .put("need_reply", wait.mustReply())
                    .put("asked_at", wait.askedAt())
                    .put("deadline", wait.deadline());
            question.set("value", wait.value());
        });
        answer.put("frames", store.countFrames(run.id()));
        ctx.json(answer);
    }

    private ObjectNode json(Step step) {
        var json = mapper.createObjectNode()
                .put("path", step.path())
                .put("node_id", step.nodeId())
                .put("status", RunStore.wire(step.state()))
                .put("attempts", step.attempts())
                .put("handle", step.handle())
                .put("code", step.code())
                .put("message", step.message())
                .put("started_at", step.startedAt())
                .put("ended_at", step.endedAt())
                .put("prompt_tokens", step.usage().prompt())
                .put("completion_tokens", step.usage().completion())
                .put("micro_usd", step.usage().microUsd())
                .put("raw", step.raw());
        json.set("inputs", step.inputs());
        json.set("outputs", step.outputs());
        json.set("errors", step.errors());
        return json;
    }

    /** Frames after number {@code after}, or after what {@code Last-Event-ID} says, as they were sent or will be. */
    private void events(Context ctx) throws Exception {
        var run = own(ctx);
        var after = Objects.requireNonNullElse(
                ctx.queryParam("after"), Objects.requireNonNullElse(ctx.header("Last-Event-ID"), "0"));
        if (!after.matches("\\d{1,15}")) {
            throw new Problem.BadRequest("'after' must be the number of a frame.", "after");
        }
        frames.events(ctx, run.id(), Long.parseLong(after));
    }

    private void cancel(Context ctx) {
        var run = own(ctx);
        ctx.json(mapper.createObjectNode().put("cancelled", runner.cancel(run.id())));
    }

    private void answer(Context ctx) throws InterruptedException {
        var run = own(ctx);
        var fields = body.fields(ctx);
        var content = fields.optionalText("content", 1 << 20).orElse("");
        var how = switch (fields.optionalText("event_type", 20).orElse("resume")) {
            case "resume" -> Execution.How.ANSWERED;
            case "ignore" -> Execution.How.IGNORED;
            case "abort" -> Execution.How.ABORTED;
            default -> throw new Problem.Unprocessable("'event_type' must be resume, ignore or abort.", "event_type");
        };
        try {
            runner.answer(run.eventId(), how, content, sids.sid());
        } catch (FlowFailure e) {
            throw new Problem.Conflict(e.explain());
        }
        ctx.json(mapper.createObjectNode().put("answered", true));
    }

    /** The same run once more from what was recorded: nothing is called, and the frames are the same. */
    private void replay(Context ctx) {
        var run = own(ctx);
        if (!run.isOver()) {
            throw new Problem.Conflict("Only a run that is over can be replayed.");
        }
        begin(ctx, copy(run, "replay", run.hash(), run.version()), store.steps(run.id()), true);
    }

    /** A new run with what was recorded before {@code node_id}, which runs again with all that comes after it. */
    private void restart(Context ctx) {
        var run = own(ctx);
        if (!run.isOver()) {
            throw new Problem.Conflict("Only a run that is over can be restarted.");
        }
        var node = body.fields(ctx).text("node_id", 200);
        Set<String> again;
        try {
            again = flows.plans().of(run.hash()).from(node);
        } catch (FlowFailure e) {
            throw new Problem.Unprocessable(e.explain(), "node_id");
        }
        var kept = store.steps(run.id()).stream()
                .filter(step -> step.state() == Step.State.DONE && !again.contains(outermost(step.path())))
                .toList();
        begin(ctx, copy(run, "restart", run.hash(), run.version()), kept, false);
    }

    private static String outermost(String path) {
        int round = path.indexOf('#');
        return round < 0 ? path : path.substring(0, round);
    }

    private Run copy(Run run, String kind, String hash, String version) {
        return new Run(
                runner.newId(),
                sids.sid(),
                run.flowId(),
                version,
                hash,
                run.called(),
                run.appId(),
                run.accountId(),
                run.uid(),
                run.chatId(),
                run.mode(),
                true,
                kind,
                run.id(),
                "running",
                runner.newId(),
                run.input(),
                null,
                0,
                "",
                carafe.engine.workflow.Usage.NONE,
                clock.millis(),
                clock.millis());
    }

    private void begin(Context ctx, Run run, List<Step> steps, boolean replay) {
        try {
            runner.begin(run, steps, replay);
        } catch (FlowFailure e) {
            throw e.code() == FlowCode.BUSY
                    ? new Problem.TooMany(e.explain(), java.time.Duration.ofSeconds(5))
                    : new Problem.Conflict(e.explain());
        }
        ctx.status(201).json(summary(run));
    }
}
