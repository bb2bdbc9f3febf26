package carafe.feature.chats;

import static carafe.feature.chats.ChatAnswers.account;
import static carafe.feature.chats.ChatAnswers.id;

import carafe.feature.accounts.Grants;
import carafe.platform.config.Catalogue;
import carafe.platform.config.LiveSettings;
import carafe.platform.db.Db;
import carafe.platform.http.Access;
import carafe.platform.http.Body;
import carafe.platform.http.Caller;
import carafe.platform.http.Fields;
import carafe.platform.http.Problem;
import carafe.platform.http.Routes;
import carafe.platform.http.Rule;
import carafe.platform.http.Surface;
import carafe.platform.realtime.Events;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.http.Context;
import io.javalin.http.Handler;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Open WebUI's {@code /api/v1/folders}. A folder can be shared: others then read what is in it, its owner alone changes it. */
public final class FolderRoutes {
    private static final String FOLDERS = "/api/v1/folders";
    private static final String FOLDER = FOLDERS + "/{id}";
    private static final int MAX_NAME = 200;
    private static final int MAX_JSON = 500_000;
    private static final int SHARED_PAGE = 10;
    private static final Rule USER = Rule.of(Surface.WEBUI, Access.USER);

    private final FolderStore folders;
    private final ChatStore chats;
    private final ChatReaders readers;
    private final LiveSettings settings;
    private final Db db;
    private final Events events;
    private final Body body;

    public FolderRoutes(
            FolderStore folders,
            ChatStore chats,
            ChatReaders readers,
            LiveSettings settings,
            Db db,
            Events events,
            Body body) {
        this.folders = folders;
        this.chats = chats;
        this.readers = readers;
        this.settings = settings;
        this.db = db;
        this.events = events;
        this.body = body;
    }

    public void register(Routes routes) {
        routes.get(FOLDERS + "/", USER, on(this::list));
        routes.post(FOLDERS + "/", USER, on(this::add));
        routes.get(FOLDERS + "/shared", USER, on(this::shared));
        routes.get(FOLDER, USER, on(ctx -> ctx.json(whole(readable(ctx), account(ctx)))));
        routes.delete(FOLDER, USER, on(this::delete));
        routes.post(FOLDER + "/update", USER, on(this::change));
        routes.post(FOLDER + "/update/parent", USER, on(this::move));
        routes.post(FOLDER + "/update/expanded", USER, on(this::expand));
        routes.post(FOLDER + "/access/update", USER, on(this::access));
        routes.get(FOLDER + "/shared/chats", USER, on(this::content));
        routes.post(FOLDER + "/read", USER, on(this::read));
    }

    /** Admins can switch folders off, for all or for those without the permission. */
    private Handler on(Handler handler) {
        return ctx -> {
            if (!settings.isOn(Catalogue.FOLDERS)) {
                throw new Problem.Forbidden("Folders are switched off on this server.");
            }
            readers.accounts().permissions().require(Caller.of(ctx).person(), "features.folders");
            handler.handle(ctx);
        };
    }

    private FolderStore.Folder readable(Context ctx) {
        return readers.folder(Caller.of(ctx).person(), id(ctx)).orElseThrow(() -> new Problem.NotFound("folder"));
    }

    private FolderStore.Folder own(Context ctx) {
        return folders.find(account(ctx), id(ctx)).orElseThrow(() -> new Problem.NotFound("folder"));
    }

    private void list(Context ctx) {
        var unread = folders.unread(account(ctx));
        var rows = JsonNodeFactory.instance.arrayNode();
        for (var folder : folders.all(account(ctx))) {
            var row = rows.addObject()
                    .put("id", folder.id())
                    .put("name", folder.name())
                    .put("parent_id", folder.parentId())
                    .put("is_expanded", folder.expanded())
                    .put("unread_count", unread.path(folder.id()).asInt())
                    .put("created_at", folder.createdAt() / 1000)
                    .put("updated_at", folder.updatedAt() / 1000);
            row.set("meta", Wire.parsed(folder.meta()));
        }
        ctx.json(rows);
    }

    private void shared(Context ctx) {
        var rows = JsonNodeFactory.instance.arrayNode();
        for (var folder : readers.sharedFolders(account(ctx))) {
            boolean own = folder.accountId().equals(account(ctx));
            rows.add(whole(folder, account(ctx))
                    .put("owner_name", readers.name(folder.accountId()))
                    .put("permission", own ? "write" : "read"));
        }
        ctx.json(rows);
    }

    private ObjectNode whole(FolderStore.Folder folder) {
        return whole(folder, folder.accountId());
    }

    /** Whom else it is shared with is for its owner to know, and its instructions to models, too. */
    private ObjectNode whole(FolderStore.Folder folder, String reader) {
        boolean own = folder.accountId().equals(reader);
        var node = JsonNodeFactory.instance
                .objectNode()
                .put("id", folder.id())
                .put("user_id", folder.accountId())
                .put("parent_id", folder.parentId())
                .put("name", folder.name())
                .putNull("items")
                .put("is_expanded", folder.expanded())
                .put("created_at", folder.createdAt() / 1000)
                .put("updated_at", folder.updatedAt() / 1000)
                .put("write_access", own);
        node.set("data", own ? Wire.parsed(folder.data()) : JsonNodeFactory.instance.objectNode());
        node.set("meta", Wire.parsed(folder.meta()));
        var grants = own ? readers.grants(folder.id()) : List.<Grants.Grant>of();
        node.set("access_grants", Grants.json(ChatReaders.FOLDER, folder.id(), grants));
        return node;
    }

    private void add(Context ctx) {
        var fields = body.fields(ctx);
        var folder = folders.add(
                account(ctx),
                name(fields).orElseThrow(() -> fields.missing("name")),
                parent(fields),
                object(fields, "data").orElseGet(JsonNodeFactory.instance::objectNode),
                object(fields, "meta").orElseGet(JsonNodeFactory.instance::objectNode));
        ctx.json(whole(folder));
    }

    private static Optional<String> name(Fields fields) {
        var name = fields.optionalText("name", MAX_NAME)
                .map(text -> Unicode.mended(text).strip());
        if (name.filter(String::isEmpty).isPresent()) {
            throw new Problem.Unprocessable("'name' must not be empty.", "name");
        }
        return name;
    }

    private static @Nullable String parent(Fields fields) {
        return fields.optionalText("parent_id", SentMessages.MAX_ID)
                .filter(text -> !text.isEmpty())
                .orElse(null);
    }

    private static Optional<ObjectNode> object(Fields fields, String name) {
        var object = fields.optionalObject(name).map(Fields::node);
        if (object.filter(node -> node.toString().length() > MAX_JSON).isPresent()) {
            throw new Problem.Unprocessable("'" + name + "' has more than " + MAX_JSON + " characters.", name);
        }
        return object;
    }

    private void change(Context ctx) {
        own(ctx); // before the body: a stranger learns nothing from what is wrong with it
        var fields = body.fields(ctx);
        ctx.json(whole(folders.change(
                account(ctx),
                id(ctx),
                name(fields).orElse(null),
                object(fields, "data").orElse(null),
                object(fields, "meta").orElse(null))));
    }

    private void move(Context ctx) {
        own(ctx);
        ctx.json(whole(folders.move(account(ctx), id(ctx), parent(body.fields(ctx)))));
    }

    private void expand(Context ctx) {
        own(ctx);
        var fields = body.fields(ctx);
        boolean expanded = fields.optionalBool("is_expanded").orElseThrow(() -> fields.missing("is_expanded"));
        ctx.json(whole(folders.expand(account(ctx), id(ctx), expanded)));
    }

    /** To read is all that others can be given. */
    private void access(Context ctx) {
        var folder = own(ctx);
        var fields = body.fields(ctx);
        var grants =
                readers.accounts().grants().read(fields.node(), Caller.of(ctx).person(), "folders");
        if (grants == null) {
            throw fields.missing("access_grants");
        }
        if (fields.optionalText("share_mode", 20).orElse("").equals("continue")) {
            throw new Problem.BadRequest("Nobody else can go on with chats of a folder here.", "share_mode");
        }
        var reading = grants.stream()
                .map(grant -> new Grants.Grant(grant.group(), grant.principal(), Grants.Right.READ))
                .distinct()
                .toList();
        db.transaction(() -> {
            readers.accounts().grants().replace(ChatReaders.FOLDER, folder.id(), reading);
            return true;
        });
        ctx.json(whole(folder));
    }

    /** {@code {chats, folder_permission}}, with a page also {@code total} and {@code has_more}. */
    private void content(Context ctx) {
        var folder = readable(ctx);
        boolean own = folder.accountId().equals(account(ctx));
        boolean paged = ctx.queryParam("page") != null;
        int limit = paged ? SHARED_PAGE : ChatStore.PAGE;
        int skip = paged ? (ListOrder.page(ctx) - 1) * SHARED_PAGE : 0;
        var owner = readers.name(folder.accountId());
        var rows = ChatAnswers.rows(chats.inFolder(folder.accountId(), folder.id(), ListOrder.of(ctx), limit, skip));
        for (JsonNode row : rows) {
            var chat = ((ObjectNode) row)
                    .put("user_id", folder.accountId())
                    .put("owner_name", owner)
                    .put("readonly", !own);
            chat.putArray("participants")
                    .addObject()
                    .put("id", folder.accountId())
                    .put("name", owner);
        }
        var answer = JsonNodeFactory.instance.objectNode();
        answer.set("chats", rows);
        answer.put("folder_permission", own ? "write" : "read");
        if (paged) {
            long total = chats.countInFolder(folder.accountId(), folder.id());
            answer.put("total", total).put("has_more", skip + limit < total);
        }
        ctx.json(answer);
    }

    private void read(Context ctx) {
        var folder = own(ctx);
        var within = folders.within(account(ctx), folder.id());
        int updated = within.stream()
                .mapToInt(id -> chats.markFolderRead(account(ctx), id))
                .sum();
        var answer = JsonNodeFactory.instance.objectNode().put("folder_id", folder.id());
        within.forEach(answer.putArray("folder_ids")::add);
        answer.put("updated_count", updated).set("folder_unread_counts", folders.unread(account(ctx)));
        ctx.json(answer);
    }

    private void delete(Context ctx) {
        readers.accounts().permissions().require(Caller.of(ctx).person(), "chat.delete");
        var contents = ctx.queryParam("delete_contents");
        folders.delete(account(ctx), id(ctx), contents == null || Boolean.parseBoolean(contents));
        Wire.announce(events, account(ctx), "");
        ctx.json(true);
    }
}
