package carafe.feature.courses;

import carafe.platform.http.Body;
import carafe.platform.http.Permission;
import carafe.platform.http.Problem;
import carafe.platform.http.Routes;
import carafe.platform.http.Rule;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.http.Context;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What was said to the tutor, as the contract has it, with and without a version in the address. */
final class HistoryRoutes {
    private static final Set<String> ROLES = Set.of("user", "assistant", "system");
    private static final int MOST_TEXT = 100_000;

    private final TutorStore store;
    private final Lookup lookup;
    private final Who who;
    private final ObjectMapper mapper;
    private final Body body;
    private final boolean open;

    HistoryRoutes(TutorStore store, Lookup lookup, Who who, ObjectMapper mapper, boolean open) {
        this.store = store;
        this.lookup = lookup;
        this.who = who;
        this.mapper = mapper;
        this.body = new Body(mapper);
        this.open = open;
    }

    void register(Routes routes) {
        var rule = Rule.of(Permission.EXECUTE_CODE, open);
        for (var base : List.of("/api/v1/chat-history", "/api/chat-history")) {
            routes.post(base, rule, this::add);
            routes.get(base + "/user/{user}", rule, this::list);
            routes.get(base + "/user/{user}/stats", rule, this::stats);
            routes.get(base + "/user/{user}/lesson/<lesson>", rule, this::ofLesson);
            routes.delete(base + "/user/{user}/lesson/<lesson>", rule, this::delete);
        }
    }

    private void add(Context ctx) {
        var fields = body.fields(ctx);
        var at = lookup.lesson(fields).map(Lookup.Found::ref).orElse(null);
        var role = fields.text("role", 20);
        if (!ROLES.contains(role)) {
            throw new Problem.Unprocessable("'role' must be user, assistant or system.", "role");
        }
        var content = fields.text("content", MOST_TEXT);
        var meta = fields.optionalObject("metadata")
                .map(own -> own.node().toString())
                .orElse("{}");
        if (meta.length() > MOST_TEXT) {
            throw new Problem.Unprocessable("'metadata' is too large.", "metadata");
        }
        var me = who.acting(ctx, ProgressRoutes.userId(ctx, fields));
        ctx.json(json(me.num(), store.add(me.id(), at, role, content, meta)));
    }

    private Who.Learning reader(Context ctx) {
        return who.reading(ctx, Who.number(ctx.pathParam("user")));
    }

    private void list(Context ctx) {
        var me = reader(ctx);
        answer(ctx, me, store.of(me.id(), ProgressRoutes.limit(ctx, 100, 1_000)));
    }

    private void ofLesson(Context ctx) {
        var me = reader(ctx);
        var at = lookup.lesson(ctx.pathParam("lesson"));
        answer(ctx, me, store.of(me.id(), at.ref(), ProgressRoutes.limit(ctx, 50, 1_000)));
    }

    private void answer(Context ctx, Who.Learning me, List<TutorStore.Message> messages) {
        var list = mapper.createArrayNode();
        messages.forEach(message -> list.add(json(me.num(), message)));
        ctx.json(list);
    }

    private void delete(Context ctx) {
        var me = who.acting(ctx, Who.number(ctx.pathParam("user")));
        var at = lookup.lesson(ctx.pathParam("lesson"));
        ctx.json(Map.of("success", true, "deleted_count", store.delete(me.id(), at.ref())));
    }

    private void stats(Context ctx) {
        var stats = store.stats(reader(ctx).id());
        ctx.json(mapper.createObjectNode()
                .put("total_messages", stats.total())
                .put("user_messages", stats.user())
                .put("assistant_messages", stats.assistant())
                .put("conversation_count", stats.user()));
    }

    private ObjectNode json(long num, TutorStore.Message message) {
        var course = message.course();
        var lesson = message.lesson();
        var json = mapper.createObjectNode()
                .put("id", message.id())
                .put("user_id", num)
                .put("lesson_id", course == null || lesson == null ? null : lookup.id(course, lesson))
                .put("role", message.role())
                .put("content", message.content());
        try {
            json.set("metadata", mapper.readTree(message.meta()));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("stored metadata are no JSON", e);
        }
        return json.put("created_at", LessonJson.time((Long) message.createdAt()));
    }
}
