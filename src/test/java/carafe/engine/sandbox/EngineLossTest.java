package carafe.engine.sandbox;

import static carafe.engine.sandbox.TestEngine.LIMITS;
import static carafe.engine.sandbox.TestEngine.await;
import static carafe.engine.sandbox.TestEngine.python;
import static carafe.engine.sandbox.TestEngine.result;
import static carafe.engine.sandbox.TestEngine.run;
import static carafe.engine.sandbox.TestEngine.setup;
import static org.assertj.core.api.Assertions.assertThat;

import carafe.engine.sandbox.Outcome.Unavailable;
import carafe.engine.sandbox.Outcome.Unavailable.Reason;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Engines that are not there, go, hang or crawl; and that everything heals without a restart. */
class EngineLossTest {
    @TempDir
    private Path folder;

    private final ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor();
    private EngineProxy proxy = new EngineProxy(Path.of(""));

    @BeforeEach
    void prepare() {
        proxy = new EngineProxy(folder);
    }

    @AfterEach
    void close() throws Exception {
        callers.shutdownNow();
        proxy.close();
    }

    private static void assertNoEngine(Outcome outcome) {
        assertThat(outcome).isInstanceOfSatisfying(Unavailable.class, one -> {
            assertThat(one.reason()).isEqualTo(Reason.NO_ENGINE);
            assertThat(one.message()).contains("engine");
            assertThat(one.retryAfter()).isPositive();
        });
    }

    @Test
    void withoutAnEngineRunsAreRefusedWithARemedyUntilThereIsOne() throws Exception {
        try (var sandbox = setup().host(proxy.address()).start()) {
            await(() -> sandbox.condition().reason().contains("socket does not exist"));
            assertThat(sandbox.condition().remedy()).contains("Install Docker");
            assertNoEngine(run(sandbox, python("print(1)"), LIMITS));
            assertThat(sandbox.languages()).noneMatch(Sandbox.LanguageInfo::available);

            proxy.start();

            await(() -> sandbox.condition().healthy());
            assertThat(result(sandbox, python("print(1)")).stdout()).isEqualTo("1\n");
        }
    }

    @Test
    void anAddressThatIsNoneIsSaidToBe() {
        try (var sandbox = setup().host("carrier-pigeon:/coop").start()) {
            await(() -> sandbox.condition().reason().contains("DOCKER_HOST"));
            assertNoEngine(run(sandbox, python("print(1)"), LIMITS));
        }
    }

    @Test
    void anEngineThatStopsInTheMiddleOfARunBreaksItAndThePoolIsFilledOnceWhenItIsBack() throws Exception {
        proxy.start();
        try (var sandbox = setup().host(proxy.address()).size(2, 3, 2).ready()) {
            await(() -> sandbox.stats().totals().available() == 2);
            var running = callers.submit(() -> run(sandbox, python("import time\ntime.sleep(60)"), LIMITS));
            await(() -> sandbox.stats().totals().inUse() == 1);

            proxy.cut();

            assertThat(running.get()).isInstanceOf(Outcome.Broken.class);
            await(() -> !sandbox.condition().healthy());
            await(() -> run(sandbox, python("print(1)"), LIMITS) instanceof Unavailable);
            proxy.start();
            await(() -> sandbox.stats().totals().available() == 2);
            assertThat(sandbox.condition().healthy()).isTrue();
            assertThat(result(sandbox, python("print(1)")).stdout()).isEqualTo("1\n");
            assertThat(sandbox.stats().totals().created()).isEqualTo(4);
        }
    }

    @Test
    void aSlowEngineIsSaidToBeSlowAndRunsGoOn() throws Exception {
        proxy.start();
        try (var sandbox = setup().host(proxy.address()).size(1, 3, 1).ready()) {
            proxy.delay(1200);
            await(() -> sandbox.condition().reason().contains("more than a second"));

            sandbox.warm("python", 3, Duration.ofMinutes(1));
            assertThat(result(sandbox, python("print(1)")).stdout()).isEqualTo("1\n");
            assertThat(sandbox.stats().totals().created()).isEqualTo(1);

            proxy.delay(0);
            await(() -> sandbox.stats().totals().available() == 3);
        }
    }

    @Test
    void anEngineThatHangsForAWhileGetsNothingToDoAndKeepsItsContainers() throws Exception {
        proxy.start();
        try (var sandbox = setup().host(proxy.address()).size(1, 1, 1).ready()) {
            proxy.freeze(true);
            await(() -> sandbox.condition().reason().contains("did not answer"));
            assertNoEngine(run(sandbox, python("print(1)"), LIMITS));

            proxy.freeze(false);

            await(() -> sandbox.condition().healthy());
            assertThat(result(sandbox, python("print(1)")).stdout()).isEqualTo("1\n");
            assertThat(sandbox.stats().totals().created()).isEqualTo(1);
        }
    }
}
