package carafe.feature.models;

import carafe.feature.accounts.AccountStore;
import carafe.feature.accounts.Grants;
import carafe.feature.accounts.History;
import carafe.feature.accounts.Pictures;
import carafe.platform.db.Db;
import carafe.platform.http.Access;
import carafe.platform.http.Body;
import carafe.platform.http.Caller;
import carafe.platform.http.Fields;
import carafe.platform.http.Page;
import carafe.platform.http.Problem;
import carafe.platform.http.Routes;
import carafe.platform.http.Rule;
import carafe.platform.http.Surface;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.http.Context;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.function.Predicate;

/** Models that people make, at the paths and with the shapes of Open WebUI ({@code /api/v1/models}). */
public final class WorkspaceRoutes {
    private static final Rule USER = Rule.of(Surface.WEBUI, Access.USER);
    private static final Rule ADMIN = Rule.of(Surface.WEBUI, Access.ADMIN);
    private static final Rule WRITE = USER.withMaxBody(2 * Rule.MEBIBYTE);
    private static final Rule MANY = USER.withMaxBody(16 * Rule.MEBIBYTE);
    private static final String MODELS = "/api/v1/models";
    private static final int PAGE = 30;
    private static final int MAX_ID = 256;
    private static final int MAX_JSON = 1 << 20;

    private final Db db;
    private final Workspace workspace;
    private final AccountStore accounts;
    private final ModelHistoryRoutes history;
    private final Body body;

    public WorkspaceRoutes(Db db, Workspace workspace, AccountStore accounts, ModelHistoryRoutes history, Body body) {
        this.db = db;
        this.history = history;
        this.workspace = workspace;
        this.accounts = accounts;
        this.body = body;
    }

    public void register(Routes routes) {
        routes.get(MODELS + "/list", USER, this::list);
        routes.get(MODELS + "/all", ADMIN, ctx -> ctx.json(array(model -> true)));
        routes.get(MODELS + "/base", ADMIN, ctx -> ctx.json(array(model -> !model.isPreset() && tagged(ctx, model))));
        routes.get(MODELS + "/base/tags", ADMIN, ctx -> ctx.json(tags(model -> !model.isPreset())));
        routes.get(MODELS + "/tags", USER, ctx -> ctx.json(tags(model -> model.isPreset() && readable(ctx, model))));
        routes.post(MODELS + "/create", WRITE, this::create);
        routes.get(MODELS + "/export", USER, this::export);
        routes.post(MODELS + "/import", MANY, this::restore);
        routes.post(MODELS + "/sync", ADMIN.withMaxBody(16 * Rule.MEBIBYTE), this::sync);
        history.register(routes, this);
        routes.get(MODELS + "/model", USER, this::show);
        routes.get(MODELS + "/model/profile/image", USER, this::image);
        routes.post(MODELS + "/model/toggle", USER, this::toggle);
        routes.post(MODELS + "/model/update", WRITE, this::update);
        routes.post(MODELS + "/model/access/update", USER, this::updateAccess);
        routes.post(
                MODELS + "/model/delete",
                USER,
                ctx -> delete(ctx, body.fields(ctx).text("id", MAX_ID)));
        // older front ends
        routes.delete(MODELS + "/model/delete", USER, ctx -> delete(ctx, id(ctx)));
        routes.delete(MODELS + "/delete/all", ADMIN, this::deleteAll);
    }

    private void list(Context ctx) {
        var query = Page.query(ctx).toLowerCase(Locale.ROOT);
        var view = ctx.queryParam("view_option");
        var own = Caller.of(ctx).person().id();
        var found = workspace.all().stream()
                .filter(StoredModel::isPreset)
                .filter(model -> readable(ctx, model))
                .filter(model -> tagged(ctx, model))
                .filter(model -> model.name().toLowerCase(Locale.ROOT).contains(query)
                        || model.id().toLowerCase(Locale.ROOT).contains(query))
                .filter(model -> !"created".equals(view) || own.equals(model.accountId()))
                .filter(model -> !"shared".equals(view) || !own.equals(model.accountId()))
                .sorted(order(ctx))
                .toList();
        var answer = JsonNodeFactory.instance.objectNode();
        var items = answer.putArray("items");
        found.stream().skip(Page.offset(ctx, PAGE)).limit(PAGE).forEach(model -> {
            var item = withAccess(ctx, model);
            ((ObjectNode) item.get("meta")).remove("profile_image_url"); // served at an address of its own
            items.add(item);
        });
        ctx.json(answer.put("total", found.size()));
    }

    private static Comparator<StoredModel> order(Context ctx) {
        Comparator<StoredModel> order = switch (String.valueOf(ctx.queryParam("order_by"))) {
            case "name" -> Comparator.comparing(model -> model.name().toLowerCase(Locale.ROOT));
            case "created_at" -> Comparator.comparingLong(StoredModel::createdAt);
            default -> Comparator.comparingLong(StoredModel::updatedAt);
        };
        var named = order.thenComparing(StoredModel::id);
        return "asc".equalsIgnoreCase(ctx.queryParam("direction")) ? named : named.reversed();
    }

    private com.fasterxml.jackson.databind.node.ArrayNode array(Predicate<StoredModel> which) {
        var list = JsonNodeFactory.instance.arrayNode();
        workspace.all().stream().filter(which).forEach(model -> list.add(json(model)));
        return list;
    }

    private Set<String> tags(Predicate<StoredModel> which) {
        var names = new TreeSet<String>();
        workspace.all().stream()
                .filter(which)
                .forEach(model -> model.meta().path("tags").forEach(tag -> {
                    var name = tag.path("name").asText("");
                    if (!name.isEmpty()) {
                        names.add(name);
                    }
                }));
        return names;
    }

    private static boolean tagged(Context ctx, StoredModel model) {
        var wanted = ctx.queryParam("tag");
        if (wanted == null || wanted.isEmpty()) {
            return true;
        }
        for (var tag : model.meta().path("tags")) {
            if (tag.path("name").asText().equals(wanted)) {
                return true;
            }
        }
        return false;
    }

    private void create(Context ctx) {
        var person = Caller.of(ctx).person();
        workspace.permissions().require(person, "workspace.models");
        var form = body.object(ctx);
        var model = read(form, person, null);
        var maker = maker(ctx, form);
        changing(() -> {
            refuseTooMany();
            if (workspace.store().find(model.id()).isPresent()) {
                throw new Problem.BadRequest("There is a model with this id already.", "id");
            }
            workspace.store().insert(model);
            history.keep(model, maker);
            return true;
        });
        ctx.json(shown(model.id()));
    }

    private static History.Maker maker(Context ctx, ObjectNode form) {
        return new History.Maker(
                Caller.of(ctx).person().id(),
                new Fields(form, "").optionalText("commit_message", 500).orElse(""));
    }

    private ObjectNode shown(String id) {
        return json(stored(id)).put("version_id", workspace.store().version(id).orElse(null));
    }

    /** The model of the query, if the person may change it. */
    StoredModel writable(Context ctx) {
        return writable(ctx, id(ctx));
    }

    /** Makes of a model what one of its versions says. */
    void restore(Context ctx, StoredModel old, ObjectNode form, String version) {
        var fresh = read(form, Caller.of(ctx).person(), old);
        changing(() -> {
            workspace.store().update(fresh);
            workspace.store().setVersion(old.id(), version);
            return true;
        });
        ctx.json(shown(old.id()));
    }

    private void show(Context ctx) {
        var model = workspace
                .store()
                .find(id(ctx))
                .filter(found -> readable(ctx, found))
                .orElseThrow(() -> new Problem.NotFound("model"));
        ctx.json(withAccess(ctx, model)
                .put("version_id", workspace.store().version(model.id()).orElse(null)));
    }

    private void image(Context ctx) {
        var stored = workspace
                .find(id(ctx))
                .filter(model -> readable(ctx, model))
                .map(model -> model.meta().path("profile_image_url").asText(""))
                .orElse("");
        Pictures.send(ctx, stored, "/static/favicon.png");
    }

    private void toggle(Context ctx) {
        var id = id(ctx);
        var old = writable(ctx, id);
        changing(() -> {
            workspace.store().update(copy(old, old.grants(), !old.active()));
            return true;
        });
        ctx.json(json(stored(id)));
    }

    private void update(Context ctx) {
        var form = body.object(ctx);
        var old = writable(ctx, new Fields(form, "").text("id", MAX_ID));
        var fresh = read(form, Caller.of(ctx).person(), old);
        var maker = maker(ctx, form);
        changing(() -> {
            if (workspace.store().version(old.id()).isEmpty()) {
                history.keep(old, maker); // one from before versions were kept
            }
            workspace.store().update(fresh);
            history.keep(fresh, maker);
            return true;
        });
        ctx.json(shown(old.id()));
    }

    /** A model of a connection has no row until somebody shares or hides it; then an admin's request makes one. */
    private void updateAccess(Context ctx) {
        var fields = body.fields(ctx);
        var id = fields.text("id", MAX_ID);
        var person = Caller.of(ctx).person();
        var grants = workspace.grants().read(fields.node(), person, "models");
        if (grants == null) {
            throw fields.missing("access_grants");
        }
        if (workspace.store().find(id).isEmpty() && Caller.of(ctx).isAdmin()) {
            var form = fields.node().deepCopy();
            form.put("name", fields.optionalText("name", MAX_ID).orElse(id));
            var fresh = read(form, person, null);
            changing(() -> {
                refuseTooMany();
                workspace.store().insert(fresh);
                return true;
            });
        } else {
            var old = writable(ctx, id);
            changing(() -> {
                workspace.store().update(copy(old, grants, old.active()));
                return true;
            });
        }
        ctx.json(json(stored(id)));
    }

    private void delete(Context ctx, String id) {
        var old = writable(ctx, id);
        changing(() -> {
            workspace.store().delete(old.id());
            history.forget(old.id());
            return true;
        });
        ctx.json(true);
    }

    private void deleteAll(Context ctx) {
        changing(() -> {
            workspace.store().deleteAll();
            history.forgetAll();
            return true;
        });
        ctx.json(true);
    }

    private void export(Context ctx) {
        workspace.permissions().require(Caller.of(ctx).person(), "workspace.models_export");
        var ids = Set.copyOf(ctx.queryParams("ids"));
        ctx.json(array(model -> (ids.isEmpty() || ids.contains(model.id())) && mayWrite(ctx, model)));
    }

    /** All or nothing; models that are there already are replaced where the person may. */
    private void restore(Context ctx) {
        var person = Caller.of(ctx).person();
        workspace.permissions().require(person, "workspace.models_import");
        var fields = body.fields(ctx);
        put(ctx, fields.optionalArray("models").orElseThrow(() -> fields.missing("models")), person);
        ctx.json(true);
    }

    private void put(Context ctx, JsonNode list, Caller.Person person) {
        if (list.size() > WorkspaceStore.MOST) {
            throw new Problem.Unprocessable("'models' holds too many entries.", "models");
        }
        var fresh = new ArrayList<StoredModel>();
        for (var node : list) {
            if (!(node instanceof ObjectNode form)) {
                throw new Problem.Unprocessable("'models' must be a list of objects.", "models");
            }
            var id = new Fields(form, "models.").text("id", MAX_ID);
            var old = workspace.store().find(id).orElse(null);
            if (old != null && !mayWrite(ctx, old)) {
                throw new Problem.BadRequest("There is a model with the id '" + id + "' already.", "models");
            }
            fresh.add(read(form, person, old));
        }
        changing(() -> {
            for (var model : fresh) {
                if (workspace.store().find(model.id()).isPresent()) {
                    workspace.store().update(model);
                } else {
                    refuseTooMany();
                    workspace.store().insert(model);
                }
            }
            return true;
        });
    }

    /** Afterwards there are exactly these. */
    private void sync(Context ctx) {
        var fields = body.fields(ctx);
        var list = fields.optionalArray("models").orElseThrow(() -> fields.missing("models"));
        var kept = new TreeSet<String>();
        list.forEach(node -> kept.add(node.path("id").asText()));
        put(ctx, list, Caller.of(ctx).person());
        changing(() -> {
            workspace.store().all().stream()
                    .map(StoredModel::id)
                    .filter(id -> !kept.contains(id))
                    .forEach(id -> {
                        workspace.store().delete(id);
                        history.forget(id);
                    });
            return true;
        });
        ctx.json(array(model -> true));
    }

    private void refuseTooMany() {
        if (workspace.store().count() >= WorkspaceStore.MOST) {
            throw new Problem.BadRequest("There are " + WorkspaceStore.MOST + " models already, which is the most.");
        }
    }

    private <T> T changing(Callable<T> work) {
        return db.transaction(() -> {
            db.afterCommit(workspace::forget);
            return work.call();
        });
    }

    private StoredModel stored(String id) {
        return workspace.store().find(id).orElseThrow(() -> new Problem.NotFound("model"));
    }

    /** @throws Problem.NotFound also where the person may not even read it: nobody learns what exists */
    private StoredModel writable(Context ctx, String id) {
        var model = workspace
                .store()
                .find(id)
                .filter(found -> readable(ctx, found))
                .orElseThrow(() -> new Problem.NotFound("model"));
        if (!mayWrite(ctx, model)) {
            throw new Problem.Forbidden("You may use this model, but not change it.");
        }
        return model;
    }

    private boolean readable(Context ctx, StoredModel model) {
        return workspace.allows(Caller.of(ctx), model, Grants.Right.READ);
    }

    private boolean mayWrite(Context ctx, StoredModel model) {
        return workspace.allows(Caller.of(ctx), model, Grants.Right.WRITE);
    }

    private StoredModel read(
            ObjectNode form, Caller.Person person, @org.jspecify.annotations.Nullable StoredModel old) {
        var fields = new Fields(form, "");
        var id = fields.text("id", MAX_ID).strip();
        var base = fields.optionalText("base_model_id", MAX_ID)
                .filter(text -> !text.isBlank())
                .orElse(null);
        if (old == null && base != null && id.codePoints().anyMatch(c -> c <= ' ' || Character.isSpaceChar(c))) {
            throw new Problem.Unprocessable("'id' must have no blanks.", "id");
        }
        if (id.equals(base)) {
            throw new Problem.BadRequest("A model cannot be based on itself.", "base_model_id");
        }
        if (base == null && person.role() != Caller.Role.ADMIN) {
            throw new Problem.BadRequest("Choose the model that this one is based on.", "base_model_id");
        }
        if (base != null && !workspace.allows(person, base)) {
            throw new Problem.BadRequest("The model that this one is based on is not there.", "base_model_id");
        }
        var meta = object(fields, "meta");
        Pictures.checked(new Fields(meta, "meta.")
                .optionalText("profile_image_url", Pictures.MAX)
                .orElse(""));
        var grants = workspace.grants().read(form, person, "models");
        return new StoredModel(
                id,
                old == null ? person.id() : old.accountId(),
                base,
                fields.text("name", MAX_ID),
                object(fields, "params"),
                meta,
                fields.optionalBool("is_active").orElse(old == null || old.active()),
                0,
                0,
                grants != null ? grants : old == null ? List.of() : old.grants());
    }

    private static ObjectNode object(Fields fields, String name) {
        var node = fields.optionalObject(name).map(Fields::node).orElseGet(JsonNodeFactory.instance::objectNode);
        if (node.toString().length() > MAX_JSON) {
            throw new Problem.Unprocessable("'" + name + "' is more than can be kept here (1 MB).", name);
        }
        return node;
    }

    private static StoredModel copy(StoredModel m, List<Grants.Grant> grants, boolean active) {
        return new StoredModel(m.id(), m.accountId(), m.baseId(), m.name(), m.params(), m.meta(), active, 0, 0, grants);
    }

    private static String id(Context ctx) {
        var id = ctx.queryParam("id");
        if (id == null || id.length() > MAX_ID) {
            throw new Problem.Unprocessable("'id' is required.", "id");
        }
        return id;
    }

    /** With its owner, and its parameters only for those who may change them. */
    private ObjectNode withAccess(Context ctx, StoredModel model) {
        boolean write = mayWrite(ctx, model);
        var node = json(model).put("write_access", write);
        if (!write) {
            node.putObject("params");
        }
        var owner = model.accountId() == null
                ? null
                : accounts.find(model.accountId()).orElse(null);
        if (owner == null) {
            return node.putNull("user");
        }
        node.putPOJO(
                "user",
                Map.of(
                        "id",
                        owner.id(),
                        "name",
                        owner.name(),
                        "role",
                        owner.role().wire(),
                        "email",
                        owner.email()));
        return node;
    }

    static ObjectNode json(StoredModel model) {
        var node = JsonNodeFactory.instance
                .objectNode()
                .put("id", model.id())
                .put("user_id", model.accountId() == null ? "" : model.accountId())
                .put("base_model_id", model.baseId())
                .put("name", model.name());
        node.set("params", model.params().deepCopy());
        node.set("meta", model.meta().deepCopy());
        node.set("access_grants", Grants.json(StoredModel.KIND, model.id(), model.grants()));
        return node.put("is_active", model.active())
                .put("updated_at", model.updatedAt() / 1000)
                .put("created_at", model.createdAt() / 1000);
    }
}
