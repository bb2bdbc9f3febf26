package carafe.feature.workflows;

import carafe.engine.workflow.Execution;
import carafe.engine.workflow.Frame;
import carafe.engine.workflow.Journal;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A part of a run that this process executes. Whoever reads its frames gets them once they are stored: the newest from
 * memory, and who is slower than that from the store.
 */
final class LiveRun implements Journal {
    /** Frames that are kept for those who read along, beside the last ones that were stored together. */
    private static final int RECENT = 16;

    final Run run;
    private final RunStore store;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final ArrayDeque<Frame> recent = new ArrayDeque<>();
    private final CountDownLatch end = new CountDownLatch(1);
    private final long from;
    private long seq;
    private boolean over;
    private @Nullable Execution execution;
    private volatile @Nullable Ending ending;
    private boolean cancelled;
    private boolean parked;

    /** @param seq the number of the first frame */
    LiveRun(Run run, RunStore store, long seq) {
        this.run = run;
        this.store = store;
        this.from = seq;
        this.seq = seq;
    }

    /** The number of the first frame of this part. */
    long from() {
        return from;
    }

    void execution(Execution newExecution) {
        boolean end;
        boolean aside;
        lock.lock();
        try {
            execution = newExecution;
            end = cancelled;
            aside = parked;
        } finally {
            lock.unlock();
        }
        if (end) {
            newExecution.cancel();
        }
        if (aside) {
            newExecution.park();
        }
    }

    Execution execution() {
        return Objects.requireNonNull(execution);
    }

    /** Also before the execution is there. */
    void cancel() {
        @Nullable Execution started;
        lock.lock();
        try {
            cancelled = true;
            started = execution;
        } finally {
            lock.unlock();
        }
        if (started != null) {
            started.cancel();
        }
    }

    /** Ends it without a trace. */
    void park() {
        @Nullable Execution started;
        lock.lock();
        try {
            parked = true;
            started = execution;
        } finally {
            lock.unlock();
        }
        if (started != null) {
            started.park();
        }
    }

    @Override
    public void keep(Entry entry) {
        store.keep(run.id(), seq, entry);
        if (entry.ending() != null) {
            ending = entry.ending();
        }
        if (entry.frames().isEmpty()) {
            return;
        }
        lock.lock();
        try {
            seq += entry.frames().size();
            recent.addAll(entry.frames());
            while (recent.size() > Math.max(RECENT, entry.frames().size())) {
                recent.remove();
            }
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public boolean isBusy() {
        return store.isBusy();
    }

    /** The number of the next frame. */
    long seq() {
        lock.lock();
        try {
            return seq;
        } finally {
            lock.unlock();
        }
    }

    void end() {
        lock.lock();
        try {
            over = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        end.countDown();
    }

    /** How this part ended; null when it was put aside or lost. */
    @Nullable
    Ending ending() {
        return ending;
    }

    void awaitEnd() throws InterruptedException {
        end.await();
    }

    boolean awaitEnd(long timeout, TimeUnit unit) throws InterruptedException {
        return end.await(timeout, unit);
    }

    /**
     * Frames from number {@code after} on; waits for one as long as {@code nanos}. Empty: none came, or {@link #isOver}.
     * Null: they are no longer here, look into the store.
     */
    @Nullable
    List<Frame> after(long after, long nanos) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            long left = nanos;
            while (seq <= after && !over && left > 0) {
                left = changed.awaitNanos(left);
            }
            long first = seq - recent.size();
            if (after < first) {
                return seq <= after ? List.of() : null;
            }
            var all = new ArrayList<Frame>(recent);
            return List.copyOf(all.subList((int) Math.min(all.size(), after - first), all.size()));
        } finally {
            lock.unlock();
        }
    }

    boolean isOver() {
        lock.lock();
        try {
            return over;
        } finally {
            lock.unlock();
        }
    }
}
