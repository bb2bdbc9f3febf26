package carafe.feature.models;

import carafe.platform.db.Db;
import carafe.platform.db.DbException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tables {@code usage}, {@code usage_attempt} and {@code usage_day}: every model call, written in batches at most {@value #COLLECT_MS} ms
 * after it ended. So much is lost when the process is killed; a full disk is tried again until the queue is full.
 */
public final class Ledger implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Ledger.class);
    private static final int COLLECT_MS = 50;
    private static final int BATCH = 500;
    private static final int ROWS_A_STATEMENT = 25;
    private static final long DAY_MS = TimeUnit.DAYS.toMillis(1);
    private static final String INSERT = """
            INSERT INTO usage (call_id, at, account_id, key_id, surface, ref_kind, ref_id, model, connection_id,
                tokens_in, tokens_out, tokens_cached, estimated, first_ms, total_ms, status, attempts) VALUES\s""";
    private static final String ROW = "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
    private static final String INSERT_MANY = INSERT + String.join(", ", Collections.nCopies(ROWS_A_STATEMENT, ROW));
    private static final String INSERT_ATTEMPT = """
            INSERT INTO usage_attempt (call_id, attempt, connection_id, upstream_name, status, code, total_ms)
            VALUES (?, ?, ?, ?, ?, ?, ?)""";
    private static final String UPSERT_DAY = """
            INSERT INTO usage_day (day, account_id, key_id, model, calls, tokens_in, tokens_out)
            VALUES (?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (day, account_id, key_id, model) DO UPDATE SET calls = usage_day.calls + excluded.calls,
                tokens_in = usage_day.tokens_in + excluded.tokens_in,
                tokens_out = usage_day.tokens_out + excluded.tokens_out""";

    private record DayKey(long day, String accountId, String keyId, String model) {}

    private final Db db;
    private final BlockingQueue<UsageRow> queue = new ArrayBlockingQueue<>(100_000);
    private final AtomicLong lost = new AtomicLong();
    private final Thread writer;
    private volatile boolean closed;

    public Ledger(Db db) {
        this.db = db;
        this.writer = Thread.ofVirtual().name("ledger").unstarted(this::work);
    }

    public void start() {
        writer.start();
    }

    void append(UsageRow row) {
        if (!queue.offer(row) && lost.incrementAndGet() % 1000 == 1) {
            log.error("the ledger cannot be written and its queue is full lost={}", lost.get());
        }
    }

    private void work() {
        var batch = new ArrayList<UsageRow>(BATCH);
        try {
            while (!closed || !queue.isEmpty()) {
                var first = queue.poll(COLLECT_MS, TimeUnit.MILLISECONDS);
                if (first == null) {
                    continue;
                }
                if (!closed && queue.size() < BATCH) {
                    Thread.sleep(COLLECT_MS);
                }
                batch.add(first);
                queue.drainTo(batch, BATCH - 1);
                writeUntilDone(batch);
                batch.clear();
            }
        } catch (InterruptedException e) {
            log.warn("ledger stopped with unwritten rows rows={}", queue.size() + batch.size());
        }
    }

    private void writeUntilDone(List<UsageRow> batch) throws InterruptedException {
        for (long wait = 100; ; wait = Math.min(wait * 2, 10_000)) {
            try {
                db.transaction(() -> write(batch));
                return;
            } catch (DbException e) {
                log.error("the ledger cannot be written, trying again rows={} cause={}", batch.size(), e.getMessage());
                Thread.sleep(wait);
            }
        }
    }

    private int write(List<UsageRow> batch) {
        int from = 0;
        for (; from + ROWS_A_STATEMENT <= batch.size(); from += ROWS_A_STATEMENT) {
            db.update(INSERT_MANY, values(batch.subList(from, from + ROWS_A_STATEMENT)));
        }
        for (; from < batch.size(); from++) {
            db.update(INSERT + ROW, values(batch.subList(from, from + 1)));
        }
        batch.forEach(this::writeAttempts);
        var days = new HashMap<DayKey, long[]>();
        for (var row : batch) {
            var key = new DayKey(row.at() / DAY_MS, orEmpty(row.accountId()), orEmpty(row.keyId()), row.model());
            var sums = days.computeIfAbsent(key, k -> new long[3]);
            sums[0]++;
            sums[1] += row.tokensIn();
            sums[2] += row.tokensOut();
        }
        days.forEach((key, sums) ->
                db.update(UPSERT_DAY, key.day(), key.accountId(), key.keyId(), key.model(), sums[0], sums[1], sums[2]));
        return batch.size();
    }

    /** One try that worked is the call itself and needs no row. */
    private void writeAttempts(UsageRow row) {
        var attempts = row.attempts();
        if (attempts.size() == 1 && attempts.getFirst().code().isEmpty()) {
            return;
        }
        for (int i = 0; i < attempts.size(); i++) {
            var attempt = attempts.get(i);
            db.update(
                    INSERT_ATTEMPT,
                    row.callId(),
                    i + 1,
                    attempt.connectionId(),
                    attempt.upstreamName(),
                    attempt.status(),
                    attempt.code(),
                    attempt.totalMs());
        }
    }

    private static @Nullable Object[] values(List<UsageRow> rows) {
        var values = new ArrayList<@Nullable Object>(rows.size() * 17);
        for (var row : rows) {
            Collections.addAll(
                    values,
                    row.callId(),
                    row.at(),
                    row.accountId(),
                    row.keyId(),
                    row.surface(),
                    row.refKind(),
                    row.refId(),
                    row.model(),
                    row.connectionId(),
                    row.tokensIn(),
                    row.tokensOut(),
                    row.tokensCached(),
                    row.estimated(),
                    row.firstMs(),
                    row.totalMs(),
                    row.status(),
                    Math.max(1, row.attempts().size()));
        }
        return values.toArray();
    }

    private static String orEmpty(@Nullable String text) {
        return text == null ? "" : text;
    }

    /** Writes what is queued, for at most five seconds. */
    @Override
    public void close() {
        closed = true;
        try {
            if (!writer.join(java.time.Duration.ofSeconds(5))) {
                writer.interrupt();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
