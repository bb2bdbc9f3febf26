package carafe.feature.courses;

import carafe.feature.accounts.Learner;
import carafe.feature.accounts.Learners;
import carafe.platform.db.Db;
import carafe.platform.http.Body;
import carafe.platform.http.Caller;
import carafe.platform.http.Fields;
import carafe.platform.http.Permission;
import carafe.platform.http.Problem;
import carafe.platform.http.Routes;
import carafe.platform.http.Rule;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.http.Context;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Takes over what an older front end kept in the browser: {@code progress_list}, {@code last_code} and {@code
 * chat_history}, all or nothing. Lessons are named there by chapter and number, "4-1"; what the course has not is skipped.
 */
final class MigrateRoutes {
    private static final int MOST = 2_000;
    private static final int MOST_TEXT = 512 << 10;
    private static final long MOST_BODY = 8 * Rule.MEBIBYTE;

    private record Place(LessonRef at, String entry, boolean completed, String code) {}

    private record Code(LessonRef at, String entry, String code) {}

    private record Said(LessonRef at, String role, String content) {}

    private final Db db;
    private final Library library;
    private final Learners learners;
    private final ProgressStore progress;
    private final SubmissionStore submissions;
    private final TutorStore tutor;
    private final Body body;
    private final boolean open;

    MigrateRoutes(
            Db db,
            Library library,
            Learners learners,
            ProgressStore progress,
            SubmissionStore submissions,
            TutorStore tutor,
            ObjectMapper mapper,
            boolean open) {
        this.db = db;
        this.library = library;
        this.learners = learners;
        this.progress = progress;
        this.submissions = submissions;
        this.tutor = tutor;
        this.body = new Body(mapper);
        this.open = open;
    }

    void register(Routes routes) {
        var rule = Rule.of(Permission.EXECUTE_CODE, open).withMaxBody(MOST_BODY);
        routes.get("/api/migrate/example", rule, ctx -> ctx.json(example()));
        routes.post("/api/migrate", rule, this::migrate);
    }

    private static ObjectNode example() {
        var json = JsonNodeFactory.instance.objectNode().put("username", "local_user");
        json.putArray("progress_list")
                .addObject()
                .put("chapter", 1)
                .put("lesson", 1)
                .put("completed", true)
                .put("code", "print('Hello')");
        json.putObject("last_code").put("1-1", "print('Hello')");
        json.putArray("chat_history")
                .addObject()
                .put("lesson_key", "1-1")
                .putArray("messages")
                .addObject()
                .put("role", "user")
                .put("content", "What is an agent?");
        return json;
    }

    private void migrate(Context ctx) {
        var fields = body.fields(ctx);
        var places = places(fields);
        var codes = codes(fields);
        var said = said(fields);
        var username = fields.optionalText("username", 50).orElse("local_user");
        long num = db.transaction(() -> store(ctx, username, places, codes, said));
        ctx.json(JsonNodeFactory.instance
                .objectNode()
                .put("success", true)
                .put("message", "Taken over.")
                .put("user_id", num)
                .put("migrated_progress", places.size())
                .put("migrated_submissions", codes.size())
                .put("migrated_chat_messages", said.size()));
    }

    private long store(Context ctx, String username, List<Place> places, List<Code> codes, List<Said> said) {
        String id;
        long num;
        if (Caller.of(ctx) instanceof Caller.Anonymous) {
            var learner = learners.named(username).orElseGet(() -> create(username));
            if (learner.signsIn()) {
                throw new Problem.Forbidden("This user name belongs to somebody who signs in.");
            }
            id = learner.id();
            num = learner.num();
        } else {
            id = Caller.of(ctx).person().id();
            num = Caller.of(ctx).person().num();
        }
        places.forEach(place -> progress.save(
                id,
                place.at(),
                new ProgressStore.Change(
                        place.completed() ? true : null,
                        null,
                        place.code().isEmpty() ? null : place.code(),
                        place.code().isEmpty() ? null : files(place.entry(), place.code()))));
        codes.forEach(code -> submissions.insertRun(
                id,
                code.at(),
                new SubmissionStore.Ran("client", "success", files(code.entry(), code.code()), null, null)));
        said.forEach(one -> tutor.add(id, one.at(), one.role(), one.content(), "{}"));
        return num;
    }

    private Learner create(String username) {
        return learners.create(username, username, JsonNodeFactory.instance.objectNode());
    }

    private static String files(String entry, String code) {
        return JsonNodeFactory.instance.objectNode().put(entry, code).toString();
    }

    private List<Place> places(Fields fields) {
        var places = new ArrayList<Place>();
        for (var one : list(fields, "progress_list")) {
            var found = find(number(one, "chapter") + "-" + number(one, "lesson"));
            var completed = one.path("completed");
            if (!completed.isMissingNode() && !completed.isNull() && !completed.isBoolean() && !completed.isInt()) {
                throw wrong("progress_list", "'completed' is true or false");
            }
            var code = text(one.path("code"), "progress_list");
            if (found != null) {
                places.add(new Place(found.ref(), found.lesson().code().entry(), completed.asBoolean(), code));
            }
        }
        return places;
    }

    private List<Code> codes(Fields fields) {
        var codes = new ArrayList<Code>();
        fields.optionalObject("last_code").ifPresent(all -> {
            if (all.node().size() > MOST) {
                throw tooMany("last_code");
            }
            for (var one : all.node().properties()) {
                var found = find(one.getKey());
                var code = text(one.getValue(), "last_code." + one.getKey());
                if (found != null && !code.isBlank()) {
                    codes.add(new Code(found.ref(), found.lesson().code().entry(), code));
                }
            }
        });
        return codes;
    }

    private List<Said> said(Fields fields) {
        var said = new ArrayList<Said>();
        for (var chat : list(fields, "chat_history")) {
            if (!chat.path("lesson_key").isTextual() || !chat.path("messages").isArray()) {
                throw wrong("chat_history", "each entry has a text 'lesson_key' and a list 'messages'");
            }
            var found = find(chat.path("lesson_key").textValue());
            for (var message : chat.path("messages")) {
                var role = message.path("role").asText();
                if (!Set.of("user", "assistant", "system").contains(role)) {
                    throw new Problem.Unprocessable("'chat_history' holds a message without a role.", "chat_history");
                }
                if (said.size() >= MOST) {
                    throw tooMany("chat_history");
                }
                if (found != null) {
                    said.add(new Said(found.ref(), role, text(message.path("content"), "chat_history")));
                }
            }
        }
        return said;
    }

    /** Of a chapter or a lesson: a number, or one that was kept as text. */
    private static String number(JsonNode one, String name) {
        var value = one.path(name);
        if (!value.isIntegralNumber()
                && !(value.isTextual() && value.textValue().matches("\\d{1,9}"))) {
            throw wrong("progress_list", "each entry has a whole number as '" + name + "'");
        }
        return value.asText();
    }

    private static Problem wrong(String field, String rule) {
        return new Problem.Unprocessable("In '" + field + "' " + rule + ".", field, Problem.Mistake.TYPE);
    }

    private static List<JsonNode> list(Fields fields, String name) {
        var all = new ArrayList<JsonNode>();
        fields.optionalArray(name).ifPresent(array -> array.forEach(all::add));
        if (all.size() > MOST) {
            throw tooMany(name);
        }
        for (var one : all) {
            if (!one.isObject()) {
                throw new Problem.Unprocessable("'" + name + "' must hold objects.", name, Problem.Mistake.TYPE);
            }
        }
        return all;
    }

    private static Problem tooMany(String name) {
        return new Problem.Unprocessable("'" + name + "' holds more than " + MOST + " entries.", name);
    }

    private static String text(JsonNode node, String field) {
        if (node.isMissingNode() || node.isNull()) {
            return "";
        }
        if (!node.isTextual() || node.textValue().length() > MOST_TEXT) {
            throw new Problem.Unprocessable("'" + field + "' holds something that is no text, or too long.", field);
        }
        return node.textValue();
    }

    /** Chapter 4, lesson 1 is "4.1"; the first lesson of a chapter may be the chapter itself: "1". Else null. */
    private Lookup.@org.jspecify.annotations.Nullable Found find(String key) {
        var course = library.lessonCourse();
        if (course.isEmpty()) {
            return null;
        }
        var dotted = key.replace('-', '.');
        return course.get()
                .lesson(dotted)
                .or(() -> dotted.endsWith(".1")
                        ? course.get().lesson(dotted.substring(0, dotted.length() - 2))
                        : Optional.empty())
                .map(lesson -> new Lookup.Found(course.get(), lesson))
                .orElse(null);
    }
}
