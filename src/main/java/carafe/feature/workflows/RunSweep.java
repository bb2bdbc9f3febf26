package carafe.feature.workflows;

import carafe.platform.db.Db;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
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
    private static final int PAGES = 200;
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
        for (int i = 0; i < MOST_STEPS && definitions() > 0; i++) {
            log.debug("descriptions of workflows removed step={}", i);
        }
        leftovers();
        files.sweepLeftovers();
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
    private int definitions() {
        return db.update("""
                DELETE FROM wf_definition WHERE hash IN (
                    SELECT d.hash FROM wf_definition d WHERE d.created_at < ?
                        AND NOT EXISTS (SELECT 1 FROM wf_flow f WHERE f.hash = d.hash)
                        AND NOT EXISTS (SELECT 1 FROM wf_version v WHERE v.hash = d.hash)
                        AND NOT EXISTS (SELECT 1 FROM wf_run r WHERE r.hash = d.hash)
                        AND NOT EXISTS (SELECT 1 FROM wf_run r WHERE r.called <> '{}' AND r.called LIKE '%' || d.hash || '%')
                    LIMIT 100)""", clock.millis() - Duration.ofHours(1).toMillis());
    }

    /** Values of runs whose row is gone or never came: the process died in between, or the disk was full. */
    private void leftovers() throws IOException {
        for (var id : values.olderThan(clock.instant().minus(Duration.ofHours(1)))) {
            if (db.one("SELECT id FROM wf_run WHERE id = ?", row -> row.getString("id"), id)
                    .isEmpty()) {
                values.delete(id);
            }
        }
    }

    /** Some hundred pages at a time, so that nobody else waits long for the writer. */
    private void giveBack() {
        long left = Long.MAX_VALUE;
        for (int i = 0; i < MOST_STEPS && left > 0; i++) {
            long now = db.giveBack(PAGES);
            if (now >= left) {
                break; // a database that was made without that
            }
            left = now;
        }
    }
}
