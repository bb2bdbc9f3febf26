package carafe.feature.workflows;

import carafe.engine.workflow.FlowCode;
import carafe.engine.workflow.FlowFailure;
import carafe.engine.workflow.Plan;
import carafe.engine.workflow.Services;
import carafe.engine.workflow.Stop;
import carafe.engine.workflow.Trial;
import carafe.platform.http.Body;
import carafe.platform.http.Caller;
import carafe.platform.http.Routes;
import carafe.platform.http.Rule;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.javalin.http.Context;
import io.javalin.http.Handler;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;

/** Code and single nodes, tried without a workflow: rows 9 and 10 of the contract's section 1. */
final class TryRoutes {
    private static final Rule RULE = FlowRules.RULE.withMaxBody(4 * Rule.MEBIBYTE);

    private final CodeRuns code;
    private final Function<Caller, Services> services;
    private final Duration limit;
    private final Sids sids;
    private final Body body;
    private final ObjectMapper mapper;

    TryRoutes(CodeRuns code, Function<Caller, Services> services, Duration limit, Sids sids, ObjectMapper mapper) {
        this.code = code;
        this.services = services;
        this.limit = limit;
        this.sids = sids;
        this.body = new Body(mapper);
        this.mapper = mapper;
    }

    void register(Routes routes) {
        for (var root : List.of("/workflow/v1", "/sparkflow/v1")) {
            routes.post(root + "/code/run", RULE, with(this::run));
            routes.post(root + "/run", RULE, with(this::run));
            routes.post(root + "/node/debug", RULE, with(this::debug));
        }
    }

    private Handler with(Handler handler) {
        return FlowRules.with(sids, handler);
    }

    private void run(Context ctx) {
        var asked = body.object(ctx);
        var text = FlowRules.text(asked, "code", 1 << 20);
        var arguments = mapper.createObjectNode();
        for (var variable : asked.path("variables")) {
            if (!variable.path("name").isTextual()) {
                throw FlowRules.invalid("body->variables", variable, "Field required", "missing");
            }
            arguments.set(variable.path("name").textValue(), variable.path("content"));
        }
        var result = code.run(Caller.of(ctx).holder(), text, arguments, limit, new Stop());
        if (!result.isObject()) {
            throw new FlowFailure(FlowCode.CODE_RESULT, "main must return a dict");
        }
        FlowRules.success(ctx, result);
    }

    private void debug(Context ctx) {
        var asked = body.object(ctx);
        var data = FlowRules.object(asked, "data");
        Plan plan;
        try {
            plan = Plan.single(data);
        } catch (FlowFailure e) {
            boolean named = e.code() == FlowCode.NODE_TYPE || e.code() == FlowCode.NODE_DEBUG;
            throw named ? e : new FlowFailure(FlowCode.NODE_DEBUG, e.explain());
        }
        var step = Trial.of(plan, services.apply(Caller.of(ctx)));
        var node = Trial.node(plan);
        var answer = mapper.createObjectNode()
                .put("node_id", node.id())
                .put("alias_name", node.alias())
                .put("node_type", node.type())
                .put("input", step.inputs().toString())
                .put("raw_output", step.raw())
                .put("output", step.outputs().toString())
                .put(
                        "node_exec_cost",
                        new BigDecimal(step.endedAt() - step.startedAt())
                                .divide(BigDecimal.valueOf(1000), 3, RoundingMode.HALF_UP)
                                .toPlainString());
        answer.putObject("token_cost")
                .put("completion_tokens", step.usage().completion())
                .put("prompt_tokens", step.usage().prompt())
                .put("total_tokens", step.usage().prompt() + step.usage().completion());
        FlowRules.success(ctx, answer);
    }
}
