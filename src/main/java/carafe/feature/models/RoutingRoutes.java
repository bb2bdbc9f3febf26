package carafe.feature.models;

import carafe.platform.db.Db;
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
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** The administrator's view of routing: which servers a model is called at, and how their tries went. */
public final class RoutingRoutes {
    private static final int MOST_ROUTES = 50;
    private static final int MOST_MODELS = 2_000;

    private final RouteStore store;
    private final Connections connections;
    private final ModelCatalogue catalogue;
    private final Models models;
    private final Db db;
    private final Body body;
    private final ObjectMapper mapper;

    public RoutingRoutes(
            RouteStore store,
            Connections connections,
            ModelCatalogue catalogue,
            Models models,
            Db db,
            ObjectMapper mapper) {
        this.store = store;
        this.connections = connections;
        this.catalogue = catalogue;
        this.models = models;
        this.db = db;
        this.body = new Body(mapper);
        this.mapper = mapper;
    }

    public void register(Routes routes) {
        var admin = Rule.of(Surface.WEBUI, Access.ADMIN);
        routes.get("/api/v1/connections/routes", admin, this::list);
        routes.put("/api/v1/connections/routes/<model>", admin, this::replace);
        routes.get("/api/v1/connections/attempts", admin, this::attempts);
    }

    private void list(Context ctx) {
        var answer = mapper.createObjectNode();
        var routes = answer.putArray("routes");
        var chosen = store.all();
        chosen.forEach(row -> routes.add(shown(row)));
        var named = chosen.stream().map(RouteStore.Row::model).collect(Collectors.toSet());
        var all = new TreeMap<>(catalogue.routes());
        named.forEach(model -> all.putIfAbsent(model, List.of())); // all its servers are gone or off
        var effective = answer.putArray("models");
        all.entrySet().stream().limit(MOST_MODELS).forEach(entry -> {
            var node = effective.addObject().put("model", entry.getKey()).put("chosen", named.contains(entry.getKey()));
            var servers = node.putArray("routes");
            entry.getValue().forEach(route -> servers.add(effective(route)));
        });
        var servers = answer.putArray("connections");
        connections.all().forEach(connection -> servers.add(server(connection)));
        ctx.json(answer);
    }

    /** A route as calls take it now, with how its last ones went; without a second route its circuit does not matter. */
    private ObjectNode effective(Route route) {
        var health = models.health(route);
        var node = mapper.createObjectNode()
                .put("connection_id", route.connection().id())
                .put("connection", route.connection().name())
                .put("upstream_name", route.upstreamName())
                .put("weight", route.weight())
                .put("priority", route.priority());
        node.putObject("circuit")
                .put("state", health.state().name().toLowerCase(Locale.ROOT))
                .put("failures", health.failures())
                .put("retry_in_ms", health.pauseNanos() / 1_000_000)
                .put("reason", health.reason().isEmpty() ? null : health.reason());
        return node;
    }

    /** What a route can lead to, with the names that its server offers. */
    private ObjectNode server(Connection connection) {
        var node = mapper.createObjectNode()
                .put("id", connection.id())
                .put("name", connection.name())
                .put("enabled", connection.enabled());
        var offered = node.putArray("models");
        catalogue.status(connection.id()).models().stream().limit(MOST_MODELS).forEach(offered::add);
        return node;
    }

    private ObjectNode shown(RouteStore.Row row) {
        return mapper.createObjectNode()
                .put("model", row.model())
                .put("connection_id", row.connectionId())
                .put("upstream_name", row.upstreamName())
                .put("weight", row.weight())
                .put("priority", row.priority());
    }

    /** Sets all routes of one model; an empty list gives the model back to whoever offers it. */
    private void replace(Context ctx) {
        var model = ctx.pathParam("model");
        if (model.length() > 256) {
            throw new Problem.BadRequest("The model's name is longer than 256 characters.", "model");
        }
        var fields = body.fields(ctx);
        var given = fields.optionalArray("routes").orElseThrow(() -> fields.missing("routes"));
        if (given.size() > MOST_ROUTES || store.all().size() + given.size() > RouteStore.MOST) {
            throw new Problem.BadRequest(
                    "'routes' holds more than " + MOST_ROUTES + " routes, or there are too many.", "routes");
        }
        var rows = new ArrayList<RouteStore.Row>();
        for (int i = 0; i < given.size(); i++) {
            if (!(given.get(i) instanceof ObjectNode node)) {
                throw new Problem.Unprocessable("'routes." + i + "' must be an object.", "routes." + i);
            }
            rows.add(read(model, new Fields(node, "routes." + i + ".")));
        }
        if (new HashSet<>(rows.stream()
                                .map(row -> List.of(row.connectionId(), row.upstreamName()))
                                .toList())
                        .size()
                < rows.size()) {
            throw new Problem.BadRequest("'routes' names one server and model twice.", "routes");
        }
        store.replace(model, rows);
        catalogue.refresh();
        ctx.json(mapper.createObjectNode().put("model", model).put("routes", rows.size()));
    }

    private RouteStore.Row read(String model, Fields fields) {
        var id = fields.text("connection_id", 100);
        if (connections.find(id).isEmpty()) {
            throw new Problem.BadRequest("There is no connection '" + id + "'.", fields.path("connection_id"));
        }
        return new RouteStore.Row(
                model,
                id,
                fields.optionalText("upstream_name", 256)
                        .filter(name -> !name.isEmpty())
                        .orElse(model),
                fields.optionalLong("weight", 0, 1_000).orElse(1L).intValue(),
                fields.optionalLong("priority", 0, 1_000).orElse(0L).intValue());
    }

    /** The tries of calls that needed more than one or failed, newest first. */
    private void attempts(Context ctx) {
        var answer = mapper.createObjectNode();
        var attempts = answer.putArray("attempts");
        db.list(
                        """
                        SELECT u.at, u.model, a.call_id, a.attempt, a.connection_id, a.upstream_name, a.status, a.code,
                            a.total_ms
                        FROM usage_attempt a JOIN usage u ON u.call_id = a.call_id
                        ORDER BY u.seq DESC, a.attempt LIMIT 200""",
                        row -> mapper.createObjectNode()
                                .put("at", row.getLong("at"))
                                .put("model", row.getString("model"))
                                .put("call_id", row.getString("call_id"))
                                .put("attempt", row.getInt("attempt"))
                                .put("connection_id", row.getString("connection_id"))
                                .put("upstream_name", row.getString("upstream_name"))
                                .put("status", row.getInt("status"))
                                .put("code", row.getString("code"))
                                .put("total_ms", row.getLong("total_ms")))
                .forEach(attempts::add);
        ctx.json(answer);
    }
}
