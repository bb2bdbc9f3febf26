package carafe.feature.code;

import carafe.engine.sandbox.Limits;
import carafe.engine.sandbox.Program;
import carafe.engine.sandbox.Program.Isolation;
import carafe.engine.sandbox.Safety;
import carafe.engine.sandbox.Sandbox;
import carafe.engine.sandbox.Sandbox.LanguageInfo;
import carafe.platform.http.Body;
import carafe.platform.http.Fields;
import carafe.platform.http.Problem;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.http.Context;
import java.time.Duration;
import java.util.HashSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Reads what {@code POST /api/v1/code/execute} is sent; every mistake is told with its field, and nothing is started. */
final class RunRequests {
    static final int MOST_SECONDS = 60;
    static final int MOST_OUTPUT = 1 << 20;
    /** The container's own bound is below; so it is also what a request that names none gets. */
    private static final int MOST_MEMORY = 65_536;

    private static final Set<String> CHECKED = Set.of("python"); // the only language with a check

    private final Sandbox sandbox;
    private final Body body;
    private final CodeSettings settings;

    RunRequests(Sandbox sandbox, Body body, CodeSettings settings) {
        this.sandbox = sandbox;
        this.body = body;
        this.settings = settings;
    }

    RunRequest read(Context ctx) {
        var fields = body.fields(ctx);
        var language = language(fields);
        var sources = SourceFiles.read(fields, language.defaultEntry());
        var input = RunInput.read(fields);
        var program = new Program(
                language.id(),
                sources.files(),
                sources.entry(),
                input.env(),
                input.cases(),
                fields.optionalText("isolation", 20).map(RunRequests::isolation).orElse(null),
                safety(fields, language.id()));
        return new RunRequest(
                fields.optionalText("run_id", 100).map(RunRequests::runId).orElse(null),
                program,
                limits(fields),
                streams(ctx, fields),
                input.many(),
                sources.snippet(),
                userId(ctx, fields),
                lessonId(ctx, fields));
    }

    private LanguageInfo language(Fields fields) {
        var wanted = fields.optionalText("language", 100).orElse("python");
        var known = sandbox.languages();
        return known.stream()
                .filter(language -> language.id().equals(wanted))
                .findFirst()
                .orElseThrow(() -> new Problem.Unprocessable(
                        "'language' must be one of: "
                                + known.stream().map(LanguageInfo::id).collect(Collectors.joining(", ")) + ".",
                        "language"));
    }

    private Limits limits(Fields fields) {
        long seconds = fields.optionalLong("timeout", 1, MOST_SECONDS).orElse((long) settings.timeoutSeconds());
        long memory = fields.optionalLong("memory_mb", 16, MOST_MEMORY).orElse((long) MOST_MEMORY);
        long output = fields.optionalLong("max_output", 1, MOST_OUTPUT).orElse((long) MOST_OUTPUT);
        var wall = Duration.ofSeconds(seconds);
        return new Limits(wall, wall, (int) memory, settings.processes(), (int) output);
    }

    static String runId(String id) {
        if (!id.matches("[A-Za-z0-9_-]{1,64}")) {
            throw new Problem.Unprocessable(
                    "'run_id' must be 1 to 64 letters, digits, hyphens and underscores.", "run_id");
        }
        return id;
    }

    private static Isolation isolation(String name) {
        return switch (name) {
            case "reuse" -> Isolation.REUSE;
            case "fresh" -> Isolation.FRESH;
            default -> throw new Problem.Unprocessable("'isolation' must be reuse or fresh.", "isolation");
        };
    }

    /** {@code safety} (or {@code check}) is a level, or {@code {level, allowed}}; never less than the server asks for. */
    private Safety safety(Fields fields, String language) {
        var name = fields.has("check") && !fields.has("safety") ? "check" : "safety";
        var given = fields.node().get(name) instanceof ObjectNode
                ? fields.optionalObject(name).map(RunRequests::safetyObject)
                : fields.optionalText(name, 20).map(level -> new Safety(level(level, name), Set.of()));
        if (!CHECKED.contains(language)) {
            if (given.filter(safety -> safety.level() != Safety.Level.OFF).isPresent()) {
                throw new Problem.Unprocessable("'" + name + "' has no check for this language.", name);
            }
            return Safety.OFF;
        }
        var least = settings.safety();
        var wanted = given.orElse(Safety.OFF);
        if (least == Safety.Level.OFF) {
            return wanted;
        }
        // allowed names would take from the operator's level what the request's own level may not
        return new Safety(wanted.level().compareTo(least) >= 0 ? wanted.level() : least, Set.of());
    }

    private static Safety safetyObject(Fields fields) {
        var level = fields.optionalText("level", 20).orElse("basic");
        var allowed = new HashSet<String>();
        fields.optionalArray("allowed").ifPresent(list -> {
            if (list.size() > 100) {
                throw new Problem.Unprocessable("'safety.allowed' holds more than 100 names.", fields.path("allowed"));
            }
            list.forEach(name -> {
                if (!name.isTextual()
                        || name.textValue().isEmpty()
                        || name.textValue().length() > 100) {
                    throw new Problem.Unprocessable(
                            "'safety.allowed' must hold names of 1 to 100 characters.",
                            fields.path("allowed"),
                            Problem.Mistake.TYPE);
                }
                allowed.add(name.textValue());
            });
        });
        return new Safety(level(level, fields.path("level")), allowed);
    }

    private static Safety.Level level(String name, String field) {
        return switch (name) {
            case "off", "basic", "strict" -> Safety.Level.valueOf(name.toUpperCase(Locale.ROOT));
            default -> throw new Problem.Unprocessable("'" + field + "' must be off, basic or strict.", field);
        };
    }

    private static boolean streams(Context ctx, Fields fields) {
        var accept = ctx.header("Accept");
        return fields.optionalBool("stream").orElse(accept != null && accept.contains("text/event-stream"));
    }

    private static @Nullable Long userId(Context ctx, Fields fields) {
        var inBody = fields.optionalLong("user_id", 1, Long.MAX_VALUE);
        var inQuery = Optional.ofNullable(ctx.queryParam("user_id")).map(RunRequests::number);
        return same(inBody, inQuery, "user_id");
    }

    private static long number(String text) {
        if (!text.matches("[1-9]\\d{0,17}")) {
            throw new Problem.Unprocessable("'user_id' must be a whole number.", "user_id", Problem.Mistake.TYPE);
        }
        return Long.parseLong(text);
    }

    /** A text; a JSON number counts as one, since older clients send the row's id. */
    private static @Nullable String lessonId(Context ctx, Fields fields) {
        var node = fields.node().get("lesson_id");
        var inBody =
                node != null && node.isNumber() ? Optional.of(node.asText()) : fields.optionalText("lesson_id", 100);
        var inQuery = Optional.ofNullable(ctx.queryParam("lesson_id"));
        var lesson = same(inBody, inQuery, "lesson_id");
        if (lesson != null && !lesson.matches("[\\w./-]{1,100}")) {
            throw new Problem.Unprocessable("'lesson_id' is not a lesson's id.", "lesson_id");
        }
        return lesson;
    }

    private static <T> @Nullable T same(Optional<T> inBody, Optional<T> inQuery, String name) {
        if (inBody.isPresent() && inQuery.isPresent() && !inBody.equals(inQuery)) {
            throw new Problem.Unprocessable("'" + name + "' differs between query and body.", name);
        }
        return inBody.or(() -> inQuery).orElse(null);
    }
}
