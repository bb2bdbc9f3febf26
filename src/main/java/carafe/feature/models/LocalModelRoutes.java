package carafe.feature.models;

import carafe.engine.llm.LlmException;
import carafe.engine.llm.local.BadModelException;
import carafe.engine.llm.local.LocalModel;
import carafe.engine.llm.local.LocalModels;
import carafe.engine.llm.local.ModelAdd;
import carafe.engine.llm.local.ModelAdds;
import carafe.engine.llm.local.ModelOrder;
import carafe.platform.audit.AuditLog;
import carafe.platform.http.Access;
import carafe.platform.http.Body;
import carafe.platform.http.Caller;
import carafe.platform.http.Fields;
import carafe.platform.http.Problem;
import carafe.platform.http.Routes;
import carafe.platform.http.Rule;
import carafe.platform.http.Surface;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.javalin.http.Context;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The administrator's local models: what there is and how it stands, adding from a path, an address, a package or an
 * upload, loading, unloading, removing. Sizes are bytes, times epoch milliseconds.
 */
public final class LocalModelRoutes {
    private static final Rule ADMIN = Rule.of(Surface.WEBUI, Access.ADMIN);
    private static final String MODELS = "/api/v1/models/local";
    private static final int LONGEST_SOURCE = 4000;
    private static final int LONGEST_NAME = 200;

    private final LocalModels local;
    private final ModelAdds adds;
    private final Runnable changed;
    private final AuditLog audit;
    private final Body body;

    /** @param changed told when a model has gone */
    public LocalModelRoutes(LocalModels local, ModelAdds adds, Runnable changed, AuditLog audit, Body body) {
        this.local = local;
        this.adds = adds;
        this.changed = changed;
        this.audit = audit;
        this.body = body;
    }

    public void register(Routes routes) {
        routes.get(MODELS, ADMIN, this::list);
        routes.post(MODELS + "/adds", ADMIN, this::add);
        routes.delete(MODELS + "/adds/{id}", ADMIN, this::cancel);
        routes.post(MODELS + "/upload", ADMIN.withSpooledBody(adds.mostBytes()), this::upload);
        routes.get(MODELS + "/{id}", ADMIN, this::show);
        routes.delete(MODELS + "/{id}", ADMIN, this::remove);
        routes.post(MODELS + "/{id}/load", ADMIN, this::load);
        routes.post(MODELS + "/{id}/unload", ADMIN, this::unload);
    }

    private void list(Context ctx) throws IOException {
        ctx.json(LocalModelJson.list(local, adds));
    }

    /** One model with the long texts of its file, what was recorded when it was added, and its process's last words. */
    private void show(Context ctx) throws IOException {
        ctx.json(LocalModelJson.details(model(ctx), local));
    }

    /** {@code {path | address | package, name?, sha256?}}; answers 202, the list tells how far it is. */
    private void add(Context ctx) {
        var order = order(body.fields(ctx));
        try {
            var add = adds.start(order);
            record(ctx, "local-model-added", add.source());
            ctx.status(202).json(LocalModelJson.add(add));
        } catch (BadModelException e) {
            throw new Problem.BadRequest(explain(e), field(order.kind()));
        }
    }

    private static ModelOrder order(Fields fields) {
        var found = new ArrayList<ModelOrder>();
        for (var kind : new ModelAdd.Kind[] {ModelAdd.Kind.PATH, ModelAdd.Kind.ADDRESS, ModelAdd.Kind.PACKAGE}) {
            fields.optionalText(field(kind), LONGEST_SOURCE)
                    .map(String::strip)
                    .filter(source -> !source.isEmpty())
                    .ifPresent(source -> found.add(new ModelOrder(
                            kind, source, text(fields, "name", LONGEST_NAME), text(fields, "sha256", 64))));
        }
        if (found.size() != 1) {
            throw new Problem.Unprocessable("Name one source: 'path', 'address' or 'package'.", "path");
        }
        return found.getFirst();
    }

    private static @Nullable String text(Fields fields, String name, int max) {
        return fields.optionalText(name, max).filter(text -> !text.isBlank()).orElse(null);
    }

    private static String field(ModelAdd.Kind kind) {
        return switch (kind) {
            case PATH -> "path";
            case ADDRESS -> "address";
            case PACKAGE -> "package";
            case UPLOAD -> "body";
        };
    }

    /** The file is the body itself, so that it goes to disk once, as it comes. */
    private void upload(Context ctx) throws IOException {
        var name = ctx.queryParam("name");
        if (name == null || name.isBlank() || name.length() > LONGEST_NAME) {
            throw new Problem.Unprocessable(
                    "'name' must be the file's name, of 1 to " + LONGEST_NAME + " characters.", "name");
        }
        try {
            var add = adds.upload(
                    ctx.req().getInputStream(), name, ctx.req().getContentLengthLong(), ctx.queryParam("sha256"));
            record(ctx, "local-model-added", add.source());
            ctx.status(201).json(LocalModelJson.add(add));
        } catch (BadModelException e) {
            throw new Problem.BadRequest(explain(e), "body");
        }
    }

    private void cancel(Context ctx) {
        if (!adds.cancel(ctx.pathParam("id"))) {
            throw new Problem.NotFound("add");
        }
        ctx.status(204);
    }

    private void load(Context ctx) throws IOException {
        var model = model(ctx);
        try {
            local.load(model.id());
        } catch (LlmException e) {
            var failure = e.failure();
            throw new Problem.Upstream(
                    failure.status(),
                    failure.code(),
                    failure.message(),
                    failure.retryAfter() == null ? Map.of() : Map.of("Retry-After", failure.retryAfter()),
                    null);
        }
        ctx.status(202).json(LocalModelJson.model(model(ctx)));
    }

    /** {@code ?force=true} also when it is in use; then those answers break off. */
    private void unload(Context ctx) throws IOException {
        empty(ctx, model(ctx));
        ctx.json(LocalModelJson.model(model(ctx)));
    }

    private void remove(Context ctx) throws IOException {
        var model = model(ctx);
        empty(ctx, model);
        if (!local.files().remove(model.id())) {
            throw new Problem.NotFound("model");
        }
        record(ctx, "local-model-removed", model.id());
        changed.run();
        ctx.status(204);
    }

    private void empty(Context ctx, LocalModel model) {
        if (!local.unload(model.id(), "true".equals(ctx.queryParam("force")))) {
            throw new Problem.Conflict(
                    "The model is writing an answer now. Wait for it, or ask again with force=true to break it off.");
        }
    }

    private LocalModel model(Context ctx) throws IOException {
        var id = ctx.pathParam("id");
        return local.list().stream()
                .filter(model -> model.id().equals(id))
                .findFirst()
                .orElseThrow(() -> new Problem.NotFound("model"));
    }

    private void record(Context ctx, String action, String what) {
        audit.add(
                action,
                Caller.of(ctx).person().id(),
                "local-model:" + what,
                Caller.addressOf(ctx),
                JsonNodeFactory.instance.objectNode());
    }

    private static String explain(BadModelException e) {
        return String.valueOf(e.getMessage());
    }
}
