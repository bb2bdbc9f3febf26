package carafe.feature.prompts;

import carafe.feature.accounts.Accounts;
import carafe.feature.accounts.Grants;
import carafe.feature.accounts.History;
import carafe.platform.audit.Versions;
import carafe.platform.db.Db;
import carafe.platform.db.Ids;
import carafe.platform.http.Access;
import carafe.platform.http.Body;
import carafe.platform.http.Caller;
import carafe.platform.http.Fields;
import carafe.platform.http.Page;
import carafe.platform.http.Problem;
import carafe.platform.http.Routes;
import carafe.platform.http.Rule;
import carafe.platform.http.Surface;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.http.Context;
import java.time.Clock;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Prompts, at the paths and with the shapes of Open WebUI ({@code /api/v1/prompts}); times there are epoch seconds. */
public final class PromptRoutes {
    private static final Rule USER = Rule.of(Surface.WEBUI, Access.USER);
    private static final String PROMPTS = "/api/v1/prompts";
    private static final String PROMPT = PROMPTS + "/id/{id}";
    private static final String OLD = PROMPTS + "/command/{command}";
    private static final int PAGE = 30;
    private static final int MAX_CONTENT = 200_000;
    private static final int MAX_JSON = 64 * 1024;
    private static final Pattern COMMAND = Pattern.compile("[\\p{L}\\p{N}_.-]{1,100}");

    private final Db db;
    private final Accounts accounts;
    private final PromptStore store;
    private final History history;
    private final Body body;
    private final Ids ids;

    public PromptRoutes(Db db, Accounts accounts, Body body, Ids ids, Clock clock) {
        this.db = db;
        this.accounts = accounts;
        this.store = new PromptStore(db, accounts.grants(), clock);
        this.history = new History(Prompt.KIND, "prompt_id", new Versions(db, ids, clock), accounts.store());
        this.body = body;
        this.ids = ids;
    }

    public void register(Routes routes) {
        routes.get(PROMPTS + "/", USER, this::all);
        routes.get(PROMPTS + "/tags", USER, this::tags);
        routes.get(PROMPTS + "/list", USER, this::list);
        routes.post(PROMPTS + "/create", USER, this::create);
        routes.get(PROMPT, USER, ctx -> ctx.json(withVersion(withAccess(ctx, readable(ctx)))));
        routes.post(PROMPT + "/update", USER, this::update);
        routes.post(PROMPT + "/update/meta", USER, this::updateMeta);
        routes.post(PROMPT + "/access/update", USER, this::updateAccess);
        routes.post(PROMPT + "/toggle", USER, this::toggle);
        routes.delete(PROMPT + "/delete", USER, this::delete);
        new PromptHistoryRoutes(this, history, store, db, body).register(routes, PROMPT);
        // older front ends name them by their command
        routes.get(OLD, USER, ctx -> ctx.json(withVersion(withAccess(ctx, readable(ctx)))));
        routes.post(OLD + "/update", USER, this::update);
        routes.delete(OLD + "/delete", USER, this::delete);
    }

    private void all(Context ctx) {
        var list = JsonNodeFactory.instance.arrayNode();
        store.usable(Caller.of(ctx).person()).forEach(prompt -> list.add(json(prompt)));
        ctx.json(list);
    }

    private void tags(Context ctx) {
        var names = new TreeSet<String>();
        store.usable(Caller.of(ctx).person()).forEach(prompt -> prompt.tags().forEach(tag -> names.add(tag.asText())));
        ctx.json(names);
    }

    private void list(Context ctx) {
        var listing = new PromptStore.Listing(
                Caller.of(ctx).person(),
                Page.query(ctx),
                Optional.ofNullable(ctx.queryParam("tag")).orElse(""),
                one(PromptStore.View.values(), ctx.queryParam("view_option"), PromptStore.View.ALL),
                one(PromptStore.Order.values(), ctx.queryParam("order_by"), PromptStore.Order.UPDATED_AT),
                "asc".equalsIgnoreCase(ctx.queryParam("direction")),
                Page.offset(ctx, PAGE));
        var answer = JsonNodeFactory.instance.objectNode();
        var items = answer.putArray("items");
        store.page(listing, PAGE).forEach(prompt -> items.add(withAccess(ctx, prompt)));
        ctx.json(answer.put("total", store.count(listing)));
    }

    private static <E extends Enum<E>> E one(E[] values, @Nullable String wanted, E otherwise) {
        return Arrays.stream(values)
                .filter(value -> value.name().equalsIgnoreCase(wanted))
                .findFirst()
                .orElse(otherwise);
    }

    private void create(Context ctx) {
        var person = Caller.of(ctx).person();
        var rights = accounts.permissions();
        if (!rights.allows(person, "workspace.prompts_import")) {
            rights.require(person, "workspace.prompts");
        }
        var fields = body.fields(ctx);
        var prompt = read(fields, person, null);
        var maker = maker(ctx, fields);
        db.transaction(() -> {
            if (store.count() >= PromptStore.MOST) {
                throw new Problem.BadRequest("There are " + PromptStore.MOST + " prompts already, which is the most.");
            }
            refuseTaken(prompt);
            store.insert(prompt);
            store.setVersion(prompt.id(), history.add(prompt.id(), null, maker, snapshot(prompt)));
            return true;
        });
        ctx.json(shown(prompt.id()));
    }

    private void update(Context ctx) {
        var old = writable(ctx);
        var fields = body.fields(ctx);
        var fresh = read(fields, Caller.of(ctx).person(), old);
        if (fields.optionalBool("is_production").orElse(true)) {
            change(ctx, old, fresh, maker(ctx, fields));
            return;
        }
        // a draft: a version that nobody is shown until somebody chooses it
        var maker = maker(ctx, fields);
        db.transaction(() -> history.add(old.id(), store.version(old.id()).orElse(null), maker, snapshot(fresh)));
        ctx.json(shown(old.id()));
    }

    private static History.Maker maker(Context ctx, Fields fields) {
        return new History.Maker(
                Caller.of(ctx).person().id(),
                fields.optionalText("commit_message", 500).orElse(""));
    }

    /** What a version keeps. */
    static ObjectNode snapshot(Prompt prompt) {
        var node = JsonNodeFactory.instance
                .objectNode()
                .put("command", prompt.command())
                .put("name", prompt.name())
                .put("content", prompt.content());
        node.set("data", prompt.data());
        node.set("meta", prompt.meta());
        node.set("tags", prompt.tags());
        return node;
    }

    /** The prompt with what a version of it says; its command, switch and grants stay. */
    static Prompt restored(Prompt p, ObjectNode snapshot) {
        return new Prompt(
                p.id(),
                p.accountId(),
                p.command(),
                snapshot.path("name").asText(p.name()),
                snapshot.path("content").asText(p.content()),
                snapshot.get("data") instanceof ObjectNode data ? data : p.data(),
                snapshot.get("meta") instanceof ObjectNode meta ? meta : p.meta(),
                snapshot.get("tags") instanceof ArrayNode tags ? tags : p.tags(),
                p.active(),
                0,
                0,
                p.grants());
    }

    private void updateMeta(Context ctx) {
        var old = writable(ctx);
        var fields = body.fields(ctx);
        change(
                ctx,
                old,
                new Prompt(
                        old.id(),
                        old.accountId(),
                        command(fields),
                        fields.text("name", 200),
                        old.content(),
                        old.data(),
                        old.meta(),
                        tags(fields).orElse(old.tags()),
                        old.active(),
                        0,
                        0,
                        old.grants()),
                maker(ctx, fields));
    }

    private void updateAccess(Context ctx) {
        var old = writable(ctx);
        var fields = body.fields(ctx);
        var grants = accounts.grants().read(fields.node(), Caller.of(ctx).person(), "prompts");
        if (grants == null) {
            throw fields.missing("access_grants");
        }
        change(ctx, old, copy(old, old.active(), grants), maker(ctx, fields));
    }

    private void toggle(Context ctx) {
        var old = writable(ctx);
        change(
                ctx,
                old,
                copy(old, !old.active(), old.grants()),
                new History.Maker(Caller.of(ctx).person().id(), ""));
    }

    private void change(Context ctx, Prompt old, Prompt fresh, History.Maker maker) {
        db.transaction(() -> {
            refuseTaken(fresh);
            // one from before versions were kept: what it was is worth the first
            var live = store.version(old.id()).orElseGet(() -> history.add(old.id(), null, maker, snapshot(old)));
            store.update(fresh);
            store.setVersion(fresh.id(), history.add(fresh.id(), live, maker, snapshot(fresh)));
            return true;
        });
        ctx.json(shown(fresh.id()));
    }

    ObjectNode shown(String id) {
        return withVersion(json(stored(id)));
    }

    private ObjectNode withVersion(ObjectNode node) {
        return node.put("version_id", store.version(node.path("id").asText()).orElse(null));
    }

    private void delete(Context ctx) {
        var old = writable(ctx);
        db.transaction(() -> {
            store.delete(old.id());
            history.forget(old.id());
            return true;
        });
        ctx.json(true);
    }

    private void refuseTaken(Prompt prompt) {
        if (store.byCommand(prompt.command())
                .filter(other -> !other.id().equals(prompt.id()))
                .isPresent()) {
            throw new Problem.BadRequest("There is a prompt with this command already.", "command");
        }
    }

    private Prompt stored(String id) {
        return store.find(id).orElseThrow(() -> new Problem.NotFound("prompt"));
    }

    Prompt readable(Context ctx) {
        var found = ctx.pathParamMap().containsKey("command")
                ? store.byCommand(slashless(ctx.pathParam("command")))
                : store.find(ctx.pathParam("id"));
        return found.filter(prompt -> allows(ctx, prompt, Grants.Right.READ))
                .orElseThrow(() -> new Problem.NotFound("prompt"));
    }

    Prompt writable(Context ctx) {
        var prompt = readable(ctx);
        if (!allows(ctx, prompt, Grants.Right.WRITE)) {
            throw new Problem.Forbidden("You may use this prompt, but not change it.");
        }
        return prompt;
    }

    private boolean allows(Context ctx, Prompt prompt, Grants.Right right) {
        var caller = Caller.of(ctx);
        return caller.isAdmin()
                || caller.person().id().equals(prompt.accountId())
                || accounts.grants().allow(caller.person(), prompt.grants(), right);
    }

    private static String slashless(String command) {
        return command.startsWith("/") ? command.substring(1) : command;
    }

    private static String command(Fields fields) {
        var command = slashless(fields.text("command", 101).strip());
        if (!COMMAND.matcher(command).matches()) {
            throw new Problem.Unprocessable(
                    "'command' must be letters, digits, hyphens, dots and underscores, without blanks.", "command");
        }
        return command;
    }

    private Prompt read(Fields fields, Caller.Person person, @Nullable Prompt old) {
        var grants = accounts.grants().read(fields.node(), person, "prompts");
        return new Prompt(
                old == null ? ids.next() : old.id(),
                old == null ? person.id() : old.accountId(),
                command(fields),
                // older front ends call it title
                fields.has("name") ? fields.text("name", 200) : fields.text("title", 200),
                fields.optionalText("content", MAX_CONTENT).orElseThrow(() -> fields.missing("content")),
                object(fields, "data").orElseGet(() -> old == null ? empty() : old.data()),
                object(fields, "meta").orElseGet(() -> old == null ? empty() : old.meta()),
                tags(fields).orElseGet(() -> old == null ? JsonNodeFactory.instance.arrayNode() : old.tags()),
                old == null || old.active(),
                0,
                0,
                grants != null ? grants : old == null ? List.of() : old.grants());
    }

    private static ObjectNode empty() {
        return JsonNodeFactory.instance.objectNode();
    }

    private static Optional<ObjectNode> object(Fields fields, String name) {
        return fields.optionalObject(name).map(object -> {
            if (object.node().toString().length() > MAX_JSON) {
                throw new Problem.Unprocessable("'" + name + "' is more than can be kept here (64 kB).", name);
            }
            return object.node();
        });
    }

    /** Names, also where they come as objects with a name. */
    private static Optional<ArrayNode> tags(Fields fields) {
        return fields.optionalArray("tags").map(given -> {
            var names = JsonNodeFactory.instance.arrayNode();
            for (var tag : given) {
                var name = tag.isTextual() ? tag.textValue() : tag.path("name").asText("");
                if (name.isBlank() || name.length() > 100 || names.size() >= 50) {
                    throw new Problem.Unprocessable("'tags' must be at most 50 names.", "tags");
                }
                names.add(name.strip());
            }
            return names;
        });
    }

    private static Prompt copy(Prompt p, boolean active, List<Grants.Grant> grants) {
        return new Prompt(
                p.id(),
                p.accountId(),
                p.command(),
                p.name(),
                p.content(),
                p.data(),
                p.meta(),
                p.tags(),
                active,
                0,
                0,
                grants);
    }

    private ObjectNode withAccess(Context ctx, Prompt prompt) {
        var node = json(prompt).put("write_access", allows(ctx, prompt, Grants.Right.WRITE));
        var owner = prompt.accountId() == null
                ? null
                : accounts.store().find(prompt.accountId()).orElse(null);
        if (owner == null) {
            return node.putNull("user");
        }
        return node.putPOJO(
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
    }

    private static ObjectNode json(Prompt prompt) {
        var node = JsonNodeFactory.instance
                .objectNode()
                .put("id", prompt.id())
                .put("command", prompt.command())
                .put("user_id", prompt.accountId() == null ? "" : prompt.accountId())
                .put("name", prompt.name())
                .put("title", prompt.name())
                .put("content", prompt.content())
                .put("is_active", prompt.active())
                .put("created_at", prompt.createdAt() / 1000)
                .put("updated_at", prompt.updatedAt() / 1000)
                .put("timestamp", prompt.updatedAt() / 1000);
        node.set("data", prompt.data());
        node.set("meta", prompt.meta());
        node.set("tags", prompt.tags());
        node.set("access_grants", Grants.json(Prompt.KIND, prompt.id(), prompt.grants()));
        return node;
    }
}
