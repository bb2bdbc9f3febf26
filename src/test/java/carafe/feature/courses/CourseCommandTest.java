package carafe.feature.courses;

import static org.assertj.core.api.Assertions.assertThat;

import carafe.feature.courses.format.CourseFolder;
import carafe.feature.courses.format.CourseReader;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code course check} and {@code course import-exercism}, with a real engine. */
class CourseCommandTest {
    private static final String DOUBLE = "01-basics/02-double";

    @TempDir
    Path folder;

    private record Ended(int code, String said) {}

    private Ended run(String... words) {
        var said = new ByteArrayOutputStream();
        var out = new PrintStream(said, true, StandardCharsets.UTF_8);
        var environment = Map.of("DATA_DIR", folder.resolve("data").toString(), "CONTAINER_POOL_SIZE", "1");
        return new Ended(CourseCommand.run(words, environment, out, out), said.toString(StandardCharsets.UTF_8));
    }

    @Test
    void whatAnExerciseDoesIsChecked() {
        var root = folder.resolve("courses");
        CourseFolder.demo(root.resolve("good"));
        CourseFolder.demo(root.resolve("solution"))
                .file(DOUBLE + "/solution/main.py", "def double(n):\n    return n * 3\n");
        CourseFolder.demo(root.resolve("starter"))
                .file(DOUBLE + "/starter/main.py", "def double(n):\n    return n + n\n");
        CourseFolder.demo(root.resolve("mistake"))
                .file(DOUBLE + "/mistakes/none/main.py", "def double(n):\n    return n + n\n")
                .file(DOUBLE + "/mistakes/none/hint.md", "None.");
        CourseFolder.demo(root.resolve("leak")).file(DOUBLE + "/hints.md", "## Try\nWhat is double(7123)?\n");
        CourseFolder.demo(root.resolve("beside")).file(DOUBLE + "/files/notes.txt", "7123\ndouble(7123)\n");
        CourseFolder.demo(root.resolve("row"))
                .file(DOUBLE + "/tests/hidden.json", """
                        {"tests": [{"name": "secret", "call": "double(712345)", "returns": 1424690}]}""")
                .file(DOUBLE + "/hints.md", "## Try\n712345 alone is fine.\n\n| 712345 | 1424690 |\n");
        CourseFolder.demo(root.resolve("pattern"))
                .file(
                        DOUBLE + "/tests/visible.json",
                        "{\"tests\": [{\"name\": \"slow\", \"call\": \"print('a' * 5000)\", \"prints\": \"(a+)+b\", \"match\": \"regex\"}]}");
        CourseFolder.demo(root.resolve("endless"))
                .exercise(DOUBLE, "timeout: 0.3\n")
                .file(DOUBLE + "/solution/main.py", "while True: pass\n");
        var ended = run("check", root.toString());
        assertThat(ended.code()).as(ended.said()).isEqualTo(1);
        assertThat(ended.said())
                .doesNotContain("/good/01")
                .contains("/solution/" + DOUBLE
                        + "/solution/main.py: the solution does not pass: 'two' (fail) expected 4, got 6")
                .contains("/starter/" + DOUBLE + "/starter/main.py: the starter passes all tests already")
                .contains("/mistake/" + DOUBLE + "/mistakes/none: this mistake passes all tests")
                .contains("/row/" + DOUBLE + "/hints.md:4: shows what the hidden test 'secret' asks")
                .contains("/leak/" + DOUBLE + "/hints.md:2: shows what the hidden test 'secret seven' asks")
                .contains("/beside/" + DOUBLE + "/files/notes.txt:2: shows what the hidden test 'secret seven' asks")
                .contains("the test's pattern takes too long")
                .contains("did not end within 0.3 s");
        assertThat(run("check", root.resolve("good").toString()).code()).isZero();
    }

    @Test
    void filesAloneAreCheckedWithoutAnEngine() {
        var course = CourseFolder.demo(folder.resolve("demo"));
        assertThat(run("check", "--no-run", course.root().toString()).code()).isZero();
        course.file(DOUBLE + "/tests/hidden.json", "{");
        var ended = run("check", "--no-run", course.root().toString());
        assertThat(ended.code()).isEqualTo(1);
        assertThat(ended.said()).contains(DOUBLE + "/tests/hidden.json:1: is not valid JSON");
        assertThat(run("check").code()).isEqualTo(2);
        assertThat(run("check", folder.resolve("nowhere").toString()).code()).isEqualTo(2);
    }

    @Test
    void anExerciseOfExercismBecomesALesson() throws Exception {
        var from = new CourseFolder(folder.resolve("two-fer"))
                .file(".docs/instructions.md", "# Instructions\n\nSay who gets one.\n")
                .file(".docs/hints.md", "# Hints\n\n## General\n\n- Default arguments.\n")
                .file(
                        ".meta/config.json",
                        "{\"authors\": [\"ann\"], \"blurb\": \"One for \\\"you\\\".\", \"files\": {\"solution\": [\"two_fer.py\"],"
                                + " \"test\": [\"two_fer_test.py\"], \"example\": [\".meta/example.py\"]}}")
                .file(".meta/example.py", "def two_fer(name='you'):\n    return f'One for {name}, one for me.'\n")
                .file("two_fer.py", "def two_fer(name):\n    pass\n")
                .file(
                        "two_fer_test.py",
                        "import unittest\nfrom two_fer import two_fer\n\nclass TwoFerTest(unittest.TestCase):\n"
                                + "    def test_no_name(self):\n        self.assertEqual(two_fer(), 'One for you, one for me.')\n");
        var course = new CourseFolder(folder.resolve("mine")).file("course.json", "{\"title\": \"Mine\"}");
        var target = course.root().resolve("01-two-fer");
        assertThat(run("import-exercism", from.root().toString(), target.toString())
                        .code())
                .isZero();
        var ended = run("check", course.root().toString());
        assertThat(ended.code()).as(ended.said()).isZero();
        var lesson = CourseReader.read(course.root())
                .course()
                .orElseThrow()
                .lesson("two-fer")
                .orElseThrow();
        assertThat(lesson.code().entry()).isEqualTo("two_fer.py");
        assertThat(lesson.text()).contains("Say who gets one.", "exercism.org");
        assertThat(lesson.hints()).hasSize(1);
        assertThat(lesson.codeTests()).isPresent();
        assertThat(run("import-exercism", from.root().toString(), target.toString())
                        .code())
                .as("it is there already")
                .isEqualTo(2);
        from.file(".meta/config.json", "{\"files\": {\"solution\": [\"../../secret\"], \"test\": [\"t.py\"]}}");
        Files.writeString(folder.resolve("secret"), "x");
        assertThat(run(
                                "import-exercism",
                                from.root().toString(),
                                folder.resolve("out").toString())
                        .code())
                .isEqualTo(2);
        assertThat(folder.resolve("out")).doesNotExist();
    }

    @Test
    void cellsAreNoFormulas() {
        var csv = new Csv()
                .cell("=1+1")
                .cell("@x")
                .cell("a \"b\"")
                .cell(1.5)
                .empty()
                .cell(-2);
        csv.endRow();
        assertThat(csv.toString()).isEqualTo("\uFEFF\"'=1+1\",\"'@x\",\"a \"\"b\"\"\",1.5,,-2\r\n");
    }

    @Test
    void helpIsNoFault() {
        assertThat(run("check", "--help").code()).isZero();
        assertThat(run("--help").said()).contains("course check").contains("import-exercism");
        assertThat(run().code()).isEqualTo(2);
    }
}
