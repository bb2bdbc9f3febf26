package carafe.feature.prompts;

import carafe.feature.accounts.History;
import carafe.platform.db.Db;
import carafe.platform.http.Access;
import carafe.platform.http.Body;
import carafe.platform.http.Problem;
import carafe.platform.http.Routes;
import carafe.platform.http.Rule;
import carafe.platform.http.Surface;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.http.Context;

/** The versions of prompts: read by whoever may use one, chosen and deleted by whoever may change it. */
final class PromptHistoryRoutes {
    private static final Rule USER = Rule.of(Surface.WEBUI, Access.USER);
    private static final int MAX_PAGE = 1_000;

    private final PromptRoutes prompts;
    private final History history;
    private final PromptStore store;
    private final Db db;
    private final Body body;

    PromptHistoryRoutes(PromptRoutes prompts, History history, PromptStore store, Db db, Body body) {
        this.prompts = prompts;
        this.history = history;
        this.store = store;
        this.db = db;
        this.body = body;
    }

    void register(Routes routes, String prompt) {
        routes.get(prompt + "/history", USER, this::list);
        routes.get(prompt + "/history/diff", USER, this::compare);
        routes.get(prompt + "/history/{version}", USER, this::show);
        routes.delete(prompt + "/history/{version}", USER, this::delete);
        routes.post(prompt + "/update/version", USER, this::choose);
    }

    /** Pages count from 0 here. */
    private void list(Context ctx) {
        var prompt = prompts.readable(ctx);
        var page = ctx.queryParam("page") == null ? "0" : ctx.queryParam("page");
        if (page == null || !page.matches("\\d{1,4}") || Integer.parseInt(page) > MAX_PAGE) {
            throw new Problem.Unprocessable("'page' must be from 0 to " + MAX_PAGE + ".", "page");
        }
        ctx.json(history.page(prompt.id(), (long) Integer.parseInt(page) * History.PAGE, true));
    }

    private void show(Context ctx) {
        ctx.json(history.show(prompts.readable(ctx).id(), ctx.pathParam("version")));
    }

    private void delete(Context ctx) {
        var prompt = prompts.writable(ctx);
        var version = ctx.pathParam("version");
        db.transaction(() -> {
            history.delete(prompt.id(), version, store.version(prompt.id()).orElse(null));
            return true;
        });
        ctx.json(true);
    }

    private void choose(Context ctx) {
        var prompt = prompts.writable(ctx);
        var version = body.fields(ctx).text("version_id", 100);
        db.transaction(() -> {
            store.update(PromptRoutes.restored(prompt, history.snapshot(prompt.id(), version)));
            store.setVersion(prompt.id(), version);
            return true;
        });
        ctx.json(prompts.shown(prompt.id()));
    }

    private void compare(Context ctx) {
        var id = prompts.readable(ctx).id();
        var from = asked(ctx, "from_id");
        var to = asked(ctx, "to_id");
        var one = history.snapshot(id, from);
        var other = history.snapshot(id, to);
        var lines = LineDiff.of(text(one), text(other));
        var answer = JsonNodeFactory.instance.objectNode().put("from_id", from).put("to_id", to);
        answer.set("from_snapshot", one);
        answer.set("to_snapshot", other);
        lines.forEach(answer.putArray("content_diff")::add);
        ctx.json(answer.put("line_endings_only", lines.isEmpty() && !text(one).equals(text(other)))
                .put("name_changed", !one.path("name").equals(other.path("name"))));
    }

    private static String text(ObjectNode snapshot) {
        return snapshot.path("content").asText();
    }

    private static String asked(Context ctx, String name) {
        var value = ctx.queryParam(name);
        if (value == null || value.isEmpty()) {
            throw new Problem.Unprocessable("'" + name + "' is required.", name);
        }
        return value;
    }
}
