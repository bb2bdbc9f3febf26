package carafe.feature.chats;

import static carafe.feature.chats.ChatAnswers.account;
import static carafe.feature.chats.ChatAnswers.id;

import carafe.platform.http.Access;
import carafe.platform.http.Body;
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
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Open WebUI's {@code /api/v1/folders}. Folders are their owner's alone: none is shared yet. */
public final class FolderRoutes {
    private static final String FOLDERS = "/api/v1/folders";
    private static final String FOLDER = FOLDERS + "/{id}";
    private static final int MAX_NAME = 200;
    private static final int MAX_JSON = 500_000;
    private static final int SHARED_PAGE = 10;
    private static final Rule USER = Rule.of(Surface.WEBUI, Access.USER);

    private final FolderStore folders;
    private final ChatStore chats;
    private final Events events;
    private final Body body;

    public FolderRoutes(FolderStore folders, ChatStore chats, Events events, Body body) {
        this.folders = folders;
        this.chats = chats;
        this.events = events;
        this.body = body;
    }

    public void register(Routes routes) {
        routes.get(FOLDERS + "/", USER, this::list);
        routes.post(FOLDERS + "/", USER, this::add);
        routes.get(FOLDERS + "/shared", USER, ctx -> ctx.json(JsonNodeFactory.instance.arrayNode()));
        routes.get(FOLDER, USER, ctx -> ctx.json(whole(own(ctx))));
        routes.delete(FOLDER, USER, this::delete);
        routes.post(FOLDER + "/update", USER, this::change);
        routes.post(FOLDER + "/update/parent", USER, this::move);
        routes.post(FOLDER + "/update/expanded", USER, this::expand);
        routes.post(FOLDER + "/access/update", USER, this::access);
        routes.get(FOLDER + "/shared/chats", USER, this::content);
        routes.post(FOLDER + "/read", USER, this::read);
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

    private static ObjectNode whole(FolderStore.Folder folder) {
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
                .put("write_access", true);
        node.set("data", Wire.parsed(folder.data()));
        node.set("meta", Wire.parsed(folder.meta()));
        node.putArray("access_grants");
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

    /** Nobody else can be let in yet: an empty list is taken, anything else refused. */
    private void access(Context ctx) {
        var folder = own(ctx);
        var fields = body.fields(ctx);
        var grants = fields.optionalArray("access_grants").orElseThrow(() -> fields.missing("access_grants"));
        if (!grants.isEmpty()) {
            throw new Problem.Forbidden("Folders cannot be shared on this server.");
        }
        ctx.json(whole(folder));
    }

    private void content(Context ctx) {
        var folder = own(ctx);
        int page = ListOrder.page(ctx);
        boolean paged = ctx.queryParam("page") != null;
        int limit = paged ? SHARED_PAGE : ChatStore.PAGE;
        var rows = ChatAnswers.rows(chats.inFolder(
                account(ctx), folder.id(), ListOrder.of(ctx), limit, paged ? (page - 1) * SHARED_PAGE : 0));
        for (JsonNode row : rows) {
            ((ObjectNode) row).put("user_id", folder.accountId()).put("readonly", false);
        }
        ctx.json(rows);
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
        var contents = ctx.queryParam("delete_contents");
        folders.delete(account(ctx), id(ctx), contents == null || Boolean.parseBoolean(contents));
        Wire.announce(events, account(ctx), "");
        ctx.json(true);
    }
}
