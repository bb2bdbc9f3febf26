package carafe.feature.localchat;

import carafe.feature.chats.Chat;
import carafe.feature.chats.LinearChats;
import carafe.feature.chats.turns.Turns;
import carafe.platform.http.Body;
import carafe.platform.http.Fields;
import carafe.platform.http.Problem;
import carafe.platform.http.Routes;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.http.Context;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** Sessions: make, list, change, delete; and stop what is being written in one. */
final class SessionRoutes {
    private static final int MAX_TITLE = 200;

    private final Guests guests;
    private final LinearChats sessions;
    private final Turns turns;
    private final SocketRoutes sockets;
    private final SessionJson json;
    private final Body body;
    private final ObjectMapper mapper;

    SessionRoutes(
            Guests guests,
            LinearChats sessions,
            Turns turns,
            SocketRoutes sockets,
            SessionJson json,
            ObjectMapper mapper) {
        this.guests = guests;
        this.sessions = sessions;
        this.turns = turns;
        this.sockets = sockets;
        this.json = json;
        this.body = new Body(mapper);
        this.mapper = mapper;
    }

    void register(Routes routes) {
        var rule = guests.rule();
        routes.post("/api/sessions", rule, this::create);
        routes.get("/api/sessions", rule, this::list);
        routes.get("/api/sessions/{id}", rule, ctx -> ctx.json(json.session(session(ctx))));
        routes.put("/api/sessions/{id}", rule, this::change);
        routes.delete("/api/sessions/{id}", rule, this::delete);
        routes.post("/api/sessions/{id}/stop", rule, this::stop);
    }

    String account(Context ctx) {
        return guests.of(ctx).person().id();
    }

    /** The caller's session of this address; another's is not there. */
    Chat session(Context ctx) {
        return sessions.find(account(ctx), ctx.pathParam("id")).orElseThrow(() -> new Problem.NotFound("session"));
    }

    private void create(Context ctx) {
        var account = account(ctx);
        var title = title(body.fields(ctx))
                .orElseThrow(() -> new Problem.Unprocessable("'title' is required.", "title", Problem.Mistake.MISSING));
        ctx.json(json.session(sessions.create(account, UUID.randomUUID().toString(), title)));
    }

    private static Optional<String> title(Fields fields) {
        var title = fields.optionalText("title", MAX_TITLE).map(String::strip);
        if (title.isPresent() && title.get().isEmpty()) {
            throw new Problem.Unprocessable("'title' must not be empty.", "title");
        }
        return title;
    }

    private void list(Context ctx) {
        var list = mapper.createArrayNode();
        sessions.list(account(ctx), Query.flag(ctx, "active_only", true), Query.limit(ctx), Query.skip(ctx))
                .forEach(chat -> list.add(json.session(chat)));
        ctx.json(list);
    }

    private void change(Context ctx) {
        var chat = session(ctx); // before the body: a stranger learns nothing from what is wrong with it
        var fields = body.fields(ctx);
        var title = title(fields);
        var active = fields.optionalBool("is_active");
        if (title.isEmpty() && active.isEmpty()) {
            throw new Problem.Unprocessable("Send 'title' or 'is_active'.", "title", Problem.Mistake.MISSING);
        }
        ctx.json(json.session(sessions.change(chat.accountId(), chat.id(), title, active)
                .orElseThrow(() -> new Problem.NotFound("session"))));
    }

    private void delete(Context ctx) throws InterruptedException {
        var chat = session(ctx);
        turns.stop(chat.accountId(), chat.id());
        if (!sessions.delete(chat.accountId(), chat.id())) {
            throw new Problem.NotFound("session");
        }
        sockets.end(chat.id());
        ctx.json(message("The session was deleted."));
    }

    static Map<String, String> message(String text) {
        return Map.of("message", text);
    }

    private void stop(Context ctx) throws InterruptedException {
        var chat = session(ctx);
        ObjectNode answer = mapper.createObjectNode();
        ctx.json(answer.put("stopped", turns.stop(chat.accountId(), chat.id()) > 0));
    }
}
