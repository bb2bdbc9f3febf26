package carafe.feature.workflows;

import carafe.engine.workflow.FlowCode;
import carafe.engine.workflow.FlowFailure;
import carafe.platform.http.Body;
import carafe.platform.http.Caller;
import carafe.platform.http.Routes;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.http.Context;
import io.javalin.http.Handler;
import java.util.List;

/** Publishing, and who may call what: rows 17 and 18 of the contract's section 1, at all three of their addresses. */
final class PublishRoutes {
    private static final List<String> ROOTS = List.of("/v1", "/workflow/v1", "/workflow/v1/v1");
    private static final String DATA_VERSION = "v3(\\.\\d+)*(\\.\\d+)";

    /** The bits of one platform: published, published for the API, taken off; 0: not there. */
    private record Platform(int published, int api, int takenOff) {}

    private final Flows flows;
    private final FlowApps apps;
    private final Sids sids;
    private final Body body;

    PublishRoutes(Flows flows, FlowApps apps, Sids sids, ObjectMapper mapper) {
        this.flows = flows;
        this.apps = apps;
        this.sids = sids;
        this.body = new Body(mapper);
    }

    void register(Routes routes) {
        for (var root : ROOTS) {
            routes.post(root + "/publish", FlowRules.RULE, with(this::publish));
            routes.post(root + "/auth", FlowRules.RULE, with(this::bind));
        }
    }

    private Handler with(Handler handler) {
        return FlowRules.with(sids, handler);
    }

    private static Platform platform(int number) {
        return switch (number) {
            case 0, 1 -> new Platform(1, 8, 2);
            case 2 -> new Platform(4, 8, 16);
            case 4 -> new Platform(32, 0, 64);
            default -> throw new FlowFailure(FlowCode.PLATFORM, Integer.toString(number));
        };
    }

    private void publish(Context ctx) {
        var asked = body.object(ctx);
        var party = Party.of(Caller.of(ctx));
        var id = FlowRules.text(asked, "flow_id", 40);
        var status = FlowRules.number(asked, "release_status", 1, 3);
        var plat = FlowRules.number(asked, "plat", 0, 4);
        var version = FlowRules.optional(asked, "version", 40, "");
        if (status == null) {
            throw FlowRules.invalid("body->release_status", asked.path("release_status"), "Field required", "missing");
        }
        onlyTenants(ctx);
        var flow = flows.own(party, id);
        var bits = platform(plat == null ? 0 : plat);
        int release = released(flow.releaseStatus(), bits, status);
        if (status == 3) {
            flows.store().release(flow.id(), release);
        } else {
            var data = asked.path("data");
            checkData(data);
            flows.publish(flow, version.isEmpty() ? flows.next(flow) : version, data.isObject() ? data : null, release);
        }
        FlowRules.success(ctx, null);
    }

    private static int released(int before, Platform bits, int status) {
        return switch (status) {
            case 1 -> (before & ~bits.takenOff()) | bits.published();
            case 2 -> {
                if (bits.api() == 0) {
                    throw new FlowFailure(FlowCode.PLATFORM, "no API there");
                }
                yield (before & ~bits.takenOff()) | bits.api();
            }
            default -> (before & ~(bits.published() | bits.api())) | bits.takenOff();
        };
    }

    private static void checkData(JsonNode data) {
        if (data.isMissingNode() || data.isNull()) {
            return;
        }
        if (!(data instanceof ObjectNode)) {
            throw FlowRules.invalid("body->data", data, "Input should be a valid dictionary", "dict_type");
        }
        var version = data.path("version");
        if (version.isTextual() && !version.textValue().matches(DATA_VERSION)) {
            throw FlowRules.invalid(
                    "body->data->version",
                    version,
                    "String should match pattern '^v3(\\.\\d+)*(\\.\\d+)$'",
                    "string_pattern_mismatch");
        }
        var nodes = data.path("data").path("nodes");
        if (nodes.isArray() && nodes.size() < 2) {
            throw FlowRules.invalid("body->data->data->nodes", nodes, "List should have at least 2 items", "too_short");
        }
    }

    /** Apps that are no tenants may not publish; accounts publish their own. */
    private static void onlyTenants(Context ctx) {
        if (Caller.of(ctx) instanceof Caller.FlowApp app && !app.tenant() && app.owner() == null) {
            throw new FlowFailure(FlowCode.NOT_TENANT, app.id());
        }
    }

    private void bind(Context ctx) {
        var asked = body.object(ctx);
        var flowId = FlowRules.text(asked, "flow_id", 40);
        var appId = FlowRules.text(asked, "app_id", 100);
        onlyTenants(ctx);
        var flow = flows.own(Party.of(Caller.of(ctx)), flowId);
        if (apps.find(appId).isEmpty()) {
            throw new FlowFailure(FlowCode.APP_UNKNOWN, appId);
        }
        flows.store().bind(appId, flow.id());
        FlowRules.success(ctx, null);
    }
}
