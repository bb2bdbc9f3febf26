package carafe.feature.accounts;

import carafe.platform.audit.AuditLog;
import carafe.platform.config.Catalogue;
import carafe.platform.config.LiveSettings;
import carafe.platform.config.Setting;
import carafe.platform.db.Db;
import carafe.platform.http.Access;
import carafe.platform.http.Body;
import carafe.platform.http.Caller;
import carafe.platform.http.Fields;
import carafe.platform.http.Problem;
import carafe.platform.http.Routes;
import carafe.platform.http.Rule;
import carafe.platform.http.Surface;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.http.Context;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What admins say about the front end: banners, suggestions, default models; Open WebUI's {@code /api/v1/configs}. */
final class InterfaceRoutes {
    private static final Rule USER = Rule.of(Surface.WEBUI, Access.USER);
    private static final Rule ADMIN = Rule.of(Surface.WEBUI, Access.ADMIN);
    private static final String CONFIGS = "/api/v1/configs";
    private static final int MAX_TEXT = 64 * 1024;
    private static final int MOST = 200;

    /** Texts of {@code configs/models}, and those among them that hold JSON. */
    private static final List<Setting> MODELS = List.of(Catalogue.DEFAULT_MODELS, Catalogue.PINNED_MODELS);

    private static final List<Setting> OBJECTS = List.of(Catalogue.MODEL_METADATA, Catalogue.MODEL_PARAMS);

    private final Db db;
    private final LiveSettings settings;
    private final AuditLog audit;
    private final Body body;

    InterfaceRoutes(Db db, LiveSettings settings, AuditLog audit, Body body) {
        this.db = db;
        this.settings = settings;
        this.audit = audit;
        this.body = body;
    }

    void register(Routes routes) {
        routes.get(CONFIGS + "/banners", USER, ctx -> ctx.json(Texts.array(settings.text(Catalogue.BANNERS))));
        routes.post(CONFIGS + "/banners", ADMIN, this::setBanners);
        routes.post(CONFIGS + "/suggestions", ADMIN, this::setSuggestions);
        routes.get(CONFIGS + "/models/defaults", USER, this::modelDefaults);
        routes.get(CONFIGS + "/models", ADMIN, ctx -> ctx.json(models()));
        routes.post(CONFIGS + "/models", ADMIN, this::setModels);
        routes.post(CONFIGS + "/interface/visibility", ADMIN, this::setVisibility);
        routes.post(CONFIGS + "/connections", ADMIN, this::setConnections);
        routes.get(CONFIGS + "/export", ADMIN, this::export);
        routes.post(CONFIGS + "/import", ADMIN, this::restore);
    }

    private void setBanners(Context ctx) {
        var fields = body.fields(ctx);
        var given = list(fields, "banners");
        for (int i = 0; i < given.size(); i++) {
            var banner = new Fields(object(given.get(i), "banners"), "banners." + i + ".");
            banner.text("id", 100);
            if (!Set.of("info", "warning", "error", "success").contains(banner.text("type", 20))) {
                throw new Problem.Unprocessable(
                        "'" + banner.path("type") + "' must be info, warning, error or success.", banner.path("type"));
            }
            banner.optionalText("title", 500);
            requireContent(banner);
            banner.optionalBool("dismissible");
            banner.optionalLong("timestamp", 0, Long.MAX_VALUE);
        }
        store(ctx, Map.of(Catalogue.BANNERS, given.isEmpty() ? "" : given.toString()));
        ctx.json(Texts.array(settings.text(Catalogue.BANNERS)));
    }

    private void setSuggestions(Context ctx) {
        var given = list(body.fields(ctx), "suggestions");
        for (int i = 0; i < given.size(); i++) {
            var suggestion = new Fields(object(given.get(i), "suggestions"), "suggestions." + i + ".");
            requireContent(suggestion);
            for (var line : suggestion.optionalArray("title").orElseThrow(() -> suggestion.missing("title"))) {
                if (!line.isTextual()) {
                    throw new Problem.Unprocessable(
                            "'" + suggestion.path("title") + "' must be a list of texts.", suggestion.path("title"));
                }
            }
        }
        store(ctx, Map.of(Catalogue.SUGGESTIONS, given.isEmpty() ? "" : given.toString()));
        var answer = JsonNodeFactory.instance.objectNode();
        answer.set("suggestions", Texts.array(settings.text(Catalogue.SUGGESTIONS)));
        answer.putObject("i18n");
        ctx.json(answer);
    }

    /** {@code {visibility: {<part>: bool}}}; which parts there are is the front end's business. */
    private void setVisibility(Context ctx) {
        var fields = body.fields(ctx);
        var given = fields.optionalObject("visibility").orElseThrow(() -> fields.missing("visibility"));
        for (var part : given.node().properties()) {
            if (!part.getValue().isBoolean()) {
                var where = "visibility." + part.getKey();
                throw new Problem.Unprocessable("'" + where + "' must be true or false.", where);
            }
        }
        store(
                ctx,
                Map.of(
                        Catalogue.VISIBILITY,
                        given.node().isEmpty() ? "" : given.node().toString()));
        var answer = JsonNodeFactory.instance.objectNode();
        answer.set("visibility", Texts.object(settings.text(Catalogue.VISIBILITY)));
        ctx.json(answer);
    }

    /** Browsers cannot be let call model servers themselves, and the list of models is always kept for a while. */
    private void setConnections(Context ctx) {
        var fields = body.fields(ctx);
        for (var name : List.of("ENABLE_DIRECT_CONNECTIONS", "ENABLE_DIRECT_INTEGRATIONS")) {
            if (fields.optionalBool(name).orElse(false)) {
                throw new Problem.BadRequest("Connections from the browser are not to be had here.", name);
            }
        }
        ctx.json(Map.of(
                "ENABLE_DIRECT_CONNECTIONS", false,
                "ENABLE_DIRECT_INTEGRATIONS", false,
                "ENABLE_BASE_MODELS_CACHE", true));
    }

    private void modelDefaults(Context ctx) {
        var answer = JsonNodeFactory.instance.objectNode();
        answer.set(Catalogue.MODEL_METADATA.name(), Texts.object(settings.text(Catalogue.MODEL_METADATA)));
        ctx.json(answer);
    }

    private ObjectNode models() {
        var shown = JsonNodeFactory.instance.objectNode();
        MODELS.forEach(setting -> shown.put(setting.name(), settings.text(setting)));
        shown.set(Catalogue.MODEL_ORDER.name(), Texts.array(settings.text(Catalogue.MODEL_ORDER)));
        OBJECTS.forEach(setting -> shown.set(setting.name(), Texts.object(settings.text(setting))));
        return shown;
    }

    private void setModels(Context ctx) {
        var fields = body.fields(ctx);
        var changes = new LinkedHashMap<Setting, String>();
        for (var setting : MODELS) {
            if (fields.node().has(setting.name())) {
                changes.put(
                        setting, fields.optionalText(setting.name(), MAX_TEXT).orElse(""));
            }
        }
        for (var setting : OBJECTS) {
            if (fields.node().has(setting.name())) {
                changes.put(
                        setting,
                        fields.optionalObject(setting.name())
                                .map(o -> o.node().toString())
                                .orElse(""));
            }
        }
        fields.optionalArray(Catalogue.MODEL_ORDER.name())
                .ifPresent(order -> changes.put(Catalogue.MODEL_ORDER, order.toString()));
        store(ctx, changes);
        ctx.json(models());
    }

    /** Every setting that is changed at run time and is no secret. */
    private void export(Context ctx) {
        var answer = JsonNodeFactory.instance.objectNode();
        changeable().forEach(setting -> answer.put(setting.name(), settings.text(setting)));
        ctx.json(answer);
    }

    /** Takes what {@link #export} gave; keys of other programs are left out. */
    private void restore(Context ctx) {
        var config = body.fields(ctx)
                .optionalObject("config")
                .orElseThrow(() -> new Problem.Unprocessable("'config' is required.", "config"));
        var changes = new LinkedHashMap<Setting, String>();
        for (var setting : changeable()) {
            config.optionalText(setting.name(), MAX_TEXT).ifPresent(value -> changes.put(setting, value));
        }
        store(ctx, changes);
        export(ctx);
    }

    private static List<Setting> changeable() {
        return Catalogue.ALL.stream()
                .filter(setting -> setting.home() == Setting.Home.TABLE && !setting.secret())
                .toList();
    }

    private void store(Context ctx, Map<Setting, String> changes) {
        for (var change : changes.entrySet()) {
            if (change.getValue().length() > MAX_TEXT) {
                var name = change.getKey().name();
                throw new Problem.Unprocessable("'" + name + "' is more than can be kept here (64 kB).", name);
            }
        }
        var by = Caller.of(ctx).person().id();
        var ip = Caller.addressOf(ctx);
        var detail = JsonNodeFactory.instance.objectNode();
        changes.keySet().forEach(setting -> detail.put(setting.name(), true));
        try {
            db.transaction(() -> {
                settings.set(changes, by);
                audit.add("settings-changed", by, "settings:interface", ip, detail);
                return true;
            });
        } catch (IllegalArgumentException e) {
            throw new Problem.Unprocessable(String.valueOf(e.getMessage()), null);
        }
    }

    private static void requireContent(Fields fields) {
        if (fields.optionalText("content", 10_000).isEmpty()) {
            throw fields.missing("content");
        }
    }

    private static ArrayNode list(Fields fields, String name) {
        var list = fields.optionalArray(name).orElseThrow(() -> fields.missing(name));
        if (list.size() > MOST) {
            throw new Problem.Unprocessable("'" + name + "' may hold at most " + MOST + " entries.", name);
        }
        return list;
    }

    private static ObjectNode object(JsonNode node, String where) {
        if (node instanceof ObjectNode object) {
            return object;
        }
        throw new Problem.Unprocessable("'" + where + "' must be a list of objects.", where);
    }
}
