package carafe.feature.code;

import carafe.engine.sandbox.Limits;
import carafe.engine.sandbox.Outcome;
import carafe.engine.sandbox.Outcome.CaseResult;
import carafe.engine.sandbox.Outcome.Status;
import carafe.engine.sandbox.Outcome.Violation;
import carafe.platform.http.CourseCode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The answer to a run, flat as the course contract wants it. A program that failed is an answer and no error. With cases
 * the fields at the top are those of the first case that failed, or of the first; times are sums, memory the most.
 */
final class RunAnswer {
    /** Characters of {@code output} and {@code error}; {@code stdout} and {@code stderr} hold all there is. */
    static final int MOST_SHOWN = 10_000;

    private static final List<String> SIGNALS = List.of(
            "",
            "SIGHUP",
            "SIGINT",
            "SIGQUIT",
            "SIGILL",
            "SIGTRAP",
            "SIGABRT",
            "SIGBUS",
            "SIGFPE",
            "SIGKILL",
            "SIGUSR1",
            "SIGSEGV",
            "SIGUSR2",
            "SIGPIPE",
            "SIGALRM",
            "SIGTERM",
            "SIGSTKFLT",
            "SIGCHLD",
            "SIGCONT",
            "SIGSTOP",
            "SIGTSTP",
            "SIGTTIN",
            "SIGTTOU",
            "SIGURG",
            "SIGXCPU",
            "SIGXFSZ",
            "SIGVTALRM",
            "SIGPROF",
            "SIGWINCH",
            "SIGIO",
            "SIGPWR",
            "SIGSYS");
    /** The first that programs may use; the two before are the C library's own. */
    private static final int FIRST_REAL_TIME = 34;

    private RunAnswer() {}

    static ObjectNode of(String runId, RunRequest request, Outcome.Finished finished) {
        var results = finished.results();
        var shown = results.stream()
                .filter(result -> !RunMeters.succeeded(result))
                .findFirst()
                .orElse(results.getFirst());
        var answer = one(shown, request.limits());
        answer.put("execution_time", seconds(sum(results, result -> counted(result, request.limits()))));
        answer.put("wall_ms", millis(sum(results, CaseResult::wall)));
        answer.put("cpu_ms", millis(sum(results, CaseResult::cpu)));
        answer.put(
                "memory_kb",
                results.stream().mapToLong(CaseResult::peakKb).max().orElse(0));
        answer.put("truncated", results.stream().anyMatch(RunAnswer::truncated));
        answer.put("queue_ms", millis(finished.queued()));
        answer.putArray("violations");
        answer.put("run_id", runId);
        var place = finished.placement();
        answer.putObject("sandbox")
                .put("mode", place.isolation().name().toLowerCase(Locale.ROOT))
                .put("language", place.language())
                .put("version", place.version());
        if (request.many()) {
            var cases = answer.putArray("cases");
            results.forEach(result -> cases.add(one(result, request.limits())));
        }
        return answer;
    }

    /** The check found nothing but that the program is not even one: the learner's own mistake, not a bad request. */
    static ObjectNode syntaxError(String runId, RunRequest request, Outcome.Refused refused) {
        var first = refused.violations().getFirst();
        var answer = notRun(runId, request, "error", "syntax")
                .put("error", "SyntaxError: " + first.message() + " (line " + first.line() + ")");
        violations(answer.putArray("violations"), refused.violations());
        return answer;
    }

    static ObjectNode cancelled(String runId, RunRequest request) {
        var answer = notRun(runId, request, "cancelled", "cancelled").put("error", "The run was cancelled.");
        answer.putArray("violations");
        return answer;
    }

    private static ObjectNode notRun(String runId, RunRequest request, String status, String reason) {
        var answer = JsonNodeFactory.instance
                .objectNode()
                .put("success", false)
                .put("output", "")
                .put("error", "")
                .put("status", status)
                .put("reason", reason)
                .putNull("error_code")
                .putNull("exit_code")
                .putNull("signal")
                .put("stdout", "")
                .put("stderr", "")
                .put("execution_time", 0.0)
                .put("wall_ms", 0.0)
                .put("cpu_ms", 0.0)
                .put("memory_kb", 0)
                .put("truncated", false)
                .put("queue_ms", 0.0)
                .put("run_id", runId);
        answer.putObject("sandbox").put("language", request.program().language());
        return answer;
    }

    static void violations(ArrayNode into, List<Violation> violations) {
        violations.forEach(violation -> into.addObject()
                .put("line", violation.line())
                .put("column", violation.column())
                .put("rule", violation.rule())
                .put("message", violation.message()));
    }

    private static ObjectNode one(CaseResult result, Limits limits) {
        boolean good = RunMeters.succeeded(result);
        return JsonNodeFactory.instance
                .objectNode()
                .put("success", good)
                .put("output", good ? shown(result.stdout()) : "")
                .put("error", good ? null : shown(error(result, limits)))
                .put("execution_time", seconds(counted(result, limits)))
                .put("status", status(result))
                .put("reason", reason(result))
                .put("error_code", errorCode(result))
                .put("exit_code", result.exit())
                .put("signal", result.signal() == null ? null : signal(result.signal()))
                .put("stdout", result.stdout())
                .put("stderr", result.stderr())
                .put("wall_ms", millis(result.wall()))
                .put("cpu_ms", millis(result.cpu()))
                .put("memory_kb", result.peakKb())
                .put("truncated", truncated(result));
    }

    private static String status(CaseResult result) {
        return switch (result.status()) {
            case TIMEOUT, CPU_LIMIT -> "timeout";
            case OK, MEMORY_LIMIT, OUTPUT_LIMIT, SIGNAL, COMPILE_ERROR ->
                RunMeters.succeeded(result) ? "success" : "error";
        };
    }

    private static @Nullable String reason(CaseResult result) {
        if (result.status() == Status.OK) {
            return RunMeters.succeeded(result) ? null : "exit_code";
        }
        return result.status().name().toLowerCase(Locale.ROOT);
    }

    private static @Nullable String errorCode(CaseResult result) {
        return switch (result.status()) {
            case TIMEOUT, CPU_LIMIT -> CourseCode.CODE_TIMEOUT.name();
            case MEMORY_LIMIT -> CourseCode.CODE_MEMORY_LIMIT_EXCEEDED.name();
            case OK, OUTPUT_LIMIT, SIGNAL, COMPILE_ERROR -> null;
        };
    }

    private static String error(CaseResult result, Limits limits) {
        var said = result.stderr().isEmpty() ? result.stdout() : result.stderr();
        return switch (result.status()) {
            case OK -> said.isEmpty() ? "The program ended with exit code " + result.exit() + "." : said;
            case COMPILE_ERROR -> said.isEmpty() ? "The compiler refused the program." : said;
            case TIMEOUT -> stopped("its time limit of " + limits.wall().toSeconds() + " s", result);
            case CPU_LIMIT -> stopped("its limit of " + limits.cpu().toSeconds() + " s of processor time", result);
            case MEMORY_LIMIT -> stopped("its memory limit", result);
            case OUTPUT_LIMIT -> stopped("its limit of " + limits.outputBytes() + " bytes of output", result);
            case SIGNAL ->
                "The program was ended by signal " + signal(Objects.requireNonNullElse(result.signal(), 0)) + "."
                        + behind(result);
        };
    }

    private static String stopped(String limit, CaseResult result) {
        return "The program was stopped: it reached " + limit + "." + behind(result);
    }

    private static String behind(CaseResult result) {
        return result.stderr().isEmpty() ? "" : "\n\n" + result.stderr();
    }

    private static String signal(int number) {
        if (number > 0 && number < SIGNALS.size()) {
            return SIGNALS.get(number);
        }
        if (number < FIRST_REAL_TIME) {
            return "SIG" + number;
        }
        return number == FIRST_REAL_TIME ? "SIGRTMIN" : "SIGRTMIN+" + (number - FIRST_REAL_TIME);
    }

    private static Duration sum(List<CaseResult> results, Function<CaseResult, Duration> part) {
        return results.stream().map(part).reduce(Duration.ZERO, Duration::plus);
    }

    /** A program that was stopped took its whole limit, however late the clock was read. */
    private static Duration counted(CaseResult result, Limits limits) {
        return result.status() == Status.TIMEOUT ? limits.wall() : result.wall();
    }

    private static double seconds(Duration duration) {
        return Math.round(duration.toNanos() / 1e3) / 1e6;
    }

    static double millis(Duration duration) {
        return Math.round(duration.toNanos() / 1e3) / 1e3;
    }

    private static boolean truncated(CaseResult result) {
        return result.stdoutCut() || result.stderrCut() || isLong(result.stdout());
    }

    private static boolean isLong(String text) {
        return text.length() > MOST_SHOWN && text.codePointCount(0, text.length()) > MOST_SHOWN;
    }

    private static String shown(String text) {
        if (!isLong(text)) {
            return text;
        }
        int length = text.codePointCount(0, text.length());
        return text.substring(0, text.offsetByCodePoints(0, MOST_SHOWN)) + "\n\n[Cut here: there are " + length
                + " characters in total.]";
    }
}
