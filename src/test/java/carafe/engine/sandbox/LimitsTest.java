package carafe.engine.sandbox;

import static carafe.engine.sandbox.TestEngine.LIMITS;
import static carafe.engine.sandbox.TestEngine.fresh;
import static carafe.engine.sandbox.TestEngine.output;
import static carafe.engine.sandbox.TestEngine.program;
import static carafe.engine.sandbox.TestEngine.python;
import static carafe.engine.sandbox.TestEngine.result;
import static carafe.engine.sandbox.TestEngine.results;
import static carafe.engine.sandbox.TestEngine.retired;
import static carafe.engine.sandbox.TestEngine.wall;
import static org.assertj.core.api.Assertions.assertThat;

import carafe.engine.sandbox.Outcome.CaseResult;
import carafe.engine.sandbox.Outcome.Status;
import carafe.engine.sandbox.Program.Case;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What happens to programs that want too much, and that the next one does not notice. */
class LimitsTest {
    private static final Duration SHORT = Duration.ofMillis(700);
    private static Sandbox sandbox;

    @BeforeAll
    static void start() {
        sandbox = TestEngine.setup().ready();
    }

    @AfterAll
    static void close() {
        sandbox.close();
    }

    @AfterEach
    void theNextRunIsRight() {
        assertThat(result(sandbox, python("print(6 * 7)")).stdout()).isEqualTo("42\n");
    }

    @Test
    void aSleeperIsStoppedAndItsOutputKept() {
        var only = results(sandbox, python("print('before', flush=True)\nimport time\ntime.sleep(60)"), wall(SHORT))
                .getFirst();

        assertThat(only.status()).isEqualTo(Status.TIMEOUT);
        assertThat(only.stdout()).isEqualTo("before\n");
        assertThat(only.exit()).isNull();
    }

    @Test
    void theCasesAfterASlowOneRunAllTheSame() {
        var source = "import time\nn = int(input())\ntime.sleep(n)\nprint(n)";

        var all = results(sandbox, python(source, stdin("0"), stdin("60"), stdin("0")), wall(SHORT));

        assertThat(all).extracting(CaseResult::status).containsExactly(Status.OK, Status.TIMEOUT, Status.OK);
        assertThat(all).extracting(CaseResult::stdout).containsExactly("0\n", "", "0\n");
    }

    private static Case stdin(String text) {
        return new Case(text, java.util.List.of());
    }

    @Test
    void aRunnerThatDoesNotStopItsProgramInTimeIsStoppedItself() {
        // The runner shares the container's half core with the bomb and is late by more than the host waits.
        var before = retired(sandbox, "timeout");
        var bomb = "import os\nwhile True:\n try: os.fork()\n except OSError: pass";
        var only = results(sandbox, python(bomb), wall(Duration.ofMillis(200))).getFirst();

        assertThat(only.status()).isEqualTo(Status.TIMEOUT);
        assertThat(retired(sandbox, "timeout")).isBetween(before, before + 1);
    }

    @Test
    void processorTimeIsLimitedBesidesTheClock() {
        var limits = new Limits(Duration.ofSeconds(20), Duration.ofSeconds(1), 128, 64, 1 << 16);

        var only = results(sandbox, python("while True: pass"), limits).getFirst();

        assertThat(only.status()).isEqualTo(Status.CPU_LIMIT);
    }

    @Test
    void outputBeyondTheLimitIsCut() {
        var only = results(sandbox, python("while True: print('é' * 1000)"), output(10_001))
                .getFirst();

        assertThat(only.status()).isEqualTo(Status.OUTPUT_LIMIT);
        assertThat(only.stdoutCut()).isTrue();
        assertThat(only.stderrCut()).isFalse();
        assertThat(only.stdout().getBytes(java.nio.charset.StandardCharsets.UTF_8))
                .hasSizeBetween(9_000, 10_001);
        assertThat(only.stdout()).doesNotContain("\ufffd");
    }

    @Test
    void memoryIsLimited() {
        var bounded = results(sandbox, python("x = []\nwhile True: x.append(bytearray(1 << 20))"), LIMITS)
                .getFirst();

        assertThat(bounded.status()).isIn(Status.MEMORY_LIMIT, Status.OK);
        if (bounded.status() == Status.OK) {
            assertThat(bounded.stderr()).contains("MemoryError");
        }
    }

    @Test
    void aFreshContainerThatTheKernelEndsForMemoryIsAMemoryLimit() {
        var greedy = "x=a\nwhile :; do x=\"$x$x\"; done";

        var only = results(sandbox, program("bash", "main.sh", greedy), LIMITS).getFirst();

        assertThat(only.status()).isEqualTo(Status.MEMORY_LIMIT);
    }

    @Test
    void limitsHoldInFreshContainersToo() {
        assertThat(results(sandbox, fresh(python("while True: pass")), wall(SHORT))
                        .getFirst()
                        .status())
                .isEqualTo(Status.TIMEOUT);
        assertThat(results(sandbox, program("javascript", "main.js", "for (;;) {}"), wall(SHORT))
                        .getFirst()
                        .status())
                .isEqualTo(Status.TIMEOUT);
        assertThat(results(sandbox, program("bash", "main.sh", "while :; do echo yyyyyyyyyyyyyyyy; done"), output(5000))
                        .getFirst()
                        .status())
                .isEqualTo(Status.OUTPUT_LIMIT);
    }

    @Test
    void allCasesTogetherHaveABoundOnWhatIsHeldInMemory() {
        var cases = new Case[16];
        java.util.Arrays.fill(cases, Case.PLAIN);

        var all = results(sandbox, python("print('x' * 1_000_000)", cases), output(1 << 20));

        assertThat(all)
                .hasSize(16)
                .allSatisfy(one -> assertThat(one.stdoutCut()).isTrue());
        assertThat(all.stream().mapToInt(one -> one.stdout().length()).sum()).isLessThanOrEqualTo(8 << 20);
    }
}
