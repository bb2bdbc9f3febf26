package carafe.platform.jobs;

import carafe.platform.db.Db;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/** One attempt at a job, as its handler sees it. Nothing is committed through it once the job is not ours any more. */
public final class Job {
    /** The row, without what only the queue needs. */
    record Row(
            String id,
            String kind,
            @Nullable String dedupe,
            String payload,
            int attempts,
            @Nullable String nodeId) {}

    private final Row row;
    private final String nodeId;
    private final Db db;

    Job(Row row, String nodeId, Db db) {
        this.row = row;
        this.nodeId = nodeId;
        this.db = db;
    }

    public String id() {
        return row.id();
    }

    public String kind() {
        return row.kind();
    }

    /** JSON, as it was enqueued. */
    public String payload() {
        return row.payload();
    }

    /** From 1. */
    public int attempt() {
        return row.attempts();
    }

    /** A transaction for a step of the work; throws {@link JobLost} and changes nothing when the job is not ours. */
    public <T extends @Nullable Object> T commit(Callable<T> work) {
        return db.transaction(() -> {
            fence("UPDATE job SET node_id = node_id WHERE id = ? AND node_id = ? AND state = 'running'");
            return work.call();
        });
    }

    /** Like {@link #commit}, and in the same transaction the job ends: both happen, or neither. */
    public <T extends @Nullable Object> T finish(Callable<T> work) {
        return db.transaction(() -> {
            fence("DELETE FROM job WHERE id = ? AND node_id = ? AND state = 'running'");
            return work.call();
        });
    }

    private void fence(String sql) {
        if (db.update(sql, row.id(), nodeId) == 0) {
            throw new JobLost(row.id());
        }
    }
}
