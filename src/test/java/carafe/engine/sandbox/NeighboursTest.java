package carafe.engine.sandbox;

import static carafe.engine.sandbox.TestEngine.LIMITS;
import static carafe.engine.sandbox.TestEngine.await;
import static carafe.engine.sandbox.TestEngine.python;
import static carafe.engine.sandbox.TestEngine.result;
import static carafe.engine.sandbox.TestEngine.run;
import static carafe.engine.sandbox.TestEngine.setup;
import static org.assertj.core.api.Assertions.assertThat;

import carafe.engine.sandbox.DockerEngine.Listed;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Several Carafes on one engine, dead ones among them, and an engine that restarts. */
class NeighboursTest {
    private final ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor();

    @AfterEach
    void endCallers() {
        callers.shutdownNow();
    }

    private static List<Listed> containers(String poolId) {
        try (var engine = TestEngine.engine()) {
            return engine.listed().stream()
                    .filter(one -> one.name().startsWith("carafe-" + poolId))
                    .toList();
        } catch (EngineException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aKilledCarafeLeavesNoContainerNotEvenTheOneThatRuns() throws Exception {
        var child = new ProcessBuilder(
                        ProcessHandle.current().info().command().orElseThrow(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Doomed.class.getName())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (var output = new BufferedReader(new InputStreamReader(child.getInputStream(), StandardCharsets.UTF_8))) {
            var poolId = output.lines()
                    .filter(line -> line.matches("[0-9a-f]{8}"))
                    .findFirst()
                    .orElseThrow();
            assertThat(containers(poolId)).hasSize(2);

            child.destroyForcibly().waitFor();

            await(() -> containers(poolId).isEmpty());
        } finally {
            child.destroyForcibly();
        }
    }

    @Test
    void twoOnOneEngineDoNotTouchEachOther() {
        try (var one = setup().size(1, 1, 1).ready()) {
            try (var other = setup().size(1, 1, 1).ready()) {
                assertThat(result(one, python("print(1)")).stdout()).isEqualTo("1\n");
                assertThat(result(other, python("import os\nprint(os.getuid())"))
                                .stdout())
                        .isNotEqualTo(result(one, python("import os\nprint(os.getuid())"))
                                .stdout());
            }
            assertThat(result(one, python("print(2)")).stdout()).isEqualTo("2\n");
            assertThat(one.stats().totals().destroyed()).isZero();
        }
    }

    @Test
    void whatADeadCarafeCouldNotRemoveIsSweptAndWhatALivingOneMakesIsNot() throws Exception {
        var living = new Instance();
        var labels = new HashMap<>(living.labels(7, java.time.Duration.ofHours(1), "python", Program.Isolation.REUSE));
        try (var images = new TestImages()) {
            var made = images.client()
                    .createContainerCmd(Languages.LOCAL_IMAGE)
                    .withName("carafe-" + living.shortId() + "-living")
                    .withCmd("true")
                    .withLabels(labels)
                    .exec();
            var process = new ProcessBuilder("true").start();
            process.waitFor();
            labels.put(
                    "carafe.process",
                    labels.get("carafe.process").replaceFirst(" \\d+ \\d+$", " " + process.pid() + " 1"));
            images.client()
                    .createContainerCmd(Languages.LOCAL_IMAGE)
                    .withName("carafe-" + living.shortId() + "-dead")
                    .withCmd("true")
                    .withLabels(labels)
                    .exec();
            try (var sandbox = setup().size(1, 1, 1).ready()) {
                assertThat(containers(living.shortId()))
                        .extracting(Listed::name)
                        .containsExactly("carafe-" + living.shortId() + "-living");
            } finally {
                images.client().removeContainerCmd(made.getId()).exec();
            }
        }
    }

    @Test
    void anEngineThatRestartsInTheMiddleOfARunBreaksItAndEverythingHeals() throws Exception {
        try (var engine = OwnEngine.start();
                var sandbox = setup().host(engine.address()).size(2, 2, 2).ready()) {
            await(() -> sandbox.stats().totals().available() == 2);
            var running = callers.submit(() -> run(sandbox, python("import time\ntime.sleep(60)"), LIMITS));
            await(() -> sandbox.stats().totals().inUse() == 1);

            engine.stop();

            assertThat(running.get()).isInstanceOf(Outcome.Broken.class);
            await(() -> !sandbox.condition().healthy());
            engine.startAgain();
            await(() -> sandbox.stats().totals().available() == 2);
            assertThat(result(sandbox, python("print(1)")).stdout()).isEqualTo("1\n");
            assertThat(sandbox.stats().totals().created()).isEqualTo(4);
        }
    }

    @Test
    void nothingOfTheEnginesClientIsLoadedBeforeTheStart() throws Exception {
        var child = new ProcessBuilder(
                        ProcessHandle.current().info().command().orElseThrow(),
                        "-Xlog:class+load",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Unstarted.class.getName())
                .redirectErrorStream(true)
                .start();
        try (var output = new BufferedReader(new InputStreamReader(child.getInputStream(), StandardCharsets.UTF_8))) {
            assertThat(output.lines().toList())
                    .anyMatch(line -> line.contains("carafe.engine.sandbox.Pool "))
                    .noneMatch(line -> line.contains("com.github.dockerjava"));
        }
        assertThat(child.waitFor()).isZero();
    }

    /** A process that makes a sandbox and does not start it. */
    static final class Unstarted {
        private Unstarted() {}

        public static void main(String[] args) {
            var sandbox = new Sandbox(
                    SandboxSettings.defaults(), carafe.platform.http.Json.mapper(), java.time.Clock.systemUTC());
            if (sandbox.condition().healthy()
                    || sandbox.languages().isEmpty()
                    || sandbox.stats().totals().total() > 0) {
                System.exit(1);
            }
        }
    }
}
