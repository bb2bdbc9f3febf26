package carafe.feature.courses;

import carafe.platform.http.Body;
import carafe.platform.http.Fields;
import carafe.platform.http.Permission;
import carafe.platform.http.Problem;
import carafe.platform.http.Routes;
import carafe.platform.http.Rule;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.http.Context;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Progress in lessons as the contract has it, with and without a version in the address. */
final class ProgressRoutes {
    private static final int MOST_CODE = 512 << 10;
    private static final int MOST_ROWS = 1_000;

    private final ProgressStore store;
    private final Library library;
    private final Lookup lookup;
    private final Who who;
    private final Body body;
    private final ObjectMapper mapper;
    private final boolean open;

    ProgressRoutes(ProgressStore store, Library library, Lookup lookup, Who who, ObjectMapper mapper, boolean open) {
        this.store = store;
        this.library = library;
        this.lookup = lookup;
        this.who = who;
        this.body = new Body(mapper);
        this.mapper = mapper;
        this.open = open;
    }

    void register(Routes routes) {
        var rule = Rule.of(Permission.VIEW_LESSONS, open).withMaxBody(SentFiles.MOST_BODY);
        for (var base : List.of("/api/v1/progress", "/api/progress")) {
            routes.post(base, rule, this::save);
            routes.get(base + "/user/{user}", rule, ctx -> list(ctx, MOST_ROWS));
            routes.get(base + "/user/{user}/recent", rule, ctx -> list(ctx, limit(ctx, 10, 100)));
            routes.get(base + "/user/{user}/stats", rule, this::stats);
            routes.post(base + "/user/{user}/lesson/<lesson>/complete", rule, this::complete);
            routes.get(base + "/user/{user}/lesson/<lesson>", rule, this::show);
            routes.put(base + "/user/{user}/lesson/<lesson>", rule, this::update);
        }
    }

    /** The number in {@code user_id} of the body or the query, or null. */
    static @Nullable Long userId(Context ctx, Fields fields) {
        var inBody = fields.optionalLong("user_id", 1, Long.MAX_VALUE).orElse(null);
        var inQuery = Who.inQuery(ctx);
        if (inBody != null && inQuery != null && !inBody.equals(inQuery)) {
            throw new Problem.Unprocessable("'user_id' differs between query and body.", "user_id");
        }
        return inBody == null ? inQuery : inBody;
    }

    /** The number in the query, within bounds. */
    static int limit(Context ctx, int usual, int most) {
        var text = ctx.queryParam("limit");
        if (text == null) {
            return usual;
        }
        if (!text.matches("[1-9]\\d{0,5}")) {
            throw new Problem.Unprocessable("'limit' must be a whole number from 1.", "limit");
        }
        return Math.min(most, Integer.parseInt(text));
    }

    private void save(Context ctx) {
        var fields = body.fields(ctx);
        var at = lookup.required(fields);
        var me = who.acting(ctx, userId(ctx, fields));
        ctx.json(json(me, store.save(me.id(), at.ref(), change(fields, at))));
    }

    private ProgressStore.Change change(Fields fields, Lookup.Found at) {
        var code = fields.optionalText("current_code", MOST_CODE).orElse(null);
        var files = code == null
                ? null
                : mapper.createObjectNode()
                        .put(at.lesson().code().entry(), code)
                        .toString();
        return new ProgressStore.Change(Mine.flag(fields), Mine.cursor(fields), code, files);
    }

    private void list(Context ctx, int limit) {
        var me = reader(ctx);
        var list = JsonNodeFactory.instance.arrayNode();
        store.latest(me.id(), limit).forEach(place -> list.add(json(me, place)));
        ctx.json(list);
    }

    private Who.Learning reader(Context ctx) {
        return who.reading(ctx, Who.number(ctx.pathParam("user")));
    }

    private Who.Learning actor(Context ctx) {
        return who.acting(ctx, Who.number(ctx.pathParam("user")));
    }

    private void show(Context ctx) {
        var me = reader(ctx);
        var id = ctx.pathParam("lesson");
        var place = store.find(me.id(), lookup.lesson(id).ref()).orElseThrow(() -> Lookup.missing("progress", id));
        ctx.json(json(me, place));
    }

    private void update(Context ctx) {
        var me = actor(ctx);
        var at = lookup.lesson(ctx.pathParam("lesson"));
        if (store.find(me.id(), at.ref()).isEmpty()) {
            throw Lookup.missing("progress", ctx.pathParam("lesson"));
        }
        ctx.json(json(me, store.save(me.id(), at.ref(), change(body.fields(ctx), at))));
    }

    private void complete(Context ctx) {
        var me = actor(ctx);
        var at = lookup.lesson(ctx.pathParam("lesson"));
        ctx.json(json(me, store.save(me.id(), at.ref(), ProgressStore.Change.COMPLETED)));
    }

    /** Of the course of the lesson addresses, or of the one that the query names. */
    private void stats(Context ctx) {
        var me = reader(ctx);
        var named = ctx.queryParam("course");
        var course = named == null ? library.lessonCourse() : Optional.of(lookup.course(named));
        long total = course.map(one -> one.lessons().count()).orElse(0L);
        var counts = course.map(one -> store.counts(me.id(), one.id())).orElse(new ProgressStore.Counts(0, 0));
        ctx.json(JsonNodeFactory.instance
                .objectNode()
                .put("total_lessons", total)
                .put("started_lessons", counts.started())
                .put("completed_lessons", counts.completed())
                .put("completion_rate", total == 0 ? 0.0 : Math.round(counts.completed() * 1000.0 / total) / 10.0));
    }

    private ObjectNode json(Who.Learning me, Progress place) {
        var json = mapper.createObjectNode()
                .put("id", place.id())
                .put("user_id", me.num())
                .put("lesson_id", lookup.id(place.course(), place.lesson()))
                .put("completed", place.completed() ? 1 : 0)
                .put("current_code", place.code());
        try {
            json.set("cursor_position", mapper.readTree(place.cursor()));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a stored cursor is no JSON", e);
        }
        return json.put("started_at", LessonJson.time((Long) place.startedAt()))
                .put("completed_at", LessonJson.time(place.completedAt()))
                .put("last_accessed", LessonJson.time((Long) place.lastAccessAt()));
    }
}
