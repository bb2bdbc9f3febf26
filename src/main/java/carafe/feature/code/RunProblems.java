package carafe.feature.code;

import carafe.engine.sandbox.Condition;
import carafe.engine.sandbox.Outcome;
import carafe.engine.sandbox.Outcome.Unavailable;
import carafe.engine.sandbox.PoolStats;
import carafe.engine.sandbox.Sandbox;
import carafe.platform.http.CourseCode;
import carafe.platform.http.Problem;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Locale;

/** What is answered when nothing was run, or when the sandbox broke. */
final class RunProblems {
    private static final int MOST_OUTPUT = 1_000;

    private RunProblems() {}

    /** 400 with every finding; {@code pattern} and {@code reason} are those of the first, as older clients read them. */
    static Problem refused(Outcome.Refused refused) {
        var first = refused.violations().getFirst();
        var details = JsonNodeFactory.instance
                .objectNode()
                .put("pattern", first.rule())
                .put("reason", first.message())
                .put("error_code", CourseCode.CODE_SAFETY_CHECK_FAILED.name());
        RunAnswer.violations(details.putArray("violations"), refused.violations());
        return new Problem.Course(
                CourseCode.VALIDATION_ERROR,
                "The safety check refused the program, line " + first.line() + ": " + first.message(),
                details,
                "code",
                null);
    }

    static Problem unavailable(Unavailable unavailable, String language, Sandbox sandbox) {
        return switch (unavailable.reason()) {
            case TOO_MANY_OF_YOURS ->
                problem(CourseCode.TOO_MANY_REQUESTS, unavailable, "Wait until one of your runs has ended.");
            case STOPPING -> problem(CourseCode.SERVICE_UNAVAILABLE, unavailable, "Try again in a moment.");
            case QUEUE_FULL, WAITED_TOO_LONG -> poolProblem(unavailable, Condition.HEALTHY, sandbox);
            case NO_ENGINE -> poolProblem(unavailable, sandbox.condition(), sandbox);
            case NO_IMAGE, CANNOT_START -> poolProblem(unavailable, condition(language, sandbox), sandbox);
        };
    }

    /** Of the language's own containers where that says more than that of all. */
    private static Condition condition(String language, Sandbox sandbox) {
        return sandbox.stats().pools().stream()
                .filter(pool -> pool.language().equals(language))
                .map(PoolStats.OnePool::condition)
                .filter(condition -> !condition.healthy())
                .findFirst()
                .orElseGet(sandbox::condition);
    }

    private static Problem problem(CourseCode code, Unavailable unavailable, String remedy) {
        return new Problem.Course(
                code, unavailable.message(), details(unavailable, remedy), null, unavailable.retryAfter());
    }

    private static Problem poolProblem(Unavailable unavailable, Condition condition, Sandbox sandbox) {
        var details = details(unavailable, condition.healthy() ? "Try again in a moment." : condition.remedy());
        details.set("pool_status", status(sandbox));
        return new Problem.Course(
                CourseCode.CONTAINER_POOL_ERROR,
                condition.healthy() ? unavailable.message() : condition.reason(),
                details,
                null,
                unavailable.retryAfter());
    }

    private static ObjectNode details(Unavailable unavailable, String remedy) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("reason", unavailable.reason().name().toLowerCase(Locale.ROOT))
                .put("remedy", remedy);
    }

    /** The figures without the containers: those are for {@code view:pool_stats}. */
    private static ObjectNode status(Sandbox sandbox) {
        var stats = sandbox.stats();
        var counts = stats.totals();
        return JsonNodeFactory.instance
                .objectNode()
                .put("available_containers", counts.available())
                .put("in_use_containers", counts.inUse())
                .put("total_containers", counts.total())
                .put("max_size", counts.maxSize())
                .put("queue_depth", counts.queueDepth());
    }

    static Problem broken(Outcome.Broken broken, RunRequest request, String output) {
        var details = JsonNodeFactory.instance
                .objectNode()
                .put("code_snippet", request.snippet())
                .put("execution_output", output.substring(0, Math.min(MOST_OUTPUT, output.length())));
        return new Problem.Course(
                CourseCode.SANDBOX_EXECUTION_ERROR,
                "The sandbox broke in the middle of the run: " + broken.message(),
                details);
    }
}
