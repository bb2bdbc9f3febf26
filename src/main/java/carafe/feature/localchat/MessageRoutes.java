package carafe.feature.localchat;

import carafe.feature.chats.Chat;
import carafe.feature.chats.LinearChats;
import carafe.platform.http.Body;
import carafe.platform.http.Problem;
import carafe.platform.http.Routes;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.javalin.http.Context;
import java.io.IOException;
import java.util.Optional;
import java.util.Set;

/** The messages of a session: add, list, delete, as a model gets them, and all in one file. */
final class MessageRoutes {
    private static final Set<String> ROLES = Set.of("user", "assistant", "system");
    private static final int LONGEST = 1 << 20;
    private static final int MOST_TOKENS = 100_000_000;
    private static final int MOST_METADATA = 64 << 10;
    /** Messages read at once. */
    private static final int PAGE = 50;

    private final SessionRoutes sessionRoutes;
    private final LinearChats sessions;
    private final Prompts prompts;
    private final SessionJson json;
    private final Body body;
    private final ObjectMapper mapper;

    MessageRoutes(
            SessionRoutes sessionRoutes, LinearChats sessions, Prompts prompts, SessionJson json, ObjectMapper mapper) {
        this.sessionRoutes = sessionRoutes;
        this.sessions = sessions;
        this.prompts = prompts;
        this.json = json;
        this.body = new Body(mapper);
        this.mapper = mapper;
    }

    void register(Routes routes, Guests guests) {
        var rule = guests.rule();
        routes.post("/api/sessions/{id}/messages", rule, this::add);
        routes.get("/api/sessions/{id}/messages", rule, this::list);
        routes.delete("/api/sessions/{id}/messages/{message}", rule, this::delete);
        routes.get("/api/sessions/{id}/history", rule, this::history);
        routes.get("/api/sessions/{id}/export", rule, this::export);
    }

    private void add(Context ctx) {
        var chat = sessionRoutes.session(ctx);
        var fields = body.fields(ctx);
        var role = fields.text("role", 20);
        if (!ROLES.contains(role)) {
            throw new Problem.Unprocessable("'role' must be user, assistant or system.", "role");
        }
        var content = fields.text("content", LONGEST);
        long tokens = fields.optionalLong("tokens", 0, MOST_TOKENS).orElse(0L);
        var metadata = fields.optionalObject("metadata_info").map(object -> object.node());
        if (metadata.isPresent() && metadata.get().toString().length() > MOST_METADATA) {
            throw new Problem.Unprocessable(
                    "'metadata_info' is longer than " + MOST_METADATA + " characters.", "metadata_info");
        }
        var added = new LinearChats.Added(role, content, tokens, metadata.orElse(null));
        var message = sessions.add(chat.accountId(), chat.id(), added);
        ctx.json(json.message(new LinearChats.Listed(message, true)));
    }

    private void list(Context ctx) throws IOException {
        var chat = sessionRoutes.session(ctx);
        int limit = Query.limit(ctx);
        int skip = Query.skip(ctx);
        try (var out = open(ctx)) {
            out.writeStartArray();
            write(out, chat, skip, limit);
            out.writeEndArray();
        }
    }

    private JsonGenerator open(Context ctx) throws IOException {
        ctx.res().setContentType("application/json");
        return mapper.createGenerator(ctx.res().getOutputStream());
    }

    /** A few at a time: messages are long, and a session has any number of them. */
    private void write(JsonGenerator out, Chat chat, int skip, int limit) throws IOException {
        for (int done = 0; done < limit; done += PAGE) {
            int size = Math.min(PAGE, limit - done);
            var page = sessions.messages(chat, size, skip + done);
            for (var listed : page) {
                out.writeTree(json.message(listed));
            }
            if (page.size() < size) {
                return;
            }
        }
    }

    private void delete(Context ctx) {
        var chat = sessionRoutes.session(ctx);
        if (!sessions.deleteMessage(chat.accountId(), chat.id(), ctx.pathParam("message"))) {
            throw new Problem.NotFound("message");
        }
        ctx.json(SessionRoutes.message("The message was deleted."));
    }

    private void history(Context ctx) {
        var line = sessions.last(sessionRoutes.session(ctx), null, Prompts.LOOK).stream()
                .filter(LinearChats::isAtRest)
                .toList();
        ctx.json(prompts.messages(line, Optional.empty()));
    }

    private void export(Context ctx) throws IOException {
        var chat = sessionRoutes.session(ctx);
        ctx.header("Content-Disposition", "attachment; filename=\"session-" + chat.id() + ".json\"");
        try (var out = open(ctx)) {
            out.writeStartObject();
            out.writeFieldName("session");
            out.writeTree(json.session(chat));
            out.writeArrayFieldStart("messages");
            write(out, chat, 0, Integer.MAX_VALUE);
            out.writeEndArray();
            out.writeEndObject();
        }
    }
}
