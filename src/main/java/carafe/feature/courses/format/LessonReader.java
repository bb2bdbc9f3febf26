package carafe.feature.courses.format;

import carafe.engine.sandbox.FileNames;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** Reads one lesson's folder. */
final class LessonReader {
    private static final Set<String> KEYS = Set.of(
            "id",
            "title",
            "kind",
            "language",
            "difficulty",
            "minutes",
            "points",
            "tags",
            "concepts",
            "timeout",
            "attempts",
            "opens",
            "due",
            "late",
            "allow",
            "requires",
            "entry",
            "network",
            "image",
            "blurb",
            "authors");
    private static final Set<String> DIFFICULTIES = Set.of("easy", "medium", "hard");
    private static final Set<String> FOLDERS = Set.of("starter", "solution", "tests", "mistakes", "files");
    private static final Pattern ID = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");
    private static final Pattern LATE = Pattern.compile("(\\d{1,3}) ?% until (.+)");
    private static final int MOST_DATA = 2 << 20;
    private static final double USUAL_TIMEOUT = 2;

    private final CourseFiles files;
    private final Course.Setup setup;
    private final Findings findings;
    private final String folder;
    private final String readme;

    LessonReader(CourseFiles files, Course.Setup setup, String folder, Findings findings) {
        this.files = files;
        this.setup = setup;
        this.folder = folder;
        this.readme = folder + "/README.md";
        this.findings = findings;
    }

    /** The lesson, also with findings about parts of it; empty when it cannot be used at all. */
    Optional<Lesson> read(CourseReader.Defaults defaults) {
        var text = files.text(readme);
        if (text.isEmpty()) {
            return Optional.empty();
        }
        var head = new FrontMatter(readme, text.get(), findings);
        head.onlyKnows(KEYS);
        var id = head.text("id").orElse(CourseReader.plainName(folder));
        if (!ID.matcher(id).matches()) {
            findings.error(
                    readme,
                    head.line("id"),
                    "'id' must be 1 to 64 letters, digits, dots, hyphens and underscores: " + id);
            return Optional.empty();
        }
        var names = new HashSet<String>();
        var tests = new ArrayList<TableTest>();
        for (var file : List.of("tests/visible.json", "tests/hidden.json", "tests.json", "tests/tests.json")) {
            if (files.has(folder + "/" + file)) {
                tests.addAll(TestsReader.read(
                        files, folder + "/" + file, file.equals("tests/hidden.json"), names, findings));
            }
        }
        var codeTests = codeTests(names);
        var code = code(head);
        var rules = rules(head, defaults);
        checkTests(tests, codeTests, code, rules, head);
        return Optional.of(new Lesson(
                id,
                head.text("title").or(() -> firstHeading(head.body())).orElse(id),
                kind(head, !tests.isEmpty() || codeTests.isPresent()),
                about(head),
                rules,
                head.body(),
                code,
                tests,
                codeTests,
                steps(),
                mistakes(),
                folder,
                Hash.of(everything()),
                testsHash(tests, codeTests, code, rules)));
    }

    private static Optional<String> firstHeading(String markdown) {
        return markdown.lines()
                .filter(line -> line.startsWith("# "))
                .findFirst()
                .map(line -> line.substring(2).strip());
    }

    private Lesson.Kind kind(FrontMatter head, boolean tested) {
        var usual = tested ? Lesson.Kind.EXERCISE : Lesson.Kind.LESSON;
        return head.value("kind")
                .map(value -> switch (value.text()) {
                    case "lesson" -> Lesson.Kind.LESSON;
                    case "exercise" -> Lesson.Kind.EXERCISE;
                    case "project" -> Lesson.Kind.PROJECT;
                    default -> {
                        findings.error(readme, value.line(), "'kind' is lesson, exercise or project");
                        yield usual;
                    }
                })
                .orElse(usual);
    }

    private Lesson.About about(FrontMatter head) {
        var difficulty = head.text("difficulty").orElse("");
        if (!difficulty.isEmpty() && !DIFFICULTIES.contains(difficulty)) {
            findings.error(readme, head.line("difficulty"), "'difficulty' is easy, medium or hard");
            difficulty = "";
        }
        return new Lesson.About(
                head.text("language").orElse(setup.language()).toLowerCase(Locale.ROOT),
                difficulty,
                (int) head.number("minutes", 0, 10_000, 0),
                head.list("tags"),
                head.list("concepts"));
    }

    private Lesson.Rules rules(FrontMatter head, CourseReader.Defaults defaults) {
        if (head.text("network").filter(value -> !value.equals("false")).isPresent()) {
            findings.error(readme, head.line("network"), "programs have no network here");
        }
        var opens = moment(head, "opens", false).or(defaults::opens);
        var due = moment(head, "due", true).or(defaults::due);
        var late = late(head);
        if (opens.isPresent() && due.isPresent() && !opens.get().isBefore(due.get())) {
            findings.error(readme, head.line("due"), "'due' is not after 'opens'");
        }
        if (late.isPresent() && (due.isEmpty() || !late.get().until().isAfter(due.get()))) {
            findings.error(readme, head.line("late"), "'late' must end after 'due', which must be there");
        }
        return new Lesson.Rules(
                head.number("points", 0, 1000, 1),
                Duration.ofMillis((long) (head.number("timeout", 0.1, 60, USUAL_TIMEOUT) * 1000)),
                (int) head.number("attempts", 0, 10_000, 0),
                opens,
                due,
                late,
                Set.copyOf(head.list("allow")),
                head.list("requires"));
    }

    private Optional<Instant> moment(FrontMatter head, String key, boolean end) {
        return head.value(key).flatMap(value -> {
            try {
                return Optional.of(
                        end ? Moments.until(value.text(), setup.zone()) : Moments.from(value.text(), setup.zone()));
            } catch (IllegalArgumentException e) {
                findings.error(readme, value.line(), "'" + key + "': " + e.getMessage());
                return Optional.empty();
            }
        });
    }

    private Optional<Lesson.Late> late(FrontMatter head) {
        return head.value("late").flatMap(value -> {
            var found = LATE.matcher(value.text());
            try {
                if (found.matches() && Integer.parseInt(found.group(1)) <= 100) {
                    return Optional.of(new Lesson.Late(
                            Integer.parseInt(found.group(1)) / 100.0, Moments.until(found.group(2), setup.zone())));
                }
                findings.error(readme, value.line(), "'late' reads like: 80% until 2026-12-01");
            } catch (IllegalArgumentException e) {
                findings.error(readme, value.line(), "'late': " + e.getMessage());
            }
            return Optional.empty();
        });
    }

    private Optional<String> codeTests(Set<String> names) {
        if (files.has(folder + "/tests/test_hidden.py")) {
            findings.error(
                    folder + "/tests/test_hidden.py",
                    0,
                    "code tests run beside the learner's program and cannot be hidden; write tests/hidden.json");
        }
        var file = folder + "/tests/test_visible.py";
        if (!files.has(file)) {
            return Optional.empty();
        }
        var source = files.text(file);
        source.ifPresent(text -> {
            var own = CodeTests.names(text);
            if (own.isEmpty()) {
                findings.error(file, 1, "has no test: functions and methods named test… are");
            }
            own.stream()
                    .filter(name -> !names.add(name))
                    .forEach(name -> findings.error(file, 0, "a test named '" + name + "' is there already"));
        });
        return source;
    }

    private Lesson.Code code(FrontMatter head) {
        var starter = sources("starter");
        var solution = sources("solution");
        var data = new TreeMap<String, byte[]>();
        long size = 0;
        for (var name : files.below(folder + "/files")) {
            var bytes = files.bytes(folder + "/files/" + name);
            size += bytes.map(b -> b.length).orElse(0);
            if (size > MOST_DATA) {
                findings.error(folder + "/files/" + name, 0, "the data files are larger than 2 MiB together");
                break;
            }
            bytes.ifPresent(b -> data.put(name, b));
        }
        var entry = head.text("entry").orElseGet(() -> usualEntry(starter.isEmpty() ? solution : starter));
        var all = new HashSet<>(data.keySet());
        all.addAll(starter.keySet());
        all.add(entry);
        var wrong = FileNames.problem(all);
        if (wrong != null) {
            findings.error(readme, head.line("entry"), "a file name here " + wrong);
        }
        data.keySet().stream()
                .filter(name -> starter.containsKey(name) || solution.containsKey(name))
                .forEach(name -> findings.error(
                        folder + "/files/" + name, 0, "has the name of a file of the starter or the solution"));
        return new Lesson.Code(entry, starter, solution, data);
    }

    /** The one file there is, or main of the language. */
    private static String usualEntry(Map<String, String> files) {
        if (files.size() == 1) {
            return files.keySet().iterator().next();
        }
        return files.keySet().stream()
                .filter(name -> name.startsWith("main."))
                .findFirst()
                .orElse("main.py");
    }

    private Map<String, String> sources(String kind) {
        var sources = new TreeMap<String, String>();
        for (var name : files.below(folder + "/" + kind)) {
            files.text(folder + "/" + kind + "/" + name).ifPresent(text -> sources.put(name, text));
        }
        return sources;
    }

    private void checkTests(
            List<TableTest> tests, Optional<String> codeTests, Lesson.Code code, Lesson.Rules rules, FrontMatter head) {
        var tested = !tests.isEmpty() || codeTests.isPresent();
        if (!tested) {
            if (!files.below(folder + "/mistakes").isEmpty()) {
                findings.warning(readme, 0, "has mistakes and no tests that could recognise them");
            }
            return;
        }
        var language = about(head).language();
        if (!language.equals("python")
                && (codeTests.isPresent() || tests.stream().anyMatch(t -> t.input() instanceof TableTest.Call))) {
            findings.error(readme, head.line("language"), "'call' tests and code tests are for python only");
        }
        if (tests.stream().mapToDouble(TableTest::points).sum() <= 0 && codeTests.isEmpty()) {
            findings.error(readme, 0, "no test gives points");
        }
        if (code.solution().isEmpty()) {
            findings.error(readme, 0, "has tests and no solution/ to try them with");
        } else if (!code.solution().containsKey(code.entry())) {
            findings.error(readme, head.line("entry"), "solution/" + code.entry() + " is missing");
        }
        var time = rules.timeout().multipliedBy(tests.size() + 1L);
        if (time.toMinutes() >= 10) {
            findings.error(readme, head.line("timeout"), "all tests together may take longer than 10 minutes");
        }
    }

    private List<Lesson.Step> steps() {
        var file = folder + "/hints.md";
        if (!files.has(file)) {
            return List.of();
        }
        var steps = new ArrayList<Lesson.Step>();
        var text = files.text(file).orElse("").replace("\r\n", "\n");
        for (var part : text.split("(?m)^(?=## )", -1)) {
            if (part.startsWith("## ")) {
                int end = part.indexOf('\n');
                var title =
                        (end < 0 ? part : part.substring(0, end)).substring(3).strip();
                var body = end < 0 ? "" : part.substring(end).strip();
                steps.add(new Lesson.Step(title, body.isEmpty() ? title : body));
            }
        }
        if (steps.isEmpty()) {
            findings.error(file, 1, "has no step: each begins with a line '## …'");
        }
        return steps;
    }

    private List<Lesson.Mistake> mistakes() {
        var mistakes = new ArrayList<Lesson.Mistake>();
        for (var name : files.folders(folder + "/mistakes")) {
            var inside = folder + "/mistakes/" + name;
            var sources = new HashMap<String, String>();
            files.below(inside).stream()
                    .filter(file -> !file.equals("hint.md"))
                    .forEach(file -> files.text(inside + "/" + file).ifPresent(text -> sources.put(file, text)));
            var hint = files.text(inside + "/hint.md").orElse("").strip();
            if (sources.isEmpty()) {
                findings.error(inside, 0, "has no program");
            } else if (!hint.isEmpty()) {
                mistakes.add(new Lesson.Mistake(name, sources, hint));
            }
        }
        for (var inside : files.folders(folder)) {
            if (!FOLDERS.contains(inside) && !inside.equals("images")) {
                findings.warning(folder + "/" + inside, 0, "means nothing here");
            }
        }
        return mistakes;
    }

    private SortedMap<String, byte[]> everything() {
        var all = new TreeMap<String, byte[]>();
        for (var name : files.below(folder)) {
            files.bytes(folder + "/" + name).ifPresent(bytes -> all.put(name, bytes));
        }
        return all;
    }

    private static String testsHash(
            List<TableTest> tests, Optional<String> codeTests, Lesson.Code code, Lesson.Rules rules) {
        var all = new TreeMap<>(code.data());
        var text = tests.stream().map(LessonReader::told).toList() + "\n" + codeTests.orElse("") + "\n" + code.entry()
                + "\n" + rules.timeout() + "\n" + rules.points();
        all.put("\0tests", text.getBytes(StandardCharsets.UTF_8));
        return Hash.of(all);
    }

    /** All of a test that decides, in one text; patterns have no text of their own. */
    private static String told(TableTest test) {
        var expected = switch (test.expected()) {
            case TableTest.Output output ->
                output.text() + "\0"
                        + (output.match() instanceof Match.Regex
                                ? "regex"
                                : output.match().toString());
            case TableTest.Value value -> value.toString();
            case TableTest.Raised raised -> raised.toString();
        };
        return test.name() + "\0" + test.hidden() + "\0" + test.input() + "\0" + expected + "\0" + test.points() + "\0"
                + test.timeout();
    }
}
