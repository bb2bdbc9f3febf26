package carafe.feature.courses;

import carafe.platform.db.Db;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.util.List;
import java.util.Optional;

/** Tables {@code regrade} and {@code regrade_change}. */
final class RegradeStore {
    /**
     * @param contentHash of the tests it judges by
     * @param upTo the last submission that it looks at
     * @param reached the last one that it has looked at
     */
    record Regrade(
            long id,
            LessonRef at,
            String contentHash,
            String state,
            long total,
            long done,
            long upTo,
            long reached,
            long createdAt) {}

    /** A verdict that differs from the one that counts. */
    record Change(
            long submissionId,
            String accountId,
            long num,
            String name,
            String oldStatus,
            double oldPoints,
            String newStatus,
            double newPoints) {}

    private static final String SELECT = """
            SELECT id, course, lesson, content_hash, state, total, done, upto, reached, created_at FROM regrade\s""";

    private final Db db;
    private final Clock clock;

    RegradeStore(Db db, Clock clock) {
        this.db = db;
        this.clock = clock;
    }

    /** Over everything graded until now; inside a transaction. */
    Regrade insert(LessonRef at, String contentHash, String accountId) {
        return db.returning(
                        """
                        INSERT INTO regrade (course, lesson, content_hash, state, total, upto, account_id, created_at)
                        SELECT ?, ?, ?, 'running', count(*), coalesce(max(id), 0), ?, ?
                        FROM submission
                        WHERE course = ? AND lesson = ? AND source = 'graded' AND graded_at IS NOT NULL
                        RETURNING id, course, lesson, content_hash, state, total, done, upto, reached, created_at""",
                        RegradeStore::read,
                        at.course(),
                        at.lesson(),
                        contentHash,
                        accountId,
                        clock.millis(),
                        at.course(),
                        at.lesson())
                .orElseThrow();
    }

    Optional<Regrade> find(String course, long id) {
        return db.one(SELECT + "WHERE id = ? AND course = ?", RegradeStore::read, id, course);
    }

    Optional<Regrade> find(long id) {
        return db.one(SELECT + "WHERE id = ?", RegradeStore::read, id);
    }

    Optional<Regrade> open(LessonRef at) {
        return db.one(
                SELECT + "WHERE course = ? AND lesson = ? AND state IN ('running', 'ready') ORDER BY id DESC LIMIT 1",
                RegradeStore::read,
                at.course(),
                at.lesson());
    }

    List<Regrade> latest(String course) {
        return db.list(SELECT + "WHERE course = ? ORDER BY id DESC LIMIT 100", RegradeStore::read, course);
    }

    void setState(long id, String state) {
        db.update("UPDATE regrade SET state = ? WHERE id = ?", state, id);
    }

    void advance(long id, long reached, int more) {
        db.update("UPDATE regrade SET reached = ?, done = done + ? WHERE id = ?", reached, more, id);
    }

    void keep(long id, long submissionId, SubmissionStore.Grade grade) {
        db.update(
                """
                INSERT INTO regrade_change (regrade_id, submission_id, status, score, points, gradable, mistake, tests)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (regrade_id, submission_id) DO NOTHING""",
                id,
                submissionId,
                grade.status(),
                grade.score(),
                grade.points(),
                grade.gradable(),
                grade.mistake(),
                grade.tests());
    }

    /** What applying would change. */
    List<Change> changes(long id, int limit) {
        return db.list(
                """
                SELECT c.submission_id, s.account_id, a.num, a.name, s.status AS old_status,
                    coalesce(s.points, 0) AS old_points, c.status AS new_status, c.points AS new_points
                FROM regrade_change c JOIN submission s ON s.id = c.submission_id JOIN account a ON a.id = s.account_id
                WHERE c.regrade_id = ?
                    AND (c.status <> s.status OR c.points <> coalesce(s.points, 0) OR c.gradable <> s.gradable)
                ORDER BY c.submission_id LIMIT ?""",
                row -> new Change(
                        row.getLong("submission_id"),
                        row.getString("account_id"),
                        row.getLong("num"),
                        row.getString("name"),
                        row.getString("old_status"),
                        row.getDouble("old_points"),
                        row.getString("new_status"),
                        row.getDouble("new_points")),
                id,
                limit);
    }

    /** Submissions with a new verdict after {@code after}, by their ids. */
    List<Long> verdicts(long id, long after, int limit) {
        return db.list("""
                SELECT submission_id FROM regrade_change WHERE regrade_id = ? AND submission_id > ?
                ORDER BY submission_id LIMIT ?""", row -> row.getLong("submission_id"), id, after, limit);
    }

    /** Makes the new verdict the one that counts. */
    void apply(Regrade regrade, long submissionId) {
        db.update(
                """
                UPDATE submission SET
                    status = (SELECT c.status FROM regrade_change c WHERE c.regrade_id = ? AND c.submission_id = submission.id),
                    score = (SELECT c.score FROM regrade_change c WHERE c.regrade_id = ? AND c.submission_id = submission.id),
                    points = (SELECT c.points FROM regrade_change c WHERE c.regrade_id = ? AND c.submission_id = submission.id),
                    gradable = (SELECT c.gradable FROM regrade_change c
                        WHERE c.regrade_id = ? AND c.submission_id = submission.id),
                    mistake = (SELECT c.mistake FROM regrade_change c
                        WHERE c.regrade_id = ? AND c.submission_id = submission.id),
                    tests = (SELECT c.tests FROM regrade_change c WHERE c.regrade_id = ? AND c.submission_id = submission.id),
                    content_hash = ?
                WHERE id = ?""",
                regrade.id(),
                regrade.id(),
                regrade.id(),
                regrade.id(),
                regrade.id(),
                regrade.id(),
                regrade.contentHash(),
                submissionId);
    }

    private static Regrade read(ResultSet row) throws SQLException {
        return new Regrade(
                row.getLong("id"),
                new LessonRef(row.getString("course"), row.getString("lesson")),
                row.getString("content_hash"),
                row.getString("state"),
                row.getLong("total"),
                row.getLong("done"),
                row.getLong("upto"),
                row.getLong("reached"),
                row.getLong("created_at"));
    }
}
