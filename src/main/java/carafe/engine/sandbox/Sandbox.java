package carafe.engine.sandbox;

import carafe.engine.sandbox.Program.Isolation;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one door to all containers. Nothing of the engine's client is loaded before {@link #start()}; without an engine
 * every run is answered with the reason, until there is one. Thread-safe.
 */
public final class Sandbox implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Sandbox.class);
    private static final Duration TICK = Duration.ofMillis(500);
    private static final Duration SOON = Duration.ofMillis(25);
    private static final Duration REST = Duration.ofMillis(25);
    private static final Duration SWEEP = Duration.ofMinutes(5);
    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(28);

    private final SandboxSettings settings;
    private final Clock clock;
    private final Instance instance = new Instance();
    private final Slots slots;
    private final Images images;
    private final EngineWatch watch;
    private final Containers containers;
    private final List<Language> languages = Languages.all();
    private final List<Pool> pools = new ArrayList<>();
    private volatile @Nullable Thread ticker;
    private volatile boolean closed;
    private long nextSweep;

    public Sandbox(SandboxSettings settings, ObjectMapper mapper, Clock clock) {
        this.settings = settings;
        this.clock = clock;
        slots = new Slots(settings.sizing().maxContainers());
        images = new Images(settings.images());
        watch = new EngineWatch(settings.engine().host(), this::welcome, this::engineAnswers);
        containers = new Containers(settings, watch, images, instance, slots, mapper, clock);
        var house = new Stock.House(settings, watch, images, containers, slots, clock, this::hurry);
        for (var language : languages) {
            boolean kept = settings.sizing().kept().contains(language.id());
            var usual = isolation(language, null);
            pools.add(new Pool(language, usual, kept, house));
            if (usual == Isolation.REUSE) {
                pools.add(new Pool(language, Isolation.FRESH, false, house));
            } else if (language.reusable()) {
                pools.add(new Pool(language, Isolation.REUSE, false, house));
            }
        }
    }

    private Isolation isolation(Language language, @Nullable Isolation asked) {
        return language.reusable() ? Optional.ofNullable(asked).orElse(settings.isolation()) : Isolation.FRESH;
    }

    /** Returns at once; the engine is looked for, and the pools are filled, in the background. */
    public void start() {
        ticker = Thread.ofPlatform().daemon().name("sandbox").start(this::tickUntilClosed);
    }

    /**
     * Runs {@code program} and waits for its end; never throws for what a program, the engine or the load does. An
     * interrupt ends the run as {@code Cancelled}.
     *
     * @throws IllegalArgumentException for an unknown language, no case or more than 1,000, an entry that is not among the
     *     files, a file name that {@link FileNames} refuses, or more than 32 MiB in all
     */
    public Outcome run(Program program, Limits limits, RunControl control) {
        var language = language(program.language());
        check(program);
        var pool = pool(language, isolation(language, program.isolation()));
        var bounded = Requests.bounded(limits, program.cases().size());
        var runs = Together.deal(program, control, pool).stream()
                .map(part -> Requests.run(language, pool.box(), part, bounded, control))
                .toList();
        control.follow(runs);
        if (control.cancelled()) {
            return new Outcome.Cancelled();
        }
        return Together.run(runs, pool, settings.queueing().patience());
    }

    private static void check(Program program) {
        var names = program.files().stream().map(Program.SourceFile::name).toList();
        var wrong = FileNames.problem(names);
        if (wrong != null) {
            throw new IllegalArgumentException("a file name " + wrong);
        }
        if (!names.contains(program.entry())) {
            throw new IllegalArgumentException("the entry is not among the files");
        }
        if (program.cases().isEmpty() || program.cases().size() > Requests.MAX_CASES) {
            throw new IllegalArgumentException("1 to " + Requests.MAX_CASES + " cases");
        }
    }

    /** Whether in this language no case of a program can find out what later ones get. */
    public static boolean sealsCases(String language) {
        return Languages.all().stream().anyMatch(one -> one.id().equals(language) && one.sealedCases());
    }

    private Language language(String id) {
        return languages.stream()
                .filter(one -> one.id().equals(id))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("unknown language " + id));
    }

    private Pool pool(Language language, Isolation isolation) {
        return pools.stream()
                .filter(one -> one.language().equals(language) && one.isolation() == isolation)
                .findFirst()
                .orElseThrow();
    }

    /** The languages that may be asked for, whether or not their image is there. */
    public List<LanguageInfo> languages() {
        return languages.stream().map(this::info).toList();
    }

    private LanguageInfo info(Language language) {
        var version = pools.stream()
                .filter(one -> one.language().equals(language))
                .map(Pool::version)
                .filter(text -> !text.isEmpty())
                .findFirst();
        return new LanguageInfo(
                language.id(),
                language.title(),
                images.name(language),
                watch.engine() != null && images.ready(language),
                version.orElse(""),
                language.entry());
    }

    /** {@code version} is the interpreter's or compiler's, empty until a container of it has started once. */
    public record LanguageInfo(
            String id, String title, String image, boolean available, String version, String defaultEntry) {}

    public PoolStats stats() {
        var reports = pools.stream().map(Pool::report).toList();
        return new PoolStats(
                instance.shortId(),
                true,
                clock.instant(),
                PoolStats.Counts.sum(
                        reports.stream().map(one -> one.pool().counts()).toList(),
                        settings.sizing().maxContainers()),
                Tally.Seen.join(reports.stream().map(Pool.Report::seen).toList())
                        .timings(),
                reports.stream().map(Pool.Report::pool).toList(),
                reports.stream().flatMap(one -> one.containers().stream()).toList());
    }

    /**
     * Keeps at least {@code size} containers of {@code language} for {@code during}, as far as the pool's bounds allow:
     * for a lesson that is about to start. Returns the size that will be kept.
     *
     * @throws IllegalArgumentException for a language that is not in {@link #languages()}
     */
    public int warm(String language, int size, Duration during) {
        var known = language(language);
        int kept = pool(known, isolation(known, null)).warm(size, during);
        hurry();
        return kept;
    }

    /** Of the engine, and of the languages whose containers are always kept. */
    public Condition condition() {
        var engine = watch.condition();
        if (!engine.healthy()) {
            return engine;
        }
        return pools.stream()
                .filter(one -> settings.sizing().kept().contains(one.language().id()))
                .filter(one -> one.isolation() == isolation(one.language(), null))
                .map(Pool::condition)
                .filter(one -> !one.healthy())
                .findFirst()
                .orElse(Condition.HEALTHY);
    }

    // ---- in the background

    private void welcome(DockerEngine engine) throws EngineException, InterruptedException {
        containers.chooseBlock(engine);
        containers.sweep(engine);
        nextSweep = System.nanoTime() + SWEEP.toNanos();
        images.forget();
        images.look(engine, languages, wanted());
        engine.watchMemory(instance.id(), containers::ranOutOfMemory);
        hurry();
    }

    private void engineAnswers(DockerEngine engine) throws EngineException, InterruptedException {
        images.look(engine, languages, wanted());
        if (System.nanoTime() - nextSweep > 0) {
            nextSweep = System.nanoTime() + SWEEP.toNanos();
            containers.sweep(engine);
        }
    }

    private Set<String> wanted() {
        return pools.stream()
                .filter(Pool::wanted)
                .map(pool -> pool.language().id())
                .collect(Collectors.toSet());
    }

    private void hurry() {
        var thread = ticker;
        if (thread != null) {
            LockSupport.unpark(thread);
        }
    }

    private void tickUntilClosed() {
        while (!closed) {
            boolean again = false;
            long last = System.nanoTime();
            try {
                again = tick(last);
            } catch (RuntimeException e) {
                log.error("The pools could not be looked after", e);
            }
            LockSupport.parkNanos(this, again ? SOON.toNanos() : TICK.toNanos());
            rest(last);
        }
    }

    /** Bounds what a thousand hurried calls a second cost. */
    private static void rest(long last) {
        long left = last + REST.toNanos() - System.nanoTime();
        if (left > 0) {
            try {
                Thread.sleep(Duration.ofNanos(left));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private boolean tick(long now) {
        watch.tick(now);
        // Who has nothing at all comes first: a place that is given up for one language must not go to another's
        // reserve.
        boolean starved = pools.stream().anyMatch(Pool::starved);
        boolean again = false;
        for (var pool : pools) {
            again |= pool.tick(now, !starved || pool.starved());
        }
        if (starved && slots.free() == 0) {
            pools.stream()
                    .min(Comparator.comparingLong(Pool::restingSince))
                    .filter(pool -> pool.restingSince() != Long.MAX_VALUE)
                    .ifPresent(Pool::makeRoom);
        }
        return again;
    }

    /** Refuses new runs, lets the others end within the drain time, then removes every container; 30 s at most. */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        long start = System.nanoTime();
        long end = start + CLOSE_LIMIT.toNanos();
        try {
            pools.forEach(Pool::stop);
            long drained = start + Math.min(settings.engine().drain().toNanos(), CLOSE_LIMIT.toNanos() / 2);
            for (var pool : pools) {
                pool.drain(drained);
            }
            containers.stop();
            pools.forEach(Pool::dissolve);
            if (!containers.awaitNone(end)) {
                log.warn("Containers were still there when Carafe stopped");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            closed = true;
            hurry();
            watch.close();
        }
        var totals = stats().totals();
        log.info(
                "The sandbox is closed after {} runs: {} containers made, {} given up",
                totals.executions(),
                totals.created(),
                totals.destroyed());
    }
}
