package carafe.engine.llm.local;

import java.net.URI;
import java.util.concurrent.atomic.AtomicBoolean;

/** A loaded model in use: while a lease is open its process is not unloaded. Close it when the answer has ended. */
public final class Lease implements AutoCloseable {
    private static final long NOTICE_MS = 500;

    private final ModelProcess process;
    private final Runnable release;
    private final AtomicBoolean open = new AtomicBoolean(true);

    Lease(ModelProcess process, Runnable release) {
        this.process = process;
        this.release = release;
    }

    /** The OpenAI-shaped API of the model's process, ending in {@code /v1}. */
    public URI baseUrl() {
        return process.baseUrl();
    }

    /** The bearer token that the process asks for. */
    public String secret() {
        return process.secret();
    }

    /**
     * Whether the process has ended by a fault: ask after a connection broke, to call it model_host_crashed. Waits up to
     * half a second, because a connection breaks a moment before the system reports the exit.
     */
    public boolean crashed() {
        try {
            return process.crashed(NOTICE_MS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    long pid() {
        return process.pid();
    }

    @Override
    public void close() {
        if (open.compareAndSet(true, false)) {
            release.run();
        }
    }
}
