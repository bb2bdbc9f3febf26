package carafe.engine.llm;

import org.jspecify.annotations.Nullable;

/** Lets another thread end a call: the one who calls hands it in, the engine attaches what ends the work. */
public final class Cancellation {
    private boolean cancelled;
    private @Nullable Runnable effect;

    /** Ends the call now, or as soon as there is something to end. Safe to call twice and from any thread. */
    public void cancel() {
        Runnable run;
        synchronized (this) {
            if (cancelled) {
                return;
            }
            cancelled = true;
            run = effect;
        }
        if (run != null) {
            run.run();
        }
    }

    public synchronized boolean isCancelled() {
        return cancelled;
    }

    /** What {@link #cancel} does from here on; runs at once when the cancellation came first. */
    public void onCancel(Runnable newEffect) {
        boolean already;
        synchronized (this) {
            already = cancelled;
            effect = newEffect;
        }
        if (already) {
            newEffect.run();
        }
    }
}
