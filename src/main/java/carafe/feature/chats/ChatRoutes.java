package carafe.feature.chats;

import carafe.platform.http.Access;
import carafe.platform.http.Body;
import carafe.platform.http.Caller;
import carafe.platform.http.Problem;
import carafe.platform.http.Routes;
import carafe.platform.http.Rule;
import carafe.platform.http.Surface;
import carafe.platform.realtime.Events;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.http.Context;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;

/** HTTP face of chats, at the paths and with the shapes of Open WebUI ({@code /api/v1/chats}). */
public final class ChatRoutes {
    /** How long a deletion can be taken back; pages offer it for ten seconds. */
    static final Duration UNDO = Duration.ofHours(1);

    /** What a list without a page shows at most. */
    static final int WHOLE_LIST = 5_000;

    private static final String CHATS = "/api/v1/chats";
    private static final String CHAT = CHATS + "/{id}";
    private static final int MAX_PAGE = 1_000_000;
    private static final int MAX_TEXT = 500;
    private static final Rule READ = Rule.of(Surface.WEBUI, Access.USER);
    private static final Rule WHOLE = READ.withMaxBody(64 << 20);

    private final ChatStore chats;
    private final MessageStore messages;
    private final ChatSaves saves;
    private final ChatSearch search;
    private final Events events;
    private final Body body;
    private final Clock clock;

    public ChatRoutes(
            ChatStore chats,
            MessageStore messages,
            ChatSaves saves,
            ChatSearch search,
            Events events,
            Body body,
            Clock clock) {
        this.chats = chats;
        this.messages = messages;
        this.saves = saves;
        this.search = search;
        this.events = events;
        this.body = body;
        this.clock = clock;
    }

    /** Other POST routes directly under {@code /api/v1/chats} must register before: {@code /{id}} takes any name. */
    public void register(Routes routes) {
        routes.get(CHATS + "/", READ, this::list);
        routes.get(CHATS + "/list", READ, this::list);
        routes.get(CHATS + "/search", READ, this::search);
        routes.get(CHATS + "/pinned", READ, this::pinned);
        routes.get(CHATS + "/archived", READ, this::archived);
        routes.get(CHATS + "/all/tags", READ, ChatRoutes::none);
        routes.post(CHATS + "/new", WHOLE, this::create);
        routes.get(CHAT, READ, this::show);
        routes.post(CHAT, WHOLE, this::update);
        routes.delete(CHAT, READ, this::delete);
        routes.post(CHAT + "/restore", READ, this::restore);
        routes.get(CHAT + "/tags", READ, this::tags);
        routes.get(CHAT + "/pinned", READ, this::isPinned);
        routes.post(CHAT + "/pin", READ, this::pin);
        routes.post(CHAT + "/archive", READ, this::archive);
        routes.get("/api/v1/folders/", READ, ChatRoutes::none);
        routes.get("/api/v1/folders/shared", READ, ChatRoutes::none);
    }

    private void list(Context ctx) {
        var filter = new ChatStore.Filter(flag(ctx, "include_pinned"), flag(ctx, "include_folders"));
        boolean whole = ctx.queryParam("page") == null;
        int limit = whole ? WHOLE_LIST : ChatStore.PAGE;
        ctx.json(rows(chats.list(account(ctx), filter, limit, (page(ctx) - 1) * ChatStore.PAGE)));
    }

    private void search(Context ctx) {
        var text = ctx.queryParam("text");
        if (text == null) {
            throw new Problem.Unprocessable("'text' is required.", "text");
        }
        if (text.length() > MAX_TEXT) {
            throw new Problem.Unprocessable("'text' is longer than " + MAX_TEXT + " characters.", "text");
        }
        var answer = JsonNodeFactory.instance.arrayNode();
        for (var hit : search.search(account(ctx), text, page(ctx))) {
            answer.add(row(hit.chat()).put("snippet", hit.snippet()));
        }
        ctx.json(answer);
    }

    private void pinned(Context ctx) {
        ctx.json(rows(chats.pinned(account(ctx), WHOLE_LIST)));
    }

    private void archived(Context ctx) {
        ctx.json(rows(chats.archived(account(ctx), page(ctx))));
    }

    private void create(Context ctx) throws IOException {
        answer(ctx, saves.create(account(ctx), body.fields(ctx)));
    }

    private void show(Context ctx) throws IOException {
        answer(ctx, chat(ctx));
    }

    private void update(Context ctx) throws IOException {
        chat(ctx); // before the body: a stranger learns nothing from what is wrong with it
        answer(ctx, saves.update(account(ctx), id(ctx), body.fields(ctx)));
    }

    private void delete(Context ctx) {
        done(ctx, chats.softDelete(account(ctx), id(ctx), clock.millis()));
        ctx.json(true);
    }

    private void restore(Context ctx) throws IOException {
        done(ctx, chats.restore(account(ctx), id(ctx), clock.millis() - UNDO.toMillis()));
        answer(ctx, chat(ctx));
    }

    private void tags(Context ctx) {
        chat(ctx);
        none(ctx);
    }

    private void isPinned(Context ctx) {
        ctx.json(chat(ctx).pinned());
    }

    private void pin(Context ctx) throws IOException {
        done(ctx, chats.setPinned(account(ctx), id(ctx), !chat(ctx).pinned()));
        answer(ctx, chat(ctx));
    }

    private void archive(Context ctx) throws IOException {
        done(ctx, chats.setArchived(account(ctx), id(ctx), !chat(ctx).archived()));
        answer(ctx, chat(ctx));
    }

    private void done(Context ctx, boolean found) {
        if (!found) {
            throw new Problem.NotYours("chat");
        }
        Wire.announce(events, account(ctx), id(ctx));
    }

    private Chat chat(Context ctx) {
        return chats.find(account(ctx), id(ctx)).orElseThrow(() -> new Problem.NotYours("chat"));
    }

    /** Written as it is made: a long chat is never one more string. */
    private void answer(Context ctx, Chat chat) throws IOException {
        var tree = new ChatTree(chat, messages.all(chat.id()));
        ctx.res().setContentType("application/json");
        try (var out = Wire.MAPPER.createGenerator(ctx.res().getOutputStream())) {
            tree.write(out);
        }
    }

    private static void none(Context ctx) {
        ctx.json(JsonNodeFactory.instance.arrayNode());
    }

    private static ArrayNode rows(List<ChatRow> chats) {
        var rows = JsonNodeFactory.instance.arrayNode();
        chats.forEach(chat -> rows.add(row(chat)));
        return rows;
    }

    /** ChatTitleIdResponse of the contract; times in seconds. */
    private static ObjectNode row(ChatRow chat) {
        var row = JsonNodeFactory.instance
                .objectNode()
                .put("id", chat.id())
                .put("title", chat.title())
                .put("updated_at", chat.updatedAt() / 1000)
                .put("created_at", chat.createdAt() / 1000)
                .put("archived", chat.archived());
        var read = chat.lastReadAt();
        return read == null ? row.putNull("last_read_at") : row.put("last_read_at", read / 1000);
    }

    private static String account(Context ctx) {
        return Caller.of(ctx).person().id();
    }

    private static String id(Context ctx) {
        return ctx.pathParam("id");
    }

    private static boolean flag(Context ctx, String name) {
        return Boolean.parseBoolean(ctx.queryParam(name));
    }

    private static int page(Context ctx) {
        var text = ctx.queryParam("page");
        if (text == null) {
            return 1;
        }
        try {
            int page = Integer.parseInt(text);
            if (page >= 1 && page <= MAX_PAGE) {
                return page;
            }
        } catch (NumberFormatException e) {
            throw new Problem.Unprocessable("'page' must be a whole number.", "page");
        }
        throw new Problem.Unprocessable("'page' must be from 1 to " + MAX_PAGE + ".", "page");
    }
}
