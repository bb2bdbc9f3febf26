package carafe.engine.llm.local;

import java.time.Clock;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Where one model stands; every field is guarded by the lock of {@link LocalModels}. */
final class Seat {
    final String id;
    final LastLines errors = new LastLines();
    final Crashes crashes;

    @Nullable
    CompletableFuture<ModelProcess> loading;

    /** The process that is loading, once it runs. */
    @Nullable
    ModelProcess starting;

    @Nullable
    ModelProcess process;

    int users;
    long bytes;
    int slots;
    int context;
    Instant lastUsed;
    Instant loadingSince;
    /** Somebody wants the model that is loading gone. */
    boolean unwanted;

    Seat(String id, Clock clock) {
        this.id = id;
        this.crashes = new Crashes(clock);
        this.lastUsed = clock.instant();
        this.loadingSince = lastUsed;
    }

    /** Takes the loaded process out, for somebody to stop. */
    @Nullable
    ModelProcess detach() {
        ModelProcess taken = process;
        process = null;
        return taken;
    }

    boolean holdsMemory() {
        return process != null || loading != null;
    }

    boolean isIdle() {
        return process != null && users == 0;
    }

    LocalModel.State state() {
        if (loading != null) {
            return LocalModel.State.LOADING;
        }
        if (process != null) {
            return LocalModel.State.LOADED;
        }
        return crashes.reason().isEmpty() ? LocalModel.State.UNLOADED : LocalModel.State.FAILED;
    }
}
