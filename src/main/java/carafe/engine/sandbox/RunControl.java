package carafe.engine.sandbox;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** The caller's side of one run: who asks (for the fair share), where output goes as it comes, and the way to cancel. */
public final class RunControl {
    /**
     * Gets output as it comes, decoded as UTF-8, on the thread that called {@link Sandbox#run}. It may block: that slows
     * the program, not the pool. What it throws ends the run and comes out of {@link Sandbox#run}.
     */
    public interface Listener {
        void stdout(int caseIndex, String text);

        void stderr(int caseIndex, String text);
    }

    private final String owner;
    private final @Nullable Listener listener;
    private volatile boolean cancelled;
    private volatile List<Run> runs = List.of();

    public RunControl(String owner) {
        this(owner, null);
    }

    /** With a {@code listener} output is sent while the program runs; the outcome holds it all the same. */
    public RunControl(String owner, @Nullable Listener listener) {
        this.owner = owner;
        this.listener = listener;
    }

    public String owner() {
        return owner;
    }

    /** Ends the run from any thread, also before it begins: what it runs in is killed and the outcome is {@code Cancelled}. */
    public void cancel() {
        cancelled = true;
        runs.forEach(Run::wake);
    }

    public boolean cancelled() {
        return cancelled;
    }

    @Nullable
    Listener listener() {
        return listener;
    }

    void follow(List<Run> started) {
        runs = started;
    }
}
