package carafe.feature.proxy;

import carafe.feature.proxy.LogLine.Level;
import carafe.platform.db.DbException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the running log: in the table {@code proxy_log}, and in files for programs that read those. A day has a limit of
 * lines; beyond it the table takes warnings and errors alone, ten times as many. Nobody waits for a line to be written,
 * and a disk that is full costs lines, not requests.
 */
final class LogKeeper implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(LogKeeper.class);
    private static final int MOST_WAITING = 10_000;
    private static final int BATCH = 500;
    private static final int GRAVE_FACTOR = 10;
    private static final Duration GATHER = Duration.ofMillis(50);
    private static final Duration BETWEEN_PURGES = Duration.ofHours(1);
    private static final long DAY_MS = Duration.ofDays(1).toMillis();

    private final ProxyStore store;
    private final ObjectMapper mapper;
    private final Clock clock;
    private final ArrayBlockingQueue<LogLine> waiting = new ArrayBlockingQueue<>(MOST_WAITING);
    private final Semaphore bell = new Semaphore(0);
    private final AtomicLong lost = new AtomicLong();
    private final AtomicLong today = new AtomicLong();
    private final AtomicLong plain = new AtomicLong();
    private final AtomicLong grave = new AtomicLong();
    private final Thread writer = Thread.ofVirtual().name("proxy-log").unstarted(this::work);
    private volatile ProxySettings settings;
    private volatile LogFiles files;
    private volatile boolean closing;
    private long purgeAt;

    LogKeeper(ProxyStore store, ProxySettings settings, ObjectMapper mapper, Clock clock) {
        this.store = store;
        this.mapper = mapper;
        this.clock = clock;
        this.settings = settings;
        this.files = files(settings);
    }

    private LogFiles files(ProxySettings from) {
        return new LogFiles(from.logFolder(), from.logLimit(), from.logDays(), mapper);
    }

    /** Takes new settings over. */
    void use(ProxySettings changed) {
        settings = changed;
        files = files(changed);
    }

    void start() {
        writer.start();
    }

    boolean isOn() {
        return settings.keepsLog();
    }

    /** Whether a line of this level would be kept. */
    boolean takes(Level level) {
        if (!settings.keepsLog()) {
            return false;
        }
        long day = clock.millis() / DAY_MS;
        long known = today.get();
        if (day != known && today.compareAndSet(known, day)) {
            plain.set(0);
            grave.set(0);
        }
        int limit = settings.logLimit();
        return plain.get() < limit || (level != Level.INFO && grave.get() < (long) limit * GRAVE_FACTOR);
    }

    void keep(LogLine line) {
        if (!takes(line.level())) {
            return;
        }
        (plain.get() < settings.logLimit() ? plain : grave).incrementAndGet();
        if (!waiting.offer(line)) {
            lost.incrementAndGet();
        } else if (bell.availablePermits() == 0) {
            bell.release();
        }
    }

    private void work() {
        try {
            while (!closing || !waiting.isEmpty()) {
                if (bell.tryAcquire(200, TimeUnit.MILLISECONDS) && !closing && waiting.size() < BATCH) {
                    Thread.sleep(GATHER); // others will follow: one commit for them all
                }
                writeWaiting();
                if (!closing && clock.millis() >= purgeAt) {
                    purgeAt = clock.millis() + BETWEEN_PURGES.toMillis();
                    purge();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // close() gave up waiting
        }
    }

    /** Writes what has come so far; until then a line is nowhere but in the queue, so that {@link #clear} gets them all. */
    synchronized void writeWaiting() {
        for (int left = waiting.size(); left > 0; left -= BATCH) {
            var batch = new ArrayList<LogLine>(BATCH);
            waiting.drainTo(batch, BATCH);
            write(batch);
        }
    }

    private void write(List<LogLine> batch) {
        try {
            store.saveLines(batch);
        } catch (DbException e) {
            log.warn("lines of the proxy's log are not in the database count={} kind={}", batch.size(), e.kind());
        }
        try {
            files.append(batch);
        } catch (IOException e) {
            log.warn("lines of the proxy's log are not in its files count={} cause={}", batch.size(), e.toString());
        }
        long dropped = lost.getAndSet(0);
        if (dropped > 0) {
            log.warn("lines of the proxy's log came too fast and are lost count={}", dropped);
        }
    }

    private synchronized void purge() {
        try {
            long before = clock.millis() - settings.logDays() * DAY_MS;
            while (store.purgeLines(before) > 0 && !closing) {
                log.debug("old lines of the proxy's log removed");
            }
            files.purge(clock.millis());
        } catch (DbException | IOException e) {
            log.warn("old lines of the proxy's log are still there cause={}", e.toString());
        }
    }

    /** The last lines of earlier runs, oldest first; also those of files that another program wrote. */
    List<LogLine> recall(int count) {
        try {
            var everything = new ProxyStore.Query(0, Long.MAX_VALUE, null, "");
            if (settings.keepsLog() && store.countLines(everything) == 0) {
                store.saveLines(files.read());
            }
            return store.lines(everything, count, 0).reversed();
        } catch (DbException | IOException e) {
            log.warn("the log of earlier runs cannot be read cause={}", e.toString());
            return List.of();
        }
    }

    /** Removes everything that is kept. */
    synchronized void clear() throws IOException {
        waiting.clear();
        plain.set(0);
        while (store.purgeLines(Long.MAX_VALUE) > 0) {
            log.debug("lines of the proxy's log removed");
        }
        files.clear();
    }

    /** Writes what is waiting, for at most five seconds. */
    @Override
    public void close() {
        closing = true;
        try {
            if (writer.isAlive() && !writer.join(Duration.ofSeconds(5))) {
                writer.interrupt();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
