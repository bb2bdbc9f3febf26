package carafe.feature.workflows;

import carafe.engine.workflow.Execution;
import carafe.engine.workflow.FlowCode;
import carafe.engine.workflow.FlowFailure;
import carafe.platform.http.Body;
import carafe.platform.http.Caller;
import carafe.platform.http.ClientGone;
import carafe.platform.http.Problem;
import carafe.platform.http.Routes;
import carafe.platform.http.Rule;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.http.Context;
import io.javalin.http.Handler;
import java.time.Clock;
import java.util.Locale;
import java.util.Set;

/** Runs workflows and answers their questions: rows 13 to 16 of the contract's section 1. */
final class ChatFlowRoutes {
    static final Rule RULE = FlowRules.RULE.withMaxBody(8 * Rule.MEBIBYTE);
    private static final int MOST_HISTORY = 1_000;
    private static final Set<String> CONTENT_TYPES = Set.of("text", "image", "audio");

    private final Flows flows;
    private final RunStore store;
    private final Runner runner;
    private final FrameStream frames;
    private final Sids sids;
    private final Body body;
    private final ObjectMapper mapper;
    private final Clock clock;

    ChatFlowRoutes(
            Flows flows,
            RunStore store,
            Runner runner,
            FrameStream frames,
            Sids sids,
            ObjectMapper mapper,
            Clock clock) {
        this.flows = flows;
        this.store = store;
        this.runner = runner;
        this.frames = frames;
        this.sids = sids;
        this.body = new Body(mapper);
        this.mapper = mapper;
        this.clock = clock;
    }

    void register(Routes routes) {
        routes.post("/workflow/v1/chat/completions", RULE, with(ctx -> chat(ctx, body.object(ctx), false)));
        routes.post("/workflow/v1/debug/chat/completions", RULE, with(ctx -> chat(ctx, body.object(ctx), true)));
        routes.post("/workflow/v1/resume", RULE, with(ctx -> resume(ctx, false)));
        routes.post("/workflow/v1/debug/resume", RULE, with(ctx -> resume(ctx, true)));
    }

    private Handler with(Handler handler) {
        return FlowRules.with(sids, handler);
    }

    /** Runs what {@code asked} names (contract, section 1.1) and answers with its frames. */
    void chat(Context ctx, ObjectNode asked, boolean debug) throws ClientGone, InterruptedException {
        var flowId = FlowRules.text(asked, "flow_id", 40);
        var parameters = FlowRules.object(asked, "parameters");
        var version = FlowRules.optional(asked, "version", 40, "");
        var uid = FlowRules.optional(asked, "uid", 40, "");
        var chatId = FlowRules.optional(asked, "chat_id", 128, "");
        boolean streams = streams(asked);
        LiveRun part;
        try {
            var party = Party.of(Caller.of(ctx));
            var input = mapper.createObjectNode();
            input.set("parameters", parameters);
            input.set("history", history(asked));
            input.set("ext", asked.path("ext").isObject() ? asked.path("ext") : mapper.createObjectNode());
            part = runner.begin(run(FlowRules.sid(ctx), party, flowId, version, uid, chatId, debug, streams, input));
        } catch (FlowFailure e) {
            ctx.json(frames.refusal(FlowRules.sid(ctx), e));
            return;
        }
        answer(ctx, part, 0);
    }

    Run run(
            String sid,
            Party party,
            String flowId,
            String version,
            String uid,
            String chatId,
            boolean debug,
            boolean streams,
            ObjectNode input) {
        var flow = debug ? flows.own(party, flowId) : flows.callable(party, flowId);
        String hash;
        String shown;
        if (debug && version.isEmpty()) {
            hash = flow.hash();
            shown = FlowStore.DRAFT;
        } else {
            var found = flows.version(flow, version);
            hash = found.hash();
            shown = found.version();
        }
        var plan = flows.plans().of(hash);
        var called = flows.plans().called(flowId, plan, flows.versions(party));
        return new Run(
                runner.newId(),
                sid,
                flowId,
                shown,
                hash,
                called,
                party.appId().isEmpty() ? flow.appId() : party.appId(),
                party.accountId(),
                uid,
                chatId,
                debug ? "debug" : "release",
                streams,
                "run",
                null,
                "running",
                runner.newId(),
                input,
                null,
                0,
                "",
                carafe.engine.workflow.Usage.NONE,
                clock.millis(),
                clock.millis());
    }

    private static boolean streams(ObjectNode asked) {
        var value = asked.path("stream");
        if (!value.isMissingNode() && !value.isNull() && !value.isBoolean()) {
            throw FlowRules.invalid("body->stream", value, "Input should be a valid boolean", "bool_type");
        }
        return value.asBoolean(true);
    }

    private JsonNode history(ObjectNode asked) {
        var given = asked.path("history");
        if (given.isMissingNode() || given.isNull()) {
            return mapper.createArrayNode();
        }
        if (!(given instanceof ArrayNode list) || list.size() > MOST_HISTORY) {
            throw FlowRules.invalid("body->history", given, "Input should be a valid list", "list_type");
        }
        for (int i = 0; i < list.size(); i++) {
            var role = list.get(i).path("role").asText();
            if (!(role.equals("user") || role.equals("assistant"))
                    || !list.get(i).path("content").isTextual()) {
                throw FlowRules.invalid(
                        "body->history->" + i, list.get(i), "Input should have a role and a content", "value_error");
            }
            var kind = list.get(i).path("content_type");
            if (!kind.isMissingNode() && !kind.isNull() && !CONTENT_TYPES.contains(kind.asText())) {
                throw FlowRules.invalid(
                        "body->history->" + i + "->content_type",
                        kind,
                        "Input should be 'text', 'image' or 'audio'",
                        "enum");
            }
        }
        return list;
    }

    private void answer(Context ctx, LiveRun part, long from) throws ClientGone, InterruptedException {
        ctx.header("X-Carafe-Run", part.run.id());
        if (part.run.streams()) {
            frames.part(ctx, part, from);
        } else {
            ctx.json(frames.whole(part, from));
        }
    }

    private void resume(Context ctx, boolean debug) throws ClientGone, InterruptedException {
        var asked = body.object(ctx);
        var eventId = FlowRules.text(asked, "event_id", 100);
        var content = asked.path("content");
        if (content.isMissingNode() || content.isNull()) {
            throw FlowRules.invalid("body->content", content, "Field required", "missing");
        }
        var text = content.isTextual() ? content.textValue() : content.toString();
        if (text.length() > Rule.MEBIBYTE) {
            throw FlowRules.invalid(
                    "body->content", mapper.createObjectNode(), "String is too long", "string_too_long");
        }
        var how = switch (FlowRules.optional(asked, "event_type", 20, "resume").toLowerCase(Locale.ROOT)) {
            case "resume" -> Execution.How.ANSWERED;
            case "ignore" -> Execution.How.IGNORED;
            case "abort" -> Execution.How.ABORTED;
            default ->
                throw FlowRules.invalid(
                        "body->event_type",
                        asked.path("event_type"),
                        "Input should be 'resume', 'ignore' or 'abort'",
                        "enum");
        };
        var wait = store.event(eventId).orElseThrow(() -> new FlowFailure(FlowCode.EVENT, eventId));
        var run = store.find(wait.runId()).orElseThrow(() -> new FlowFailure(FlowCode.EVENT, eventId));
        if (!Party.of(Caller.of(ctx)).owns(run.accountId(), run.appId())) {
            throw new Problem.Flow(FlowCode.FOREIGN.number(), FlowCode.FOREIGN.explain(eventId));
        }
        var part = runner.answer(eventId, how, text, FlowRules.sid(ctx));
        answer(ctx, part, part.from());
    }
}
