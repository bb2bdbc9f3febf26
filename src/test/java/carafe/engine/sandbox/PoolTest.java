package carafe.engine.sandbox;

import static carafe.engine.sandbox.TestEngine.LIMITS;
import static carafe.engine.sandbox.TestEngine.await;
import static carafe.engine.sandbox.TestEngine.fresh;
import static carafe.engine.sandbox.TestEngine.python;
import static carafe.engine.sandbox.TestEngine.result;
import static carafe.engine.sandbox.TestEngine.retired;
import static carafe.engine.sandbox.TestEngine.setup;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import carafe.engine.sandbox.Outcome.Finished;
import carafe.engine.sandbox.Outcome.Unavailable;
import carafe.engine.sandbox.Outcome.Unavailable.Reason;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Sizes, queues and the ends of containers, on the real engine. */
class PoolTest {
    private static final String SLEEP = "import time\ntime.sleep(60)";
    private final ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor();
    private final List<RunControl> controls = new ArrayList<>();
    private Sandbox sandbox =
            new Sandbox(setup().settings(), carafe.platform.http.Json.mapper(), java.time.Clock.systemUTC());

    @AfterEach
    void close() {
        controls.forEach(RunControl::cancel);
        sandbox.close();
        callers.shutdownNow();
        assertThat(sandbox.stats().totals().total()).isZero();
    }

    private Future<Outcome> start(String owner, String source) {
        var control = new RunControl(owner);
        controls.add(control);
        return callers.submit(() -> sandbox.run(python(source), LIMITS, control));
    }

    private PoolStats.Counts counts() {
        return sandbox.stats().totals();
    }

    private int queued() {
        return counts().queueDepth();
    }

    @Test
    void theQueueHasABound() throws Exception {
        sandbox = setup().size(1, 1, 1).queue(2, Duration.ofSeconds(30)).ready();
        start("ann", SLEEP);
        await(() -> counts().inUse() == 1);
        start("bob", SLEEP);
        start("cem", SLEEP);
        await(() -> queued() == 2);

        assertThat(start("dan", "print(1)").get())
                .isInstanceOfSatisfying(
                        Unavailable.class, one -> assertThat(one.reason()).isEqualTo(Reason.QUEUE_FULL));
    }

    @Test
    void waitingHasABoundToo() throws Exception {
        sandbox = setup().size(1, 1, 1).queue(9, Duration.ofMillis(300)).ready();
        start("ann", SLEEP);
        await(() -> counts().inUse() == 1);

        assertThat(start("bob", "print(1)").get())
                .isInstanceOfSatisfying(
                        Unavailable.class, one -> assertThat(one.reason()).isEqualTo(Reason.WAITED_TOO_LONG));
        assertThat(queued()).isZero();
    }

    @Test
    void oneOwnerHasOnlySoManyRunsAtOnceAndOthersPassByThem() throws Exception {
        sandbox = setup().size(2, 2, 2).owners(1, 2).ready();
        await(() -> counts().available() == 2);
        start("ann", SLEEP);
        await(() -> counts().inUse() == 1);
        start("ann", SLEEP);
        start("ann", SLEEP);
        await(() -> queued() == 2);

        assertThat(counts().available()).isEqualTo(1);
        assertThat(start("bob", "print(1)").get()).isInstanceOf(Finished.class);
        assertThat(start("ann", "print(1)").get())
                .isInstanceOfSatisfying(
                        Unavailable.class, one -> assertThat(one.reason()).isEqualTo(Reason.TOO_MANY_OF_YOURS));
    }

    @Test
    void theOneWithFewestRunsIsNextAndThenTheOneWhoCameFirst() throws Exception {
        sandbox = setup().size(1, 1, 1).owners(4, 64).ready();
        var order = new ConcurrentLinkedQueue<String>();
        var blocker = start("zoe", SLEEP);
        await(() -> counts().inUse() == 1);
        List<Future<?>> all = new ArrayList<>();
        for (var name : List.of("ann", "bob", "ann", "cem")) {
            int before = queued();
            all.add(callers.submit(() -> {
                sandbox.run(python("print(1)"), LIMITS, new RunControl(name));
                order.add(name);
            }));
            await(() -> queued() == before + 1);
        }

        controls.getFirst().cancel();
        blocker.get();
        for (var one : all) {
            one.get();
        }
        assertThat(order).containsExactly("ann", "bob", "ann", "cem");
    }

    @Test
    void aWornContainerIsReplaced() {
        sandbox = setup().size(1, 1, 1).worn(3, Duration.ofMinutes(15)).ready();

        for (int i = 0; i < 7; i++) {
            assertThat(result(sandbox, python("print(1)")).stdout()).isEqualTo("1\n");
        }

        await(() -> retired(sandbox, "runs") == 2);
        await(() -> counts().available() == 1);
        assertThat(counts().created()).isEqualTo(3);
        assertThat(counts().destroyed()).isEqualTo(2);
    }

    @Test
    void anOldContainerGoesWhenAnotherHasTakenItsPlace() {
        sandbox = setup().size(1, 3, 1).worn(500, Duration.ofMillis(1500)).ready();

        await(() -> retired(sandbox, "age") >= 1);

        assertThat(counts().created()).isGreaterThanOrEqualTo(2);
        assertThat(counts().healthCheckFailures()).isZero();
    }

    @Test
    void warmingKeepsMoreForAWhileAndIdleOnesGoDownToTheLeast() {
        sandbox = setup().size(1, 3, 1).idle(Duration.ofSeconds(1)).ready();

        assertThat(sandbox.warm("python", 99, Duration.ofMinutes(10))).isEqualTo(3);
        await(() -> counts().available() == 3);
        sandbox.warm("python", 3, Duration.ZERO);
        await(() -> counts().total() == 1);

        assertThat(retired(sandbox, "idle")).isEqualTo(2);
        assertThatThrownBy(() -> sandbox.warm("cobol", 1, Duration.ZERO)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void languagesThatNobodyUsesHoldNothing() {
        sandbox = setup().lazy().idle(Duration.ofSeconds(1)).ready();
        assertThat(counts().total() + counts().starting()).isZero();

        assertThat(result(sandbox, python("print(1)")).stdout()).isEqualTo("1\n");

        assertThat(counts().created()).isPositive();
        await(() -> counts().total() == 0);
    }

    @Test
    void moreCallersThanContainersMakeThePoolGrowToItsBound() throws Exception {
        sandbox = setup().size(1, 3, 1).ready();
        List<Future<Outcome>> all = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            all.add(start("owner" + i, "import time\ntime.sleep(2)\nprint(1)"));
        }

        for (var one : all) {
            assertThat(one.get()).isInstanceOf(Finished.class);
        }
        assertThat(counts().created()).isEqualTo(3);
    }

    @Test
    void theBoundOfAllLanguagesTogetherMakesAnIdleOneGiveWay() {
        sandbox = setup().size(2, 2, 2).total(2).ready();
        await(() -> counts().available() == 2);

        assertThat(result(sandbox, fresh(python("print(1)"))).stdout()).isEqualTo("1\n");

        assertThat(retired(sandbox, "room")).isPositive();
    }

    @Test
    void aContainerThatDiesAtRestIsReplaced() throws Exception {
        sandbox = setup().size(1, 1, 1).ready();
        var only = sandbox.stats().containers().getFirst();

        try (var engine = TestEngine.engine()) {
            engine.remove(only.id());
        }

        await(() -> retired(sandbox, "died") == 1);
        assertThat(result(sandbox, python("print(1)")).stdout()).isEqualTo("1\n");
        assertThat(counts().healthCheckFailures()).isEqualTo(1);
        assertThat(sandbox.stats().timings().errorRate()).isZero();
    }

    @Test
    void aContainerThatDiesInARunIsAFaultOfTheSandbox() throws Exception {
        sandbox = setup().size(1, 1, 1).ready();
        var running = start("ann", SLEEP);
        await(() -> counts().inUse() == 1);

        try (var engine = TestEngine.engine()) {
            engine.remove(sandbox.stats().containers().getFirst().id());
        }

        assertThat(running.get()).isInstanceOf(Outcome.Broken.class);
        assertThat(sandbox.stats().timings().errorRate()).isEqualTo(1);
        assertThat(result(sandbox, python("print(1)")).stdout()).isEqualTo("1\n");
    }

    @Test
    void programsThatFailAreNoFaultOfTheSandbox() {
        sandbox = setup().size(1, 1, 1).ready();

        for (int i = 0; i < 4; i++) {
            assertThat(result(sandbox, python("1 / 0")).exit()).isEqualTo(1);
        }

        assertThat(sandbox.stats().timings().errorRate()).isZero();
        assertThat(counts().created()).isEqualTo(1);
    }

    @Test
    void closingLetsRunsEndRefusesNewOnesAndLeavesNoContainer() throws Exception {
        sandbox = setup().size(2, 2, 2).drain(Duration.ofSeconds(10)).ready();
        var running = start("ann", "import time\ntime.sleep(1.5)\nprint('done')");
        await(() -> counts().inUse() == 1);
        var closing = callers.submit(sandbox::close);
        await(() -> sandbox.run(python("print(1)"), LIMITS, new RunControl("bob")) instanceof Unavailable);

        assertThat(start("bob", "print(1)").get())
                .isInstanceOfSatisfying(
                        Unavailable.class, one -> assertThat(one.reason()).isEqualTo(Reason.STOPPING));
        assertThat(running.get())
                .isInstanceOfSatisfying(
                        Finished.class,
                        one -> assertThat(one.results().getFirst().stdout()).isEqualTo("done\n"));
        closing.get();
        try (var engine = TestEngine.engine()) {
            assertThat(engine.listed())
                    .noneMatch(one ->
                            one.name().startsWith("carafe-" + sandbox.stats().poolId()));
        }
    }
}
