package carafe.feature.courses.grading;

import carafe.engine.sandbox.Outcome;
import carafe.engine.sandbox.Outcome.CaseResult;
import carafe.feature.courses.format.CodeTests;
import carafe.feature.courses.format.Lesson;
import carafe.feature.courses.format.Match;
import carafe.feature.courses.format.TableTest;
import carafe.feature.courses.grading.Verdict.Status;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Makes the verdict of one grading: compares, explains, counts points. */
final class Report {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int MOST_SHOWN = 4_000;
    private static final Pattern NOT_PYTHON = Pattern.compile("(SyntaxError|IndentationError|TabError): .*");

    private final Lesson lesson;
    private final List<Verdict.Test> tests = new ArrayList<>();
    private final Map<String, Verdict.Test> codeTests = new HashMap<>();
    private int cases;
    private int unreadable;
    private boolean visible;
    private String syntaxError = "";
    private Duration time = Duration.ZERO;

    Report(Lesson lesson) {
        this.lesson = lesson;
    }

    void add(Verdict.Test test) {
        tests.add(test);
    }

    /** A verdict on what could not even begin. */
    static Verdict unready(String message) {
        return new Verdict(Status.ERROR, 0, false, message, List.of(), 0);
    }

    Verdict verdict() {
        tests.addAll(codeTests.values().stream()
                .sorted((a, b) -> a.name().compareTo(b.name()))
                .toList());
        double most = tests.stream().mapToDouble(Verdict.Test::maxPoints).sum();
        double got = tests.stream().mapToDouble(Verdict.Test::points).sum();
        boolean passed = tests.stream().allMatch(test -> test.status() == Status.PASS);
        double score = most > 0 ? got / most : passed ? 1 : 0;
        boolean gradable = gradable();
        return new Verdict(
                status(passed),
                passed ? 1 : Math.min(score, 1),
                gradable,
                gradable ? "" : syntaxError,
                tests,
                ms(time));
    }

    /** Whether the program could be read, as far as is known by now. */
    boolean gradable() {
        return unreadable < cases || cases == 0;
    }

    /** A test that a program that cannot be read is spared. */
    Verdict.Test notRun(TableTest test) {
        return new Verdict.Test(
                test.name(),
                test.hidden(),
                Status.ERROR,
                0,
                test.points(),
                "",
                Values.input(test),
                null,
                null,
                "",
                "",
                Status.ERROR.toString());
    }

    private Status status(boolean passed) {
        if (passed) {
            return Status.PASS;
        }
        if (tests.stream().anyMatch(test -> test.status() == Status.TIMEOUT)) {
            return Status.TIMEOUT;
        }
        return tests.stream().allMatch(test -> test.status() == Status.ERROR) ? Status.ERROR : Status.FAIL;
    }

    /** A test that ran the program as it is. */
    Verdict.Test ran(TableTest test, CaseResult result) {
        count(result, test.hidden());
        var broken = broken(test, result);
        if (broken != null) {
            return broken;
        }
        if (result.exit() == null || result.exit() != 0) {
            return failed(test, result, Status.ERROR, lastLine(result), result.stdout());
        }
        return compared(test, result, (TableTest.Output) test.expected(), result.stdout());
    }

    /** A test that called something; its answer stands between marks at the end of the output. */
    Verdict.Test called(TableTest test, CaseResult result, String mark) {
        count(result, test.hidden());
        var broken = broken(test, result);
        if (broken != null) {
            return broken;
        }
        var answer = answer(result.stdout(), mark);
        var printed = before(result.stdout(), mark);
        if (answer.isMissingNode()) {
            return failed(test, result, Status.ERROR, "The program ended before the call returned.", printed);
        }
        if (answer.has("broken") || answer.has("ended") || answer.has("large")) {
            return failed(test, result, Status.ERROR, loading(answer), printed);
        }
        return switch (test.expected()) {
            case TableTest.Raised raised -> raised(test, result, raised, answer, printed);
            case TableTest.Output output
            when answer.has("raised") -> failed(test, result, Status.ERROR, exception(answer), printed);
            case TableTest.Output output -> compared(test, result, output, printed);
            case TableTest.Value value
            when answer.has("raised") -> failed(test, result, Status.ERROR, exception(answer), printed);
            case TableTest.Value value -> returned(test, result, value, answer, printed);
        };
    }

    private static String loading(JsonNode answer) {
        if (answer.has("large")) {
            return "The value is too large to be compared.";
        }
        return answer.has("ended")
                ? answer.path("ended").asText()
                : answer.path("broken").asText() + ": " + answer.path("message").asText();
    }

    private static String exception(JsonNode answer) {
        var message = answer.path("message").asText();
        var type = answer.path("raised").path(0).asText();
        return message.isEmpty() ? type : type + ": " + message;
    }

    private Verdict.Test raised(
            TableTest test, CaseResult result, TableTest.Raised wanted, JsonNode answer, String printed) {
        for (var kind : answer.path("raised")) {
            if (kind.asText().equals(wanted.type())) {
                return passed(test, printed, result);
            }
        }
        var got = answer.has("raised") ? exception(answer) : answer.path("repr").asText();
        return failed(test, result, Status.FAIL, "", printed, "an exception: " + wanted.type(), got);
    }

    private Verdict.Test returned(
            TableTest test, CaseResult result, TableTest.Value wanted, JsonNode answer, String printed) {
        if (Values.same(wanted.value(), answer.path("value"), wanted.tolerance())) {
            return passed(test, printed, result);
        }
        return failed(
                test,
                result,
                Status.FAIL,
                "",
                printed,
                Values.python(wanted.value()),
                answer.path("repr").asText());
    }

    private Verdict.Test compared(TableTest test, CaseResult result, TableTest.Output wanted, String printed) {
        try {
            return wanted.match().matches(wanted.text(), printed)
                    ? passed(test, printed, result)
                    : failed(test, result, Status.FAIL, "", printed, wanted.text(), printed);
        } catch (Match.TooSlow e) {
            return failed(test, result, Status.ERROR, "This test is at fault: " + e.getMessage() + ".", printed);
        }
    }

    /** Of all code tests at once; those that are there and did not report count as failed. */
    void code(CaseResult result, String mark) {
        count(result, false);
        var answer = result.status() == Outcome.Status.OK ? answer(result.stdout(), mark) : MissingNode.getInstance();
        boolean only = lesson.tests().isEmpty(); // who can change the tests' process must not earn points by them
        double points = only ? 1 : 0;
        for (var name : CodeTests.names(lesson.codeTests().orElse(""))) {
            var reason = result.status() == Outcome.Status.OK
                    ? answer.has("tests") || answer.isMissingNode()
                            ? "The program ended before this test did."
                            : loading(answer)
                    : limit(result, lesson.rules().timeout());
            codeTests.put(name, codeTest(name, Status.ERROR, reason, points, result));
        }
        for (var test : answer.path("tests")) {
            var name = test.path("name").asText();
            if (codeTests.containsKey(name)) {
                var status = switch (test.path("status").asText()) {
                    case "pass" -> Status.PASS;
                    case "fail" -> Status.FAIL;
                    default -> Status.ERROR;
                };
                codeTests.put(name, codeTest(name, status, test.path("message").asText(), points, result));
            }
        }
    }

    private static Verdict.Test codeTest(String name, Status status, String message, double points, CaseResult result) {
        return new Verdict.Test(
                name,
                false,
                status,
                status == Status.PASS ? points : 0,
                points,
                message,
                null,
                null,
                null,
                "",
                shown(result.stderr()),
                status + message);
    }

    /** Learners see the time and what cannot be read: after visible tests, nothing of the hidden ones goes into them. */
    private void count(CaseResult result, boolean hidden) {
        if (hidden && visible) {
            return;
        }
        visible |= !hidden;
        cases++;
        time = time.plus(result.wall());
        if (result.status() == Outcome.Status.COMPILE_ERROR
                || NOT_PYTHON.matcher(lastLine(result)).matches()) {
            unreadable++;
            syntaxError = hidden
                    ? "The program cannot be read."
                    : shown(result.stderr().strip());
        }
    }

    private static String lastLine(CaseResult result) {
        var text = result.stderr().strip();
        if (text.isEmpty()) {
            return result.exit() == null ? "" : "The program ended with exit code " + result.exit() + ".";
        }
        return text.substring(text.lastIndexOf('\n') + 1).strip();
    }

    /** The test when a limit or a signal ended the program, else null. */
    private Verdict.@Nullable Test broken(TableTest test, CaseResult result) {
        var own = test.timeout().orElse(lesson.rules().timeout());
        if (result.status() == Outcome.Status.OK) {
            return result.wall().compareTo(own) > 0
                    ? failed(test, result, Status.TIMEOUT, limit(Outcome.Status.TIMEOUT, own), result.stdout())
                    : null;
        }
        var status = switch (result.status()) {
            case TIMEOUT, CPU_LIMIT -> Status.TIMEOUT;
            case OK, MEMORY_LIMIT, OUTPUT_LIMIT, SIGNAL, COMPILE_ERROR -> Status.ERROR;
        };
        return failed(test, result, status, limit(result, own), result.stdout());
    }

    private static String limit(CaseResult result, Duration time) {
        return limit(result.status(), time);
    }

    private static String limit(Outcome.Status status, Duration time) {
        return switch (status) {
            case OK -> "";
            case TIMEOUT, CPU_LIMIT -> "The program did not end within " + seconds(time) + " s.";
            case MEMORY_LIMIT -> "The program used up its memory.";
            case OUTPUT_LIMIT -> "The program printed more than is allowed.";
            case SIGNAL -> "The program was ended by a signal.";
            case COMPILE_ERROR -> "The program does not compile.";
        };
    }

    private static String seconds(Duration time) {
        double seconds = time.toMillis() / 1000.0;
        return seconds == Math.rint(seconds) ? Long.toString((long) seconds) : Double.toString(seconds);
    }

    private Verdict.Test passed(TableTest test, String printed, CaseResult result) {
        return new Verdict.Test(
                test.name(),
                test.hidden(),
                Status.PASS,
                test.points(),
                test.points(),
                "",
                Values.input(test),
                null,
                null,
                shown(printed),
                shown(result.stderr()),
                "");
    }

    private Verdict.Test failed(TableTest test, CaseResult result, Status status, String message, String printed) {
        return failed(test, result, status, message, printed, null, null);
    }

    private Verdict.Test failed(
            TableTest test,
            CaseResult result,
            Status status,
            String message,
            String printed,
            @Nullable String expected,
            @Nullable String got) {
        var words = new ArrayList<String>();
        if (!message.isEmpty()) {
            words.add(message);
        }
        if (!test.message().isEmpty()) {
            words.add(test.message());
        }
        return new Verdict.Test(
                test.name(),
                test.hidden(),
                status,
                0,
                test.points(),
                String.join("\n", words),
                Values.input(test),
                expected == null ? Values.expected(test) : shown(expected),
                got == null ? null : shown(got),
                shown(printed),
                shown(result.stderr()),
                status == Status.TIMEOUT ? "timeout" : status + shown(got == null ? lastLine(result) : got.strip()));
    }

    private static JsonNode answer(String stdout, String mark) {
        int from = stdout.lastIndexOf("\u001e" + mark);
        int end = from < 0 ? -1 : stdout.indexOf('\u001e', from + 1);
        if (end < 0) {
            return MissingNode.getInstance();
        }
        try {
            return JSON.readTree(stdout.substring(from + 1 + mark.length(), end));
        } catch (JsonProcessingException e) {
            return MissingNode.getInstance(); // written by the learner's own hand
        }
    }

    private static String before(String stdout, String mark) {
        int from = stdout.lastIndexOf("\u001e" + mark);
        return from < 0 ? stdout : stdout.substring(0, from);
    }

    private static String shown(String text) {
        return text.length() <= MOST_SHOWN ? text : text.substring(0, MOST_SHOWN) + "…";
    }

    private static double ms(Duration duration) {
        return Math.round(duration.toNanos() / 1e3) / 1e3;
    }
}
