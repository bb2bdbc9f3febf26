package carafe.feature.courses;

import static org.assertj.core.api.Assertions.assertThat;

import carafe.TestApp;
import carafe.feature.courses.format.CourseFolder;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import java.time.Instant;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Exercises over HTTP with a real engine: what learners get, and what they cannot get at. */
class ExercisesTest {
    private static final String GOOD = "def double(n):\n    return n * 2\n";
    private static final String ADDS = "def double(n):\n    return n + 2\n";
    private static final ObjectMapper MAPPER = new ObjectMapper();

    @TempDir
    static Path folder;

    static TestApp app;
    static TestApp.User admin;
    static TestApp.User teacher;
    static CourseFolder course;

    @BeforeAll
    static void start() {
        course = CourseFolder.demo(folder.resolve("courses/demo"))
                .exercise("01-basics/03-limited", "points: 2\nattempts: 2\n")
                .exercise("01-basics/04-over", "due: 2020-01-01\n")
                .exercise("01-basics/05-late", "due: 2020-01-01\nlate: 50% until 2999-01-01\n")
                .exercise("01-basics/06-later", "opens: 2999-01-01\n")
                .exercise("01-basics/07-after", "requires: [double]\n")
                .exercise("01-basics/08-regraded", "points: 2\n")
                .exercise("01-basics/09-hinted", "points: 1\n")
                .exercise("01-basics/11-tenth", "points: 0.1\n")
                .exercise("01-basics/12-fifth", "points: 0.2\n")
                .file("01-basics/10-sum/README.md", "---\ntimeout: 0.5\n---\n# Sum\nAdd two numbers.\n")
                .file("01-basics/10-sum/solution/main.py", "a, b = map(int, input().split())\nprint(a + b)\n")
                .file("01-basics/10-sum/starter/main.py", "")
                .file("01-basics/10-sum/files/words.txt", "one\ntwo\n")
                .file("01-basics/10-sum/tests/visible.json", """
                        {"tests": [{"name": "small", "stdin": "2 3\\n", "expect": "5"},
                                   {"name": "big", "stdin": "20 30\\n", "expect": "50", "points": 3}]}""")
                .file(
                        "01-basics/10-sum/tests/test_visible.py",
                        "def test_words():\n    assert open('words.txt').read().split() == ['one', 'two']\n");
        app = TestApp.startWithEngine(
                folder.resolve("data"),
                "COURSES_DIR",
                folder.resolve("courses").toString(),
                "RATE_LIMIT_SUBMIT",
                "0",
                "SANDBOX_CPU_PERCENT",
                "100");
        admin = app.signUp("admin");
        teacher = app.signUp("teacher");
        var appointed = app.send(admin, "PUT", "/api/users/" + num(teacher) + "/role", "{\"role\":\"teacher\"}");
        assertThat(appointed.statusCode()).as(appointed.body()).isEqualTo(200);
    }

    @AfterAll
    static void stop() {
        app.close();
    }

    private static long num(TestApp.User user) {
        return TestApp.json(app.get(user, "/api/users/current")).path("id").asLong();
    }

    private static String path(String exercise) {
        return "/api/v1/courses/demo/exercises/" + exercise;
    }

    private static String code(String code) {
        return MAPPER.createObjectNode().put("code", code).toString();
    }

    private static JsonNode submit(TestApp.User user, String exercise, String code) {
        var answer = app.post(user, path(exercise) + "/submit", code(code));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return TestApp.json(answer);
    }

    private static JsonNode check(TestApp.User user, String exercise, String code) {
        var answer = app.post(user, path(exercise) + "/check", code(code));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return TestApp.json(answer);
    }

    private static JsonNode ok(java.net.http.HttpResponse<String> answer) {
        assertThat(answer.statusCode()).as(answer.body()).isBetween(200, 202);
        return TestApp.json(answer);
    }

    @Test
    void aCheckSaysWhatWasExpectedAndWhatCame() {
        var user = app.signUp("checker");
        var answer = check(user, "double", "print('loaded')\n" + ADDS);
        assertThat(answer.path("status").asText()).isEqualTo("fail");
        assertThat(answer.path("score").asDouble()).isEqualTo(0.5);
        assertThat(answer.path("tests")).hasSize(2);
        var text = answer.path("tests").get(1);
        assertThat(text.path("status").asText()).isEqualTo("error");
        assertThat(text.path("message").asText()).contains("TypeError", "It works for text, too.");
        assertThat(text.path("output").asText()).contains("loaded");
        assertThat(text.path("expected").asText()).isEqualTo("'abab'");
        assertThat(text.path("error").asText()).contains("main.py\", line 3").doesNotContain("_carafe");
        var wrong = check(user, "double", "def double(n):\n    return n * 3\n")
                .path("tests")
                .get(0);
        assertThat(wrong.path("got").asText()).isEqualTo("6");
        assertThat(wrong.path("expected").asText()).isEqualTo("4");
        // a check is no attempt
        assertThat(ok(app.get(user, path("double") + "/mine"))
                        .path("attempts")
                        .path("used")
                        .asInt())
                .isZero();
    }

    @Test
    void whatIsHiddenStaysHidden() {
        var user = app.signUp("curious");
        var all = new StringBuilder();
        all.append(app.get(user, path("double")).body());
        all.append(app.get(user, "/api/v1/lessons/double").body());
        all.append(app.get(user, "/api/v1/lessons").body());
        all.append(app.get(user, "/api/v1/courses/demo").body());
        all.append(check(user, "double", ADDS));
        var submitted = submit(user, "double", ADDS);
        all.append(submitted);
        all.append(app.get(user, "/api/v1/submissions/" + submitted.path("submission_id"))
                .body());
        all.append(app.get(user, "/api/v1/submissions/user/" + num(user)).body());
        all.append(app.get(user, path("double") + "/mine").body());
        assertThat(all.toString())
                .contains("secret seven")
                .doesNotContain("7123")
                .doesNotContain("14246")
                .doesNotContain("n * 2")
                .doesNotContain("You add two")
                .doesNotContain("NoneType");
        var hidden = submitted.path("tests").get(2);
        assertThat(hidden.properties())
                .extracting(java.util.Map.Entry::getKey)
                .containsExactlyInAnyOrder("name", "hidden", "status", "points", "max_points");
        // the teacher sees it
        assertThat(app.get(teacher, "/api/v1/submissions/" + submitted.path("submission_id"))
                        .body())
                .contains("7123", "14246");
        // somebody else does not even see that there is one
        assertThat(app.get(app.signUp("stranger"), "/api/v1/submissions/" + submitted.path("submission_id"))
                        .statusCode())
                .isEqualTo(404);
    }

    @Test
    void fakedResultsEarnNothing() {
        var user = app.signUp("faker");
        for (var trick : new String[] {
            "print('{\"value\": 4}')\ndef double(n):\n    print('\\x1e' + '0' * 32 + '{\"value\": 14246}\\x1e')\n",
            // reads the mark and answers for the harness; it would have to know the value
            "import sys, os\nm = sys._getframe()\nwhile m and 'mark' not in m.f_globals:\n    m = m.f_back\n"
                    + "mark = m.f_globals['mark'] if m else ''\nos.write(1, ('\\x1e' + mark + '{\"value\": true}\\x1e').encode())\nos._exit(0)\n",
            // a number that could be near every other
            "import sys, os\nm = sys._getframe()\nwhile m and 'mark' not in m.f_globals:\n    m = m.f_back\n"
                    + "mark = m.f_globals['mark'] if m else ''\nos.write(1, ('\\x1e' + mark + '{\"value\": 1e999}\\x1e').encode())\nos._exit(0)\n",
            "class Yes:\n    def __eq__(self, other):\n        return True\ndef double(n):\n    return Yes()\n",
            "import os\nos._exit(0)\n",
            "raise SystemExit(0)\n",
            "import unittest\nunittest.TestCase.run = lambda *a: None\ndef double(n): pass\n",
        }) {
            var answer = submit(user, "double", trick);
            assertThat(answer.path("status").asText()).as(trick).isIn("fail", "error");
            assertThat(answer.path("score").asDouble()).as(trick).isZero();
        }
    }

    @Test
    void theHarnessHoldsNoAnswers() {
        var user = app.signUp("reader");
        var spy = """
                import os, sys
                found = ""
                for name in os.listdir("."):
                    found += name + open(name).read()
                frame = sys._getframe()
                while frame:
                    found += repr(frame.f_globals) + repr(frame.f_locals)
                    frame = frame.f_back
                found += repr(os.environ) + repr(sys.orig_argv)
                def double(n):
                    return [("double" + "(2)") in found, ("ab" + "ab") in found, ("71" + "23") in found]
                """;
        var got = check(user, "double", spy).path("tests").get(0).path("got").asText();
        assertThat(got).isEqualTo("[True, False, False]"); // its own call, no answer, no other test
        // and what it leaves behind is not there for the next test
        assertThat(submit(
                                user,
                                "double",
                                "import os\ntry:\n    open('left').read()\n    seen = True\nexcept OSError:\n"
                                        + "    seen = False\nopen('left', 'w').write('x')\ndef double(n):\n    return n * (3 if seen else 2)\n")
                        .path("status")
                        .asText())
                .isEqualTo("pass");
    }

    @Test
    void aSubmissionFindsNoHiddenQuestionsNextDoor() {
        var user = app.signUp("neighbour");
        var spy = """
                import re
                def double(n):
                    found = set()
                    for line in open("/proc/self/maps"):
                        place, rights = line.split()[:2]
                        low, high = (int(one, 16) for one in place.split("-"))
                        if rights[0] == "r" and "[v" not in line and high - low < 64 << 20:
                            try:
                                with open("/proc/self/mem", "rb", 0) as memory:
                                    memory.seek(low)
                                    found.update(re.findall(rb"do[u]ble\\(\\d+\\)", memory.read(high - low)))
                            except OSError:
                                pass
                    return sorted(one.decode() for one in found)
                """;
        var visible = submit(user, "double", spy).path("tests").get(0);
        assertThat(visible.path("got").asText()).contains("double(2)").doesNotContain("7123");
        // a syntax error that is none: nothing of the hidden run is shown with it
        var complains = """
                import sys
                print("SyntaxError: " + sys.argv[0] + str(sys._getframe(1).f_globals.get("what")), file=sys.stderr)
                raise SystemExit(1)
                """;
        var answer = submit(user, "double", complains);
        assertThat(answer.path("gradable").asBoolean(true)).isFalse();
        assertThat(answer.path("tests").get(1).path("status").asText()).isEqualTo("error");
        assertThat(answer.path("tests").get(2).path("status").asText()).isEqualTo("fail");
        assertThat(answer.toString()).doesNotContain("7123");
    }

    @Test
    void aSyntaxErrorUsesUpNoAttemptAndOthersDo() {
        var user = app.signUp("limited");
        var broken = submit(user, "limited", "def double(n:\n");
        assertThat(broken.path("gradable").asBoolean(true)).isFalse();
        assertThat(broken.path("attempts_left").asInt()).isEqualTo(2);
        assertThat(submit(user, "limited", ADDS).path("attempts_left").asInt()).isEqualTo(1);
        assertThat(submit(user, "limited", ADDS).path("attempts_left").asInt()).isZero();
        var refused = app.post(user, path("limited") + "/submit", code(GOOD));
        assertThat(refused.statusCode()).isEqualTo(409);
        assertThat(TestApp.json(refused).path("error").path("code").asText()).isEqualTo("CONFLICT_ERROR");
        // one more for this person alone
        var override = path("limited") + "/overrides/" + num(user);
        for (var due : new String[] {"+999999999-12-31T23:59:59Z", "9999-12-31T23:59:59-18:00"}) {
            assertThat(app.send(teacher, "PUT", override, "{\"due_at\":\"" + due + "\"}")
                            .statusCode())
                    .isEqualTo(400);
        }
        assertThat(app.send(user, "PUT", override, "{\"attempts\":3}").statusCode())
                .isEqualTo(403);
        ok(app.send(teacher, "PUT", override, "{\"attempts\":3}"));
        assertThat(submit(user, "limited", GOOD).path("passed").asBoolean()).isTrue();
    }

    @Test
    void timeIsTheServersAndLateCostsPoints() {
        var user = app.signUp("late");
        var late = submit(user, "late", GOOD);
        assertThat(late.path("late").asBoolean()).isTrue();
        assertThat(late.path("credit").asDouble()).isEqualTo(0.5);
        assertThat(late.path("points").asDouble()).isEqualTo(0.5);
        var over = app.send(
                user,
                "POST",
                path("over") + "/submit",
                "{\"code\":\"def double(n):\\n    return n * 2\\n\",\"submitted_at\":\"2019-01-01T00:00:00Z\"}",
                "Date",
                "Tue, 01 Jan 2019 00:00:00 GMT");
        assertThat(TestApp.json(over).path("status").asText()).isEqualTo("pass");
        assertThat(TestApp.json(over).path("points").asDouble()).isZero();
        ok(app.send(teacher, "PUT", path("over") + "/overrides/" + num(user), "{\"due_at\":\"2999-01-01T00:00:00Z\"}"));
        assertThat(submit(user, "over", GOOD).path("points").asDouble()).isEqualTo(1);
        var soon = app.post(user, path("later") + "/submit", code(GOOD));
        assertThat(soon.statusCode()).isEqualTo(409);
        assertThat(app.get(user, path("later")).statusCode()).isEqualTo(409);
        assertThat(app.get(teacher, path("later")).statusCode()).isEqualTo(200);
    }

    @Test
    void whatIsRequiredComesFirst() {
        var user = app.signUp("hasty");
        var refused = app.post(user, path("after") + "/submit", code(GOOD));
        assertThat(refused.statusCode()).isEqualTo(409);
        assertThat(TestApp.json(refused)
                        .path("error")
                        .path("details")
                        .path("missing")
                        .get(0)
                        .asText())
                .isEqualTo("double");
        assertThat(ok(app.get(user, path("after") + "/mine")).path("locked").asBoolean())
                .isTrue();
        submit(user, "double", GOOD);
        assertThat(submit(user, "after", GOOD).path("status").asText()).isEqualTo("pass");
        var catalogue = ok(app.get(user, "/api/v1/courses"));
        assertThat(catalogue.path("courses").get(0).path("mine").path("passed").asInt())
                .isEqualTo(2);
        assertThat(catalogue.path("streak").path("days").asInt()).isEqualTo(1);
    }

    @Test
    void programsTablesAndCodeTestsGoTogether() {
        var user = app.signUp("adder");
        var good = submit(user, "sum", "a, b = map(int, input().split())\nprint(a + b)\n");
        assertThat(good.path("tests")).hasSize(3);
        // the code tests import the program, which reads its input
        assertThat(good.path("tests").get(0).path("status").asText()).isEqualTo("pass");
        var wrong = submit(user, "sum", "print(5)\n");
        assertThat(wrong.path("score").asDouble()).isEqualTo(0.25);
        assertThat(wrong.path("tests").get(2).path("name").asText()).isEqualTo("test_words");
        assertThat(wrong.path("tests").get(2).path("status").asText()).isEqualTo("pass");
        var endless = submit(user, "sum", "while True: pass\n");
        assertThat(endless.path("status").asText()).isEqualTo("timeout");
        assertThat(endless.path("tests").get(0).path("message").asText()).contains("0.5 s");
        assertThat(app.get(user, "/api/v1/courses/demo/files/sum/words.txt").body())
                .isEqualTo("one\ntwo\n");
        assertThat(app.get(user, "/api/v1/courses/demo/files/sum/..%2Fsolution%2Fmain.py")
                        .statusCode())
                .isIn(400, 404);
    }

    @Test
    void hintsComeFromTheMistakeThenTheLadder() {
        var user = app.signUp("hinted");
        submit(user, "hinted", ADDS);
        var first = ok(app.post(user, path("hinted") + "/hint", "{}"));
        assertThat(first.path("kind").asText()).isEqualTo("mistake");
        assertThat(first.path("text").asText()).isEqualTo("You add two instead of multiplying.");
        var second = ok(app.post(user, path("hinted") + "/hint", code(ADDS)));
        assertThat(second.path("kind").asText()).isEqualTo("step");
        assertThat(second.path("title").asText()).isEqualTo("Look");
        assertThat(ok(app.post(user, path("hinted") + "/hint", "{\"kind\":\"step\"}"))
                        .path("title")
                        .asText())
                .isEqualTo("Closer");
        assertThat(ok(app.post(user, path("hinted") + "/hint", "{}"))
                        .path("kind")
                        .asText())
                .isEqualTo("none");
        var given = ok(app.get(teacher, "/api/v1/courses/demo/hints?exercise=hinted&user_id=" + num(user)));
        assertThat(given.path("hints")).hasSize(3);
        assertThat(app.get(user, "/api/v1/courses/demo/hints").statusCode()).isEqualTo(403);
        assertThat(ok(app.get(user, path("hinted") + "/mine")).path("hints")).hasSize(3);
    }

    @Test
    void aFixedTestIsRegradedAndCountsWhenItIsApplied() throws Exception {
        var user = app.signUp("regraded");
        assertThat(submit(user, "regraded", ADDS).path("points").asDouble()).isEqualTo(0.5 + 0.5); // "two" and "none"
        var old = ok(app.get(teacher, path("regraded") + "/submissions"))
                .path("submissions")
                .get(0);
        assertThat(old.path("current").asBoolean()).isTrue();
        course.file(
                "01-basics/08-regraded/tests/visible.json",
                "{\"tests\": [{\"name\": \"two\", \"call\": \"double(2)\", \"returns\": 4, \"points\": 8}]}");
        assertThat(app.post(user, "/api/v1/courses/reload", "{}").statusCode()).isEqualTo(403);
        ok(app.post(teacher, "/api/v1/courses/reload", "{}"));
        assertThat(ok(app.get(teacher, path("regraded") + "/submissions"))
                        .path("submissions")
                        .get(0)
                        .path("current")
                        .asBoolean(true))
                .isFalse();
        var id = ok(app.post(teacher, path("regraded") + "/regrade", "{}"))
                .path("id")
                .asLong();
        assertThat(app.post(teacher, path("regraded") + "/regrade", "{}").statusCode())
                .isEqualTo(409);
        var regrade = "/api/v1/courses/demo/regrades/" + id;
        var state = ok(app.get(teacher, regrade));
        long end = System.nanoTime() + 60_000_000_000L;
        while (state.path("state").asText().equals("running")) {
            assertThat(System.nanoTime()).isLessThan(end);
            Thread.sleep(50);
            state = ok(app.get(teacher, regrade));
        }
        assertThat(state.path("changes")).hasSize(1);
        assertThat(state.path("changes").get(0).path("old").path("points").asDouble())
                .isEqualTo(1);
        assertThat(state.path("changes").get(0).path("new").path("points").asDouble())
                .isEqualTo(1.8);
        // nothing counts yet
        assertThat(ok(app.get(user, path("regraded") + "/mine"))
                        .path("best")
                        .path("points")
                        .asDouble())
                .isEqualTo(1);
        ok(app.post(teacher, regrade + "/apply", "{}"));
        assertThat(ok(app.get(user, path("regraded") + "/mine"))
                        .path("best")
                        .path("points")
                        .asDouble())
                .isEqualTo(1.8);
        assertThat(app.post(teacher, regrade + "/apply", "{}").statusCode()).isEqualTo(409);
    }

    @Test
    void manyAtOnceAreBoundedAndEachAcceptedOneIsGraded() throws Exception {
        var user = app.signUp("impatient");
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var answers = IntStream.range(0, 60)
                    .mapToObj(i -> threads.submit(() -> app.post(user, path("double") + "/submit", code(GOOD))))
                    .toList();
            int graded = 0;
            for (Future<java.net.http.HttpResponse<String>> answer : answers) {
                assertThat(answer.get().statusCode()).as(answer.get().body()).isIn(200, 429);
                if (answer.get().statusCode() == 200) {
                    graded++;
                    assertThat(TestApp.json(answer.get()).path("status").asText())
                            .isEqualTo("pass");
                } else {
                    assertThat(answer.get().headers().firstValue("Retry-After")).isPresent();
                }
            }
            assertThat(graded).isPositive();
            assertThat(ok(app.get(user, path("double") + "/mine"))
                            .path("attempts")
                            .path("used")
                            .asInt())
                    .isEqualTo(graded);
        }
    }

    @Test
    void nobodySubmitsInAnothersName() {
        var user = app.signUp("honest");
        var body = "{\"code\":\"x\",\"user_id\":" + num(admin) + "}";
        assertThat(app.post(user, path("double") + "/submit", body).statusCode())
                .isEqualTo(403);
        assertThat(app.post(user, path("double") + "/check?user_id=" + num(admin), code("x"))
                        .statusCode())
                .isEqualTo(403);
        assertThat(app.get(user, "/api/progress/user/" + num(admin)).statusCode())
                .isEqualTo(403);
        assertThat(app.get(teacher, "/api/progress/user/" + num(user)).statusCode())
                .isEqualTo(200);
        assertThat(app.get(user, path("double") + "/mine?user_id=" + num(admin)).statusCode())
                .isEqualTo(403);
    }

    @Test
    void badFilesAreRefusedByName() {
        var user = app.signUp("careless");
        for (var files : new String[] {
            "{\"files\":{\"../main.py\":\"x\"}}",
            "{\"files\":{\"_carafe\":\"x\"}}",
            "{\"files\":{\"/etc/passwd\":\"x\"}}",
            "{\"files\":{\"main.py\":7}}",
            "{\"files\":[]}",
            "{}",
            "{\"code\":\"" + "x".repeat(600_000) + "\"}",
            "{\"files\":{\"main.py\":\"x\",\"main.py/x\":\"y\"}}",
        }) {
            var answer = app.post(user, path("double") + "/submit", files);
            assertThat(answer.statusCode())
                    .as(files.substring(0, Math.min(60, files.length())))
                    .isEqualTo(400);
            assertThat(TestApp.json(answer).path("error").path("code").asText()).isEqualTo("VALIDATION_ERROR");
        }
        assertThat(app.post(user, path("nowhere") + "/submit", code("x")).statusCode())
                .isEqualTo(404);
        assertThat(app.post(user, path("welcome") + "/submit", code("x")).statusCode())
                .isEqualTo(404);
    }

    @Test
    void theGradebookIsForTeachers() {
        var user = app.signUp("zoe");
        submit(user, "double", GOOD);
        assertThat(app.get(user, "/api/v1/courses/demo/gradebook").statusCode()).isEqualTo(403);
        var page = ok(app.get(teacher, "/api/v1/courses/demo/gradebook?query=zoe"));
        assertThat(page.path("total").asInt()).isEqualTo(1);
        var row = page.path("learners").get(0);
        assertThat(row.path("scores").path("double").path("points").asDouble()).isEqualTo(2);
        assertThat(row.path("scores").path("double").path("passed").asBoolean()).isTrue();
        var csv = app.get(teacher, "/api/v1/courses/demo/gradebook.csv").body();
        assertThat(csv)
                .startsWith("\uFEFF\"user_id\",\"name\",\"points\",\"double\"")
                .contains("\"zoe\",2,2,");
        var stuck = app.signUp("stuck");
        submit(stuck, "tenth", GOOD);
        submit(stuck, "fifth", GOOD);
        assertThat(app.get(teacher, "/api/v1/courses/demo/gradebook.csv").body())
                .contains("\"stuck\",0.3,"); // not 0.30000000000000004
        for (int i = 0; i < 5; i++) {
            submit(stuck, "double", ADDS);
        }
        assertThat(ok(app.get(teacher, "/api/v1/courses/demo/stuck"))
                        .path("stuck")
                        .get(0)
                        .path("name")
                        .asText())
                .isEqualTo("stuck");
    }

    @Test
    void aBrokenSaveLeavesTheLessonAsItWas() throws Exception {
        var other = CourseFolder.demo(folder.resolve("courses/other"));
        ok(app.post(teacher, "/api/v1/courses/reload", "{}"));
        var user = app.signUp("unlucky");
        var exercise = "/api/v1/courses/other/exercises/double";
        other.file("01-basics/02-double/tests/visible.json", "{\"tests\": [\n{\"name\": 7}]}")
                .file("01-basics/01-welcome/README.md", "# Welcome back\n");
        var problems = JsonNodeAwait.until(
                () -> ok(app.get(teacher, "/api/v1/courses/other/problems")), // by itself, within some seconds
                found -> found.path("errors").asInt() > 0);
        assertThat(problems.path("findings").get(0).path("file").asText())
                .isEqualTo("01-basics/02-double/tests/visible.json");
        assertThat(problems.path("findings").get(0).path("line").asInt()).isEqualTo(2);
        assertThat(problems.path("stale").get(0).asText()).isEqualTo("double");
        assertThat(app.get(user, "/api/v1/courses/other/lessons/welcome").body())
                .contains("Welcome back");
        assertThat(ok(app.post(user, exercise + "/submit", code(GOOD)))
                        .path("status")
                        .asText())
                .isEqualTo("pass");
        assertThat(app.get(user, "/api/v1/courses/other/problems").statusCode()).isEqualTo(403);
        other.file("course.json", "{");
        ok(app.post(teacher, "/api/v1/courses/reload", "{}"));
        assertThat(app.get(user, "/api/v1/courses/other/lessons/welcome").statusCode())
                .isEqualTo(200);
        other.file("course.json", "{\"title\": \"Other\"}").exercise("01-basics/02-double", "title: Twice\n");
        ok(app.post(teacher, "/api/v1/courses/reload", "{}"));
        assertThat(app.get(user, exercise).body()).contains("Twice");
        // what was saved is tried: this solution does not do what its tests ask
        other.file("01-basics/02-double/solution/main.py", ADDS);
        ok(app.post(teacher, "/api/v1/courses/reload", "{}"));
        var tried = JsonNodeAwait.until(
                () -> ok(app.get(teacher, "/api/v1/courses/other/problems")),
                found -> found.path("findings").toString().contains("the solution does not pass"));
        assertThat(tried.path("findings").toString()).contains("02-double/solution/main.py");
    }

    @Test
    void progressIsKeptAndCanBeReset() {
        var user = app.signUp("steady");
        var mine = path("double") + "/mine";
        var saved = ok(
                app.send(user, "PUT", mine, "{\"files\":{\"main.py\":\"half\"},\"cursor\":{\"line\":3,\"column\":4}}"));
        assertThat(saved.path("files").path("main.py").asText()).isEqualTo("half");
        assertThat(saved.path("cursor").path("line").asInt()).isEqualTo(3);
        assertThat(saved.path("completed").asBoolean(true)).isFalse();
        assertThat(ok(app.send(user, "DELETE", mine, null)).path("files").isNull())
                .isTrue();
        // who only says so has not passed
        assertThat(ok(app.send(user, "PUT", mine, "{\"completed\":true}"))
                        .path("completed")
                        .asBoolean(true))
                .isFalse();
        assertThat(Instant.parse(ok(app.get(user, "/api/progress/user/" + num(user)))
                        .get(0)
                        .path("started_at")
                        .asText()))
                .isBefore(Instant.now().plusSeconds(1));
    }
}
