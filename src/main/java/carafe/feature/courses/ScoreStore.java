package carafe.feature.courses;

import carafe.platform.db.Db;
import carafe.platform.db.TextMatch;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Table {@code best_score}: the best that somebody has reached in an exercise, and how often they tried. */
final class ScoreStore {
    /** Times are epoch milliseconds; {@code passedAt} null: not yet. */
    record Best(
            String course,
            String lesson,
            String accountId,
            long submissionId,
            double points,
            int attempts,
            @Nullable Long passedAt,
            long lastAt) {}

    /** A row of the gradebook's first column. */
    record Named(String accountId, long num, String name) {}

    /** Somebody who tries in vain. */
    record Stuck(Named who, String lesson, int attempts, long lastAt) {}

    private static final String SELECT =
            "SELECT course, lesson, account_id, submission_id, points, attempts, passed_at, last_at FROM best_score ";
    private static final String IN_COURSE =
            """
            FROM account a
            WHERE a.deleted_at IS NULL AND %s
                AND EXISTS (SELECT 1 FROM best_score b WHERE b.account_id = a.id AND b.course = ?)\s""".formatted(TextMatch.inPeople("a.name", "coalesce(a.email, a.username, '')"));

    private final Db db;

    ScoreStore(Db db) {
        this.db = db;
    }

    /** Counts a graded submission. */
    void count(Best newest) {
        db.update(
                """
                INSERT INTO best_score (course, lesson, account_id, submission_id, points, attempts, passed_at, last_at)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT (course, lesson, account_id) DO UPDATE SET
                    submission_id = CASE WHEN excluded.points > best_score.points
                        THEN excluded.submission_id ELSE best_score.submission_id END,
                    points = CASE WHEN excluded.points > best_score.points
                        THEN excluded.points ELSE best_score.points END,
                    attempts = best_score.attempts + excluded.attempts,
                    passed_at = coalesce(best_score.passed_at, excluded.passed_at),
                    last_at = excluded.last_at""",
                newest.course(),
                newest.lesson(),
                newest.accountId(),
                newest.submissionId(),
                newest.points(),
                newest.attempts(),
                newest.passedAt(),
                newest.lastAt());
    }

    /** Makes somebody's row anew from the submissions, after verdicts have changed; inside a transaction. */
    void recount(String accountId, LessonRef at) {
        db.update(
                "DELETE FROM best_score WHERE course = ? AND lesson = ? AND account_id = ?",
                at.course(),
                at.lesson(),
                accountId);
        db.update(
                """
                INSERT INTO best_score (course, lesson, account_id, submission_id, points, attempts, passed_at, last_at)
                SELECT ?, ?, ?,
                    (SELECT id FROM submission WHERE account_id = ? AND course = ? AND lesson = ? AND source = 'graded'
                        AND gradable = 1 AND graded_at IS NOT NULL ORDER BY points DESC, id LIMIT 1),
                    max(points), count(*), min(CASE WHEN status = 'pass' THEN submitted_at END), max(submitted_at)
                FROM submission
                WHERE account_id = ? AND course = ? AND lesson = ? AND source = 'graded' AND gradable = 1
                    AND graded_at IS NOT NULL
                HAVING count(*) > 0""",
                at.course(),
                at.lesson(),
                accountId,
                accountId,
                at.course(),
                at.lesson(),
                accountId,
                at.course(),
                at.lesson());
    }

    Optional<Best> find(String accountId, LessonRef at) {
        return db.one(
                SELECT + "WHERE course = ? AND lesson = ? AND account_id = ?",
                ScoreStore::read,
                at.course(),
                at.lesson(),
                accountId);
    }

    List<Best> of(String accountId) {
        return db.list(SELECT + "WHERE account_id = ? LIMIT 20000", ScoreStore::read, accountId);
    }

    List<Best> of(String accountId, String course) {
        return db.list(SELECT + "WHERE account_id = ? AND course = ?", ScoreStore::read, accountId, course);
    }

    /** Everybody who has handed something in, by name. */
    List<Named> learners(String course, String query, int limit, long offset) {
        var args = TextMatch.peoplePatterns(query);
        args.addAll(List.of(course, limit, offset));
        return db.list(
                "SELECT a.id, a.num, a.name " + IN_COURSE + "ORDER BY lower(a.name), a.num LIMIT ? OFFSET ?",
                row -> new Named(row.getString("id"), row.getLong("num"), row.getString("name")),
                args.toArray());
    }

    long learners(String course, String query) {
        var args = TextMatch.peoplePatterns(query);
        args.add(course);
        return db.one("SELECT count(*) " + IN_COURSE, row -> row.getLong(1), args.toArray())
                .orElse(0L);
    }

    /** All scores of these people in a course. */
    List<Best> of(List<Named> people, String course) {
        if (people.isEmpty()) {
            return List.of();
        }
        var args = new ArrayList<Object>();
        people.forEach(one -> args.add(one.accountId()));
        args.add(course);
        return db.list(
                SELECT + "WHERE account_id IN (" + String.join(", ", Collections.nCopies(people.size(), "?"))
                        + ") AND course = ?",
                ScoreStore::read,
                args.toArray());
    }

    List<Stuck> stuck(String course, int fails) {
        return db.list(
                """
                SELECT a.id, a.num, a.name, b.lesson, b.attempts, b.last_at
                FROM best_score b JOIN account a ON a.id = b.account_id AND a.deleted_at IS NULL
                WHERE b.course = ? AND b.passed_at IS NULL AND b.attempts >= ?
                ORDER BY b.last_at DESC LIMIT 200""",
                row -> new Stuck(
                        new Named(row.getString("id"), row.getLong("num"), row.getString("name")),
                        row.getString("lesson"),
                        row.getInt("attempts"),
                        row.getLong("last_at")),
                course,
                fails);
    }

    private static Best read(ResultSet row) throws SQLException {
        return new Best(
                row.getString("course"),
                row.getString("lesson"),
                row.getString("account_id"),
                row.getLong("submission_id"),
                row.getDouble("points"),
                row.getInt("attempts"),
                SubmissionStore.whole(row, "passed_at"),
                row.getLong("last_at"));
    }
}
