package carafe.platform.jobs;

import carafe.platform.db.Db;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Table {@code job}: ready, running under a node's id, or failed; a job that is done is deleted. */
final class JobStore {
    private static final String COLUMNS = "id, kind, dedupe, payload, attempts, node_id";
    private static final Duration FAILED_KEPT = Duration.ofDays(30);
    private static final int ERROR_CHARS = 2_000;

    private final Db db;
    private final Nodes nodes;
    private final Clock clock;

    JobStore(Db db, Nodes nodes, Clock clock) {
        this.db = db;
        this.nodes = nodes;
        this.clock = clock;
    }

    /** False when one of this kind and key waits or runs already. */
    boolean insertReady(String id, String kind, @Nullable String dedupe, String payload, Instant runAt) {
        return insert(new Job.Row(id, kind, dedupe, payload, 0, null), "ready", runAt);
    }

    /** Like {@link #insertReady}, as this node's already. */
    boolean insertRunning(Job.Row job) {
        return insert(job, "running", clock.instant());
    }

    private boolean insert(Job.Row job, String state, Instant runAt) {
        return db.update(
                        """
                        INSERT INTO job (id, kind, dedupe, payload, state, attempts, run_at, node_id, created_at)
                        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
                        ON CONFLICT (kind, dedupe) WHERE state IN ('ready', 'running') DO NOTHING""",
                        job.id(),
                        job.kind(),
                        job.dedupe(),
                        job.payload(),
                        state,
                        job.attempts(),
                        runAt,
                        job.nodeId(),
                        clock.instant())
                == 1;
    }

    /** Ready jobs of these kinds that are due, the longest due first. */
    List<Job.Row> due(Collection<String> kinds, int limit) {
        if (kinds.isEmpty() || limit == 0) {
            return List.of();
        }
        return db.list(
                "SELECT " + COLUMNS + " FROM job WHERE state = 'ready' AND run_at <= ? AND kind IN (" + marks(kinds)
                        + ") ORDER BY run_at, id LIMIT ?",
                JobStore::read,
                args(clock.instant(), kinds, limit));
    }

    /** When the next ready job of these kinds is due. */
    Optional<Instant> nextDue(Collection<String> kinds) {
        return db.one(
                "SELECT run_at FROM job WHERE state = 'ready' AND run_at > ? AND kind IN (" + marks(kinds)
                        + ") ORDER BY run_at LIMIT ?",
                row -> Instant.ofEpochMilli(row.getLong("run_at")),
                args(clock.instant(), kinds, 1));
    }

    /** Makes a ready job ours; empty when somebody was quicker. */
    Optional<Job.Row> claim(String id) {
        return db.returning(
                "UPDATE job SET state = 'running', node_id = ?, attempts = attempts + 1"
                        + " WHERE id = ? AND state = 'ready' RETURNING " + COLUMNS,
                JobStore::read,
                nodes.id(),
                id);
    }

    /** The job is done; nothing happens when it was finished or lost before. */
    void delete(String id) {
        db.update("DELETE FROM job WHERE id = ? AND node_id = ? AND state = 'running'", id, nodes.id());
    }

    void retry(String id, Instant runAt, String error) {
        db.update("""
                UPDATE job SET state = 'ready', node_id = NULL, run_at = ?, error = ?
                WHERE id = ? AND node_id = ? AND state = 'running'""", runAt, shortened(error), id, nodes.id());
    }

    void fail(String id, String error) {
        db.update("""
                UPDATE job SET state = 'failed', node_id = NULL, run_at = ?, error = ?
                WHERE id = ? AND node_id = ? AND state = 'running'""", clock.instant(), shortened(error), id, nodes.id());
    }

    /** Gives a running job that never got to work back, as if it had not been claimed. */
    void giveBack(String id) {
        db.update("""
                UPDATE job SET state = 'ready', node_id = NULL, attempts = attempts - 1
                WHERE id = ? AND node_id = ? AND state = 'running'""", id, nodes.id());
    }

    /** Running jobs whose node is gone, and those of this node that began 15 s ago or earlier. */
    List<Job.Row> suspects() {
        return db.list(
                "SELECT " + COLUMNS + " FROM job WHERE state = 'running' AND (" + Nodes.ORPHANED
                        + " OR (node_id = ? AND run_at < ?)) ORDER BY run_at, id LIMIT 500",
                JobStore::read,
                nodes.aliveSince(),
                nodes.id(),
                nodes.aliveSince());
    }

    /** Takes a running job away from the node that left it. */
    boolean release(Job.Row job, boolean forGood) {
        return db.update("""
                UPDATE job SET state = ?, node_id = NULL, run_at = ?, error = 'the process that ran it ended'
                WHERE id = ? AND node_id = ? AND state = 'running'""", forGood ? "failed" : "ready", clock.instant(), job.id(), job.nodeId()) > 0;
    }

    void forgetOldFailures() {
        db.update(
                "DELETE FROM job WHERE state = 'failed' AND run_at < ?",
                clock.instant().minus(FAILED_KEPT));
    }

    private static Job.Row read(ResultSet row) throws SQLException {
        return new Job.Row(
                row.getString("id"),
                row.getString("kind"),
                row.getString("dedupe"),
                row.getString("payload"),
                row.getInt("attempts"),
                row.getString("node_id"));
    }

    private static String marks(Collection<String> kinds) {
        return String.join(", ", Collections.nCopies(kinds.size(), "?"));
    }

    private static Object[] args(Instant now, Collection<String> kinds, int limit) {
        var all = new ArrayList<Object>();
        all.add(now);
        all.addAll(kinds);
        all.add(limit);
        return all.toArray();
    }

    private static String shortened(String error) {
        return error.length() <= ERROR_CHARS ? error : error.substring(0, ERROR_CHARS);
    }
}
