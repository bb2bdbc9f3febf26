package carafe.feature.code;

import static org.assertj.core.api.Assertions.assertThat;

import carafe.engine.sandbox.Limits;
import carafe.engine.sandbox.Outcome.CaseResult;
import carafe.engine.sandbox.Outcome.Finished;
import carafe.engine.sandbox.Outcome.Placement;
import carafe.engine.sandbox.Outcome.Status;
import carafe.engine.sandbox.Program;
import carafe.engine.sandbox.Program.Isolation;
import carafe.engine.sandbox.Program.SourceFile;
import carafe.engine.sandbox.Safety;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How each end of a program is told, also those that no test can bring about at will. */
class RunAnswerTest {
    private static final Limits LIMITS = new Limits(Duration.ofSeconds(3), Duration.ofSeconds(2), 128, 64, 1000);

    private static CaseResult result(Status status, Integer exit, Integer signal, String stdout, String stderr) {
        return new CaseResult(
                status,
                exit,
                signal,
                stdout,
                stderr,
                false,
                false,
                Duration.ofMillis(3100),
                Duration.ofMillis(7),
                9000);
    }

    private static ObjectNode answer(CaseResult... results) {
        var program = new Program(
                "python",
                List.of(new SourceFile("main.py", new byte[0])),
                "main.py",
                Map.of(),
                List.of(Program.Case.PLAIN),
                null,
                Safety.OFF);
        var request = new RunRequest(null, program, LIMITS, false, results.length > 1, "", null, null);
        var finished = new Finished(
                List.of(results), new Placement("python", "3.11.2", Isolation.REUSE), Duration.ofNanos(1_234_000));
        return RunAnswer.of("id", request, finished);
    }

    @ParameterizedTest
    @CsvSource({
        "OK, success, , , true",
        "TIMEOUT, timeout, timeout, CODE_TIMEOUT, false",
        "CPU_LIMIT, timeout, cpu_limit, CODE_TIMEOUT, false",
        "MEMORY_LIMIT, error, memory_limit, CODE_MEMORY_LIMIT_EXCEEDED, false",
        "OUTPUT_LIMIT, error, output_limit, , false",
        "SIGNAL, error, signal, , false",
        "COMPILE_ERROR, error, compile_error, , false"
    })
    void everyEndHasItsWords(Status status, String word, String reason, String code, boolean success) {
        boolean exited = status == Status.OK || status == Status.COMPILE_ERROR;
        var answer = answer(result(
                status,
                exited ? (status == Status.OK ? 0 : 1) : null,
                status == Status.SIGNAL ? 11 : null,
                "said",
                "odd"));
        assertThat(answer.path("status").asText()).isEqualTo(word);
        assertThat(answer.path("reason").textValue()).isEqualTo(reason);
        assertThat(answer.path("error_code").textValue()).isEqualTo(code);
        assertThat(answer.path("success").asBoolean()).isEqualTo(success);
        assertThat(answer.path("output").asText()).isEqualTo(success ? "said" : "");
        assertThat(answer.path("stdout").asText()).isEqualTo("said");
        if (success) {
            assertThat(answer.path("error").isNull()).isTrue();
        } else {
            assertThat(answer.path("error").asText()).contains("odd");
        }
    }

    @Test
    void aTimeoutTookItsWholeLimitAndNoMore() {
        var answer = answer(result(Status.TIMEOUT, null, 9, "", ""));
        assertThat(answer.path("execution_time").asDouble()).isEqualTo(3.0);
        assertThat(answer.path("wall_ms").asDouble()).isEqualTo(3100.0);
        assertThat(answer.path("queue_ms").asDouble()).isEqualTo(1.234);
    }

    @Test
    void aLongErrorIsCutLikeALongOutputAndNeverInsideACharacter() {
        var answer = answer(result(Status.OK, 1, null, "", "😀".repeat(10_001)));
        assertThat(answer.path("error").asText())
                .startsWith("😀".repeat(10_000) + "\n\n")
                .contains("10001");
        assertThat(answer.path("stderr").asText()).isEqualTo("😀".repeat(10_001));
    }

    @Test
    void ofSeveralCasesTheFirstThatFailedIsShownAndTimesAreAdded() {
        var answer = answer(
                result(Status.OK, 0, null, "one", ""),
                result(Status.OK, 2, null, "two", "why"),
                result(Status.TIMEOUT, null, 9, "three", ""));
        assertThat(answer.path("exit_code").asInt()).isEqualTo(2);
        assertThat(answer.path("error").asText()).isEqualTo("why");
        assertThat(answer.path("cpu_ms").asDouble()).isEqualTo(21.0);
        assertThat(answer.path("execution_time").asDouble()).isEqualTo(9.2);
        assertThat(answer.path("cases")).hasSize(3);
        assertThat(answer.path("cases").get(2).path("status").asText()).isEqualTo("timeout");
        assertThat(answer.path("success").asBoolean()).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "9, SIGKILL",
        "15, SIGTERM",
        "16, SIGSTKFLT",
        "24, SIGXCPU",
        "31, SIGSYS",
        "32, SIG32",
        "34, SIGRTMIN",
        "37, SIGRTMIN+3"
    })
    void signalsHaveTheirNames(int number, String name) {
        var answer = answer(result(Status.SIGNAL, null, number, "", ""));
        assertThat(answer.path("signal").asText()).isEqualTo(name);
        assertThat(answer.path("error").asText()).contains(name + ".");
    }
}
