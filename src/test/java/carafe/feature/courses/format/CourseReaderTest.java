package carafe.feature.courses.format;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Course folders with every kind of mistake: named by file and line, and the rest of the course is read. */
class CourseReaderTest {
    private static final String DOUBLE = "01-basics/02-double";

    @TempDir
    Path folder;

    CourseFolder course;

    @BeforeEach
    void write() {
        course = CourseFolder.demo(folder.resolve("demo"));
    }

    private CourseReader.Reading read() {
        return CourseReader.read(course.root());
    }

    private static List<String> told(CourseReader.Reading reading) {
        return reading.findings().stream().map(Finding::toString).toList();
    }

    @Test
    void aCourseInOrderIsReadWhole() {
        var reading = read();
        assertThat(reading.findings()).isEmpty();
        var read = reading.course().orElseThrow();
        assertThat(read.id()).isEqualTo("demo");
        assertThat(read.chapters()).hasSize(1);
        assertThat(read.chapters().getFirst().title()).isEqualTo("Basics");
        assertThat(read.lessons().map(Lesson::id)).containsExactly("welcome", "double");
        var exercise = read.lesson("double").orElseThrow();
        assertThat(exercise.isExercise()).isTrue();
        assertThat(exercise.rules().points()).isEqualTo(2);
        assertThat(exercise.tests()).hasSize(4);
        assertThat(exercise.tests().stream().filter(TableTest::hidden)).hasSize(2);
        assertThat(exercise.hints()).extracting(Lesson.Step::title).containsExactly("Look", "Closer");
        assertThat(exercise.mistakes()).extracting(Lesson.Mistake::name).containsExactly("adds");
        assertThat(exercise.template()).startsWith("def double");
        assertThat(read.lesson("welcome").orElseThrow().isExercise()).isFalse();
    }

    @Test
    void foldersCountInNaturalOrder() {
        course.file("01-basics/10-last/README.md", "# Last\n").file("01-basics/9-before/README.md", "# Before\n");
        assertThat(read().course().orElseThrow().lessons().map(Lesson::id))
                .containsExactly("welcome", "double", "before", "last");
    }

    @Test
    void datesLastUntilTheEndOfTheirDayInTheCoursesZone() {
        course.file("course.json", "{\"title\": \"Demo\", \"timezone\": \"Europe/Berlin\"}")
                .file("01-basics/chapter.json", "{\"title\": \"First\", \"opens\": \"2026-11-01\"}")
                .exercise(DOUBLE, "due: 2026-11-30\nlate: 80% until 2026-12-01T12:00\n");
        var rules = read().course().orElseThrow().lesson("double").orElseThrow().rules();
        assertThat(rules.opens()).contains(Instant.parse("2026-10-31T23:00:00Z"));
        assertThat(rules.due()).contains(Instant.parse("2026-11-30T23:00:00Z"));
        assertThat(rules.late()).contains(new Lesson.Late(0.8, Instant.parse("2026-12-01T11:00:00Z")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'tests': [ => 1: is not valid JSON",
                "{'tests': [\n{'name': 'a', 'call': 'f()', 'returns': 1},\n{'name': 'a', 'call': 'f()', 'returns': 2}]} => 3: a test named 'a' is there already",
                "{'tests': [\n{'name': 'a', 'stdin': '', 'expect': '(', 'match': 'regex'}]} => 2: 'expect' is not a pattern",
                "{'tests': [\n{'name': 'a', 'stdin': '',\n'expect': 'x', 'match': 'exakt'}]} => 3: 'match' is one of",
                "{'tests': [{'name': 'a', 'stdin': ''}]} => 1: a test needs 'expect'",
                "{'tests': [{'name': 'a', 'call': 'f()', 'expect': '1'}]} => 1: a call has 'returns'",
                "{'tests': [{'call': 'f()', 'returns': 1}]} => 1: a test needs a 'name'",
                "{'tests': [{'name': 'a', 'call': 'f()', 'returns': 1, 'points': -1}]} => 1: 'points' must be",
                "{'tests': [{'name': 'a', 'call': 'f()', 'returns': 1, 'timeout': 600}]} => 1: 'timeout' must be",
                "{'tests': [{'name': 'a', 'call': 'f()', 'returns': 1, 'retuns': 1}]} => 1: 'retuns' means nothing",
                "{'tests': 7} => 1: has no list 'tests'",
                "[] => 1: must hold a JSON object",
                "{'tests': [], 'tests': []} => 1: is not valid JSON: Duplicate field",
            })
    void mistakesInTestsHaveTheirLine(String row) {
        var tests = row.split(" => ")[0];
        var message = row.split(" => ")[1];
        course.file(DOUBLE + "/tests/visible.json", tests.replace('\'', '"'));
        assertThat(told(read()))
                .anySatisfy(told -> assertThat(told).startsWith(DOUBLE + "/tests/visible.json:" + message));
        assertThat(read().broken()).containsExactly(DOUBLE);
        assertThat(read().course().orElseThrow().lesson("welcome")).isPresent();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "id: a/b => 2: 'id' must be",
                "title: x;points: many => 3: 'points' must be a number",
                "title: x;due: tomorrow => 3: 'due'",
                "title: x;due: +999999999-12-31T00:00:00Z => 3: 'due'",
                "title: x;late: sometimes => 3: 'late' reads like",
                "title: x;kind: quiz => 3: 'kind' is",
                "title: x;title: y => 3: 'title' is given twice",
                "title: x;what is this => 3: is not of the form",
                "title: x;network: true => 3: programs have no network",
                "title: x;timeout: 600 => 3: 'timeout' must be a number from 0.1 to 60",
                "title: x;requires: [nowhere] => 'requires' names 'nowhere'",
                "title: x;opens: 2026-02-02;due: 2026-01-01 => 4: 'due' is not after 'opens'",
            })
    void mistakesInTheHeadHaveTheirLine(String row) {
        var head = row.split(" => ")[0];
        var message = row.split(" => ")[1];
        course.exercise(DOUBLE, head.replace(";", "\n") + "\n");
        assertThat(told(read()))
                .anySatisfy(told ->
                        assertThat(told).startsWith(DOUBLE + "/README.md:").contains(message));
        assertThat(read().course().orElseThrow().lesson("welcome")).isPresent();
    }

    @Test
    void aHeadThatNeverEndsIsTold() {
        course.file(DOUBLE + "/README.md", "---\ntitle: x\n");
        assertThat(told(read())).contains(DOUBLE + "/README.md:1: the head that begins with --- never ends");
    }

    @Test
    void anIdIsThereOnce() {
        course.file("01-basics/03-again/README.md", "---\nid: double\n---\n");
        var reading = read();
        assertThat(told(reading))
                .contains("01-basics/03-again/README.md:2: the id 'double' is that of 01-basics/02-double");
        assertThat(reading.broken()).containsExactly("01-basics/03-again");
    }

    @Test
    void whatLiesOutsideIsNotOpened() throws Exception {
        var secret = Files.writeString(folder.resolve("secret.txt"), "secret");
        Files.createSymbolicLink(course.root().resolve(DOUBLE + "/starter/extra.py"), secret);
        Files.createSymbolicLink(course.root().resolve("02-all"), folder);
        var reading = read();
        assertThat(told(reading))
                .contains(
                        DOUBLE + "/starter/extra.py: is a link that leads outside the course",
                        "02-all: is a link that leads outside the course");
        assertThat(reading.course()
                        .orElseThrow()
                        .lesson("double")
                        .orElseThrow()
                        .code()
                        .starter())
                .doesNotContainKey("extra.py");
    }

    @Test
    void linksNameWhatIsThere() {
        course.file(DOUBLE + "/files/words.txt", "one").file(DOUBLE + "/README.md", """
                        ---
                        title: Double
                        ---
                        [words](files/words.txt) [site](https://example.org/x) [back](../01-welcome/README.md#top) [a](#b)
                        ```
                        [in code](nowhere.md)
                        ```
                        `[in code](nowhere.md)` and [gone](nowhere.md) ![up](../../../secret.png)
                        [root](</etc/passwd>)
                        """);
        var reading = read();
        assertThat(told(reading))
                .containsExactly(
                        DOUBLE + "/README.md:8: the link 'nowhere.md' names a file that is not there",
                        DOUBLE + "/README.md:8: the link '../../../secret.png' leads outside the course",
                        DOUBLE + "/README.md:9: the link '/etc/passwd' leads outside the course");
        assertThat(reading.broken()).isEmpty();
    }

    @Test
    void whatIsToldCommandsNoTerminal() {
        assertThat(Finding.error("a\u001b[31m.md", 1, "x\u0007").toString()).isEqualTo("a?[31m.md:1: x?");
    }

    @Test
    void aHugeFileIsToldAndNotRead() throws Exception {
        try (var file = new RandomAccessFile(
                course.root().resolve(DOUBLE + "/README.md").toFile(), "rw")) {
            file.setLength(1L << 30); // takes no space on the disk
        }
        var reading = read();
        assertThat(told(reading)).contains(DOUBLE + "/README.md: is larger than 1 MiB");
        assertThat(reading.course().orElseThrow().lesson("welcome")).isPresent();
        assertThat(reading.broken()).containsExactly(DOUBLE);
    }

    /** What is left of it would be served with fewer tests or other files than its author meant. */
    @ParameterizedTest
    @ValueSource(strings = {"tests/hidden.json", "files/words.txt", "solution/main.py"})
    void aLessonWithAFileThatCannotBeReadIsBroken(String name) throws Exception {
        course.file(DOUBLE + "/" + name, "");
        try (var file =
                new RandomAccessFile(course.root().resolve(DOUBLE + "/" + name).toFile(), "rw")) {
            file.setLength(2 << 20);
        }
        assertThat(read().broken()).containsExactly(DOUBLE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"opens\": \"2999-13-01\"}", "{\"due\": 7}", "{\"due\": \"2020-01-01\""})
    void withoutTheTimesOfItsChapterALessonIsBroken(String chapter) {
        course.file("01-basics/chapter.json", chapter);
        assertThat(read().broken()).contains("01-basics/01-welcome", DOUBLE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"timezone\": \"Mars/Olympus\"}", "{\"id\": 7}", "{\"language\": []}"})
    void aCourseThatCannotMeanWhatItSaysIsNone(String json) {
        course.file("course.json", json);
        assertThat(read().course()).isEmpty();
    }

    @Test
    void textMustBeText() throws Exception {
        Files.write(course.root().resolve(DOUBLE + "/hints.md"), new byte[] {'a', '\n', (byte) 0xff});
        assertThat(told(read())).contains(DOUBLE + "/hints.md:2: is not UTF-8 text");
    }

    @Test
    void aCourseWithoutItsFileIsNone() {
        assertThat(course.root().resolve("course.json").toFile().delete()).isTrue();
        course.file("course.yml", "title: x\n");
        assertThat(read().course()).isEmpty();
        assertThat(told(read())).containsExactly("course.json: is missing; YAML is not read, write it as JSON");
        course.file("course.json", "{\"title\": \"x\"\n\"id\": 7}");
        assertThat(told(read())).anySatisfy(told -> assertThat(told).startsWith("course.json:2: is not valid JSON"));
    }

    @Test
    void codeTestsCannotBeHidden() {
        course.file(DOUBLE + "/tests/test_hidden.py", "def test_x():\n    pass\n");
        assertThat(told(read())).anySatisfy(told -> assertThat(told).contains("cannot be hidden"));
    }

    @Test
    void whatJudgesHasAHashOfItsOwn() {
        var before = read().course().orElseThrow().lesson("double").orElseThrow();
        course.file(DOUBLE + "/hints.md", "## Other\nwords\n");
        var hints = read().course().orElseThrow().lesson("double").orElseThrow();
        assertThat(hints.hash()).isNotEqualTo(before.hash());
        assertThat(hints.testsHash()).isEqualTo(before.testsHash());
        course.file(
                DOUBLE + "/tests/visible.json",
                "{\"tests\": [{\"name\": \"two\", \"call\": \"double(2)\", \"returns\": 5}]}");
        assertThat(read().course().orElseThrow().lesson("double").orElseThrow().testsHash())
                .isNotEqualTo(before.testsHash());
    }
}
