package carafe.feature.proxy;

import carafe.platform.db.Db;
import carafe.platform.db.DbException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Clock;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the proxy remembers: statistics and running log, written down every few seconds and taken up again at a start. */
final class ProxyMemory implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(ProxyMemory.class);
    private static final Duration BETWEEN = Duration.ofSeconds(5);
    private static final long DAYS_KEPT = 30;
    private static final int LINES = 200;

    private final ProxyStore store;
    private final Statistics statistics;
    private final LogKeeper keeper;
    private final RunningLog runningLog;
    private final Clock clock;
    private final Thread writer = Thread.ofVirtual().name("proxy-statistics").unstarted(this::work);

    ProxyMemory(Db logs, ProxyConfig config, ObjectMapper mapper, Clock clock) {
        this.store = new ProxyStore(logs);
        this.statistics = new Statistics(clock);
        this.keeper = new LogKeeper(store, config.settings(), mapper, clock);
        this.runningLog = new RunningLog(keeper);
        this.clock = clock;
    }

    Statistics statistics() {
        return statistics;
    }

    RunningLog log() {
        return runningLog;
    }

    LogKeeper keeper() {
        return keeper;
    }

    ProxyStore store() {
        return store;
    }

    void use(ProxySettings settings) {
        keeper.use(settings);
    }

    void start() {
        try {
            store.restore(statistics, clock.millis() / 60_000 - Statistics.MINUTES);
        } catch (DbException e) {
            log.warn("the statistics of earlier runs cannot be read cause={}", e.getMessage());
        }
        runningLog.restore(keeper.recall(LINES));
        keeper.start();
        writer.start();
    }

    private void work() {
        try {
            while (true) {
                Thread.sleep(BETWEEN);
                save();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Writes down what is new. When that fails, the figures are tried again with the next. */
    synchronized void save() {
        var unsaved = statistics.takeUnsaved();
        try {
            store.save(unsaved);
            long oldest = clock.millis() / 60_000 - DAYS_KEPT * Statistics.MINUTES;
            if (store.purge(oldest) > 0) {
                log.debug("old figures of the proxy removed");
            }
        } catch (DbException e) {
            statistics.giveBack(unsaved);
            log.warn("statistics of the proxy are not written and tried again kind={}", e.kind());
        }
    }

    @Override
    public void close() {
        writer.interrupt();
        save();
        keeper.close();
    }
}
