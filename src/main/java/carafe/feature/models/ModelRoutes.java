package carafe.feature.models;

import carafe.platform.http.Access;
import carafe.platform.http.Routes;
import carafe.platform.http.Rule;
import carafe.platform.http.Surface;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.http.Context;
import java.time.Clock;

/** The models a person may choose from, in the shape of the Open WebUI API. */
public final class ModelRoutes {
    private final ModelCatalogue catalogue;
    private final ObjectMapper mapper;
    private final long startedAt;

    public ModelRoutes(ModelCatalogue catalogue, ObjectMapper mapper, Clock clock) {
        this.catalogue = catalogue;
        this.mapper = mapper;
        this.startedAt = clock.instant().getEpochSecond();
    }

    public void register(Routes routes) {
        var read = Rule.of(Surface.WEBUI, Access.USER);
        routes.get("/api/models", read, this::list);
        routes.get("/api/v1/models", read, this::list);
        routes.get("/api/models/base", Rule.of(Surface.WEBUI, Access.ADMIN), this::list);
    }

    private void list(Context ctx) {
        if ("true".equals(ctx.queryParam("refresh"))) {
            catalogue.refresh();
        }
        var answer = mapper.createObjectNode();
        var data = answer.putArray("data");
        catalogue.all().forEach(model -> data.add(entry(model)));
        ctx.json(answer);
    }

    private ObjectNode entry(ModelEntry model) {
        var local = model.connection().kind() == Connection.Kind.LOCAL;
        var owner = model.connection().kind() == Connection.Kind.OLLAMA ? "ollama" : "openai";
        var node = mapper.createObjectNode()
                .put("id", model.id())
                .put("name", model.name())
                .put("object", "model")
                .put("created", startedAt)
                .put("owned_by", owner)
                .put("connection_type", local ? "local" : "external");
        node.putObject(owner).put("id", model.upstreamName());
        node.putArray("tags");
        node.putArray("actions");
        node.putArray("filters");
        return node;
    }
}
