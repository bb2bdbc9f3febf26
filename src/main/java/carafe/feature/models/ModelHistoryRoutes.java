package carafe.feature.models;

import carafe.feature.accounts.AccountStore;
import carafe.feature.accounts.History;
import carafe.platform.audit.Versions;
import carafe.platform.db.Db;
import carafe.platform.db.Ids;
import carafe.platform.http.Access;
import carafe.platform.http.Body;
import carafe.platform.http.Page;
import carafe.platform.http.Problem;
import carafe.platform.http.Routes;
import carafe.platform.http.Rule;
import carafe.platform.http.Surface;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.http.Context;
import java.time.Clock;

/** The versions of models that people made, for those who may change them ({@code /api/v1/models/model/history}). */
public final class ModelHistoryRoutes {
    private static final Rule USER = Rule.of(Surface.WEBUI, Access.USER);
    private static final String HISTORY = "/api/v1/models/model/history";

    private final Db db;
    private final Workspace workspace;
    private final History history;
    private final Body body;

    public ModelHistoryRoutes(Db db, Workspace workspace, AccountStore accounts, Body body, Ids ids, Clock clock) {
        this.db = db;
        this.workspace = workspace;
        this.history = new History(StoredModel.KIND, "model_id", new Versions(db, ids, clock), accounts);
        this.body = body;
    }

    void register(Routes routes, WorkspaceRoutes models) {
        routes.get(HISTORY, USER, ctx -> {
            var model = models.writable(ctx);
            ctx.json(history.page(model.id(), Page.offset(ctx, History.PAGE), false));
        });
        routes.get(
                HISTORY + "/{version}",
                USER,
                ctx -> ctx.json(history.show(models.writable(ctx).id(), ctx.pathParam("version"))));
        routes.delete(HISTORY + "/{version}", USER, ctx -> delete(ctx, models.writable(ctx)));
        routes.post("/api/v1/models/model/update/version", USER, ctx -> choose(ctx, models));
    }

    /** Call it in the transaction that stores the model, after it. */
    void keep(StoredModel fresh, History.Maker maker) {
        var store = workspace.store();
        store.setVersion(
                fresh.id(), history.add(fresh.id(), store.version(fresh.id()).orElse(null), maker, snapshot(fresh)));
    }

    void forget(String id) {
        history.forget(id);
    }

    void forgetAll() {
        history.forgetAll();
    }

    private static ObjectNode snapshot(StoredModel model) {
        var node = JsonNodeFactory.instance
                .objectNode()
                .put("base_model_id", model.baseId())
                .put("name", model.name());
        node.set("params", model.params());
        node.set("meta", model.meta());
        return node;
    }

    private void delete(Context ctx, StoredModel model) {
        var version = ctx.pathParam("version");
        db.transaction(() -> {
            history.delete(
                    model.id(), version, workspace.store().version(model.id()).orElse(null));
            return true;
        });
        ctx.json(true);
    }

    /** The base must still be there for who chooses it; grants and the switch stay as they are. */
    private void choose(Context ctx, WorkspaceRoutes models) {
        var old = models.writable(ctx);
        var version = body.fields(ctx).text("version_id", 100);
        var form = history.snapshot(old.id(), version).put("id", old.id());
        if (old.baseId() != null && form.path("base_model_id").asText("").isEmpty()) {
            throw new Problem.BadRequest("This version has no model that it is based on.", "version_id");
        }
        models.restore(ctx, old, form, version);
    }
}
