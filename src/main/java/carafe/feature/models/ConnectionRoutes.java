package carafe.feature.models;

import carafe.engine.llm.LlmException;
import carafe.engine.llm.LlmFailure;
import carafe.platform.config.Secret;
import carafe.platform.db.Ids;
import carafe.platform.http.Access;
import carafe.platform.http.Body;
import carafe.platform.http.Fields;
import carafe.platform.http.Problem;
import carafe.platform.http.Routes;
import carafe.platform.http.Rule;
import carafe.platform.http.Surface;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.http.Context;
import java.net.URI;
import java.time.Duration;

/** The admin page's connections: list with live state, add, change, remove, and try before saving. */
public final class ConnectionRoutes {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final Connections connections;
    private final ConnectionStore store;
    private final ModelCatalogue catalogue;
    private final Providers providers;
    private final Body body;
    private final ObjectMapper mapper;
    private final Ids ids;

    public ConnectionRoutes(
            Connections connections,
            ConnectionStore store,
            ModelCatalogue catalogue,
            Providers providers,
            ObjectMapper mapper,
            Ids ids) {
        this.connections = connections;
        this.store = store;
        this.catalogue = catalogue;
        this.providers = providers;
        this.body = new Body(mapper);
        this.mapper = mapper;
        this.ids = ids;
    }

    public void register(Routes routes) {
        var admin = Rule.of(Surface.WEBUI, Access.ADMIN);
        routes.get("/api/v1/connections", admin, this::list);
        routes.post("/api/v1/connections", admin, this::create);
        routes.post("/api/v1/connections/test", admin, this::test);
        routes.put("/api/v1/connections/{id}", admin, this::change);
        routes.delete("/api/v1/connections/{id}", admin, this::remove);
    }

    private void list(Context ctx) {
        var answer = mapper.createObjectNode();
        var items = answer.putArray("connections");
        connections.all().forEach(connection -> items.add(shown(connection)));
        ctx.json(answer);
    }

    private void create(Context ctx) {
        if (store.all().size() >= ConnectionStore.MOST) {
            throw new Problem.BadRequest(
                    "There are " + ConnectionStore.MOST + " connections already, which is the most.");
        }
        var connection = read(body.fields(ctx), ids.next(), Secret.NONE, ConnectionOptions.NONE);
        store.insert(connection);
        catalogue.refresh();
        ctx.status(201).json(shown(connection));
    }

    private void change(Context ctx) {
        var old = changeable(ctx.pathParam("id"));
        var connection = read(body.fields(ctx), old.id(), old.key(), old.options());
        if (!store.update(connection)) {
            throw new Problem.NotFound("connection");
        }
        catalogue.refresh();
        ctx.json(shown(connection));
    }

    private void remove(Context ctx) {
        if (!store.delete(changeable(ctx.pathParam("id")).id())) {
            throw new Problem.NotFound("connection");
        }
        catalogue.refresh();
        ctx.status(204);
    }

    private Connection changeable(String id) {
        var connection = connections.find(id).orElseThrow(() -> new Problem.NotFound("connection"));
        if (connection.fixed()) {
            throw new Problem.Conflict(
                    "This connection comes from the server's environment; change it there and restart.");
        }
        return connection;
    }

    /** An omitted key keeps {@code oldKey}; an empty one removes it. */
    private static Connection read(Fields fields, String id, Secret oldKey, ConnectionOptions options) {
        var kind = switch (fields.optionalText("kind", 20).orElse("openai")) {
            case "openai" -> Connection.Kind.OPENAI;
            case "anthropic" -> Connection.Kind.ANTHROPIC;
            case "ollama" -> Connection.Kind.OLLAMA;
            default -> throw new Problem.Unprocessable("'kind' must be openai, anthropic or ollama.", "kind");
        };
        var url = url(fields.text("url", 2000));
        return new Connection(
                id,
                kind,
                fields.optionalText("name", 100).filter(name -> !name.isBlank()).orElseGet(() -> Connections.name(url)),
                url,
                fields.optionalText("key", 4000).map(Secret::new).orElse(oldKey),
                fields.optionalBool("enabled").orElse(true),
                false,
                options);
    }

    static String url(String text) {
        try {
            var uri = URI.create(text.strip());
            if (uri.getHost() != null
                    && uri.getRawUserInfo() == null
                    && ("http".equalsIgnoreCase(uri.getScheme()) || "https".equalsIgnoreCase(uri.getScheme()))) {
                return text.strip().replaceAll("/+$", "");
            }
        } catch (IllegalArgumentException e) {
            throw new Problem.BadRequest("'url' is not an address: " + e.getMessage(), "url");
        }
        throw new Problem.BadRequest("'url' must be an address such as https://api.example.com/v1.", "url");
    }

    private void test(Context ctx) {
        var fields = body.fields(ctx);
        var known = fields.optionalText("id", 100).flatMap(connections::find);
        var connection = fields.has("url") || known.isEmpty()
                ? read(fields, "test", known.map(Connection::key).orElse(Secret.NONE), ConnectionOptions.NONE)
                : known.get();
        if (connection.kind() == Connection.Kind.LOCAL) {
            throw new Problem.BadRequest("Local models need no connection; add a model instead.");
        }
        ctx.json(attempt(connection));
    }

    private ObjectNode attempt(Connection connection) {
        var answer = mapper.createObjectNode();
        long started = System.nanoTime();
        try {
            var models = providers.client(connection.kind()).models(connection.target(), PATIENCE);
            answer.put("ok", true);
            models.forEach(answer.putArray("models")::add);
            if (models.isEmpty()) {
                answer.put("hint", "The server answers, but offers no models yet.");
            }
        } catch (LlmException e) {
            answer.put("ok", false).put("error", e.failure().message());
            answer.putArray("models");
            answer.put("hint", hint(e.failure(), connection));
        }
        return answer.put("latency_ms", (System.nanoTime() - started) / 1_000_000);
    }

    private static String hint(LlmFailure failure, Connection connection) {
        return switch (failure.status()) {
            case 401, 403 -> "The server refuses the key. Check that it is complete and belongs to this server.";
            case 404 ->
                connection.kind() != Connection.Kind.OPENAI || connection.url().endsWith("/v1")
                        ? "There is no list of models at this address. Check the path."
                        : "There is no list of models at this address. Most servers want it to end in /v1.";
            case 502 -> "Check the address, and that the server runs and can be reached from here.";
            case 504 -> "The server is slow or a firewall swallows the request.";
            default -> "The message above is the server's own.";
        };
    }

    private ObjectNode shown(Connection connection) {
        var status = catalogue.status(connection.id());
        var node = mapper.createObjectNode()
                .put("id", connection.id())
                .put("kind", connection.kind().wire())
                .put("name", connection.name())
                .put("url", connection.url())
                .put("key_set", connection.key().isSet())
                .put("enabled", connection.enabled())
                .put("source", connection.fixed() ? "env" : "table");
        node.putObject("status")
                .put("ok", status.ok())
                .put("models", status.models().size())
                .put("error", status.error())
                .put("checked_at", status.checkedAt());
        return node;
    }
}
