package carafe.engine.sandbox;

import static carafe.engine.sandbox.TestEngine.LIMITS;
import static carafe.engine.sandbox.TestEngine.await;
import static carafe.engine.sandbox.TestEngine.python;
import static carafe.engine.sandbox.TestEngine.result;
import static carafe.engine.sandbox.TestEngine.retired;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import carafe.engine.sandbox.Outcome.Cancelled;
import carafe.engine.sandbox.Outcome.Finished;
import carafe.engine.sandbox.RunControl.Listener;
import java.io.UncheckedIOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Output as it comes, and runs that their callers end. */
class ControlTest {
    private static final String TICKS =
            "import time\nfor i in range(1000):\n  print(i, flush=True)\n  time.sleep(0.05)";
    private static Sandbox sandbox;
    private final ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor();

    @BeforeAll
    static void start() {
        sandbox = TestEngine.setup().size(1, 2, 1).ready();
    }

    @AfterAll
    static void close() {
        sandbox.close();
    }

    @AfterEach
    void endCallers() {
        callers.shutdownNow();
    }

    /** Keeps what it hears, and opens a gate at the first word. */
    private static final class Ear implements Listener {
        private final StringBuffer out = new StringBuffer();
        private final StringBuffer err = new StringBuffer();
        private final CountDownLatch first = new CountDownLatch(1);

        @Override
        public void stdout(int caseIndex, String text) {
            out.append(text);
            first.countDown();
        }

        @Override
        public void stderr(int caseIndex, String text) {
            err.append(caseIndex).append(':').append(text);
        }
    }

    private Future<Outcome> start(String source, RunControl control) {
        return callers.submit(() -> sandbox.run(python(source), LIMITS, control));
    }

    @Test
    void outputIsHeardBeforeTheProgramEnds() throws Exception {
        var ear = new Ear();
        var control = new RunControl("ann", ear);
        var running = start(TICKS, control);

        assertThat(ear.first.await(30, TimeUnit.SECONDS)).isTrue();
        assertThat(running.isDone()).isFalse();
        control.cancel();

        assertThat(running.get()).isInstanceOf(Cancelled.class);
        assertThat(ear.out.toString()).startsWith("0\n");
    }

    @Test
    void theListenerHearsWhatTheOutcomeHolds() {
        var ear = new Ear();
        var source = "import sys\nfor i in range(3000): print('žluť', i)\nprint('oh', file=sys.stderr)";

        var outcome = sandbox.run(python(source), LIMITS, new RunControl("ann", ear));

        assertThat(outcome).isInstanceOfSatisfying(Finished.class, finished -> {
            var only = finished.results().getFirst();
            assertThat(ear.out).hasToString(only.stdout());
            assertThat(only.stdout()).endsWith("žluť 2999\n");
            assertThat(ear.err).hasToString("0:oh\n");
        });
    }

    @Test
    void aSlowListenerSlowsTheProgramAndLosesNothing() {
        var lines = new java.util.concurrent.atomic.AtomicInteger();
        var listener = new Listener() {
            @Override
            public void stdout(int caseIndex, String text) {
                LockSupport.parkNanos(1_000_000);
                lines.addAndGet((int) text.chars().filter(c -> c == '\n').count());
            }

            @Override
            public void stderr(int caseIndex, String text) {}
        };

        var outcome =
                sandbox.run(python("for i in range(9000): print('x' * 100)"), LIMITS, new RunControl("ann", listener));

        assertThat(outcome).isInstanceOf(Finished.class);
        assertThat(lines).hasValue(9000);
    }

    @Test
    void cancellingKillsTheContainerAndTheNextRunIsRight() throws Exception {
        var before = retired(sandbox, "cancelled");
        var ear = new Ear();
        var control = new RunControl("ann", ear);
        var running = start(TICKS, control);
        assertThat(ear.first.await(30, TimeUnit.SECONDS)).isTrue();

        control.cancel();

        assertThat(running.get()).isInstanceOf(Cancelled.class);
        assertThat(retired(sandbox, "cancelled")).isEqualTo(before + 1);
        assertThat(result(sandbox, python("print(1)")).stdout()).isEqualTo("1\n");
    }

    @Test
    void cancellingBeforeTheBeginningIsEnough() {
        var control = new RunControl("ann");
        control.cancel();

        assertThat(sandbox.run(python("print(1)"), LIMITS, control)).isInstanceOf(Cancelled.class);
    }

    @Test
    void aQueuedRunCanBeCancelled() throws Exception {
        var first = new RunControl("ann");
        var second = new RunControl("ann");
        var third = new RunControl("ann");
        var busy = java.util.List.of(start(TICKS, first), start(TICKS, second));
        await(() -> sandbox.stats().totals().inUse() == 2);
        var queued = start("print(1)", third);
        await(() -> sandbox.stats().totals().queueDepth() == 1);

        third.cancel();

        assertThat(queued.get()).isInstanceOf(Cancelled.class);
        assertThat(sandbox.stats().totals().queueDepth()).isZero();
        first.cancel();
        second.cancel();
        for (var one : busy) {
            one.get();
        }
    }

    @Test
    void anInterruptedCallerCancelsItsRun() throws Exception {
        var ended = new java.util.concurrent.atomic.AtomicReference<Outcome>();
        var ear = new Ear();
        var caller = Thread.ofVirtual()
                .start(() -> ended.set(sandbox.run(python(TICKS), LIMITS, new RunControl("ann", ear))));
        assertThat(ear.first.await(30, TimeUnit.SECONDS)).isTrue();

        caller.interrupt();
        caller.join();

        assertThat(ended.get()).isInstanceOf(Cancelled.class);
    }

    @Test
    void aListenerThatThrowsEndsTheRun() {
        var gone = new Listener() {
            @Override
            public void stdout(int caseIndex, String text) {
                throw new UncheckedIOException(new java.io.IOException("the client has left"));
            }

            @Override
            public void stderr(int caseIndex, String text) {}
        };

        assertThatThrownBy(() -> sandbox.run(python(TICKS), LIMITS, new RunControl("ann", gone)))
                .isInstanceOf(UncheckedIOException.class);
        await(() -> sandbox.stats().totals().inUse() == 0);
        assertThat(result(sandbox, python("print(1)")).stdout()).isEqualTo("1\n");
    }
}
