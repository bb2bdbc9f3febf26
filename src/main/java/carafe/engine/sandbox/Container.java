package carafe.engine.sandbox;

import carafe.engine.sandbox.Outcome.Status;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One container and the talk with its runner: hello, ready, then request, output and results, done, clean, ready … What
 * comes in a wrong order ends it. Frames come on the link's thread; the pool decides what follows from them.
 */
final class Container implements Link.Receiver {
    private static final Logger log = LoggerFactory.getLogger(Container.class);
    private static final int CRASH_TEXT = 4096;

    /** Guarded by the pool's lock. */
    enum State {
        BOOTING,
        IDLE,
        BUSY,
        CLEANING,
        GONE
    }

    private enum Expects {
        HELLO,
        FIRST_READY,
        ANSWER,
        CLEAN,
        READY,
        NOTHING
    }

    private final Pool pool;
    private final ObjectMapper mapper;
    private final int slot;
    private final int uid;
    private final Link link = new Link(this);
    private final FrameReader frames = new FrameReader(this::frame);
    private final CompletableFuture<Void> booted = new CompletableFuture<>();
    private final CompletableFuture<Void> outOfMemory = new CompletableFuture<>();
    private final ByteArrayOutputStream crashText = new ByteArrayOutputStream();
    private final String name;
    private volatile String id = "";
    private volatile String version = "";
    private volatile @Nullable Run current;
    private volatile boolean tainted;
    private volatile Expects expects = Expects.HELLO;

    /** The pool's own notes, under its lock. */
    final Ledger ledger;

    static final class Ledger {
        State state = State.BOOTING;
        final Instant createdAt;
        final long createdNanos = System.nanoTime();
        long since = createdNanos;
        int runs;
        int resets;
        int faults;
        double overheadSeconds;
        private double programSeconds;
        private Instant lastUsedAt;

        Ledger(Instant now) {
            createdAt = now;
            lastUsedAt = now;
        }

        void answered(long heldNanos, long programNanos, Instant now) {
            runs++;
            programSeconds += programNanos / 1e9;
            overheadSeconds += Math.max(0, heldNanos - programNanos) / 1e9;
            lastUsedAt = now;
        }

        PoolStats.OneContainer shown(String id, String language) {
            int all = runs + faults;
            double errors = all == 0 ? 0 : (double) faults / all;
            return new PoolStats.OneContainer(
                    id,
                    language,
                    state == State.IDLE ? "available" : "in_use",
                    createdAt,
                    lastUsedAt,
                    runs,
                    resets,
                    faults,
                    runs == 0 ? 0 : programSeconds / runs,
                    1 - errors,
                    errors);
        }
    }

    Container(Pool pool, ObjectMapper mapper, String name, int slot, int uid, Instant now) {
        this.pool = pool;
        this.mapper = mapper;
        this.name = name;
        this.slot = slot;
        this.uid = uid;
        this.ledger = new Ledger(now);
    }

    String id() {
        return id;
    }

    void id(String given) {
        id = given;
    }

    String name() {
        return name;
    }

    int slot() {
        return slot;
    }

    int uid() {
        return uid;
    }

    Link link() {
        return link;
    }

    Pool pool() {
        return pool;
    }

    /** The interpreter's or compiler's version, known when it has booted. */
    String version() {
        return version;
    }

    /** Done when the runner is ready for the first time; fails when it will never be. */
    CompletableFuture<Void> booted() {
        return booted;
    }

    /** Whether something was written where only crashes write: such a container takes no further run. */
    boolean tainted() {
        return tainted;
    }

    boolean alive() {
        return link.alive();
    }

    /** The engine says that the kernel ended a process of this container for want of memory. */
    void ranOutOfMemory() {
        outOfMemory.complete(null);
    }

    /** Done soon after the container's end when memory was its cause. */
    CompletableFuture<Void> outOfMemory() {
        return outOfMemory;
    }

    String crashText() {
        synchronized (crashText) {
            return crashText.toString(StandardCharsets.UTF_8).strip();
        }
    }

    // ---- called by the pool under its lock

    /** Sends the run's request; false when the container is dead. */
    boolean begin(Run run) {
        current = run;
        if (link.send(run.request())) {
            return true;
        }
        current = null;
        return false;
    }

    /** Takes the run away from the container: whoever gets it settles it. */
    @Nullable
    Run take() {
        var run = current;
        current = null;
        return run;
    }

    @Nullable
    Run current() {
        return current;
    }

    /** It is given up: what it still says does not count. */
    void dismiss() {
        expects = Expects.NOTHING;
    }

    // ---- called on the link's thread

    @Override
    public void output(byte[] bytes) {
        if (expects == Expects.NOTHING) {
            return;
        }
        try {
            frames.feed(bytes);
        } catch (IOException e) {
            anomaly(e.getMessage());
        }
    }

    @Override
    public void crashText(byte[] bytes) {
        tainted = true;
        synchronized (crashText) {
            crashText.write(bytes, 0, Math.min(bytes.length, CRASH_TEXT - crashText.size()));
        }
        if (booted.isDone() && current == null) {
            pool.broke(this, "crash");
        }
    }

    @Override
    public void ended() {
        expects = Expects.NOTHING;
        var text = crashText();
        booted.completeExceptionally(
                new IOException("the runner ended before it was ready" + (text.isEmpty() ? "" : ": " + text)));
        pool.died(this);
    }

    private void anomaly(@Nullable String what) {
        log.warn("Container {} of {} broke the protocol: {}", shortId(), pool.name(), what);
        expects = Expects.NOTHING;
        booted.completeExceptionally(new IOException("the runner broke the protocol: " + what));
        pool.broke(this, "protocol");
    }

    private void frame(byte type, byte[] payload, int length) throws IOException {
        switch (expects) {
            case HELLO -> {
                expect(type, 'H');
                hello(json(payload, length));
                expects = Expects.FIRST_READY;
            }
            case FIRST_READY -> {
                expect(type, 'R');
                expects = Expects.ANSWER;
                booted.complete(null);
            }
            case ANSWER -> answer(type, payload, length);
            case CLEAN -> {
                expect(type, 'C');
                var clean = json(payload, length);
                if (!clean.path("clean").asBoolean()) {
                    unclean(clean);
                    return;
                }
                expects = Expects.READY;
                pool.wiped(this, clean.path("us").asLong());
            }
            case READY -> {
                expect(type, 'R');
                expects = Expects.ANSWER;
                pool.readyAgain(this);
            }
            case NOTHING -> {}
        }
    }

    private static void expect(byte type, char wanted) throws IOException {
        if (type != wanted) {
            throw new IOException("frame '%c' instead of '%c'".formatted((char) (type & 0x7f), wanted));
        }
    }

    private void hello(JsonNode hello) throws IOException {
        if (hello.path("protocol").asInt() != 1) {
            throw new IOException("protocol " + hello.path("protocol"));
        }
        if (hello.path("uid").asInt(-1) != uid) {
            throw new IOException("runs as user " + hello.path("uid") + " instead of " + uid);
        }
        var text = hello.path("version").asText();
        version = text.length() > 40 ? text.substring(0, 40) : text;
    }

    private void unclean(JsonNode clean) {
        log.info("Container {} of {} could not be cleaned: {}", shortId(), pool.name(), clean);
        expects = Expects.NOTHING;
        pool.broke(this, "unclean");
    }

    private void answer(byte type, byte[] payload, int length) throws IOException {
        var run = current;
        if (run == null) {
            throw new IOException("frame '%c' outside of a run".formatted((char) (type & 0x7f)));
        }
        switch (type) {
            case 'O', 'E' -> {
                if (!run.output(type == 'E', payload, length)) {
                    expects = Expects.NOTHING;
                    pool.overflowed(this, run);
                }
            }
            case 'X' -> result(run, json(payload, length));
            case 'V' -> run.violations(violations(json(payload, length)));
            case 'F' -> run.failed(json(payload, length).path("error").asText());
            case 'D' -> {
                var outcome = run.complete(pool.placement(this));
                expects = pool.reuses() ? Expects.CLEAN : Expects.NOTHING;
                pool.answered(this, run, outcome);
            }
            default -> throw new IOException("frame '%c' in a run".formatted((char) (type & 0x7f)));
        }
    }

    private static void result(Run run, JsonNode x) throws IOException {
        Status status;
        try {
            status = Status.valueOf(x.path("status").asText().toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
            throw new IOException("status " + x.path("status"), e);
        }
        run.result(
                x.path("case").asInt(-1),
                status,
                integer(x.path("exit")),
                integer(x.path("signal")),
                new Run.Usage(
                        micros(x.path("wall_us")),
                        micros(x.path("cpu_us")),
                        Math.max(0, x.path("peak_kb").asLong()),
                        x.path("stdout_cut").asBoolean(),
                        x.path("stderr_cut").asBoolean()));
    }

    private static @Nullable Integer integer(JsonNode node) {
        return node.isIntegralNumber() ? node.asInt() : null;
    }

    /** A day at most: in languages whose runner shares the container with the program the figure may be the program's. */
    private static Duration micros(JsonNode node) {
        return Duration.ofNanos(Math.clamp(node.asLong(), 0, 86_400_000_000L) * 1000);
    }

    private static List<Outcome.Violation> violations(JsonNode found) {
        List<Outcome.Violation> list = new ArrayList<>();
        for (var one : found.path("violations")) {
            list.add(new Outcome.Violation(
                    one.path("line").asInt(),
                    one.path("column").asInt(),
                    one.path("rule").asText(),
                    one.path("message").asText()));
        }
        return list;
    }

    private JsonNode json(byte[] payload, int length) throws IOException {
        var node = mapper.readTree(payload, 0, length);
        if (!node.isObject()) {
            throw new IOException("a frame that is no JSON object");
        }
        return node;
    }

    String shortId() {
        return id.length() > 12 ? id.substring(0, 12) : id;
    }
}
