package carafe.engine.sandbox;

import carafe.engine.sandbox.EngineException.Kind;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts and removes containers in the background, at most as many at once as there are cores: a start costs the engine
 * 0.2 s of work, and all at once takes longer than one after the other. Thread-safe.
 */
final class Containers {
    private static final Logger log = LoggerFactory.getLogger(Containers.class);
    private static final Duration BOOT_LIMIT = Duration.ofSeconds(20);
    private static final Duration REMOVE_LIMIT = Duration.ofSeconds(60);
    private static final int REMOVALS = 8;

    private final SandboxSettings settings;
    private final EngineWatch watch;
    private final Images images;
    private final Runners runners = new Runners();
    private final Instance instance;
    private final Slots slots;
    private final ObjectMapper mapper;
    private final Clock clock;
    private final Semaphore starts =
            new Semaphore(Math.max(2, Runtime.getRuntime().availableProcessors()), true);
    private final Semaphore removals = new Semaphore(REMOVALS);
    private final AtomicInteger numbers = new AtomicInteger();
    /** All that the engine has of ours, or may have, by name. */
    private final Map<String, Container> known = new ConcurrentHashMap<>();

    private volatile int block;
    private volatile boolean closing;

    Containers(
            SandboxSettings settings,
            EngineWatch watch,
            Images images,
            Instance instance,
            Slots slots,
            ObjectMapper mapper,
            Clock clock) {
        this.settings = settings;
        this.watch = watch;
        this.images = images;
        this.instance = instance;
        this.slots = slots;
        this.mapper = mapper;
        this.clock = clock;
    }

    /** Begins to start a container for {@code pool} in a place taken from the slots; the pool hears of the end. */
    void start(Pool pool, int slot) {
        Thread.ofVirtual().name("sandbox-start").start(() -> boot(pool, slot));
    }

    private void boot(Pool pool, int slot) {
        var name = "carafe-" + instance.shortId() + "-" + pool.name() + "-" + numbers.incrementAndGet();
        var container = new Container(pool, mapper, name, slot, slots.uid(slot), clock.instant());
        known.put(name, container);
        var engine = watch.engine();
        starts.acquireUninterruptibly();
        try {
            if (engine == null || closing) {
                throw new EngineException(Kind.AWAY, "There is no container engine.", "Start one.");
            }
            open(engine, pool, container);
        } catch (EngineException e) {
            refused(engine, pool, container, e);
            return;
        } catch (InterruptedException | RuntimeException | LinkageError e) {
            log.error("A container could not be started", e);
            refused(
                    engine,
                    pool,
                    container,
                    new EngineException(Kind.FAILED, "A fault of Carafe: " + e, "See its log."));
            return;
        } finally {
            starts.release();
        }
        pool.started(container);
    }

    private void open(DockerEngine engine, Pool pool, Container container)
            throws EngineException, InterruptedException {
        var language = pool.language();
        var choice = images.of(language);
        if (choice == null || choice.missing() != null) {
            throw choice == null || choice.missing() == null
                    ? new EngineException(Kind.IMAGE, "The image is not known yet.", "Try again soon.")
                    : choice.missing();
        }
        var runner = runners.of(language);
        var command = new ArrayList<>(language.boot());
        command.add(Integer.toString(runner.length));
        var recipe = new DockerEngine.Recipe(
                choice.image(),
                container.name(),
                settings.engine().runtime(),
                command,
                instance.labels(block, lease(), language.id(), pool.isolation()),
                pool.box(),
                language.room().executableFiles());
        engine.start(recipe, container);
        container.link().send(runner);
        try {
            container.booted().get(BOOT_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
            if (container.tainted()) {
                throw notReady(choice.image(), container.crashText());
            }
        } catch (ExecutionException e) {
            throw notReady(
                    choice.image(),
                    String.valueOf(Objects.requireNonNullElse(e.getCause(), e).getMessage()));
        } catch (TimeoutException e) {
            throw notReady(choice.image(), "nothing for " + BOOT_LIMIT.toSeconds() + " s " + container.crashText());
        }
    }

    private static EngineException notReady(String image, String why) {
        var text = why.length() > 400 ? why.substring(0, 400) + "…" : why;
        return new EngineException(
                Kind.FAILED,
                "A container of " + image + " did not become ready: " + text + ".",
                "Try the image by hand: docker run --rm -i " + image + ".");
    }

    private void refused(@Nullable DockerEngine engine, Pool pool, Container container, EngineException why) {
        if (engine != null && !closing) {
            try {
                if (why.kind() == Kind.IMAGE) {
                    images.failed(engine, pool.language(), images.name(pool.language()));
                } else if (why.kind() == Kind.AWAY) {
                    watch.lost(engine, why);
                }
            } catch (EngineException e) {
                watch.lost(engine, e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        pool.startFailed(container, why);
    }

    /** The longest that this instance keeps a container: its age, one more run of the longest kind, and time to remove it. */
    private Duration lease() {
        return settings.sizing().maxAge().plus(Duration.ofHours(1));
    }

    /** Begins to remove a container and gives its place back when the engine no longer knows it. */
    Thread remove(Container container, Runnable gone) {
        return Thread.ofVirtual().name("sandbox-remove").start(() -> {
            try {
                removals.acquire();
                try {
                    removeNow(container);
                } finally {
                    removals.release();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } finally {
                container.link().close();
                known.remove(container.name());
                slots.give(container.slot());
                gone.run();
            }
        });
    }

    private void removeNow(Container container) throws InterruptedException {
        long deadline = System.nanoTime() + REMOVE_LIMIT.toNanos();
        while (!container.id().isEmpty() && System.nanoTime() < deadline) {
            var engine = watch.engine();
            if (engine == null) {
                // Without an engine its containers are gone, or swept when it is back.
                return;
            }
            try {
                engine.remove(container.id());
                if (!engine.knows(container.id())) {
                    return;
                }
                Thread.sleep(20);
            } catch (EngineException e) {
                log.warn("Container {} could not be removed yet: {}", container.shortId(), e.text());
                Thread.sleep(1000);
            }
        }
    }

    /** Nothing is started any more. */
    void stop() {
        closing = true;
    }

    /** Waits until nothing of ours is left, at most until {@code deadline}; false when something is. */
    boolean awaitNone(long deadline) throws InterruptedException {
        while (!known.isEmpty() && System.nanoTime() - deadline < 0) {
            Thread.sleep(10);
        }
        return known.isEmpty();
    }

    void ranOutOfMemory(String id) {
        for (var container : known.values()) {
            if (container.id().equals(id)) {
                container.ranOutOfMemory();
            }
        }
    }

    /** On a new connection: a block of user ids that nobody else uses, while none of ours is taken. */
    void chooseBlock(DockerEngine engine) throws EngineException, InterruptedException {
        if (known.isEmpty()) {
            block = instance.freeBlock(engine.listed(), Slots.BLOCKS);
            slots.block(block);
        }
    }

    /** Removes what dead instances left, and what of ours no pool knows. */
    void sweep(DockerEngine engine) throws EngineException, InterruptedException {
        var listed = engine.listed();
        Set<String> ours = new HashSet<>(known.keySet());
        if (listed.stream().allMatch(one -> ours.contains(one.name()))) {
            return;
        }
        List<DockerEngine.Listed> orphans = instance.orphans(listed, ours, engine.time());
        for (var orphan : orphans) {
            log.info("Removing {}, whose Carafe is gone", orphan.name());
            engine.remove(orphan.id());
        }
    }
}
