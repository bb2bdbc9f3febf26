package carafe.feature.models;

import carafe.platform.http.Access;
import carafe.platform.http.Caller;
import carafe.platform.http.Problem;
import carafe.platform.http.Routes;
import carafe.platform.http.Rule;
import carafe.platform.http.Surface;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.javalin.http.Context;
import java.util.List;

/** The models of OpenAI-compatible connections as Open WebUI lists them ({@code /openai/models}). */
public final class OpenAiRoutes {
    private static final Rule USER = Rule.of(Surface.WEBUI, Access.USER);

    private final Connections connections;
    private final ModelCatalogue catalogue;

    public OpenAiRoutes(Connections connections, ModelCatalogue catalogue) {
        this.connections = connections;
        this.catalogue = catalogue;
    }

    public void register(Routes routes) {
        routes.get("/openai/models", USER, this::models);
        routes.get("/openai/models/{index}", USER, this::models);
    }

    private List<Connection> all() {
        return connections.all().stream()
                .filter(connection -> connection.kind() == Connection.Kind.OPENAI)
                .toList();
    }

    /** What the caller may call, of all connections or of the one with this place in the configuration. */
    private void models(Context ctx) {
        var asked = ctx.pathParamMap().containsKey("index") ? ctx.pathParam("index") : ctx.queryParam("url_idx");
        var only = asked == null ? null : at(asked);
        var answer = JsonNodeFactory.instance.objectNode().put("object", "list");
        var data = answer.putArray("data");
        for (var model : catalogue.visible(Caller.of(ctx))) {
            var connection = model.connection();
            boolean wanted = only == null
                    ? connection.kind() != Connection.Kind.OLLAMA
                    : connection.id().equals(only.id());
            if (wanted) {
                data.addObject()
                        .put("id", model.id())
                        .put("name", model.name())
                        .put("object", "model")
                        .put("owned_by", "openai");
            }
        }
        ctx.json(answer);
    }

    private Connection at(String index) {
        var all = all();
        if (index.matches("\\d{1,4}") && Integer.parseInt(index) < all.size()) {
            return all.get(Integer.parseInt(index));
        }
        throw new Problem.NotFound("connection");
    }
}
