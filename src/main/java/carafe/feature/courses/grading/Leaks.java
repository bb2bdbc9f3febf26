package carafe.feature.courses.grading;

import carafe.feature.courses.format.Finding;
import carafe.feature.courses.format.Lesson;
import carafe.feature.courses.format.TableTest;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Finds what should be hidden in what learners receive: inputs of hidden tests, and the solution. */
final class Leaks {
    /** Shorter inputs occur by chance. */
    private static final int LEAST_INPUT = 6;

    private static final int LEAST_ANSWER = 3;
    private static final int LEAST_LINES = 3;

    private Leaks() {}

    static List<Finding> of(Lesson lesson) {
        var findings = new ArrayList<Finding>();
        var shown = shown(lesson);
        for (var test : lesson.tests()) {
            if (test.hidden()) {
                shown.forEach((file, text) -> {
                    int at = place(test, text);
                    if (at >= 0) {
                        findings.add(asks(file, text, at, test));
                    }
                });
                lesson.tests().stream()
                        .filter(other -> !other.hidden()
                                && asksSomething(test)
                                && other.input().equals(test.input()))
                        .forEach(other -> findings.add(Finding.error(
                                lesson.folder() + "/tests",
                                0,
                                "the hidden test '" + test.name() + "' asks the same as '" + other.name() + "'")));
            }
        }
        var data = data(lesson);
        for (var test : lesson.tests()) {
            // answers alone may well stand in what a program is to read
            if (test.hidden()
                    && test.input() instanceof TableTest.Call call
                    && call.expression().length() >= LEAST_INPUT) {
                data.forEach((file, text) -> {
                    int at = text.indexOf(call.expression());
                    if (at >= 0) {
                        findings.add(asks(file, text, at, test));
                    }
                });
            }
        }
        var all = new TreeMap<>(shown);
        all.putAll(data);
        lesson.code().solution().forEach((name, solution) -> {
            var core = code(solution);
            if (core.lines().count() >= LEAST_LINES) {
                all.forEach((file, text) -> {
                    if (code(text).contains(core)) {
                        findings.add(Finding.error(file, 0, "holds the whole solution"));
                    }
                });
            }
        });
        return findings;
    }

    private static Finding asks(String file, String text, int at, TableTest test) {
        return Finding.error(file, lineOf(text, at), "shows what the hidden test '" + test.name() + "' asks");
    }

    /** The files beside the program, which learners get, too. */
    private static Map<String, String> data(Lesson lesson) {
        var data = new TreeMap<String, String>();
        lesson.code()
                .data()
                .forEach((name, bytes) ->
                        data.put(lesson.folder() + "/files/" + name, new String(bytes, StandardCharsets.UTF_8)));
        return data;
    }

    /** Programs without input can only be asked one thing. */
    private static boolean asksSomething(TableTest test) {
        return switch (test.input()) {
            case TableTest.Call call -> true;
            case TableTest.Run run -> !run.stdin().isBlank() || !run.args().isEmpty();
        };
    }

    /** All that goes to learners, by file. */
    private static Map<String, String> shown(Lesson lesson) {
        var shown = new TreeMap<String, String>();
        shown.put(lesson.folder() + "/README.md", lesson.text());
        for (var step : lesson.hints()) {
            shown.merge(lesson.folder() + "/hints.md", step.title() + "\n" + step.text() + "\n", String::concat);
        }
        for (var mistake : lesson.mistakes()) {
            shown.put(lesson.folder() + "/mistakes/" + mistake.name() + "/hint.md", mistake.hint());
        }
        lesson.code().starter().forEach((name, text) -> shown.put(lesson.folder() + "/starter/" + name, text));
        lesson.codeTests().ifPresent(text -> shown.put(lesson.folder() + "/tests/test_visible.py", text));
        return shown;
    }

    /** Where {@code text} holds both the input and the answer of a test, or its call; else -1. */
    private static int place(TableTest test, String text) {
        return switch (test.input()) {
            case TableTest.Call call ->
                call.expression().length() < LEAST_INPUT
                        ? -1
                        : text.contains(call.expression())
                                ? text.indexOf(call.expression())
                                : row(call.expression(), test.expected(), text);
            case TableTest.Run run -> {
                var input = run.stdin().strip();
                boolean answered = test.expected() instanceof TableTest.Output output
                        && !output.text().isBlank()
                        && text.contains(output.text().strip());
                yield input.length() < LEAST_INPUT || !answered ? -1 : text.indexOf(input);
            }
        };
    }

    /** Where a line holds the arguments of a call and beside them its answer, as a table of examples does; else -1. */
    private static int row(String call, TableTest.Expected expected, String text) {
        var asked = call.substring(call.indexOf('(') + 1, Math.max(call.indexOf('(') + 1, call.lastIndexOf(')')))
                .strip();
        var answer = switch (expected) {
            case TableTest.Value(var value, var _) -> value.isValueNode() ? value.asText() : value.toString();
            case TableTest.Output output -> output.text().strip();
            case TableTest.Raised _ -> "";
        };
        if (asked.length() < LEAST_INPUT || answer.length() < LEAST_ANSWER) {
            return -1;
        }
        int at = text.indexOf(asked);
        while (at >= 0) {
            int end = text.indexOf('\n', at);
            var before = text.substring(text.lastIndexOf('\n', at) + 1, at);
            var after = text.substring(at + asked.length(), end < at + asked.length() ? text.length() : end);
            if (before.contains(answer) || after.contains(answer)) {
                return at;
            }
            at = text.indexOf(asked, at + 1);
        }
        return -1;
    }

    /** Without comments, blank lines and indentation of the whole. */
    private static String code(String source) {
        var lines = new StringBuilder();
        source.lines()
                .map(String::strip)
                .filter(line -> !line.isEmpty() && !line.startsWith("#"))
                .forEach(line -> lines.append(line).append('\n'));
        return lines.toString();
    }

    private static int lineOf(String text, int at) {
        return (int) text.substring(0, at).chars().filter(c -> c == '\n').count() + 1;
    }
}
