package carafe.feature.courses;

import carafe.feature.courses.format.Lesson;
import carafe.platform.http.Caller;
import carafe.platform.http.Fields;
import carafe.platform.http.Permission;
import carafe.platform.http.Problem;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** What a lesson holds of one learner: code, attempts, the best so far, hints. Five queries, whatever the course's size. */
final class Mine {
    private final ProgressStore progress;
    private final ScoreStore scores;
    private final Submissions submissions;
    private final Hinting hinting;
    private final ObjectMapper mapper;

    Mine(ProgressStore progress, ScoreStore scores, Submissions submissions, Hinting hinting, ObjectMapper mapper) {
        this.progress = progress;
        this.scores = scores;
        this.submissions = submissions;
        this.hinting = hinting;
        this.mapper = mapper;
    }

    ObjectNode json(String accountId, Lookup.Found at, Caller caller) {
        var place = progress.find(accountId, at.ref());
        var best = scores.find(accountId, at.ref());
        var conditions = submissions.conditions(accountId, at);
        var missing = submissions.missing(accountId, at);
        boolean teacher = Permission.MANAGE_COURSES.heldBy(caller);
        int used = best.map(ScoreStore.Best::attempts).orElse(0);
        var json = mapper.createObjectNode();
        json.set("files", place.map(Progress::files).map(this::read).orElse(null));
        json.set("cursor", place.map(Progress::cursor).map(this::read).orElse(null));
        json.put("completed", place.map(Progress::completed).orElse(false));
        json.putObject("attempts")
                .put("used", used)
                .put("allowed", conditions.attempts())
                .put("left", conditions.left(used).orElse(null));
        json.put("due_at", LessonJson.time(conditions.due()))
                .put("opens_at", LessonJson.time(conditions.opens()))
                .put("credit_now", conditions.credit())
                .put("locked", !teacher && (!conditions.opened() || !missing.isEmpty()));
        LessonJson.texts(json.putArray("missing"), missing);
        best.ifPresentOrElse(
                reached -> json.putObject("best")
                        .put("points", reached.points())
                        .put("submission_id", reached.submissionId())
                        .put("passed_at", LessonJson.time(reached.passedAt())),
                () -> json.putNull("best"));
        hinting.describe(json, accountId, at, caller);
        return json;
    }

    private JsonNode read(String json) {
        try {
            return mapper.readTree(json);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("stored progress is no JSON", e);
        }
    }

    /** Keeps what was sent of {@code files}, {@code cursor} and {@code completed}. */
    void save(String accountId, Lookup.Found at, Fields fields) {
        var files = SentFiles.optional(fields, at.lesson());
        progress.save(
                accountId,
                at.ref(),
                new ProgressStore.Change(
                        completed(fields, at.lesson()),
                        cursor(fields),
                        files.map(all -> all.getOrDefault(at.lesson().code().entry(), ""))
                                .orElse(null),
                        files.map(submissions::json).orElse(null)));
    }

    /** True, false, 1 or 0. An exercise is completed by passing it, so only lessons without tests can be ticked off here. */
    private static @org.jspecify.annotations.Nullable Boolean completed(Fields fields, Lesson lesson) {
        var wanted = flag(fields);
        return lesson.isExercise() ? null : wanted;
    }

    /** {@code completed} as true, false, 1 or 0; null when it is not there. */
    static @org.jspecify.annotations.Nullable Boolean flag(Fields fields) {
        var node = fields.node().get("completed");
        if (node == null || node.isNull()) {
            return null;
        }
        if (node.isBoolean()) {
            return node.booleanValue();
        }
        if (node.isIntegralNumber() && (node.asInt() == 0 || node.asInt() == 1)) {
            return node.asInt() == 1;
        }
        throw new Problem.Unprocessable("'completed' must be true or false.", "completed", Problem.Mistake.TYPE);
    }

    /** {@code cursor} or {@code cursor_position} as JSON; null when it is not there. */
    static @org.jspecify.annotations.Nullable String cursor(Fields fields) {
        var cursor = fields.optionalObject("cursor").or(() -> fields.optionalObject("cursor_position"));
        return cursor.map(place ->
                        "{\"line\":" + place.optionalLong("line", 0, 1_000_000).orElse(1L) + ",\"column\":"
                                + place.optionalLong("column", 0, 1_000_000).orElse(1L) + "}")
                .orElse(null);
    }
}
