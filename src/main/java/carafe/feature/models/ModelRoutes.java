package carafe.feature.models;

import carafe.feature.accounts.Grants;
import carafe.platform.config.Catalogue;
import carafe.platform.config.LiveSettings;
import carafe.platform.http.Access;
import carafe.platform.http.Caller;
import carafe.platform.http.Routes;
import carafe.platform.http.Rule;
import carafe.platform.http.Surface;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.http.Context;
import java.time.Clock;
import java.util.Comparator;
import java.util.HashMap;

/** The models a person may choose from, in the shape of the Open WebUI API. */
public final class ModelRoutes {
    private final ModelCatalogue catalogue;
    private final Workspace workspace;
    private final LiveSettings settings;
    private final ObjectMapper mapper;
    private final long startedAt;

    public ModelRoutes(
            ModelCatalogue catalogue, Workspace workspace, LiveSettings settings, ObjectMapper mapper, Clock clock) {
        this.catalogue = catalogue;
        this.workspace = workspace;
        this.settings = settings;
        this.mapper = mapper;
        this.startedAt = clock.instant().getEpochSecond();
    }

    public void register(Routes routes) {
        var read = Rule.of(Surface.WEBUI, Access.USER);
        routes.get("/api/models", read, this::list);
        routes.get("/api/v1/models", read, this::list);
        routes.get("/api/models/base", Rule.of(Surface.WEBUI, Access.ADMIN), this::base);
    }

    private void list(Context ctx) {
        refresh(ctx);
        var caller = Caller.of(ctx);
        if (ctx.path().endsWith("/v1/models/")) {
            ctx.json(configured(caller));
            return;
        }
        var rank = new HashMap<String, Integer>();
        object(settings.text(Catalogue.MODEL_ORDER)).forEach(id -> rank.putIfAbsent(id.asText(), rank.size()));
        var answer = mapper.createObjectNode().put("object", "list"); // which clients of the OpenAI API look for
        var data = answer.putArray("data");
        catalogue.visible(caller).stream()
                .sorted(Comparator.comparingInt(model -> rank.getOrDefault(model.id(), Integer.MAX_VALUE)))
                .forEach(model -> data.add(entry(model, caller)));
        ctx.json(answer);
    }

    /** What the address with a slash at its end answered before 0.12: the workspace's models, as their makers see them. */
    private ArrayNode configured(Caller caller) {
        var list = mapper.createArrayNode();
        workspace.all().stream()
                .filter(model -> model.isPreset() && workspace.allows(caller, model, Grants.Right.READ))
                .forEach(model -> list.add(info(model, caller)));
        return list;
    }

    /** The models of connections, also those that are hidden. */
    private void base(Context ctx) {
        refresh(ctx);
        var caller = Caller.of(ctx);
        var answer = mapper.createObjectNode();
        var data = answer.putArray("data");
        catalogue.all().stream()
                .filter(model ->
                        workspace.find(model.id()).filter(StoredModel::isPreset).isEmpty())
                .forEach(model -> data.add(entry(model, caller)));
        ctx.json(answer);
    }

    private void refresh(Context ctx) {
        if ("true".equals(ctx.queryParam("refresh"))) {
            catalogue.refresh();
        }
    }

    private JsonNode object(String json) {
        try {
            return json.isEmpty() ? mapper.missingNode() : mapper.readTree(json);
        } catch (JsonProcessingException e) {
            return mapper.missingNode(); // typed by hand into a variable: no order and no metadata
        }
    }

    /** Parameters are for those who may change them. */
    private ObjectNode info(StoredModel stored, Caller caller) {
        var info = WorkspaceRoutes.json(stored);
        if (!workspace.allows(caller, stored, Grants.Right.WRITE)) {
            info.putObject("params");
        }
        return info;
    }

    /** The picture has an address of its own. */
    private void describe(ObjectNode node, StoredModel stored, Caller caller) {
        var info = info(stored, caller);
        if (info.get("meta") instanceof ObjectNode meta) {
            if (meta.path("profile_image_url").asText().startsWith("data:")) {
                meta.remove("profile_image_url");
            }
            if (meta.get("tags") instanceof ArrayNode tags) {
                node.set("tags", tags.deepCopy());
            }
        }
        node.set("info", info);
        if (stored.isPreset()) {
            node.put("preset", true);
        }
    }

    private ObjectNode entry(ModelEntry model, Caller caller) {
        var local = model.connection().kind() == Connection.Kind.LOCAL;
        var owner = model.connection().kind() == Connection.Kind.OLLAMA ? "ollama" : "openai";
        var node = mapper.createObjectNode()
                .put("id", model.id())
                .put("name", model.name())
                .put("object", "model")
                .put("created", startedAt)
                .put("owned_by", owner)
                .put(
                        "connection_type",
                        local ? "local" : model.connection().options().type());
        node.putObject(owner)
                .put("id", model.upstreamName())
                .put("object", "model")
                .put("created", startedAt)
                .put("owned_by", owner)
                .put("connection_type", node.path("connection_type").asText());
        model.connection().options().tags(node.putArray("tags"));
        node.putArray("actions");
        node.putArray("filters");
        workspace.find(model.id()).ifPresent(stored -> describe(node, stored, caller));
        if (object(settings.text(Catalogue.MODEL_METADATA)) instanceof ObjectNode defaults && !defaults.isEmpty()) {
            var info = node.withObject("/info");
            var meta = defaults.deepCopy();
            meta.setAll(info.withObject("/meta"));
            info.set("meta", meta);
        }
        return node;
    }
}
