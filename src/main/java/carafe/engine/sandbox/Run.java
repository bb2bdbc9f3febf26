package carafe.engine.sandbox;

import carafe.engine.sandbox.Outcome.CaseResult;
import carafe.engine.sandbox.Outcome.Status;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * One run from the moment it is asked for. The thread of the container's stream brings output and results, the caller's
 * thread waits in {@link #await}, passes output on to the listener and minds the time. The first to end it wins.
 */
final class Run {
    /** Output that the listener has not taken yet; beyond it the container's stream waits, and with it the program. */
    private static final int LISTENER_CHARS = 1 << 18;

    private final RunControl control;
    private final byte[] request;
    private final int cases;
    private final int outputBytes;
    private final Duration wall;
    private final long allowance;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final ArrayDeque<Chunk> chunks = new ArrayDeque<>();
    private int chunkChars;
    private final List<CaseResult> results = new ArrayList<>();
    private Output stdout = new Output();
    private Output stderr = new Output();
    private @Nullable List<Outcome.Violation> violations;
    private @Nullable String error;
    private @Nullable Outcome outcome;
    private @Nullable Container container;
    private final long submitted = System.nanoTime();
    private long began;
    private long programNanos;

    private record Chunk(int index, boolean error, String text) {}

    /** One stream of the case that runs now. */
    private static final class Output {
        private final Text text = new Text();
        private int bytes;
    }

    /**
     * {@code request} is the whole frame for the runner, {@code outputBytes} holds for each stream of a case,
     * {@code allowance} is how long the container may take for all cases.
     */
    Run(RunControl control, byte[] request, int cases, int outputBytes, Duration wall, Duration allowance) {
        this.control = control;
        this.request = request;
        this.cases = cases;
        this.outputBytes = outputBytes;
        this.wall = wall;
        this.allowance = allowance.toNanos();
    }

    String owner() {
        return control.owner();
    }

    byte[] request() {
        return request;
    }

    // ---- the pool's side, under its lock

    void began(Container where) {
        lock.lock();
        try {
            container = where;
            began = System.nanoTime();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** The container it was given to turned out to be dead. */
    void unseat() {
        lock.lock();
        try {
            container = null;
        } finally {
            lock.unlock();
        }
    }

    @Nullable
    Container container() {
        lock.lock();
        try {
            return container;
        } finally {
            lock.unlock();
        }
    }

    long submitted() {
        return submitted;
    }

    long beganAt() {
        lock.lock();
        try {
            return began;
        } finally {
            lock.unlock();
        }
    }

    /** What the programs themselves took until now. */
    long programNanos() {
        lock.lock();
        try {
            return programNanos;
        } finally {
            lock.unlock();
        }
    }

    boolean overdue(long now) {
        lock.lock();
        try {
            return outcome == null && container != null && now - began > allowance;
        } finally {
            lock.unlock();
        }
    }

    /** Sets how it ended, unless that is settled already. */
    boolean end(Outcome how) {
        lock.lock();
        try {
            if (outcome != null) {
                return false;
            }
            outcome = how;
            changed.signalAll();
            return true;
        } finally {
            lock.unlock();
        }
    }

    // ---- the container's side

    /**
     * @return false when the program wrote more than it may, which the runner should have stopped
     * @throws IOException when the frame does not fit the run
     */
    boolean output(boolean toStderr, byte[] frame, int length) throws IOException {
        lock.lock();
        try {
            if (length < 2 || caseOf(frame) != results.size() || results.size() >= cases) {
                throw new IOException("output of a case that does not run");
            }
            var output = toStderr ? stderr : stdout;
            int n = Math.min(length - 2, outputBytes - output.bytes);
            output.bytes += n;
            var text = output.text.add(frame, 2, n);
            if (control.listener() != null && !text.isEmpty()) {
                chunks.add(new Chunk(results.size(), toStderr, text));
                chunkChars += text.length();
                changed.signalAll();
                while (chunkChars > LISTENER_CHARS && outcome == null) {
                    changed.await();
                }
            }
            return n == length - 2;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        } finally {
            lock.unlock();
        }
    }

    private static int caseOf(byte[] frame) {
        return ((frame[0] & 0xff) << 8) | (frame[1] & 0xff);
    }

    /** @throws IOException when it is not this case's turn */
    void result(int index, Status status, @Nullable Integer exit, @Nullable Integer signal, Usage usage)
            throws IOException {
        lock.lock();
        try {
            if (index != results.size() || index >= cases) {
                throw new IOException("a result out of turn");
            }
            programNanos += usage.wall.toNanos();
            finishCase(status, exit, signal, usage);
        } finally {
            lock.unlock();
        }
    }

    record Usage(Duration wall, Duration cpu, long peakKb, boolean stdoutCut, boolean stderrCut) {}

    private void finishCase(Status status, @Nullable Integer exit, @Nullable Integer signal, Usage usage) {
        boolean outCut = usage.stdoutCut;
        boolean errCut = usage.stderrCut;
        results.add(new CaseResult(
                status,
                exit,
                signal,
                stdout.text.whole(outCut),
                stderr.text.whole(errCut),
                outCut,
                errCut,
                usage.wall,
                usage.cpu,
                usage.peakKb));
        stdout = new Output();
        stderr = new Output();
    }

    void violations(List<Outcome.Violation> found) {
        lock.lock();
        try {
            violations = found;
        } finally {
            lock.unlock();
        }
    }

    void failed(String why) {
        lock.lock();
        try {
            error = why;
        } finally {
            lock.unlock();
        }
    }

    /**
     * The outcome of a run whose runner says that it is done.
     *
     * @throws IOException when results are missing
     */
    Outcome complete(Outcome.Placement placement) throws IOException {
        lock.lock();
        try {
            if (violations != null) {
                return new Outcome.Refused(violations);
            }
            if (error != null) {
                return new Outcome.Broken(error);
            }
            if (!results.isEmpty() && results.getLast().status() == Status.COMPILE_ERROR) {
                fillUp(Status.COMPILE_ERROR);
            }
            if (results.size() != cases) {
                throw new IOException("done after " + results.size() + " of " + cases + " results");
            }
            return new Outcome.Finished(results, placement, queued());
        } finally {
            lock.unlock();
        }
    }

    /** The outcome of a run whose container had to be stopped: the case that ran, and those after it, ended that way. */
    Outcome stopped(Status status, Outcome.Placement placement) {
        lock.lock();
        try {
            if (results.size() < cases) {
                var time = status == Status.TIMEOUT ? wall : Duration.ofNanos(System.nanoTime() - began - programNanos);
                boolean cut = status == Status.OUTPUT_LIMIT;
                var usage = new Usage(
                        time, Duration.ZERO, 0, cut && stdout.bytes >= outputBytes, cut && stderr.bytes >= outputBytes);
                finishCase(status, null, null, usage);
                fillUp(status);
            }
            return new Outcome.Finished(results, placement, queued());
        } finally {
            lock.unlock();
        }
    }

    private void fillUp(Status status) {
        while (results.size() < cases) {
            results.add(new CaseResult(status, null, null, "", "", false, false, Duration.ZERO, Duration.ZERO, 0));
        }
    }

    private Duration queued() {
        return Duration.ofNanos(began - submitted);
    }

    // ---- the caller's side

    void wake() {
        lock.lock();
        try {
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Waits for the end; {@code patience} is how long it may wait for a container. */
    Outcome await(Pool pool, Duration patience) {
        try {
            while (true) {
                List<Chunk> taken;
                Pool.Abort abort = null;
                lock.lock();
                try {
                    if (outcome == null) {
                        abort = due(patience);
                        if (abort == null && chunks.isEmpty()) {
                            changed.await(left(patience), TimeUnit.NANOSECONDS);
                        }
                    }
                    taken = List.copyOf(chunks);
                    chunks.clear();
                    if (chunkChars > 0) {
                        chunkChars = 0;
                        changed.signalAll();
                    }
                    if (taken.isEmpty() && outcome != null) {
                        return outcome;
                    }
                } finally {
                    lock.unlock();
                }
                taken.forEach(this::tell);
                if (abort != null) {
                    pool.abort(this, abort);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            pool.abort(this, Pool.Abort.CANCELLED);
        } catch (RuntimeException e) {
            pool.abort(this, Pool.Abort.CANCELLED);
            throw e;
        }
        return settled();
    }

    private Pool.@Nullable Abort due(Duration patience) {
        if (control.cancelled()) {
            return Pool.Abort.CANCELLED;
        }
        if (left(patience) > 0) {
            return null;
        }
        return container == null ? Pool.Abort.WAITED_TOO_LONG : Pool.Abort.OVERDUE;
    }

    private long left(Duration patience) {
        long end = container == null ? submitted + patience.toNanos() : began + allowance;
        return end - System.nanoTime();
    }

    private Outcome settled() {
        lock.lock();
        try {
            return outcome == null ? new Outcome.Cancelled() : outcome;
        } finally {
            lock.unlock();
        }
    }

    private void tell(Chunk chunk) {
        var listener = control.listener();
        if (listener == null) {
            return;
        }
        if (chunk.error) {
            listener.stderr(chunk.index, chunk.text);
        } else {
            listener.stdout(chunk.index, chunk.text);
        }
    }
}
