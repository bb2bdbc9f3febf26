package carafe.feature.workflows;

import carafe.engine.workflow.FlowFailure;
import carafe.platform.http.Access;
import carafe.platform.http.Body;
import carafe.platform.http.Caller;
import carafe.platform.http.Problem;
import carafe.platform.http.Routes;
import carafe.platform.http.Rule;
import carafe.platform.http.Surface;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.http.Context;
import java.util.HashMap;
import java.util.Map;

/** Sample workflows to look at, and copies of them for whoever wants to begin with one. */
final class SampleRoutes {
    /** Stands in samples where the name of a model belongs. */
    static final String ANY_MODEL = "your-model";

    private static final Rule USER = Rule.of(Surface.WEBUI, Access.USER);
    private static final String ALL = "/api/v1/workflows/samples";
    /** Before the name of a sample that another calls as a sub-workflow. */
    private static final String SAMPLE = "sample:";

    private static final int MOST_DEPTH = 5;

    private final SampleFiles files;
    private final Flows flows;
    private final Body body;
    private final ObjectMapper mapper;

    SampleRoutes(SampleFiles files, Flows flows, ObjectMapper mapper) {
        this.files = files;
        this.flows = flows;
        this.body = new Body(mapper);
        this.mapper = mapper;
    }

    void register(Routes routes) {
        routes.get(ALL, USER, this::list);
        routes.post(ALL + "/{sample}", USER, this::copy);
    }

    /** {@code {samples: [{id, name, description, data, example, models}]}}; {@code models}: whether it calls any. */
    private void list(Context ctx) {
        var answer = mapper.createObjectNode();
        var list = answer.putArray("samples");
        files.all().forEach((name, sample) -> {
            var one = list.addObject()
                    .put("id", name)
                    .put("name", sample.path("name").asText())
                    .put("description", sample.path("description").asText())
                    .put("models", sample.path("data").findValuesAsText("model").contains(ANY_MODEL));
            one.set("data", sample.path("data"));
            one.set("example", sample.path("example"));
        });
        ctx.json(answer);
    }

    /** {@code {model}} → 201 {@code {id}}: a copy that calls this model, with a published copy of each sample that it calls. */
    private void copy(Context ctx) {
        var model = body.fields(ctx).optionalText("model", 200).orElse(ANY_MODEL);
        var made = new HashMap<String, String>();
        var id = copy(Party.of(Caller.of(ctx)), ctx.pathParam("sample"), model, made, 0);
        ctx.status(201).json(mapper.createObjectNode().put("id", id));
    }

    private String copy(Party party, String name, String model, Map<String, String> made, int depth) {
        var sample = files.all().get(name);
        if (sample == null || depth > MOST_DEPTH) {
            throw new Problem.NotFound("sample");
        }
        var data = sample.path("data").deepCopy();
        for (var node : data.path("nodes")) {
            if (node.path("data").path("nodeParam") instanceof ObjectNode param) {
                fill(party, param, model, made, depth);
            }
        }
        var title = sample.path("name").asText();
        var description = sample.path("description").asText();
        try {
            var flow = flows.create(party, FlowApps.TENANT, title, description, 0, whole(data));
            if (depth > 0) {
                flows.publish(flow, flows.next(flow), null, 1);
            }
            return flow.id();
        } catch (FlowFailure e) {
            throw new Problem.Unprocessable(e.explain(), "sample");
        }
    }

    private JsonNode whole(JsonNode data) {
        var whole = mapper.createObjectNode();
        whole.set("nodes", data.path("nodes"));
        whole.set("edges", data.path("edges"));
        return whole;
    }

    private void fill(Party party, ObjectNode param, String model, Map<String, String> made, int depth) {
        for (var key : new String[] {"model", "domain"}) {
            if (param.path(key).asText().equals(ANY_MODEL)) {
                param.put(key, model);
            }
        }
        var called = param.path("flowId").asText();
        if (called.startsWith(SAMPLE)) {
            var other = called.substring(SAMPLE.length());
            var known = made.get(other);
            if (known == null) {
                known = copy(party, other, model, made, depth + 1);
                made.put(other, known);
            }
            param.put("flowId", known);
        }
    }
}
