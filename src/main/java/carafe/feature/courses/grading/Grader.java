package carafe.feature.courses.grading;

import carafe.engine.sandbox.Limits;
import carafe.engine.sandbox.Outcome;
import carafe.engine.sandbox.Outcome.CaseResult;
import carafe.engine.sandbox.Program;
import carafe.engine.sandbox.Safety;
import carafe.engine.sandbox.Sandbox;
import carafe.feature.courses.format.Lesson;
import carafe.feature.courses.format.TableTest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Runs a learner's files against the tests of an exercise, all in one run of the sandbox, each in a process of its own, the
 * hidden ones last; calls and programs in the same exercise take one run each. What is expected never enters a container,
 * and what hidden tests ask is not there yet while the others run: in languages where it would be, they take a run of their
 * own.
 */
public final class Grader {
    /** Which tests. */
    public enum Which {
        VISIBLE,
        ALL
    }

    /** A verdict, or why there is none. */
    public sealed interface Result {}

    public record Graded(Verdict verdict) implements Result {}

    /** {@code again}: it may be tried later as it is; otherwise the sandbox broke under it. */
    public record NotRun(String message, boolean again, Duration pause) implements Result {}

    /** @param safety what is asked of all programs here; an exercise may allow names */
    public record Rules(Safety.Level safety, int processes) {}

    private static final int MOST_OUTPUT = 64 << 10;
    private static final int MEMORY_MB = 65_536; // the container's own bound is below
    private static final String HARNESS = "_carafe";
    private static final String TESTS = "_carafe_tests";
    private static final Set<String> HARNESS_NEEDS =
            Set.of("eval", "compile", "sys", "os", "importlib", "traceback", "import_module");
    private static final byte[] HARNESS_SOURCE = source();

    private final Programs programs;
    private final Rules rules;
    private final SecureRandom random = new SecureRandom();

    public Grader(Programs programs, Rules rules) {
        this.programs = programs;
        this.rules = rules;
    }

    /** Whether a learner's file may have this name. */
    public static boolean isReserved(String name) {
        return name.startsWith(HARNESS);
    }

    /** @param files the learner's; those of the exercise's data are put beside them and win */
    public Result grade(Lesson lesson, Map<String, String> files, Which which, String owner) {
        var tests = lesson.tests().stream()
                .filter(test -> which == Which.ALL || !test.hidden())
                .toList();
        var results = new HashMap<TableTest, Verdict.Test>();
        var report = new Report(lesson);
        try {
            var visible = tests.stream().filter(test -> !test.hidden()).toList();
            var hidden = tests.stream().filter(TableTest::hidden).toList();
            if (Sandbox.sealsCases(lesson.about().language())) {
                run(lesson, files, visible, hidden, true, owner, results, report);
            } else {
                run(lesson, files, visible, List.of(), true, owner, results, report);
                run(lesson, files, List.of(), report.gradable() ? hidden : List.of(), false, owner, results, report);
            }
            if (!report.gradable()) {
                hidden.forEach(test -> results.put(test, report.notRun(test)));
            }
        } catch (Stopped stopped) {
            return stopped.result;
        }
        tests.forEach(test -> report.add(Objects.requireNonNull(results.get(test))));
        return new Graded(report.verdict());
    }

    private void run(
            Lesson lesson,
            Map<String, String> files,
            List<TableTest> visible,
            List<TableTest> hidden,
            boolean withCode,
            String owner,
            Map<TableTest, Verdict.Test> results,
            Report report)
            throws Stopped {
        var runs = Stream.concat(visible.stream(), hidden.stream())
                .filter(test -> test.input() instanceof TableTest.Run)
                .toList();
        if (!runs.isEmpty()) {
            var cases = runs.stream()
                    .map(test -> (TableTest.Run) test.input())
                    .map(run -> new Program.Case(run.stdin(), run.args()))
                    .toList();
            var outcome = run(lesson, files, lesson.code().entry(), cases, limit(lesson, runs), owner);
            for (int i = 0; i < runs.size(); i++) {
                results.put(runs.get(i), report.ran(runs.get(i), outcome.get(i)));
            }
        }
        var calls = calls(visible);
        var hiddenCalls = calls(hidden);
        var code = withCode ? lesson.codeTests() : Optional.<String>empty();
        if (!calls.isEmpty() || !hiddenCalls.isEmpty() || code.isPresent()) {
            inModule(lesson, files, calls, code, hiddenCalls, owner, results, report);
        }
    }

    private static List<TableTest> calls(List<TableTest> tests) {
        return tests.stream()
                .filter(test -> test.input() instanceof TableTest.Call)
                .toList();
    }

    /** Ends a grading early. */
    private static final class Stopped extends Exception {
        private final transient Result result;

        Stopped(Result result) {
            super("", null, false, false);
            this.result = result;
        }
    }

    private void inModule(
            Lesson lesson,
            Map<String, String> files,
            List<TableTest> calls,
            Optional<String> code,
            List<TableTest> hidden,
            String owner,
            Map<TableTest, Verdict.Test> results,
            Report report)
            throws Stopped {
        var mark = mark();
        var module = lesson.code().entry().replaceFirst("\\.py$", "").replace('/', '.');
        var all = new HashMap<>(files);
        var cases = new ArrayList<Program.Case>();
        calls.forEach(test -> cases.add(call(test, mark, module)));
        code.ifPresent(source -> {
            all.put(TESTS + ".py", source);
            cases.add(new Program.Case("", List.of("code", mark, module, TESTS)));
        });
        hidden.forEach(test -> cases.add(call(test, mark, module)));
        var both = Stream.concat(calls.stream(), hidden.stream()).toList();
        var outcome =
                run(lesson, all, HARNESS, cases, limit(lesson, both), owner).iterator();
        calls.forEach(test -> results.put(test, report.called(test, outcome.next(), mark)));
        if (code.isPresent()) {
            report.code(outcome.next(), mark);
        }
        hidden.forEach(test -> results.put(test, report.called(test, outcome.next(), mark)));
    }

    private static Program.Case call(TableTest test, String mark, String module) {
        var call = (TableTest.Call) test.input();
        return new Program.Case(call.stdin(), List.of("call", mark, module, call.expression()));
    }

    private List<CaseResult> run(
            Lesson lesson,
            Map<String, String> files,
            String entry,
            List<Program.Case> cases,
            Duration wall,
            String owner)
            throws Stopped {
        var sources = new ArrayList<Program.SourceFile>();
        files.forEach((name, text) -> {
            if (!lesson.code().data().containsKey(name)) {
                sources.add(new Program.SourceFile(name, text.getBytes(StandardCharsets.UTF_8)));
            }
        });
        lesson.code().data().forEach((name, bytes) -> sources.add(new Program.SourceFile(name, bytes)));
        if (entry.equals(HARNESS)) {
            sources.add(new Program.SourceFile(HARNESS, HARNESS_SOURCE));
        }
        if (sources.stream().noneMatch(file -> file.name().equals(lesson.code().entry()))) {
            throw new Stopped(
                    new Graded(Report.unready("The file " + lesson.code().entry() + " is missing.")));
        }
        var program =
                new Program(lesson.about().language(), sources, entry, Map.of(), cases, null, safety(lesson, entry));
        var limits = new Limits(wall, wall, MEMORY_MB, rules.processes(), MOST_OUTPUT);
        return switch (programs.run(program, limits, owner)) {
            case Outcome.Finished finished -> finished.results();
            case Outcome.Refused refused -> {
                var first = refused.violations().getFirst();
                throw new Stopped(new Graded(Report.unready("Line " + first.line() + ": " + first.message())));
            }
            case Outcome.Unavailable nothing ->
                throw new Stopped(new NotRun(nothing.message(), true, nothing.retryAfter()));
            case Outcome.Broken broken -> throw new Stopped(new NotRun(broken.message(), false, Duration.ofSeconds(1)));
            case Outcome.Cancelled cancelled ->
                throw new Stopped(new NotRun("The run was cancelled.", true, Duration.ofSeconds(1)));
        };
    }

    private Safety safety(Lesson lesson, String entry) {
        if (rules.safety() == Safety.Level.OFF || !lesson.about().language().equals("python")) {
            return Safety.OFF;
        }
        var allowed = new HashSet<>(lesson.rules().allowed());
        if (entry.equals(HARNESS)) {
            allowed.addAll(HARNESS_NEEDS); // it is checked like the learner's files
        }
        return new Safety(rules.safety(), allowed);
    }

    /** The longest that one of the tests may take: the sandbox knows one limit for a run. */
    private static Duration limit(Lesson lesson, List<TableTest> tests) {
        var longest = tests.isEmpty() || lesson.codeTests().isPresent()
                ? lesson.rules().timeout()
                : Duration.ZERO;
        for (var test : tests) {
            var own = test.timeout().orElse(lesson.rules().timeout());
            longest = own.compareTo(longest) > 0 ? own : longest;
        }
        return longest;
    }

    private String mark() {
        var bytes = new byte[16];
        random.nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    private static byte[] source() {
        try (var in = Grader.class.getResourceAsStream("/sandbox/courses/harness.py")) {
            return Objects.requireNonNull(in, "harness.py is part of the program")
                    .readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
