package carafe.feature.workflows;

import carafe.engine.workflow.Finding;
import carafe.engine.workflow.FlowCode;
import carafe.engine.workflow.FlowFailure;
import carafe.feature.workflows.FlowStore.Flow;
import carafe.platform.http.Access;
import carafe.platform.http.Body;
import carafe.platform.http.Caller;
import carafe.platform.http.Fields;
import carafe.platform.http.Problem;
import carafe.platform.http.Routes;
import carafe.platform.http.Rule;
import carafe.platform.http.Surface;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.http.Context;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Workflows for people: list, edit, check, versions. Below {@code /api/v1/workflows}; keys in descriptions are stars here. */
final class FlowRoutes {
    private static final Rule USER = Rule.of(Surface.WEBUI, Access.USER);
    private static final Rule WRITE = USER.withMaxBody(24 * Rule.MEBIBYTE);
    private static final String ALL = "/api/v1/workflows";
    private static final String ONE = ALL + "/{id}";

    private final Flows flows;
    private final Body body;
    private final ObjectMapper mapper;

    FlowRoutes(Flows flows, ObjectMapper mapper) {
        this.flows = flows;
        this.body = new Body(mapper);
        this.mapper = mapper;
    }

    void register(Routes routes) {
        routes.get(ALL, USER, this::list);
        routes.post(ALL, WRITE, this::create);
        routes.post(ALL + "/check", WRITE, this::check);
        routes.post(ALL + "/import", WRITE, this::importText);
        routes.get(ONE, USER, this::show);
        routes.put(ONE, WRITE, this::update);
        routes.delete(ONE, USER, this::delete);
        routes.get(ONE + "/versions", USER, this::versions);
        routes.get(ONE + "/versions/{version}", USER, this::version);
        routes.post(ONE + "/publish", USER, this::publish);
        routes.post(ONE + "/rollback", USER, this::rollback);
        routes.get(ONE + "/diff", USER, this::diff);
    }

    private static Party party(Context ctx) {
        return Party.of(Caller.of(ctx));
    }

    private Flow own(Context ctx) {
        try {
            return flows.own(party(ctx), ctx.pathParam("id"));
        } catch (FlowFailure e) {
            throw new Problem.NotFound("workflow");
        }
    }

    private void list(Context ctx) {
        int page = ctx.queryParamAsClass("page", Integer.class)
                .check(n -> n == null || (n >= 1 && n <= 10_000), "must be 1 to 10000")
                .getOrDefault(1);
        var answer = mapper.createObjectNode();
        var list = answer.putArray("workflows");
        flows.store().list(party(ctx), 50, (page - 1) * 50).forEach(flow -> list.add(flows.summary(flow)));
        ctx.json(answer);
    }

    private void create(Context ctx) {
        var fields = body.fields(ctx);
        var name = fields.text("name", Flows.MOST_NAME);
        var description =
                fields.optionalText("description", Flows.MOST_DESCRIPTION).orElse("");
        var flow = valid(() -> flows.create(party(ctx), FlowApps.TENANT, name, description, 0, data(fields)));
        ctx.status(201).json(whole(flow));
    }

    /** YAML or JSON as it was exported, in {@code text}: the console's form or the engine's. */
    private void importText(Context ctx) {
        var fields = body.fields(ctx);
        var text = fields.text("text", FlowText.MOST);
        var flow = valid(() -> {
            var document = FlowText.read(text);
            if (!document.isObject()) {
                throw new FlowFailure(FlowCode.DSL_INVALID, "this is no workflow");
            }
            var given = fields.optionalText("name", Flows.MOST_NAME).orElse("");
            var name = given.isEmpty() ? ConsoleFlow.name(document) : given;
            var description = ConsoleFlow.description(document);
            return flows.create(
                    party(ctx),
                    FlowApps.TENANT,
                    shortened(name.isEmpty() ? "Workflow" : name, Flows.MOST_NAME),
                    shortened(description, Flows.MOST_DESCRIPTION),
                    0,
                    document);
        });
        ctx.status(201).json(whole(flow));
    }

    private static String shortened(String text, int most) {
        return text.length() <= most ? text : text.substring(0, most);
    }

    private static @Nullable JsonNode data(Fields fields) {
        return fields.optionalObject("data").map(Fields::node).orElse(null);
    }

    private interface Work<T> {
        T run();
    }

    /** What is wrong with a description is told as the fault of field {@code data}. */
    private static <T> T valid(Work<T> work) {
        try {
            return work.run();
        } catch (FlowFailure e) {
            throw new Problem.Unprocessable(e.explain(), "data");
        }
    }

    private ObjectNode whole(Flow flow) {
        var json = flows.summary(flow);
        var data = flows.shown(flow.hash());
        json.set("data", data);
        var reading = flows.read(flows.draft(flow));
        json.set("findings", findings(reading.findings()));
        json.set("parameters", parameters(reading));
        return json;
    }

    private JsonNode parameters(carafe.engine.workflow.Plan.Reading reading) {
        var list = mapper.createArrayNode();
        reading.plan()
                .ifPresent(plan -> plan.parameters()
                        .forEach(one -> list.addObject()
                                .put("name", one.name())
                                .put("required", one.required())
                                .put("file", one.file())
                                .set("schema", one.schema())));
        return list;
    }

    private JsonNode findings(List<Finding> findings) {
        var list = mapper.createArrayNode();
        findings.forEach(one -> list.addObject()
                .put("severity", one.warning() ? "warning" : "error")
                .put("code", one.code().number())
                .put("node_id", one.nodeId())
                .put("message", one.message()));
        return list;
    }

    /** Everything that is wrong or suspicious in {@code data}, at once. */
    private void check(Context ctx) {
        var fields = body.fields(ctx);
        var data = data(fields);
        if (data == null) {
            throw fields.missing("data");
        }
        var reading = flows.read(data);
        var answer = mapper.createObjectNode().put("valid", reading.plan().isPresent());
        answer.set("findings", findings(reading.findings()));
        answer.set("parameters", parameters(reading));
        ctx.json(answer);
    }

    private void show(Context ctx) {
        ctx.json(whole(own(ctx)));
    }

    private void update(Context ctx) {
        var flow = own(ctx);
        var fields = body.fields(ctx);
        var name = fields.has("name") ? fields.text("name", Flows.MOST_NAME) : null;
        var description =
                fields.optionalText("description", Flows.MOST_DESCRIPTION).orElse(null);
        valid(() -> {
            flows.update(flow, name, description, null, data(fields));
            return true;
        });
        ctx.json(whole(own(ctx)));
    }

    private void delete(Context ctx) {
        flows.store().delete(own(ctx).id());
        ctx.status(204);
    }

    private void versions(Context ctx) {
        var answer = mapper.createObjectNode();
        var list = answer.putArray("versions");
        flows.store()
                .versions(own(ctx).id())
                .forEach(one -> list.addObject()
                        .put("version", one.version())
                        .put("hash", one.hash())
                        .put("created_at", one.createdAt()));
        ctx.json(answer);
    }

    private void version(Context ctx) {
        var version = find(own(ctx), ctx.pathParam("version"));
        var json = mapper.createObjectNode()
                .put("version", version.version())
                .put("hash", version.hash())
                .put("created_at", version.createdAt());
        json.set("data", flows.shown(version.hash()));
        ctx.json(json);
    }

    private FlowStore.Version find(Flow flow, String version) {
        return flows.store().version(flow.id(), version).orElseThrow(() -> new Problem.NotFound("version"));
    }

    /** Makes the draft a version; without a name the next one. */
    private void publish(Context ctx) {
        var flow = own(ctx);
        var version = body.fields(ctx).optionalText("version", 20).orElseGet(() -> flows.next(flow));
        valid(() -> {
            flows.publish(flow, version, null, (flow.releaseStatus() & ~Flows.TAKEN_OFF) | 1);
            return true;
        });
        ctx.json(flows.summary(own(ctx)));
    }

    private void rollback(Context ctx) {
        var flow = own(ctx);
        var version = find(flow, body.fields(ctx).text("version", 20));
        flows.rollback(flow, version.version());
        ctx.json(whole(own(ctx)));
    }

    /** What differs between two versions, {@code -1} for the draft. */
    private void diff(Context ctx) {
        var flow = own(ctx);
        var answer = mapper.createObjectNode();
        answer.set("changes", new FlowDiff(mapper).between(side(ctx, flow, "from"), side(ctx, flow, "to")));
        ctx.json(answer);
    }

    private JsonNode side(Context ctx, Flow flow, String which) {
        var version = ctx.queryParam(which);
        if (version == null || version.isEmpty()) {
            throw new Problem.BadRequest("'" + which + "' is required: a version, or -1 for the draft.", which);
        }
        return flows.shown(
                version.equals(FlowStore.DRAFT)
                        ? flow.hash()
                        : find(flow, version).hash());
    }
}
