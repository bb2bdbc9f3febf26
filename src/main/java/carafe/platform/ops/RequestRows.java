package carafe.platform.ops;

import carafe.platform.db.Db;
import carafe.platform.db.DbException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Table {@code request}: recorded without waiting, written in batches within half a second, removed after some days.
 * When the database falls behind, rows are dropped and counted; a crash loses at most the last half second.
 */
public final class RequestRows implements AutoCloseable {
    static final int MOST_WAITING = 20_000;
    /** No transaction is larger, so that none holds up the writer. */
    static final int CHUNK = 500;

    private static final Logger log = LoggerFactory.getLogger(RequestRows.class);
    private static final Duration PATIENCE = Duration.ofMillis(500);
    private static final Duration BETWEEN_PURGES = Duration.ofHours(1);
    private static final int ROWS_A_STATEMENT = 50;
    private static final String COLUMNS = "INSERT INTO request (id, at, surface, account_id, key_id, model, status,"
            + " bytes_in, bytes_out, first_ms, total_ms, error) VALUES ";
    private static final String ROW = "(?,?,?,?,?,?,?,?,?,?,?,?)";
    private static final String ONE = COLUMNS + ROW;
    private static final String MANY = COLUMNS + ROW + ("," + ROW).repeat(ROWS_A_STATEMENT - 1);

    private final Db db;
    private final Duration kept;
    private final Clock clock;
    private final ArrayBlockingQueue<RequestRow> waiting = new ArrayBlockingQueue<>(MOST_WAITING);
    private final AtomicLong dropped = new AtomicLong();
    private final Thread writer = Thread.ofVirtual().name("request-rows").unstarted(this::work);
    private volatile boolean closing;
    private long purgeAt;

    /** @param days how long rows are kept */
    public RequestRows(Db db, int days, Clock clock) {
        this.db = db;
        this.kept = Duration.ofDays(days);
        this.clock = clock;
    }

    public void start() {
        writer.start();
    }

    /** Never waits. */
    public void record(RequestRow row) {
        if (closing || !waiting.offer(row)) {
            dropped.incrementAndGet();
        }
    }

    /** Rows lost since the start, because they came too fast or the database refused them. */
    public long dropped() {
        return dropped.get();
    }

    /** Adds {@code request_rows_dropped}. */
    public void measureIn(Metrics metrics) {
        metrics.gauge("request_rows_dropped", "Rows of the request log that were lost.", this::dropped);
    }

    private void work() {
        var batch = new ArrayList<RequestRow>(CHUNK);
        try {
            while (!closing || !waiting.isEmpty()) {
                collect(batch);
                if (!batch.isEmpty()) {
                    write(batch);
                    batch.clear();
                }
                if (!closing && clock.millis() >= purgeAt) {
                    purge();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // close() gave up waiting
        }
    }

    private void collect(List<RequestRow> batch) throws InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        long left = PATIENCE.toNanos();
        while (batch.size() < CHUNK && left > 0) {
            var row = closing ? waiting.poll() : waiting.poll(Math.min(left, 100_000_000), TimeUnit.NANOSECONDS);
            if (row != null) {
                batch.add(row);
                waiting.drainTo(batch, CHUNK - batch.size());
            } else if (closing) {
                return;
            }
            left = deadline - System.nanoTime();
        }
    }

    private void write(List<RequestRow> batch) {
        try {
            db.transaction(() -> {
                int at = 0;
                for (; batch.size() - at >= ROWS_A_STATEMENT; at += ROWS_A_STATEMENT) {
                    db.update(MANY, arguments(batch.subList(at, at + ROWS_A_STATEMENT)));
                }
                for (; at < batch.size(); at++) {
                    db.update(ONE, arguments(batch.subList(at, at + 1)));
                }
                return at;
            });
        } catch (DbException e) {
            dropped.addAndGet(batch.size());
            log.warn("request rows lost count={} kind={}", batch.size(), e.kind(), e);
        }
    }

    private static Object[] arguments(List<RequestRow> rows) {
        var all = new ArrayList<@org.jspecify.annotations.Nullable Object>(rows.size() * 12);
        for (var row : rows) {
            all.add(row.id());
            all.add(row.at());
            all.add(row.surface());
            all.add(row.accountId());
            all.add(row.keyId());
            all.add(row.model());
            all.add(row.status());
            all.add(row.bytesIn());
            all.add(row.bytesOut());
            all.add(row.firstMs());
            all.add(row.totalMs());
            all.add(row.error());
        }
        return all.toArray();
    }

    /** Removes one chunk of what is too old; comes back at once while there is more. */
    private void purge() {
        try {
            int removed = db.update(
                    "DELETE FROM request WHERE seq IN (SELECT seq FROM request WHERE at < ? ORDER BY at LIMIT ?)",
                    clock.millis() - kept.toMillis(),
                    CHUNK);
            if (removed < CHUNK) {
                purgeAt = clock.millis() + BETWEEN_PURGES.toMillis();
            }
        } catch (DbException e) {
            purgeAt = clock.millis() + BETWEEN_PURGES.toMillis();
            log.warn("old request rows not removed kind={}", e.kind(), e);
        }
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
