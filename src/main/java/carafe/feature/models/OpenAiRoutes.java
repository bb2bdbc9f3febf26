package carafe.feature.models;

import carafe.engine.llm.LlmException;
import carafe.platform.config.Secret;
import carafe.platform.http.Access;
import carafe.platform.http.Body;
import carafe.platform.http.Caller;
import carafe.platform.http.Problem;
import carafe.platform.http.Routes;
import carafe.platform.http.Rule;
import carafe.platform.http.Surface;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.http.Context;
import java.time.Duration;
import java.util.List;

/**
 * Open WebUI's view of the OpenAI connections ({@code /openai}): what there is, and whether a server answers. They are
 * changed at {@code /api/v1/connections}. Keys never leave the server: a mask stands for one that is set.
 */
public final class OpenAiRoutes {
    /** What pages get instead of a key, and send back for the key that is known. */
    static final String MASK = "********";

    private static final Rule USER = Rule.of(Surface.WEBUI, Access.USER);
    private static final Rule ADMIN = Rule.of(Surface.WEBUI, Access.ADMIN);
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final Connections connections;
    private final ModelCatalogue catalogue;
    private final Providers providers;
    private final Body body;

    public OpenAiRoutes(Connections connections, ModelCatalogue catalogue, Providers providers, Body body) {
        this.connections = connections;
        this.catalogue = catalogue;
        this.providers = providers;
        this.body = body;
    }

    public void register(Routes routes) {
        routes.get("/openai/config", ADMIN, this::config);
        routes.get("/openai/models", USER, this::models);
        routes.get("/openai/models/{index}", USER, this::models);
        routes.post("/openai/verify", ADMIN, this::verify);
    }

    private List<Connection> all() {
        return connections.all().stream()
                .filter(connection -> connection.kind() == Connection.Kind.OPENAI)
                .toList();
    }

    private void config(Context ctx) {
        var answer = JsonNodeFactory.instance.objectNode().put("ENABLE_OPENAI_API", true);
        var urls = answer.putArray("OPENAI_API_BASE_URLS");
        var keys = answer.putArray("OPENAI_API_KEYS");
        var configs = answer.putObject("OPENAI_API_CONFIGS");
        for (var connection : all()) {
            var config = configs.putObject(Integer.toString(urls.size()))
                    .put("enable", connection.enabled())
                    .put("prefix_id", "")
                    .put("connection_type", "external")
                    .put("auth_type", connection.key().isSet() ? "bearer" : "none");
            config.putArray("model_ids");
            config.putArray("tags");
            urls.add(connection.url());
            keys.add(connection.key().isSet() ? MASK : "");
        }
        ctx.json(answer);
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

    private void verify(Context ctx) {
        var fields = body.fields(ctx);
        var url = ConnectionRoutes.url(fields.text("url", 2000));
        var key = fields.optionalText("key", 4000).orElse("");
        ctx.json(listed(new Connection(
                "test", Connection.Kind.OPENAI, Connections.name(url), url, key(url, key), true, false)));
    }

    /** The mask stands for the key of the connection with this very address, and for no other. */
    private Secret key(String url, String sent) {
        if (!sent.equals(MASK)) {
            return sent.isEmpty() ? Secret.NONE : new Secret(sent);
        }
        return all().stream()
                .filter(connection -> connection.url().equals(url))
                .map(Connection::key)
                .findFirst()
                .orElse(Secret.NONE);
    }

    private ObjectNode listed(Connection connection) {
        try {
            var answer = JsonNodeFactory.instance.objectNode().put("object", "list");
            var data = answer.putArray("data");
            providers
                    .client(connection.kind())
                    .models(connection.target(), PATIENCE)
                    .forEach(id -> data.addObject().put("id", id).put("object", "model"));
            return answer;
        } catch (LlmException e) {
            throw new Problem.BadRequest(e.failure().message());
        }
    }
}
