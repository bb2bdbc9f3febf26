package carafe.feature.workflows;

import carafe.engine.workflow.FlowCode;
import carafe.engine.workflow.FlowFailure;
import carafe.feature.workflows.FlowStore.Flow;
import carafe.platform.http.Body;
import carafe.platform.http.Caller;
import carafe.platform.http.ClientGone;
import carafe.platform.http.Problem;
import carafe.platform.http.ResponseStream;
import carafe.platform.http.Routes;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.http.Context;
import io.javalin.http.Handler;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Descriptions of workflows over the contract's wire: rows 1 to 8 of its section 1. */
final class ProtocolRoutes {
    private static final List<String> ROOTS = List.of("/workflow/v1", "/sparkflow/v1");

    private final Flows flows;
    private final Sids sids;
    private final Body body;
    private final ObjectMapper mapper;

    ProtocolRoutes(Flows flows, Sids sids, ObjectMapper mapper) {
        this.flows = flows;
        this.sids = sids;
        this.body = new Body(mapper);
        this.mapper = mapper;
    }

    void register(Routes routes) {
        for (var root : ROOTS) {
            routes.post(root + "/protocol/add", FlowRules.RULE, with(this::add));
            routes.post(root + "/protocol/get", FlowRules.RULE, with(this::get));
            routes.post(root + "/protocol/update/{flow_id}", FlowRules.RULE, with(this::update));
            routes.post(root + "/protocol/delete", FlowRules.RULE, with(this::delete));
            routes.post(root + "/protocol/build/{flow_id}", FlowRules.RULE, with(this::build));
            routes.get(root + "/get_flow_info/{flow_id}", FlowRules.RULE, with(this::describe));
            for (var compare : List.of("/protocolcompare", "/protocol/compare")) {
                routes.post(root + compare + "/save", FlowRules.RULE, with(this::saveComparison));
                routes.delete(root + compare + "/delete", FlowRules.RULE, with(this::deleteComparison));
            }
        }
    }

    private Handler with(Handler handler) {
        return FlowRules.with(sids, handler);
    }

    private static Party party(Context ctx) {
        return Party.of(Caller.of(ctx));
    }

    private void add(Context ctx) {
        var asked = body.object(ctx);
        var name = FlowRules.optional(asked, "name", Flows.MOST_NAME, "");
        var description = FlowRules.optional(asked, "description", Flows.MOST_DESCRIPTION, "");
        var status = FlowRules.number(asked, "status", -1, 100);
        var party = party(ctx);
        var given = FlowRules.optional(asked, "app_id", 100, "");
        var appId = given.isEmpty() ? (party.appId().isEmpty() ? FlowApps.TENANT : party.appId()) : given;
        if (!party.all() && !appId.equals(party.appId()) && !appId.equals(FlowApps.TENANT)) {
            throw new FlowFailure(FlowCode.FOREIGN, appId);
        }
        var flow = flows.create(party, appId, name, description, status == null ? 0 : status, data(asked));
        FlowRules.success(ctx, mapper.createObjectNode().put("flow_id", flow.id()));
    }

    /** A description as an object, or as the text of one. */
    private @Nullable JsonNode data(ObjectNode asked) {
        var data = asked.path("data");
        if (data.isMissingNode() || data.isNull()) {
            return null;
        }
        if (data.isTextual()) {
            try {
                data = mapper.readTree(data.textValue());
            } catch (JsonProcessingException e) {
                throw FlowRules.invalid(
                        "body->data", mapper.missingNode(), "Input should be a valid dictionary", "dict_type");
            }
        }
        if (!data.isObject()) {
            throw FlowRules.invalid(
                    "body->data", mapper.missingNode(), "Input should be a valid dictionary", "dict_type");
        }
        return data;
    }

    private void get(Context ctx) {
        var asked = body.object(ctx);
        var flow = flows.own(party(ctx), FlowRules.text(asked, "flow_id", 40));
        var row = mapper.createObjectNode()
                .put("id", flow.id())
                .put("group_id", flow.id())
                .put("name", flow.name());
        row.set("data", flows.opened(flow.hash()));
        row.set(
                "release_data",
                flows.newest(flow).map(one -> flows.opened(one.hash())).orElseGet(mapper::createObjectNode));
        row.put("description", flow.description())
                .put("version", FlowStore.DRAFT)
                .put("status", flow.status())
                .put("release_status", flow.releaseStatus())
                .put("app_id", flow.appId())
                .put("source", flow.source())
                .put("tag", flow.tag())
                .put("create_at", flow.createdAt())
                .put("update_at", flow.updatedAt());
        FlowRules.success(ctx, mapper.getNodeFactory().textNode(row.toString()));
    }

    private void update(Context ctx) {
        var flow = flows.own(party(ctx), ctx.pathParam("flow_id"));
        var asked = body.object(ctx);
        flows.update(
                flow,
                asked.hasNonNull("name") ? FlowRules.optional(asked, "name", Flows.MOST_NAME, "") : null,
                asked.hasNonNull("description")
                        ? FlowRules.optional(asked, "description", Flows.MOST_DESCRIPTION, "")
                        : null,
                FlowRules.number(asked, "status", -1, 100),
                data(asked));
        FlowRules.success(ctx, null);
    }

    private void delete(Context ctx) {
        var asked = body.object(ctx);
        var id = FlowRules.text(asked, "flow_id", 40);
        Flow flow;
        try {
            flow = flows.own(party(ctx), id);
        } catch (FlowFailure e) {
            throw new FlowFailure(FlowCode.DELETE, id); // the contract's code for one that is not there
        }
        var app = FlowRules.optional(asked, "app_id", 100, "");
        if (!app.isEmpty() && !app.equals(flow.appId())) {
            throw new FlowFailure(FlowCode.DELETE, id);
        }
        flows.store().delete(flow.id());
        FlowRules.success(ctx, null);
    }

    private void build(Context ctx) throws ClientGone {
        String problem = null;
        try {
            var flow = flows.own(party(ctx), ctx.pathParam("flow_id"));
            var plan = flows.plans().of(flow.hash());
            flows.plans().called(flow.id(), plan, flows.versions(party(ctx)));
        } catch (FlowFailure e) {
            problem = e.explain();
        }
        var out = ResponseStream.open(ctx, "text/event-stream");
        if (problem != null) {
            out.data(mapper.createObjectNode().put("message", problem).toString());
        }
        out.data(mapper.createObjectNode()
                .put("end_of_stream", true)
                .put("sid", FlowRules.sid(ctx))
                .toString());
    }

    /** What the newest version takes, as tools of the Model Context Protocol describe themselves. */
    private void describe(Context ctx) {
        var flow = flows.callable(party(ctx), ctx.pathParam("flow_id"));
        var version = flows.version(flow, "");
        var answer = mapper.createObjectNode().put("name", version.name()).put("description", version.description());
        var schema = answer.putObject("inputSchema").put("type", "object");
        var properties = schema.putObject("properties");
        var required = schema.putArray("required");
        for (var parameter : flows.plans().of(version.hash()).parameters()) {
            var property = properties
                    .putObject(parameter.name())
                    .put("type", parameter.schema().path("type").asText("string"))
                    .put(
                            "description",
                            parameter
                                    .schema()
                                    .path("description")
                                    .asText(parameter.schema().path("default").asText("")));
            if (parameter.file()) {
                property.put("fileType", "file");
            }
            if (parameter.required()) {
                required.add(parameter.name());
            }
        }
        FlowRules.success(ctx, answer);
    }

    private void saveComparison(Context ctx) {
        var asked = body.object(ctx);
        var flow = flows.own(party(ctx), FlowRules.text(asked, "flow_id", 40));
        var version = FlowRules.text(asked, "version", 40);
        var data = data(asked);
        if (data == null) {
            throw FlowRules.invalid("body->data", mapper.missingNode(), "Field required", "missing");
        }
        flows.store().saveComparison(flow, version, flows.sealed(data, flow));
        FlowRules.success(ctx, null);
    }

    private void deleteComparison(Context ctx) {
        var asked = body.object(ctx);
        var flow = flows.own(party(ctx), FlowRules.text(asked, "flow_id", 40));
        if (!flows.store().deleteComparison(flow.id(), FlowRules.text(asked, "version", 40))) {
            throw new Problem.Flow(FlowCode.FLOW_UNKNOWN.number(), FlowCode.FLOW_UNKNOWN.explain(flow.id()));
        }
        FlowRules.success(ctx, null);
    }
}
