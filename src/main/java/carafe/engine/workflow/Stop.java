package carafe.engine.workflow;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The end of a run, or of a part of it, from outside: whoever waits for something says how that is ended. */
public final class Stop {
    private final List<Runnable> effects = new ArrayList<>();
    private final @Nullable Stop outer;
    private final Runnable chained = this::stop;
    private boolean stopped;

    public Stop() {
        this(null);
    }

    Stop(@Nullable Stop outer) {
        this.outer = outer;
        if (outer != null) {
            outer.on(chained);
        }
    }

    /** Ends what runs under it. Safe to call twice and from any thread. */
    public void stop() {
        List<Runnable> run;
        synchronized (this) {
            if (stopped) {
                return;
            }
            stopped = true;
            run = List.copyOf(effects);
            effects.clear();
        }
        run.forEach(Runnable::run);
    }

    public synchronized boolean isStopped() {
        return stopped;
    }

    /** Runs {@code effect} when it is stopped, at once when it was before. */
    void on(Runnable effect) {
        synchronized (this) {
            if (!stopped) {
                effects.add(effect);
                return;
            }
        }
        effect.run();
    }

    /** Something that takes long. */
    public interface Work<T> {
        T run() throws InterruptedException;
    }

    /** Does {@code work}; {@code effect} ends it when this is stopped meanwhile. @throws FlowFailure when it was */
    public <T> T during(Work<T> work, Runnable effect) {
        on(effect);
        try {
            var result = work.run();
            check();
            return result;
        } catch (InterruptedException e) {
            throw cancelled();
        } finally {
            synchronized (this) {
                effects.remove(effect);
            }
        }
    }

    /** As {@link #during(Work, Runnable)} for work that ends when its thread is interrupted. */
    public <T> T during(Work<T> work) {
        var thread = Thread.currentThread();
        var over = new boolean[1];
        Runnable interrupt = () -> {
            synchronized (over) {
                if (!over[0]) {
                    thread.interrupt();
                }
            }
        };
        try {
            return during(work, interrupt);
        } finally {
            synchronized (over) {
                over[0] = true;
            }
            boolean _ = Thread.interrupted(); // the interrupt was for this work alone
        }
    }

    void check() {
        if (isStopped()) {
            throw cancelled();
        }
    }

    /** No more of it is needed. */
    void leave() {
        if (outer != null) {
            synchronized (outer) {
                outer.effects.remove(chained);
            }
        }
    }

    static FlowFailure cancelled() {
        return new FlowFailure(FlowCode.CANCELLED, "");
    }
}
