package carafe.engine.llm.local;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The way of a model into memory, each on a thread of its own, and what becomes of its seat. */
final class Loader {
    private static final Logger LOG = LoggerFactory.getLogger(Loader.class);

    private final Launcher launcher;
    private final Map<String, Seat> seats;
    private final CountDownLatch closed;
    private final Clock clock;

    /** @param seats the lock that guards every seat */
    Loader(Launcher launcher, Map<String, Seat> seats, CountDownLatch closed, Clock clock) {
        this.launcher = launcher;
        this.seats = seats;
        this.closed = closed;
        this.clock = clock;
    }

    /** Begins to load a model into the room that was found for it; the caller holds the lock. */
    CompletableFuture<ModelProcess> load(Seat seat, ModelFile file, Room room) {
        List<ModelProcess> leaving = room.leaving().stream()
                .map(Seat::detach)
                .filter(Objects::nonNull)
                .toList();
        CompletableFuture<ModelProcess> loading = new CompletableFuture<>();
        seat.loading = loading;
        seat.unwanted = false;
        seat.loadingSince = clock.instant();
        seat.bytes = room.footprint().bytes();
        seat.slots = room.footprint().slots();
        seat.context = room.footprint().context();
        Duration backOff = seat.crashes.backOff();
        Thread.ofVirtual().name("model-load-" + seat.id).start(() -> {
            try {
                Thread.sleep(backOff);
                leaving.forEach(ModelProcess::stop);
                loaded(
                        seat,
                        loading,
                        launcher.launch(file, room.footprint(), seat.errors, process -> started(seat, process)));
            } catch (IOException | InterruptedException | RuntimeException e) {
                failed(seat, loading, e);
            }
        });
        return loading;
    }

    private void started(Seat seat, ModelProcess process) {
        synchronized (seats) {
            if (!seat.unwanted && closed.getCount() > 0) {
                seat.starting = process;
                return;
            }
        }
        process.stop();
    }

    private void loaded(Seat seat, CompletableFuture<ModelProcess> loading, ModelProcess process) {
        boolean tooLate;
        boolean stopping;
        synchronized (seats) {
            stopping = closed.getCount() == 0;
            tooLate = stopping || seat.unwanted;
            seat.loading = null;
            seat.starting = null;
            seat.lastUsed = clock.instant();
            seat.process = tooLate ? null : process;
        }
        if (tooLate) {
            process.stop();
            loading.completeExceptionally(unwanted(stopping));
            return;
        }
        LOG.info("Local model loaded model={} pid={}", seat.id, process.pid());
        process.whenGone(() -> {
            synchronized (seats) {
                exited(seat, process);
            }
        });
        loading.complete(process);
    }

    private void failed(Seat seat, CompletableFuture<ModelProcess> loading, Exception e) {
        boolean meant;
        synchronized (seats) {
            meant = seat.unwanted || closed.getCount() == 0;
            seat.loading = null;
            seat.starting = null;
            if (!meant) {
                seat.crashes.add("it could not be loaded: " + e.getMessage());
            }
        }
        if (meant) {
            loading.completeExceptionally(unwanted(closed.getCount() == 0));
            return;
        }
        LOG.warn("Local model could not be loaded model={} reason={}", seat.id, e.getMessage());
        loading.completeExceptionally(e);
    }

    private static IOException unwanted(boolean stopping) {
        return new IOException(stopping ? "the server is stopping" : "it was unloaded while it was loading");
    }

    /** Takes notice of a process that has ended without being asked; the caller holds the lock. */
    void exited(Seat seat, ModelProcess process) {
        if (process.equals(seat.process)) {
            seat.process = null;
            seat.crashes.add(process.ending());
            LOG.warn("Local model process crashed model={} reason={}", seat.id, process.ending());
            Thread.startVirtualThread(process::discard);
        }
    }
}
