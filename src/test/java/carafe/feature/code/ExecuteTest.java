package carafe.feature.code;

import static org.assertj.core.api.Assertions.assertThat;

import carafe.TestApp;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.Base64;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code POST /api/v1/code/execute} against the whole server and a real container engine. */
class ExecuteTest {
    private static final String EXECUTE = "/api/v1/code/execute";
    private static final ObjectMapper MAPPER = new ObjectMapper();

    @TempDir
    static Path folder;

    static TestApp app;
    static TestApp.User admin;
    static TestApp.User user;

    @BeforeAll
    static void start() {
        app = TestApp.startWithEngine(folder, "SANDBOX_CPU_PERCENT", "100");
        admin = app.signUp("admin");
        user = app.signUp("user");
    }

    @AfterAll
    static void stop() {
        app.close();
    }

    private static ObjectNode code(String text) {
        return MAPPER.createObjectNode().put("code", text);
    }

    private static JsonNode run(ObjectNode body) {
        var answer = app.post(user, EXECUTE, body.toString());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return TestApp.json(answer);
    }

    private static JsonNode run(String text) {
        return run(code(text));
    }

    @Test
    void aProgramThatEndsWellIsASuccess() {
        var answer = run("print('Hello Agent')");
        assertThat(answer.path("success").isBoolean()).isTrue();
        assertThat(answer.path("success").asBoolean()).isTrue();
        assertThat(answer.path("output").asText()).isEqualTo("Hello Agent\n");
        assertThat(answer.path("error").isNull()).isTrue();
        assertThat(answer.path("execution_time").isDouble()).isTrue();
        assertThat(answer.path("execution_time").asDouble()).isPositive();
        assertThat(answer.path("status").asText()).isEqualTo("success");
        assertThat(answer.path("exit_code").asInt(-1)).isZero();
        assertThat(answer.path("truncated").asBoolean(true)).isFalse();
        assertThat(answer.path("memory_kb").asLong()).isPositive();
        assertThat(answer.path("sandbox").path("language").asText()).isEqualTo("python");
        assertThat(answer.path("sandbox").path("mode").asText()).isEqualTo("reuse");
        assertThat(answer.path("sandbox").path("version").asText()).startsWith("3.");
        assertThat(answer.has("data")).isFalse();
    }

    @Test
    void aProgramThatFailsIsAnAnswerAndNoError() {
        var answer = run("print('before')\n1/0");
        assertThat(answer.path("success").asBoolean(true)).isFalse();
        assertThat(answer.path("output").asText("?")).isEmpty();
        assertThat(answer.path("stdout").asText()).isEqualTo("before\n");
        assertThat(answer.path("error").asText()).contains("ZeroDivisionError", "line 2");
        assertThat(answer.path("status").asText()).isEqualTo("error");
        assertThat(answer.path("reason").asText()).isEqualTo("exit_code");
        assertThat(answer.path("exit_code").asInt()).isEqualTo(1);
    }

    @Test
    void withoutErrorOutputTheErrorIsWhatItSaid() {
        assertThat(run("import sys\nprint('said')\nsys.exit(3)").path("error").asText())
                .isEqualTo("said\n");
        assertThat(run("import sys\nsys.exit(3)").path("error").asText()).contains("exit code 3");
    }

    @Test
    void aSyntaxErrorIsTheLearnersOwn() {
        var answer = run("print('x'\n");
        assertThat(answer.path("success").asBoolean(true)).isFalse();
        assertThat(answer.path("error").asText()).contains("SyntaxError");
        var checked = run(code("print('x'\n").put("safety", "basic"));
        assertThat(checked.path("success").asBoolean(true)).isFalse();
        assertThat(checked.path("reason").asText()).isEqualTo("syntax");
        assertThat(checked.path("error").asText()).contains("SyntaxError");
        assertThat(checked.path("violations").get(0).path("line").asInt()).isEqualTo(1);
    }

    @Test
    void anEndlessLoopEndsAtItsLimitAndThePoolServesOn() {
        var answer = run(code("while True: pass").put("timeout", 1));
        assertThat(answer.path("success").asBoolean(true)).isFalse();
        assertThat(answer.path("status").asText()).isEqualTo("timeout");
        assertThat(answer.path("error_code").asText()).isEqualTo("CODE_TIMEOUT");
        assertThat(answer.path("error").asText()).contains("1 s");
        assertThat(answer.path("execution_time").asDouble()).isBetween(0.9, 1.01);
        assertThat(run("print(1)").path("output").asText()).isEqualTo("1\n");
    }

    @Test
    void tooMuchMemoryIsToldAsSuch() {
        var answer = run("x = []\nwhile True: x.append(bytearray(1 << 20))");
        assertThat(answer.path("success").asBoolean(true)).isFalse();
        // Python itself may notice first
        assertThat(answer.path("reason").asText() + answer.path("error").asText())
                .containsAnyOf("memory_limit", "MemoryError");
        assertThat(answer.path("status").asText()).isEqualTo("error");
    }

    @Test
    void longOutputIsCutForDisplayAndStillASuccess() {
        var answer = run("print('é' * 12345, end='')");
        assertThat(answer.path("success").asBoolean()).isTrue();
        assertThat(answer.path("truncated").asBoolean()).isTrue();
        var output = answer.path("output").asText();
        assertThat(output)
                .startsWith("é".repeat(10_000) + "\n\n")
                .contains("12345")
                .hasSizeLessThan(10_200);
        assertThat(answer.path("stdout").asText()).hasSize(12_345);
        var exact = run("print('x' * 10000, end='')");
        assertThat(exact.path("output").asText()).hasSize(10_000);
        assertThat(exact.path("truncated").asBoolean(true)).isFalse();
    }

    @Test
    void aFloodOfOutputEndsTheRun() {
        var answer = run("while True: print('x' * 1000)");
        assertThat(answer.path("success").asBoolean(true)).isFalse();
        assertThat(answer.path("reason").asText()).isEqualTo("output_limit");
        assertThat(answer.path("truncated").asBoolean()).isTrue();
        assertThat(answer.path("stdout").asText().length()).isBetween(1 << 19, 1 << 20);
        var small = run(code("while True: print('x' * 1000)").put("max_output", 500));
        assertThat(small.path("stdout").asText().length()).isLessThanOrEqualTo(500);
    }

    @Test
    void inputArgumentsAndEnvironmentArrive() {
        var body = code("import os, sys\nprint(input(), sys.argv[1:], os.environ['GREETING'])")
                .put("stdin", "Ada\nü\n");
        body.putArray("args").add("one").add("two words");
        body.putObject("env").put("GREETING", "hi there");
        assertThat(run(body).path("output").asText()).isEqualTo("Ada ['one', 'two words'] hi there\n");
    }

    @Test
    void severalFilesRunTogether() {
        var body = MAPPER.createObjectNode().put("entrypoint", "app/start.py");
        var files = body.putArray("files");
        files.addObject().put("name", "app/start.py").put("content", "import helper\nprint(helper.read())");
        files.addObject()
                .put("name", "app/helper.py")
                .put("content", "def read():\n  return open('data/words.bin', 'rb').read()");
        files.addObject()
                .put("name", "data/words.bin")
                .put("content", Base64.getEncoder().encodeToString(new byte[] {0, (byte) 255}))
                .put("encoding", "base64");
        assertThat(run(body).path("output").asText()).isEqualTo("b'\\x00\\xff'\n");
        var beside = code("import other\nprint(other.x)");
        beside.putArray("files").addObject().put("name", "other.py").put("content", "x = 42");
        assertThat(run(beside).path("output").asText()).isEqualTo("42\n");
    }

    @Test
    void casesAreToldOneByOne() {
        var body = code("import sys\nn = int(input())\nprint(n * 2)\nsys.exit(n == 3)");
        var cases = body.putArray("cases");
        cases.addObject().put("stdin", "1");
        cases.addObject().put("stdin", "3");
        cases.addObject().put("stdin", "5");
        var answer = run(body);
        assertThat(answer.path("success").asBoolean(true)).isFalse();
        assertThat(answer.path("exit_code").asInt()).isEqualTo(1);
        assertThat(answer.path("cases")).hasSize(3);
        assertThat(answer.path("cases").get(0).path("output").asText()).isEqualTo("2\n");
        assertThat(answer.path("cases").get(1).path("status").asText()).isEqualTo("error");
        assertThat(answer.path("cases").get(1).path("stdout").asText()).isEqualTo("6\n");
        assertThat(answer.path("cases").get(2).path("output").asText()).isEqualTo("10\n");
    }

    @Test
    void theSafetyCheckRefusesWithLinesAndRunsNothing() {
        var body = code("import os\nprint('ran')\nos.system('ls')").put("safety", "basic");
        var answer = app.post(user, EXECUTE, body.toString());
        assertThat(answer.statusCode()).isEqualTo(400);
        var error = TestApp.json(answer).path("error");
        assertThat(error.path("code").asText()).isEqualTo("VALIDATION_ERROR");
        var details = error.path("details");
        assertThat(details.path("error_code").asText()).isEqualTo("CODE_SAFETY_CHECK_FAILED");
        assertThat(details.path("pattern").asText()).isNotBlank();
        assertThat(details.path("reason").asText()).isNotBlank();
        assertThat(details.path("violations").get(0).path("line").asInt()).isEqualTo(3);
        assertThat(answer.body()).doesNotContain("ran\n");
        assertThat(run(body.put("safety", "off")).path("stdout").asText()).startsWith("ran");
        // the contract's false alarms
        assertThat(run(code("def retrieval(x): return x\nprint(retrieval('eval(1)'))")
                                .put("safety", "basic"))
                        .path("success")
                        .asBoolean())
                .isTrue();
    }

    @Test
    void theStrictCheckBoundsHowInvolvedAProgramIs() {
        IntFunction<String> nested = depth -> IntStream.range(0, depth)
                        .mapToObj(i -> "  ".repeat(i) + "if 1:\n")
                        .collect(Collectors.joining())
                + "  ".repeat(depth) + "pass\n";
        assertThat(strict(nested.apply(5))).isEqualTo(200);
        assertThat(strict(nested.apply(6))).isEqualTo(400);
        assertThat(strict("for i in []: pass\n".repeat(10))).isEqualTo(200);
        assertThat(strict("for i in []: pass\n".repeat(11))).isEqualTo(400);
        assertThat(strict("def f(): pass\n".repeat(20))).isEqualTo(200);
        assertThat(strict("def f(): pass\n".repeat(21))).isEqualTo(400);
        assertThat(strict("import os as o\no.system('ls')")).isEqualTo(400);
        assertThat(strict("class Model:\n  def eval(self): pass\nModel().eval()"))
                .isEqualTo(200);
    }

    private int strict(String program) {
        return app.post(user, EXECUTE, code(program).put("safety", "strict").toString())
                .statusCode();
    }

    @ParameterizedTest
    @CsvSource({
        "javascript, console.log(6 * 7)",
        "bash, echo $((6 * 7))",
        "c, 'int printf(const char *, ...); int main(void) { printf(\"%d%c\", 6 * 7, 10); return 0; }'"
    })
    void otherLanguagesRunToo(String language, String text) {
        var answer = run(code(text).put("language", language));
        assertThat(answer.path("output").asText()).as(answer.toString()).isEqualTo("42\n");
        assertThat(answer.path("sandbox").path("language").asText()).isEqualTo(language);
        assertThat(answer.path("sandbox").path("mode").asText()).isEqualTo("fresh");
    }

    @Test
    void aProgramThatDoesNotCompileIsTheLearnersOwn() {
        var answer = run(code("int main(void) { return x; }").put("language", "c"));
        assertThat(answer.path("success").asBoolean(true)).isFalse();
        assertThat(answer.path("reason").asText()).isEqualTo("compile_error");
        assertThat(answer.path("error").asText()).contains("x");
    }

    @Test
    void aFreshContainerCanBeAskedFor() {
        var answer = run(code("print(1)").put("isolation", "fresh"));
        assertThat(answer.path("output").asText()).isEqualTo("1\n");
        assertThat(answer.path("sandbox").path("mode").asText()).isEqualTo("fresh");
    }

    @Test
    void somebodyElsesIdIsRefusedExceptForAdministrators() {
        long own = num(user);
        assertThat(run(code("1").put("user_id", own).put("lesson_id", "4.1"))
                        .path("success")
                        .asBoolean())
                .isTrue();
        assertThat(app.post(
                                user,
                                EXECUTE + "?user_id=" + own + "&lesson_id=4.1",
                                code("1").toString())
                        .statusCode())
                .isEqualTo(200);
        var foreign =
                app.post(user, EXECUTE, code("1").put("user_id", own + 1000).toString());
        assertThat(foreign.statusCode()).isEqualTo(403);
        assertThat(TestApp.json(foreign).path("error").path("code").asText()).isEqualTo("AUTHORIZATION_ERROR");
        assertThat(app.post(user, EXECUTE + "?user_id=" + (own + 1), code("1").toString())
                        .statusCode())
                .isEqualTo(403);
        assertThat(app.post(admin, EXECUTE, code("1").put("user_id", own).toString())
                        .statusCode())
                .isEqualTo(200);
        assertThat(app.post(
                                user,
                                EXECUTE + "?user_id=" + own,
                                code("1").put("user_id", own + 1).toString())
                        .statusCode())
                .isEqualTo(400);
        assertThat(app.post(user, EXECUTE + "?user_id=me", code("1").toString()).statusCode())
                .isEqualTo(400);
    }

    /** The integer under which this API knows an account: the only one that is not refused. */
    private static long num(TestApp.User who) {
        for (long id = 1; id < 100; id++) {
            var body = code("1").put("user_id", id).toString();
            if (app.post(who, EXECUTE, body).statusCode() == 200) {
                return id;
            }
        }
        throw new AssertionError("no id is " + who);
    }

    @Test
    void theOldAddressRunsToo() {
        var answer = app.post(user, "/api/execute", code("print(1)").toString());
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Deprecation")).hasValue("true");
        assertThat(TestApp.json(answer).path("output").asText()).isEqualTo("1\n");
    }

    @Test
    void languagesPoolHealthAndMetricsTellOfIt() {
        run("print(1)");
        var languages = TestApp.json(app.get(user, "/api/v1/code/languages")).path("languages");
        assertThat(languages.get(0).path("id").asText()).isEqualTo("python");
        assertThat(languages.get(0).path("max_timeout").asInt()).isEqualTo(60);
        assertThat(languages.get(0).path("image").asText()).isNotBlank();

        var stats = TestApp.json(app.get(admin, "/api/v1/sandbox/pool/stats"));
        assertThat(stats.path("pool_enabled").asBoolean()).isTrue();
        assertThat(stats.path("pool_id").asText()).matches("[0-9a-f]{8}");
        assertThat(stats.path("total_containers").asInt())
                .isEqualTo(stats.path("available_containers").asInt()
                        + stats.path("in_use_containers").asInt());
        assertThat(stats.path("total_executions").asLong()).isPositive();
        assertThat(stats.path("containers").get(0).path("id").asText()).matches("[0-9a-f]{12}");
        assertThat(stats.path("containers").get(0).path("created_at").asDouble())
                .isGreaterThan(1.7e9);
        assertThat(stats.has("health_check_failures") && stats.has("total_resets") && stats.has("min_size"))
                .isTrue();

        var health = TestApp.json(app.get(null, "/health")).path("checks").path("container_pool");
        assertThat(health.path("status").asText()).isIn("healthy", "degraded"); // a container may just be replaced
        assertThat(health.path("total_containers").isInt()
                        && health.path("available_containers").isInt())
                .isTrue();

        var metrics = app.get(admin, "/metrics").body();
        assertThat(metrics)
                .contains("code_executions_total{language=\"python\",status=\"success\"}")
                .contains("code_execution_duration_seconds_bucket{language=\"python\",le=\"0.1\"}")
                .contains("sandbox_executions_total{language=\"python\",status=\"success\"}")
                .contains("sandbox_pool_available")
                .contains("sandbox_pool_in_use");
    }

    @Test
    void thePoolIsWarmedForALesson() {
        var answer = app.post(admin, "/api/v1/sandbox/pool/warm", "{\"size\":2,\"minutes\":1}");
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        assertThat(TestApp.json(answer).path("size").asInt()).isEqualTo(2);
        assertThat(app.post(user, "/api/v1/sandbox/pool/warm", "{\"size\":2}").statusCode())
                .isEqualTo(403);
        assertThat(app.post(admin, "/api/v1/sandbox/pool/warm", "{\"size\":0}").statusCode())
                .isEqualTo(400);
        assertThat(app.post(admin, "/api/v1/sandbox/pool/warm", "{\"size\":2,\"language\":\"cobol\"}")
                        .statusCode())
                .isEqualTo(400);
    }

    @Test
    void aTimeZoneAndAFolderOfModulesInTheEnvironmentHoldAsForANewInterpreter() {
        var body = code("import part, time\nprint(part.name, time.tzname[0], time.localtime(0).tm_hour)");
        body.putArray("files").addObject().put("name", "lib/part.py").put("content", "name = 'part of lib'");
        body.putObject("env").put("TZ", "JST-9").put("PYTHONPATH", "lib:/nowhere");
        assertThat(run(body).path("output").asText()).isEqualTo("part of lib JST 9\n");
        assertThat(run("import time\nprint(time.tzname[0])").path("output").asText())
                .isEqualTo("UTC\n");
    }

    @Test
    void theTimeOfChildrenThatWereStoppedCounts() {
        var answer = run(code("""
                import os, time
                if os.fork() == 0:
                    while time.process_time() < 0.1:
                        pass
                    print("burnt", flush=True)
                time.sleep(100)
                """).put("timeout", 3));
        assertThat(answer.path("status").asText()).isEqualTo("timeout");
        assertThat(answer.path("stdout").asText()).isEqualTo("burnt\n");
        assertThat(answer.path("cpu_ms").asDouble()).isGreaterThanOrEqualTo(95);
    }

    @Test
    void aStoppedScriptHasUsedTimeToo() {
        var answer = run(code("while :; do :; done").put("language", "bash").put("timeout", 1));
        assertThat(answer.path("status").asText()).isEqualTo("timeout");
        assertThat(answer.path("cpu_ms").asDouble()).isGreaterThan(20);
    }
}
