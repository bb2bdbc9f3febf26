package carafe.engine.sandbox;

import carafe.engine.sandbox.EngineException.Kind;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether there is an engine: looks for it after 1, 2, 4, 8 and then every 10 s, asks it every 5 s whether it is still
 * there, and notices when it has become slow. Thread-safe; {@link #tick} never blocks.
 */
final class EngineWatch implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(EngineWatch.class);
    private static final Duration PING = Duration.ofSeconds(5);
    private static final Duration SLOW = Duration.ofSeconds(1);
    private static final int LONGEST = 10;

    /** So many unanswered questions in a row, of ten seconds each, and the engine counts as gone. */
    private static final int HANGS = 6;

    /** What is done with an engine that answers, on a thread that may block. */
    interface Task {
        void with(DockerEngine engine) throws EngineException, InterruptedException;
    }

    private final String host;
    private final Task welcome;
    private final Task alive;
    private final AtomicBoolean looking = new AtomicBoolean();
    private volatile @Nullable DockerEngine engine;
    private volatile @Nullable EngineException away;
    private volatile boolean slow;
    private volatile boolean closed;
    private long next = System.nanoTime();
    private int pause = 1;
    private int hanging;

    /** {@code welcome} is done once with a new connection, before the pools may use it, {@code alive} now and then. */
    EngineWatch(String host, Task welcome, Task alive) {
        this.host = host;
        this.welcome = welcome;
        this.alive = alive;
    }

    /** The engine, or null while there is none. */
    @Nullable
    DockerEngine engine() {
        return engine;
    }

    /** Why there is no engine; null when there is one, and while the first look has not ended. */
    @Nullable
    EngineException away() {
        return away;
    }

    boolean slow() {
        return slow;
    }

    Condition condition() {
        var why = away;
        if (why != null) {
            return Condition.degraded(why.text(), why.remedy());
        }
        if (engine == null) {
            return Condition.degraded("The container engine is being looked for.", "Wait a moment.");
        }
        if (slow) {
            return Condition.degraded(
                    "The container engine takes more than a second to answer.", "Look at the load of its machine.");
        }
        return Condition.HEALTHY;
    }

    /** Looks whether the engine is there, in the background, when it is time to. */
    void tick(long now) {
        if (!closed && due(now) && looking.compareAndSet(false, true)) {
            Thread.ofVirtual().name("sandbox-watch").start(this::look);
        }
    }

    /** A call failed because nobody answered. */
    void lost(DockerEngine which, EngineException why) {
        synchronized (this) {
            if (engine != which) {
                return;
            }
            engine = null;
            away = why;
            slow = false;
            pause = 1;
            next = System.nanoTime() + Duration.ofSeconds(pause).toNanos();
        }
        log.warn("The container engine is away: {}", why.text());
        which.close();
    }

    private void look() {
        try {
            var current = engine;
            if (current == null) {
                connect();
            } else {
                slow = current.ping().compareTo(SLOW) > 0;
                answered();
                alive.with(current);
                schedule(PING);
            }
        } catch (EngineException e) {
            if (engine != null && e.kind() == Kind.HANGS) {
                hangs(e);
            } else {
                absent(e);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException | LinkageError e) {
            log.error("Looking for the container engine failed", e);
            absent(new EngineException(Kind.AWAY, "The container engine cannot be used.", "Look at Carafe's log."));
        } finally {
            looking.set(false);
        }
    }

    private void connect() throws EngineException, InterruptedException {
        var found = DockerEngine.connect(host);
        try {
            welcome.with(found);
        } catch (EngineException | InterruptedException | RuntimeException e) {
            found.close();
            throw e;
        }
        synchronized (this) {
            if (closed) {
                found.close();
                return;
            }
            engine = found;
            away = null;
            pause = 1;
            hanging = 0;
        }
        schedule(PING);
        log.info("The container engine is there");
    }

    private synchronized void answered() {
        away = null;
        hanging = 0;
    }

    /** Its containers are let live for a while: cutting them off would end what still runs in them. */
    private void hangs(EngineException why) {
        int times;
        synchronized (this) {
            away = why;
            times = ++hanging;
            schedule(Duration.ofSeconds(1));
        }
        log.warn("The container engine hangs: {}", why.text());
        if (times >= HANGS) {
            absent(why);
        }
    }

    private void absent(EngineException why) {
        var current = engine;
        if (current != null) {
            lost(current, why);
            return;
        }
        if (away == null) {
            log.warn("Programs cannot be run: {} {}", why.text(), why.remedy());
        }
        synchronized (this) {
            away = why;
            schedule(Duration.ofSeconds(pause));
            pause = Math.min(LONGEST, pause * 2);
        }
    }

    private synchronized boolean due(long now) {
        return now - next >= 0;
    }

    private synchronized void schedule(Duration in) {
        next = System.nanoTime() + in.toNanos();
    }

    @Override
    public void close() {
        DockerEngine last;
        synchronized (this) {
            closed = true;
            last = engine;
            engine = null;
        }
        if (last != null) {
            last.close();
        }
    }
}
