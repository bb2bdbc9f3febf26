package carafe.feature.code;

import static org.assertj.core.api.Assertions.assertThat;

import carafe.TestApp;
import java.nio.file.Path;
import java.util.Collections;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Bodies that cannot be right. There is no engine here: what gets past the checks is answered 503 and fails the test. */
class BadInputTest {
    private static final String EXECUTE = "/api/v1/code/execute";

    @TempDir
    static Path folder;

    static TestApp app;
    static TestApp.User user;

    @BeforeAll
    static void start() {
        app = TestApp.start(folder, "RATE_LIMIT_EXECUTE", "0", "RATE_LIMIT_GLOBAL", "0", "RATE_LIMIT_HINT", "0");
        user = app.signUp("user");
    }

    @AfterAll
    static void stop() {
        app.close();
    }

    private static Arguments code(String rest, String field) {
        return Arguments.of("{\"code\":\"print(1)\"," + rest + "}", field);
    }

    private static Arguments file(String name, String field) {
        return Arguments.of(
                "{\"files\":[{\"name\":\"main.py\",\"content\":\"1\"},{\"name\":" + name + ",\"content\":\"2\"}]}",
                field);
    }

    static Stream<Arguments> bodies() {
        var many = String.join(",", Collections.nCopies(101, "\"x\""));
        var files = Stream.iterate(0, i -> i + 1)
                .limit(65)
                .map(i -> "{\"name\":\"f" + i + "\",\"content\":\"\"}")
                .reduce((a, b) -> a + "," + b)
                .orElseThrow();
        var variables = Stream.iterate(0, i -> i + 1)
                .limit(65)
                .map(i -> "\"V" + i + "\":\"\"")
                .reduce((a, b) -> a + "," + b)
                .orElseThrow();
        return Stream.of(
                Arguments.of("{\"code\":\"\"}", "code"),
                Arguments.of("{\"code\":null}", "code"),
                Arguments.of("{\"code\":[]}", "code"),
                Arguments.of("{\"code\":\"" + "x".repeat(10_001) + "\"}", "code"),
                Arguments.of("{\"code\":\"'\\ud800'\"}", "code"),
                code("\"language\":\"cobol\"", "language"),
                code("\"language\":\"Python\"", "language"),
                code("\"language\":3", "language"),
                code("\"timeout\":0", "timeout"),
                code("\"timeout\":61", "timeout"),
                code("\"timeout\":-1", "timeout"),
                code("\"timeout\":1.5", "timeout"),
                code("\"timeout\":\"5\"", "timeout"),
                code("\"timeout\":true", "timeout"),
                code("\"timeout\":[5]", "timeout"),
                code("\"timeout\":99999999999999999999", "timeout"),
                code("\"memory_mb\":1", "memory_mb"),
                code("\"memory_mb\":\"128\"", "memory_mb"),
                code("\"max_output\":0", "max_output"),
                code("\"max_output\":1048577", "max_output"),
                code("\"isolation\":\"none\"", "isolation"),
                code("\"safety\":\"hard\"", "safety"),
                code("\"safety\":7", "safety"),
                code("\"safety\":{\"level\":\"hard\"}", "safety.level"),
                code("\"safety\":{\"level\":\"basic\",\"allowed\":\"open\"}", "safety.allowed"),
                code("\"safety\":{\"level\":\"basic\",\"allowed\":[1]}", "safety.allowed"),
                code("\"language\":\"bash\",\"safety\":\"basic\"", "safety"),
                code("\"stream\":\"yes\"", "stream"),
                code("\"stdin\":7", "stdin"),
                code("\"stdin\":\"\\udc00\"", "stdin"),
                code("\"stdin\":\"" + "x".repeat((1 << 20) + 1) + "\"", "stdin"),
                code("\"args\":\"x\"", "args"),
                code("\"args\":[1]", "args[0]"),
                code("\"args\":[\"a\",\"b\\u0000\"]", "args[1]"),
                code("\"args\":[" + many + "]", "args"),
                code("\"args\":[\"" + "x".repeat(4097) + "\"]", "args[0]"),
                code("\"env\":[]", "env"),
                code("\"env\":{\"A B\":\"x\"}", "env"),
                code("\"env\":{\"A=B\":\"x\"}", "env"),
                code("\"env\":{\"A\":1}", "env.A"),
                code("\"env\":{\"A\":\"\\u0000\"}", "env.A"),
                code("\"env\":{" + variables + "}", "env"),
                code("\"cases\":{}", "cases"),
                code("\"cases\":[]", "cases"),
                code("\"cases\":[1]", "cases[0]"),
                code("\"cases\":[{\"stdin\":1}]", "cases[0].stdin"),
                code("\"cases\":[{\"args\":[1]}]", "cases[0].args[0]"),
                code("\"cases\":[{}],\"stdin\":\"x\"", "cases"),
                code("\"cases\":[" + String.join(",", Collections.nCopies(51, "{}")) + "]", "cases"),
                code("\"run_id\":\"a b\"", "run_id"),
                code("\"run_id\":\"" + "x".repeat(65) + "\"", "run_id"),
                code("\"user_id\":\"1\"", "user_id"),
                code("\"user_id\":0", "user_id"),
                code("\"lesson_id\":true", "lesson_id"),
                code("\"lesson_id\":\"a b\"", "lesson_id"),
                code("\"files\":{}", "files"),
                code("\"files\":[{\"name\":\"main.py\",\"content\":\"\"}]", "entrypoint"),
                Arguments.of("{\"files\":[]}", "files"),
                Arguments.of("{\"files\":[\"x\"]}", "files[0]"),
                Arguments.of("{\"files\":[{\"content\":\"\"}]}", "files[0].name"),
                Arguments.of("{\"files\":[{\"name\":\"main.py\"}]}", "files[0].content"),
                Arguments.of(
                        "{\"files\":[{\"name\":\"main.py\",\"content\":\"x\",\"encoding\":\"rot13\"}]}",
                        "files[0].encoding"),
                Arguments.of(
                        "{\"files\":[{\"name\":\"main.py\",\"content\":\"?\",\"encoding\":\"base64\"}]}",
                        "files[0].content"),
                Arguments.of(
                        "{\"files\":[{\"name\":\"a.py\",\"content\":\"\"},{\"name\":\"b.py\",\"content\":\"\"}]}",
                        "entrypoint"),
                Arguments.of(
                        "{\"files\":[{\"name\":\"a.py\",\"content\":\"\"}],\"entrypoint\":\"b.py\"}", "entrypoint"),
                Arguments.of("{\"files\":[" + files + "]}", "files"),
                Arguments.of(
                        "{\"files\":[{\"name\":\"main.py\",\"content\":\"" + "x".repeat((2 << 20) + 1) + "\"}]}",
                        "files"),
                Arguments.of("{\"code\":\"1\",\"entrypoint\":\"../x.py\"}", "entrypoint"),
                file("\"\"", "files[1].name"),
                file("\"..\"", "files[1].name"),
                file("\"../x\"", "files[1].name"),
                file("\"a/../x\"", "files[1].name"),
                file("\"a/./x\"", "files[1].name"),
                file("\"a//x\"", "files[1].name"),
                file("\"a/\"", "files[1].name"),
                file("\"/etc/passwd\"", "files[1].name"),
                file("\"a\\\\b\"", "files[1].name"),
                file("\"a\\u0000b\"", "files[1].name"),
                file("\"a\\nb\"", "files[1].name"),
                file("\"a\\ud800\"", "files[1].name"),
                file("\"" + "x".repeat(300) + "\"", "files[1].name"),
                file("\"" + "ü".repeat(150) + "\"", "files[1].name"),
                file("\"" + "d/".repeat(20) + "x\"", "files[1].name"),
                file("\"main.py\"", "files[1].name"),
                file("\"main.py/x\"", "files[1].name"));
    }

    @ParameterizedTest
    @MethodSource("bodies")
    void isRefusedWithTheFieldNamed(String body, String field) {
        var answer = app.post(user, EXECUTE, body);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(400);
        var error = TestApp.json(answer).path("error");
        assertThat(error.path("code").asText()).isEqualTo("VALIDATION_ERROR");
        assertThat(error.path("details").path("field").asText()).isEqualTo(field);
        assertThat(error.path("details")
                        .path("validation_errors")
                        .get(0)
                        .path("field")
                        .asText())
                .isEqualTo(field);
    }

    @Test
    void anUnknownLanguageIsToldTheKnownOnes() {
        var message = TestApp.json(app.post(user, EXECUTE, "{\"code\":\"1\",\"language\":\"cobol\"}"))
                .path("error")
                .path("message")
                .asText();
        assertThat(message).contains("python", "javascript", "bash", "c");
    }

    @Test
    void aProgramThatIsTooLongIsToldBothLengths() {
        var details = TestApp.json(app.post(user, EXECUTE, "{\"code\":\"" + "ü".repeat(10_001) + "\"}"))
                .path("error")
                .path("details");
        assertThat(details.path("code_length").asInt()).isEqualTo(10_001);
        assertThat(details.path("max_length").asInt()).isEqualTo(10_000);
    }

    /** The bounds themselves are good: only the missing engine stops these. */
    @ParameterizedTest
    @MethodSource("edges")
    void whatIsJustInsideTheBoundsIsTaken(String body) {
        var answer = app.post(user, EXECUTE, body);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(503);
    }

    static Stream<String> edges() {
        return Stream.of(
                "{\"code\":\"" + "😀".repeat(10_000) + "\"}",
                "{\"code\":\"1\",\"timeout\":1}",
                "{\"code\":\"1\",\"timeout\":60,\"language\":null,\"stdin\":null}",
                "{\"code\":\"1\",\"lesson_id\":4.1}",
                "{\"code\":\"1\",\"lesson_id\":\"4.1\"}",
                "{\"code\":\"1\",\"unknown\":\"ignored\"}",
                "{\"files\":[{\"name\":\"x.py\",\"content\":\"MQ==\",\"encoding\":\"base64\"}]}",
                "{\"code\":\"1\",\"files\":[{\"name\":\"a/b.py\",\"content\":\"\"},{\"name\":\"a/c.py\",\"content\":\"\"},{\"name\":\"..x\",\"content\":\"\"}]}",
                "{\"files\":[{\"name\":\"main.py\",\"content\":\"\"},{\"name\":\"" + "x".repeat(255)
                        + "\",\"content\":\"\"}]}");
    }

    @Test
    void hintsAndCancelAreCheckedToo() {
        for (var body : new String[] {
            "{}",
            "{\"code\":\"x\"}",
            "{\"code\":\"x\",\"cursor_line\":0,\"cursor_column\":0}",
            "{\"code\":\"x\",\"cursor_line\":1,\"cursor_column\":-1}",
            "{\"code\":7,\"cursor_line\":1,\"cursor_column\":0}"
        }) {
            assertThat(app.post(user, "/api/v1/code/hint", body).statusCode())
                    .as(body)
                    .isEqualTo(400);
        }
        assertThat(app.post(user, "/api/v1/code/cancel", "{}").statusCode()).isEqualTo(400);
        assertThat(app.post(user, "/api/v1/code/cancel", "{\"run_id\":\"a/b\"}").statusCode())
                .isEqualTo(400);
        assertThat(app.post(user, "/api/v1/code/cancel", "{\"run_id\":\"none\"}")
                        .statusCode())
                .isEqualTo(404);
    }
}
