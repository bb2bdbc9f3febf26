package carafe.engine.sandbox;

import static carafe.engine.sandbox.TestEngine.LIMITS;
import static carafe.engine.sandbox.TestEngine.await;
import static carafe.engine.sandbox.TestEngine.python;
import static carafe.engine.sandbox.TestEngine.result;
import static carafe.engine.sandbox.TestEngine.results;
import static carafe.engine.sandbox.TestEngine.setup;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import carafe.engine.sandbox.Outcome.CaseResult;
import carafe.engine.sandbox.Program.Case;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The cases of one program in several containers while nothing else runs, on the real engine. */
class SharedCasesTest {
    private static final String WHERE = "import os, sys\nprint(sys.argv[1], os.uname().nodename)";
    private static final String SLEEP = "import time\ntime.sleep(60)";
    private final ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor();
    private static Sandbox sandbox;
    private long before;

    @BeforeAll
    static void start() {
        assumeTrue(Runtime.getRuntime().availableProcessors() > 1, "one processor has nothing to share");
        sandbox = setup().size(3, 3, 3).owners(2, 9).ready();
    }

    @BeforeEach
    void atRest() {
        await(() -> counts().available() == 3);
        before = counts().executions();
    }

    @AfterAll
    static void close() {
        if (sandbox != null) {
            sandbox.close();
        }
    }

    @AfterEach
    void endCallers() {
        callers.shutdownNow();
    }

    private long runs() {
        return counts().executions() - before;
    }

    private PoolStats.Counts counts() {
        return sandbox.stats().totals();
    }

    private static Case[] cases(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> new Case("", List.of("" + i)))
                .toArray(Case[]::new);
    }

    private static List<String> words(List<CaseResult> results, int at) {
        return results.stream().map(one -> one.stdout().strip().split(" ")[at]).toList();
    }

    private Future<Outcome> start(Program program, RunControl control) {
        return callers.submit(() -> sandbox.run(program, LIMITS, control));
    }

    @Test
    void casesAreDealtOutInOrder() {

        var all = results(sandbox, python(WHERE, cases(5)), LIMITS);

        assertThat(words(all, 0)).containsExactly("0", "1", "2", "3", "4");
        var where = words(all, 1);
        assertThat(where.subList(0, 2)).containsOnly(where.getFirst());
        assertThat(where.subList(2, 5)).containsOnly(where.getLast()).doesNotContain(where.getFirst());
        assertThat(runs()).isEqualTo(2);
    }

    @Test
    void aProgramStaysWholeBesideAnother() throws Exception {
        var control = new RunControl("ann");
        var other = start(python(SLEEP), control);
        await(() -> counts().inUse() == 1);

        var where = words(results(sandbox, python(WHERE, cases(6)), LIMITS), 1);

        assertThat(where).hasSize(6).containsOnly(where.getFirst());
        control.cancel();
        other.get();
    }

    @Test
    void cancellingEndsAllParts() throws Exception {
        var control = new RunControl("ann");
        var running = start(python(SLEEP, cases(4)), control);
        await(() -> counts().inUse() == 2);

        control.cancel();

        assertThat(running.get()).isInstanceOf(Outcome.Cancelled.class);
        await(() -> counts().inUse() == 0);
        assertThat(result(sandbox, python("print(1)")).stdout()).isEqualTo("1\n");
    }

    @Test
    void aPartThatIsLostEndsTheOthers() throws Exception {
        var running = start(
                python("import sys, time\nif int(sys.argv[1]) > 1: time.sleep(60)", cases(4)), new RunControl("ann"));
        await(() -> runs() == 1 && counts().inUse() == 1);

        try (var engine = TestEngine.engine()) {
            var busy = sandbox.stats().containers().stream()
                    .filter(one -> one.status().equals("in_use"))
                    .findFirst()
                    .orElseThrow();
            engine.remove(busy.id());
        }

        assertThat(running.get()).isInstanceOf(Outcome.Broken.class);
        await(() -> counts().inUse() == 0);
    }
}
