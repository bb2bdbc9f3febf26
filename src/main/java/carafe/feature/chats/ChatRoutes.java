package carafe.feature.chats;

import static carafe.feature.chats.ChatAnswers.account;
import static carafe.feature.chats.ChatAnswers.id;

import carafe.feature.accounts.Permissions;
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
import java.time.Duration;

/** HTTP face of chats, at the paths and with the shapes of Open WebUI ({@code /api/v1/chats}). */
public final class ChatRoutes {
    /** How long a deletion can be taken back; pages offer it for ten seconds. */
    static final Duration UNDO = Duration.ofHours(1);

    /** What a list without a page shows at most. */
    static final int WHOLE_LIST = 5_000;

    private static final String CHATS = "/api/v1/chats";
    private static final String CHAT = CHATS + "/{id}";
    private static final int FOLDER_PAGE = 10;
    private static final int MAX_TEXT = 500;
    private static final Rule READ = Rule.of(Surface.WEBUI, Access.USER);
    private static final Rule WHOLE = READ.withMaxBody(64 << 20);

    private final ChatStore chats;
    private final ChatAnswers answers;
    private final ChatSaves saves;
    private final ChatSearch search;
    private final Events events;
    private final Permissions permissions;
    private final Body body;
    private final Clock clock;

    public ChatRoutes(
            ChatStore chats,
            ChatAnswers answers,
            ChatSaves saves,
            ChatSearch search,
            Events events,
            Permissions permissions,
            Body body,
            Clock clock) {
        this.chats = chats;
        this.answers = answers;
        this.saves = saves;
        this.search = search;
        this.events = events;
        this.permissions = permissions;
        this.body = body;
        this.clock = clock;
    }

    /** Other POST routes directly under {@code /api/v1/chats} must register before: {@code /{id}} takes any name. */
    public void register(Routes routes) {
        routes.get(CHATS + "/", READ, this::list);
        routes.get(CHATS + "/list", READ, this::list);
        routes.get(CHATS + "/search", READ, this::search);
        routes.get(CHATS + "/folder/{folder}/list", READ, this::inFolder);
        routes.get(CHATS + "/pinned", READ, this::pinned);
        routes.get(CHATS + "/archived", READ, this::archived);
        routes.post(CHATS + "/new", WHOLE, this::create);
        routes.get(CHAT, READ, this::show);
        routes.post(CHAT, WHOLE, this::update);
        routes.delete(CHAT, READ, this::delete);
        routes.post(CHAT + "/restore", READ, this::restore);
        routes.get(CHAT + "/pinned", READ, this::isPinned);
        routes.post(CHAT + "/pin", READ, this::pin);
        routes.post(CHAT + "/archive", READ, this::archive);
    }

    private void list(Context ctx) {
        var filter = new ChatStore.Filter(flag(ctx, "include_pinned"), flag(ctx, "include_folders"));
        boolean whole = ctx.queryParam("page") == null;
        int limit = whole ? WHOLE_LIST : ChatStore.PAGE;
        int page = ListOrder.page(ctx);
        ctx.json(ChatAnswers.rows(
                chats.list(account(ctx), filter, ListOrder.of(ctx), limit, (page - 1) * ChatStore.PAGE)));
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
        for (var hit : search.search(account(ctx), text, ListOrder.page(ctx))) {
            answer.add(ChatAnswers.row(hit.chat()).put("snippet", hit.snippet()));
        }
        ctx.json(answer);
    }

    /** Ten a page, as the sidebar shows them. */
    private void inFolder(Context ctx) {
        int page = ListOrder.page(ctx);
        ctx.json(ChatAnswers.rows(chats.inFolder(
                account(ctx), ctx.pathParam("folder"), ListOrder.of(ctx), FOLDER_PAGE, (page - 1) * FOLDER_PAGE)));
    }

    private void pinned(Context ctx) {
        ctx.json(ChatAnswers.rows(chats.pinned(account(ctx), WHOLE_LIST)));
    }

    private void archived(Context ctx) {
        ctx.json(ChatAnswers.rows(
                chats.archived(account(ctx), ListOrder.of(ctx), ListOrder.query(ctx), ListOrder.page(ctx))));
    }

    private void create(Context ctx) throws IOException {
        answers.write(ctx, saves.create(account(ctx), body.fields(ctx)));
    }

    private void show(Context ctx) throws IOException {
        answers.writeRead(ctx, answers.readable(ctx));
    }

    private void update(Context ctx) throws IOException {
        answers.own(ctx); // before the body: a stranger learns nothing from what is wrong with it
        answers.write(ctx, saves.update(account(ctx), id(ctx), body.fields(ctx)));
    }

    private void delete(Context ctx) {
        permissions.require(Caller.of(ctx).person(), "chat.delete");
        done(ctx, chats.softDelete(account(ctx), id(ctx), clock.millis()));
        ctx.json(true);
    }

    private void restore(Context ctx) throws IOException {
        done(ctx, chats.restore(account(ctx), id(ctx), clock.millis() - UNDO.toMillis()));
        answers.write(ctx, answers.own(ctx));
    }

    private void isPinned(Context ctx) {
        ctx.json(answers.own(ctx).pinned());
    }

    private void pin(Context ctx) throws IOException {
        done(ctx, chats.setPinned(account(ctx), id(ctx), !answers.own(ctx).pinned()));
        answers.write(ctx, answers.own(ctx));
    }

    private void archive(Context ctx) throws IOException {
        done(ctx, chats.setArchived(account(ctx), id(ctx), !answers.own(ctx).archived()));
        answers.write(ctx, answers.own(ctx));
    }

    private void done(Context ctx, boolean found) {
        if (!found) {
            throw new Problem.NotYours("chat");
        }
        Wire.announce(events, account(ctx), id(ctx));
    }

    private static boolean flag(Context ctx, String name) {
        return Boolean.parseBoolean(ctx.queryParam(name));
    }
}
