package carafe.feature.workflows;

import carafe.platform.db.Db;
import carafe.platform.db.Dialect;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Bounds what runs take: those that are over go by age and by number, with their values, and the disk gets its room back.
 * All of it in small steps, so that nobody else waits for the writer.
 */
final class RunSweep {
    private static final Logger log = LoggerFactory.getLogger(RunSweep.class);
    private static final int CHUNK = 100;
    private static final int MOST_STEPS = 10_000;
    private static final String OVER = "status IN ('done', 'failed', 'cancelled')";

    private final Db db;
    private final RunValues values;
    private final FlowFiles files;
    private final Duration keepFor;
    private final int keepRuns;
    private final Clock clock;

    RunSweep(Db db, RunValues values, FlowFiles files, Duration keepFor, int keepRuns, Clock clock) {
        this.db = db;
        this.values = values;
        this.files = files;
        this.keepFor = keepFor;
        this.keepRuns = keepRuns;
        this.clock = clock;
    }

    /** How many runs went. */
    int run() throws IOException {
        int gone = byAge() + byNumber();
        definitions();
        for (int i = 0; i < MOST_STEPS && files.sweep() > 0; i++) {
            log.debug("uploads of workflows removed step={}", i);
        }
        if (gone > 0) {
            log.info("workflow runs removed count={}", gone);
            giveBack();
        }
        return gone;
    }

    private int byAge() throws IOException {
        long oldest = clock.millis() - keepFor.toMillis();
        int gone = 0;
        for (int i = 0; i < MOST_STEPS; i++) {
            var ids = db.list(
                    "SELECT id FROM wf_run WHERE created_at < ? AND " + OVER + " ORDER BY created_at LIMIT " + CHUNK,
                    row -> row.getString("id"),
                    oldest);
            gone += delete(ids);
            if (ids.size() < CHUNK) {
                break;
            }
        }
        return gone;
    }

    private int byNumber() throws IOException {
        var crowded = db.list(
                "SELECT flow_id FROM wf_run GROUP BY flow_id HAVING COUNT(*) > ? LIMIT 1000",
                row -> row.getString("flow_id"),
                keepRuns);
        int gone = 0;
        for (var flowId : crowded) {
            for (int i = 0; i < MOST_STEPS; i++) {
                var ids = db.list(
                        "SELECT id FROM wf_run WHERE flow_id = ? AND " + OVER
                                + " ORDER BY created_at DESC, id DESC LIMIT " + CHUNK + " OFFSET ?",
                        row -> row.getString("id"),
                        flowId,
                        keepRuns);
                gone += delete(ids);
                if (ids.size() < CHUNK) {
                    break;
                }
            }
        }
        return gone;
    }

    private int delete(List<String> ids) throws IOException {
        for (var id : ids) {
            db.update("DELETE FROM wf_run WHERE id = ?", id);
            values.delete(id);
        }
        return ids.size();
    }

    /** Descriptions that no draft, version or run needs any more. */
    private void definitions() {
        db.update("""
                DELETE FROM wf_definition WHERE hash IN (
                    SELECT d.hash FROM wf_definition d WHERE d.created_at < ?
                        AND NOT EXISTS (SELECT 1 FROM wf_flow f WHERE f.hash = d.hash)
                        AND NOT EXISTS (SELECT 1 FROM wf_version v WHERE v.hash = d.hash)
                        AND NOT EXISTS (SELECT 1 FROM wf_run r WHERE r.hash = d.hash)
                        AND NOT EXISTS (SELECT 1 FROM wf_run r WHERE r.called <> '{}' AND r.called LIKE '%' || d.hash || '%')
                    LIMIT 100)""", clock.millis() - Duration.ofHours(1).toMillis());
    }

    /** SQLite keeps the pages of deleted rows; some hundred at a time go back to the disk. */
    private void giveBack() {
        if (db.dialect() != Dialect.SQLITE) {
            return;
        }
        for (int i = 0; i < MOST_STEPS; i++) {
            var pages = db.transaction(
                    () -> new ArrayList<>(db.list("PRAGMA incremental_vacuum(200)", row -> row.getInt(1))));
            long free = db.one("PRAGMA freelist_count", row -> row.getLong(1)).orElse(0L);
            log.debug("pages given back pages={} free={}", pages.size(), free);
            if (free == 0) {
                break;
            }
        }
    }
}
