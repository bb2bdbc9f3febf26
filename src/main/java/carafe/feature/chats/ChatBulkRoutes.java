package carafe.feature.chats;

import static carafe.feature.chats.ChatAnswers.account;

import carafe.platform.http.Access;
import carafe.platform.http.Body;
import carafe.platform.http.Caller;
import carafe.platform.http.Problem;
import carafe.platform.http.Routes;
import carafe.platform.http.Rule;
import carafe.platform.http.Surface;
import carafe.platform.realtime.Events;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.javalin.http.Context;
import java.io.IOException;
import java.time.Clock;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What is done to all chats of an account at once, and what administrators see of others'. */
public final class ChatBulkRoutes {
    private static final String CHATS = "/api/v1/chats";
    private static final int WALK = 100;
    private static final Rule USER = Rule.of(Surface.WEBUI, Access.USER);
    private static final Rule ADMIN = Rule.of(Surface.WEBUI, Access.ADMIN);

    private final ChatStore chats;
    private final ChatAnswers answers;
    private final ChatSaves saves;
    private final FolderStore folders;
    private final ChatReaders readers;
    private final boolean adminsExport;
    private final Events events;
    private final Body body;
    private final Clock clock;

    public ChatBulkRoutes(
            ChatStore chats,
            ChatAnswers answers,
            ChatSaves saves,
            FolderStore folders,
            ChatReaders readers,
            boolean adminsExport,
            Events events,
            Body body,
            Clock clock) {
        this.chats = chats;
        this.answers = answers;
        this.saves = saves;
        this.folders = folders;
        this.readers = readers;
        this.adminsExport = adminsExport;
        this.events = events;
        this.body = body;
        this.clock = clock;
    }

    /** Before the routes of single chats, whose ids would take these names. */
    public void register(Routes routes) {
        routes.post(CHATS + "/read", USER, this::read);
        routes.delete(CHATS + "/", USER, this::delete);
        routes.post(CHATS + "/import", USER.withMaxBody(64 << 20), this::importAll);
        routes.post(CHATS + "/archive/all", USER, ctx -> archive(ctx, true));
        routes.post(CHATS + "/unarchive/all", USER, ctx -> archive(ctx, false));
        routes.get(CHATS + "/archived/count", USER, ctx -> ctx.json(chats.countArchived(account(ctx))));
        routes.get(CHATS + "/all", USER, this::export);
        routes.get(CHATS + "/all/archived", USER, ctx -> array(ctx, true, null));
        routes.get(CHATS + "/folder/{folder}", USER, this::folder);
        routes.get(CHATS + "/list/user/{user}", ADMIN, this::ofAccount);
        routes.get(CHATS + "/all/db", ADMIN, this::everybodys);
        routes.get(CHATS + "/config", ADMIN, this::config);
        routes.post(CHATS + "/config", ADMIN, this::configure);
    }

    private void read(Context ctx) {
        int updated = chats.markAllRead(account(ctx));
        var answer = JsonNodeFactory.instance.objectNode().put("updated_count", updated);
        answer.set("folder_unread_counts", folders.unread(account(ctx)));
        ctx.json(answer);
    }

    /** Each can be brought back for a while, like one that was deleted alone. */
    private void delete(Context ctx) {
        readers.accounts().permissions().require(Caller.of(ctx).person(), "chat.delete");
        chats.softDeleteAll(account(ctx), clock.millis());
        announce(ctx);
        ctx.json(true);
    }

    private void archive(Context ctx, boolean archived) {
        chats.archiveAll(account(ctx), archived);
        announce(ctx);
        ctx.json(true);
    }

    private void announce(Context ctx) {
        Wire.announce(events, account(ctx), "");
    }

    private void importAll(Context ctx) throws IOException {
        readers.accounts().permissions().require(Caller.of(ctx).person(), "chat.import");
        var fields = body.fields(ctx);
        if (fields.has("chat") && !fields.has("chats")) {
            answers.write(ctx, saves.importOne(account(ctx), fields));
            return;
        }
        var imported = saves.importAll(account(ctx), fields);
        try (var out = answers.open(ctx)) {
            out.writeStartArray();
            for (var chat : imported) {
                answers.tree(chat).write(out);
            }
            out.writeEndArray();
        }
    }

    /** Another's chats, archived ones too. */
    private void ofAccount(Context ctx) {
        if (!readers.adminRead(Caller.of(ctx))) {
            throw new Problem.Forbidden("Administrators may not read the chats of others on this server.");
        }
        ctx.json(ChatAnswers.rows(
                chats.any(ctx.pathParam("user"), ListOrder.of(ctx), ListOrder.query(ctx), ListOrder.page(ctx))));
    }

    /** An array of whole chats, account by account, written as they are read. */
    private void everybodys(Context ctx) throws IOException {
        if (!adminsExport) {
            throw new Problem.Forbidden("Administrators may not export the chats of others on this server.");
        }
        try (var out = answers.open(ctx)) {
            out.writeStartArray();
            for (var id : chats.owners()) {
                walk(id, null, chat -> answers.tree(chat).write(out));
            }
            out.writeEndArray();
        }
    }

    /** One chat a line, each read when its turn comes. */
    private void export(Context ctx) throws IOException {
        ctx.res().setContentType("application/x-ndjson");
        var out = Wire.MAPPER.createGenerator(ctx.res().getOutputStream());
        try (out) {
            walk(account(ctx), null, chat -> {
                answers.tree(chat).write(out);
                out.writeRaw('\n');
            });
        }
    }

    /** Also what lies in the folders inside. */
    private void folder(Context ctx) throws IOException {
        var id = ctx.pathParam("folder");
        if (folders.find(account(ctx), id).isEmpty()) {
            throw new Problem.NotFound("folder");
        }
        array(ctx, false, Set.copyOf(folders.within(account(ctx), id)));
    }

    /** @param folders to which the chats are narrowed down */
    private void array(Context ctx, boolean archived, @Nullable Set<String> folders) throws IOException {
        try (var out = answers.open(ctx)) {
            out.writeStartArray();
            walk(account(ctx), archived, chat -> {
                if (folders == null || folders.contains(chat.folderId())) {
                    answers.tree(chat).write(out);
                }
            });
            out.writeEndArray();
        }
    }

    @FunctionalInterface
    private interface Visitor {
        void visit(Chat chat) throws IOException;
    }

    private void walk(String accountId, @Nullable Boolean archived, Visitor visitor) throws IOException {
        var after = "";
        while (true) {
            var ids = chats.ids(accountId, archived, after, WALK);
            for (var id : ids) {
                var chat = chats.find(accountId, id);
                if (chat.isPresent()) {
                    visitor.visit(chat.get());
                }
            }
            if (ids.size() < WALK) {
                return;
            }
            after = ids.getLast();
        }
    }

    /** ChatConfigForm of the contract: none of it is there, and all of it says so. */
    private void config(Context ctx) {
        var config = JsonNodeFactory.instance
                .objectNode()
                .put("CONTEXT_COMPACTION_MODEL", "")
                .put("ENABLE_CONTEXT_COMPACTION", false)
                .put("CONTEXT_COMPACTION_TOKEN_THRESHOLD", 80_000)
                .put("CONTEXT_COMPACTION_TOKEN_CAP", 80_000)
                .put("CONTEXT_COMPACTION_RETENTION_PERCENTAGE", 40)
                .put("CONTEXT_COMPACTION_PROMPT_TEMPLATE", "")
                .put("ENABLE_TOOL_PERMISSIONS", false)
                .put("ENABLE_TOOL_SEARCH", false)
                .put("TOOL_SEARCH_DEFER_THRESHOLD", 400)
                .put("TOOL_SEARCH_DEFER_BUILTIN_TOOLS", false);
        config.putArray("TOOL_SEARCH_ALWAYS_LOADED");
        ctx.json(config);
    }

    /** The page sends everything back; what would switch something on is refused. */
    private void configure(Context ctx) {
        var fields = body.fields(ctx);
        for (var name : new String[] {"ENABLE_CONTEXT_COMPACTION", "ENABLE_TOOL_PERMISSIONS", "ENABLE_TOOL_SEARCH"}) {
            if (fields.optionalBool(name).orElse(false)) {
                throw new Problem.BadRequest("'" + name + "' cannot be switched on: this server does not do it.", name);
            }
        }
        config(ctx);
    }
}
