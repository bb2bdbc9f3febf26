package carafe.engine.llm.local;

import carafe.engine.llm.LlmException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The local models and their processes: loads one when it is needed, once however many ask; unloads what idles or what
 * must make room, never while a lease is open; starts a crashed one again, with back-off and quarantine. Thread-safe;
 * the lock is never held while a process starts or ends.
 */
public final class LocalModels implements AutoCloseable {
    /** Callers wait so long; a large model on a slow disk may take longer. */
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private static final Duration LOAD_LIMIT = Duration.ofMinutes(10);

    private final ModelFiles files;
    private final Path runFolder;
    private final Loader loader;
    private final LocalSettings settings;
    private final Clock clock;
    private final Map<String, Seat> seats = new HashMap<>();
    private final CountDownLatch closed = new CountDownLatch(1);
    private boolean sweeping;

    public LocalModels(Path modelsFolder, Path runFolder, LocalSettings settings, Clock clock) {
        this.files = new ModelFiles(modelsFolder, clock);
        this.runFolder = runFolder;
        this.loader = new Loader(new Launcher(runFolder, settings.threads(), LOAD_LIMIT), seats, closed, clock);
        this.settings = settings;
        this.clock = clock;
    }

    /** The folder behind, to add and find models. */
    public ModelFiles files() {
        return files;
    }

    /** All models in the folder and how they stand. */
    public List<LocalModel> list() throws IOException {
        List<LocalModel> models = new ArrayList<>();
        for (ModelFile file : files.list()) {
            synchronized (seats) {
                models.add(LocalModel.of(file, seats.get(file.id()), clock.instant()));
            }
        }
        return models;
    }

    /**
     * The model, loaded; waits for that at most a minute. Close the lease when the answer has ended.
     *
     * @throws LlmException 404 model_not_found, 502 model_host_crashed when it cannot be loaded, 503 model_busy when
     *     all that fits is in use, 503 model_too_large when it never fits
     */
    public Lease lease(String id) throws InterruptedException {
        ModelFile file = file(id);
        Seat seat;
        CompletableFuture<ModelProcess> ready;
        synchronized (seats) {
            seat = seats.computeIfAbsent(id, key -> new Seat(key, clock));
            ready = ready(seat, file);
            seat.users++;
        }
        try {
            ModelProcess process = ready.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
            return new Lease(process, () -> release(seat));
        } catch (ExecutionException e) {
            release(seat);
            throw Failures.notLoaded(id, e.getCause());
        } catch (TimeoutException e) {
            release(seat);
            throw Failures.busy("The model is still loading.");
        } catch (InterruptedException e) {
            release(seat);
            throw e;
        }
    }

    /** The last lines that the model's processes wrote to stderr; for admins only. */
    public List<String> errors(String id) {
        synchronized (seats) {
            Seat seat = seats.get(id);
            return seat == null ? List.of() : seat.errors.all();
        }
    }

    /**
     * Begins to load a model, whatever befell it before, and does not wait for it.
     *
     * @throws LlmException as {@link #lease}
     */
    public void load(String id) {
        ModelFile file = file(id);
        synchronized (seats) {
            Seat seat = seats.computeIfAbsent(id, key -> new Seat(key, clock));
            seat.crashes.forget();
            var _ = ready(seat, file); // whoever waits is told how it ends
        }
    }

    /**
     * Ends a model's process, also one that is still loading; returns when it is gone.
     *
     * @param evenInUse whether answers that are being written may break off
     * @return false when it is in use, and stays
     */
    public boolean unload(String id, boolean evenInUse) {
        ModelProcess process;
        synchronized (seats) {
            Seat seat = seats.get(id);
            if (seat == null) {
                return true;
            }
            if (seat.users > 0 && !evenInUse) {
                return false;
            }
            seat.unwanted = seat.loading != null;
            process = seat.loading == null ? seat.detach() : seat.starting;
        }
        if (process != null) {
            process.stop();
        }
        return true;
    }

    /** The settings that these models live under. */
    public LocalSettings settings() {
        return settings;
    }

    /** Bytes of the budget that are taken. */
    public long reserved() {
        synchronized (seats) {
            return Room.reserved(seats.values());
        }
    }

    /** Ends what holds more memory than was reserved for it, and {@code share} of that beside: it would starve the rest. */
    void endWhatOverdraws(double share) {
        synchronized (seats) {
            for (Seat seat : seats.values()) {
                Long resident = seat.process == null ? null : seat.process.resident();
                if (seat.process != null && resident != null && Room.overdrawn(resident, seat.bytes, share)) {
                    seat.process.end("it took " + (resident >> 20) + " MB of memory, and " + (seat.bytes >> 20)
                            + " MB were set aside for it");
                }
            }
        }
    }

    /** Unloads what has idled long enough, ends what takes too much. */
    void sweep() {
        endWhatOverdraws(Room.SHARE);
        List<ModelProcess> idle = new ArrayList<>();
        synchronized (seats) {
            Instant since = clock.instant().minus(settings.idle());
            seats.values().stream()
                    .filter(seat -> seat.isIdle() && !seat.lastUsed.isAfter(since))
                    .forEach(seat -> idle.add(seat.detach()));
        }
        idle.forEach(ModelProcess::stop);
    }

    @Override
    public void close() {
        List<ModelProcess> running = new ArrayList<>();
        synchronized (seats) {
            closed.countDown();
            seats.values().stream()
                    .map(seat -> seat.loading == null ? seat.detach() : seat.starting)
                    .filter(Objects::nonNull)
                    .forEach(running::add);
        }
        running.parallelStream().forEach(ModelProcess::stop);
    }

    private ModelFile file(String id) {
        try {
            ModelFile file = files.find(id).orElseThrow(() -> Failures.notFound(id));
            if (file.header() == null) {
                throw Failures.unsound(file);
            }
            return file;
        } catch (IOException e) {
            throw Failures.unreadable(e);
        }
    }

    private CompletableFuture<ModelProcess> ready(Seat seat, ModelFile file) {
        if (closed.getCount() == 0) {
            throw Failures.busy("The server is stopping.");
        }
        if (seat.loading != null && seat.unwanted) {
            throw Failures.busy("The model is being unloaded.");
        }
        if (seat.loading != null) {
            return seat.loading;
        }
        if (seat.process != null && seat.process.isAlive()) {
            return CompletableFuture.completedFuture(seat.process);
        }
        if (seat.process != null) {
            loader.exited(seat, seat.process);
        }
        Duration quarantine = seat.crashes.quarantine();
        if (!quarantine.isZero()) {
            throw Failures.quarantined(seat.crashes.reason(), quarantine);
        }
        startSweeping();
        return loader.load(seat, file, Room.find(settings, file, seat, seats.values()));
    }

    private void release(Seat seat) {
        synchronized (seats) {
            seat.users--;
            seat.lastUsed = clock.instant();
        }
    }

    private void startSweeping() {
        if (!sweeping) {
            sweeping = true;
            RunFolder.clean(runFolder);
            Sweeper.start(settings.idle(), closed, this::sweep);
        }
    }
}
