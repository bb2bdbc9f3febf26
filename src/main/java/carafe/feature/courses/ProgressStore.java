package carafe.feature.courses;

import carafe.platform.db.Db;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Table {@code lesson_progress}; every statement names the account. */
final class ProgressStore {
    private static final String SELECT = """
            SELECT id, account_id, course, lesson, completed, cursor, started_at, completed_at, last_access_at, current_code,
                files
            FROM lesson_progress\s""";
    private static final String RETURNING = """
            RETURNING id, account_id, course, lesson, completed, cursor, started_at, completed_at, last_access_at,
                current_code, files""";

    /** What to change; null leaves a part as it is. */
    record Change(
            @Nullable Boolean completed,
            @Nullable String cursor,
            @Nullable String code,
            @Nullable String files) {
        static final Change NONE = new Change(null, null, null, null);
        static final Change COMPLETED = new Change(true, null, null, null);
    }

    /** How much of a course's lessons. */
    record Counts(long started, long completed) {}

    private final Db db;
    private final Clock clock;

    ProgressStore(Db db, Clock clock) {
        this.db = db;
        this.clock = clock;
    }

    /** Creates the row or changes it. */
    Progress save(String accountId, LessonRef at, Change change) {
        long now = clock.millis();
        boolean completed = Boolean.TRUE.equals(change.completed());
        return db.returning(
                        """
                        INSERT INTO lesson_progress (account_id, course, lesson, completed, cursor, started_at, completed_at,
                            last_access_at, current_code, files)
                        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                        ON CONFLICT (account_id, course, lesson) DO UPDATE SET
                            completed = CASE WHEN ? = 1 THEN excluded.completed ELSE lesson_progress.completed END,
                            completed_at = CASE WHEN ? = 0 THEN lesson_progress.completed_at
                                WHEN excluded.completed = 1
                                THEN coalesce(lesson_progress.completed_at, excluded.completed_at) END,
                            cursor = CASE WHEN ? = 1 THEN excluded.cursor ELSE lesson_progress.cursor END,
                            current_code = coalesce(excluded.current_code, lesson_progress.current_code),
                            files = coalesce(excluded.files, lesson_progress.files),
                            last_access_at = excluded.last_access_at\s""" + RETURNING,
                        ProgressStore::read,
                        accountId,
                        at.course(),
                        at.lesson(),
                        completed,
                        change.cursor() == null ? "{\"line\":1,\"column\":1}" : change.cursor(),
                        now,
                        completed ? now : null,
                        now,
                        change.code(),
                        change.files(),
                        change.completed() != null,
                        change.completed() != null,
                        change.cursor() != null)
                .orElseThrow();
    }

    Optional<Progress> find(String accountId, LessonRef at) {
        return db.one(
                SELECT + "WHERE account_id = ? AND course = ? AND lesson = ?",
                ProgressStore::read,
                accountId,
                at.course(),
                at.lesson());
    }

    /** The one that was opened last comes first. */
    List<Progress> latest(String accountId, int limit) {
        return db.list(
                SELECT + "WHERE account_id = ? ORDER BY last_access_at DESC, id DESC LIMIT ?",
                ProgressStore::read,
                accountId,
                limit);
    }

    /** Without code. */
    List<Progress> all(String accountId) {
        return db.list("""
                SELECT id, account_id, course, lesson, completed, cursor, started_at, completed_at, last_access_at,
                    NULL AS current_code, NULL AS files
                FROM lesson_progress WHERE account_id = ? LIMIT 10000""", ProgressStore::read, accountId);
    }

    Counts counts(String accountId, String course) {
        return db.one("""
                        SELECT count(*) AS started, coalesce(sum(completed), 0) AS completed
                        FROM lesson_progress WHERE account_id = ? AND course = ?""", row -> new Counts(row.getLong("started"), row.getLong("completed")), accountId, course)
                .orElse(new Counts(0, 0));
    }

    /** Back to the starter; what was reached stays. */
    void forgetCode(String accountId, LessonRef at) {
        db.update("""
                UPDATE lesson_progress SET current_code = NULL, files = NULL, last_access_at = ?
                WHERE account_id = ? AND course = ? AND lesson = ?""", clock.millis(), accountId, at.course(), at.lesson());
    }

    private static Progress read(ResultSet row) throws SQLException {
        long completed = row.getLong("completed_at");
        var completedAt = row.wasNull() ? null : completed;
        return new Progress(
                row.getLong("id"),
                row.getString("account_id"),
                row.getString("course"),
                row.getString("lesson"),
                row.getBoolean("completed"),
                row.getString("cursor"),
                row.getLong("started_at"),
                completedAt,
                row.getLong("last_access_at"),
                row.getString("current_code"),
                row.getString("files"));
    }
}
