package carafe.engine.sandbox;

import static carafe.engine.sandbox.TestEngine.LIMITS;
import static carafe.engine.sandbox.TestEngine.await;
import static carafe.engine.sandbox.TestEngine.python;
import static carafe.engine.sandbox.TestEngine.result;
import static carafe.engine.sandbox.TestEngine.run;
import static carafe.engine.sandbox.TestEngine.setup;
import static org.assertj.core.api.Assertions.assertThat;

import carafe.engine.sandbox.Outcome.Status;
import carafe.engine.sandbox.Outcome.Unavailable;
import carafe.engine.sandbox.Outcome.Unavailable.Reason;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Images that are missing or cannot do what they should: nothing runs, somebody is told, and repairing them is enough. */
class BadImageTest {
    private TestImages images = new TestImages();

    @BeforeEach
    void connect() {
        images = new TestImages();
    }

    @AfterEach
    void remove() throws Exception {
        images.close();
    }

    private static void assertReason(Sandbox sandbox, Reason reason, String... words) {
        assertThat(run(sandbox, python("print(1)"), LIMITS)).isInstanceOfSatisfying(Unavailable.class, one -> {
            assertThat(one.reason()).isEqualTo(reason);
            assertThat(one.message()).contains(words);
        });
    }

    @Test
    void aMissingImageIsNamedWithARemedyAndFoundWhenItIsThere() {
        try (var sandbox = setup().image("python", TestImages.NAME + ":later").start()) {
            await(() -> sandbox.condition().reason().contains("is not on the engine"));
            assertThat(sandbox.condition().remedy()).contains("docker pull", "DOCKER_IMAGE");
            assertReason(sandbox, Reason.NO_IMAGE, TestImages.NAME + ":later");

            images.repair("later");

            await(() -> sandbox.condition().healthy());
            assertThat(result(sandbox, python("print(1)")).stdout()).isEqualTo("1\n");
        }
    }

    @Test
    void anImageWithoutTheInterpreterIsNotTakenAndTheOtherLanguagesGoOn() {
        var empty = images.withoutPath("empty");
        try (var sandbox = setup().image("python", empty).start()) {
            await(() -> sandbox.condition().reason().contains("has no python3"));
            assertReason(sandbox, Reason.NO_IMAGE, empty, "has no python3");
            assertThat(sandbox.languages()).anySatisfy(one -> {
                assertThat(one.id()).isEqualTo("javascript");
                assertThat(one.available()).isTrue();
            });
        }
    }

    @Test
    void containersThatDoNotBecomeReadyOpenTheCircuitAndOneGoodProbeClosesIt() throws Exception {
        var broken = images.withPython("broken", "#!/bin/sh\necho out of order >&2\nexit 7\n");
        try (var sandbox = setup().image("python", broken).start()) {
            await(() -> sandbox.condition().reason().contains("Containers do not start"));
            assertThat(sandbox.condition().reason()).contains("out of order");
            assertReason(sandbox, Reason.CANNOT_START, "did not become ready");
            assertThat(sandbox.stats().totals().created()).isZero();

            images.repair("broken");

            await(() -> sandbox.condition().healthy());
            // The probe was a run.
            assertThat(sandbox.stats().totals().executions()).isEqualTo(1);
            assertThat(result(sandbox, python("print(1)")).stdout()).isEqualTo("1\n");
        }
    }

    @Test
    void aContainerThatTalksNonsenseIsNoRunner() throws Exception {
        var chatty = images.withPython("chatty", "#!/bin/sh\nwhile :; do echo hello hello hello; done\n");
        try (var sandbox = setup().image("python", chatty).start()) {
            await(() -> sandbox.condition().reason().contains("broke the protocol"));
            assertThat(sandbox.stats().totals().created()).isZero();
        }
    }

    /** Greets as a runner does, waits for a request, and then does {@code next}. */
    private static String runner(String next) {
        return """
                #!/bin/sh
                for bytes; do :; done
                hello='{"protocol":1,"language":"python","version":"3","pid":1,"uid":'$(id -u)'}'
                head -c "$bytes" >/dev/null
                size=$(printf %03o ${#hello})
                printf "H\\000\\000\\000\\\\$size%s" "$hello"
                printf 'R\\000\\000\\000\\000'
                head -c 8 >/dev/null
                """ + next;
    }

    @Test
    void aContainerThatTheKernelEndsForMemoryIsAMemoryLimitOfItsProgram() throws Exception {
        var greedy = images.withPython("greedy", runner("x=a\nwhile :; do x=$x$x; done\n"));
        try (var sandbox = setup().image("python", greedy).ready()) {
            assertThat(TestEngine.results(sandbox, python("print(1)"), LIMITS)
                            .getFirst()
                            .status())
                    .isEqualTo(Status.MEMORY_LIMIT);
            assertThat(TestEngine.retired(sandbox, "oom")).isEqualTo(1);
            assertThat(sandbox.stats().timings().errorRate()).isZero();
        }
    }

    @Test
    void aContainerThatIsSilentLosesItsRunAtTheHostsDeadline() throws Exception {
        var silent = images.withPython("silent", runner("sleep 60\n"));
        try (var sandbox = setup().image("python", silent).ready()) {
            var limits = TestEngine.wall(Duration.ofMillis(100));
            assertThat(TestEngine.results(sandbox, python("print(1)"), limits)
                            .getFirst()
                            .status())
                    .isEqualTo(Status.TIMEOUT);
            assertThat(TestEngine.retired(sandbox, "timeout")).isEqualTo(1);
        }
    }

    @Test
    void aContainerThatTalksOutOfTurnBreaksItsRun() throws Exception {
        var wild = images.withPython("wild", runner("printf 'X\\000\\000\\000\\002{}'; sleep 60\n"));
        try (var sandbox = setup().image("python", wild).ready()) {
            assertThat(run(sandbox, python("print(1)"), LIMITS)).isInstanceOf(Outcome.Broken.class);
            assertThat(TestEngine.retired(sandbox, "protocol")).isEqualTo(1);
            assertThat(sandbox.stats().timings().errorRate()).isEqualTo(1);
        }
    }

    @Test
    void aContainerThatWritesMoreThanItMayIsStopped() throws Exception {
        var flood = images.withPython(
                "flood", runner("while :; do printf 'O\\000\\000\\000\\014\\000\\0000123456789'; done\n"));
        try (var sandbox = setup().image("python", flood).ready()) {
            var only = TestEngine.results(sandbox, python("print(1)"), TestEngine.output(995))
                    .getFirst();
            assertThat(only.status()).isEqualTo(Status.OUTPUT_LIMIT);
            assertThat(only.stdout()).hasSize(995).startsWith("0123456789");
            assertThat(only.stdoutCut()).isTrue();
            assertThat(TestEngine.retired(sandbox, "output")).isEqualTo(1);
        }
    }

    @Test
    void aContainerThatRunsAsSomebodyElseIsNotTaken() throws Exception {
        var hello = "{\"protocol\":1,\"language\":\"python\",\"version\":\"3\",\"pid\":1,\"uid\":0}";
        var head = "H\\000\\000\\000\\%03o".formatted(hello.length());
        var script = "#!/bin/sh\nprintf '" + head + "'\nprintf %s '" + hello + "'\nsleep 60\n";
        var root = images.withPython("root", script);
        try (var sandbox = setup().image("python", root).start()) {
            await(() -> sandbox.condition().reason().contains("instead of 60"));
        }
    }
}
