package carafe.feature.courses;

import carafe.platform.db.Db;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Table {@code exercise_override}: another deadline or number of attempts for one person. */
final class OverrideStore {
    /** Null: as for everybody. {@code attempts} 0: as many as one likes. */
    record Terms(@Nullable Instant due, @Nullable Integer attempts) {
        static final Terms NONE = new Terms(null, null);
    }

    record Granted(long num, String name, Terms what) {}

    private final Db db;

    OverrideStore(Db db) {
        this.db = db;
    }

    void grant(String accountId, LessonRef at, Terms what) {
        db.update("""
                INSERT INTO exercise_override (course, lesson, account_id, due_at, attempts) VALUES (?, ?, ?, ?, ?)
                ON CONFLICT (course, lesson, account_id) DO UPDATE SET due_at = excluded.due_at,
                    attempts = excluded.attempts""", at.course(), at.lesson(), accountId, what.due(), what.attempts());
    }

    boolean revoke(String accountId, LessonRef at) {
        return db.update(
                        "DELETE FROM exercise_override WHERE course = ? AND lesson = ? AND account_id = ?",
                        at.course(),
                        at.lesson(),
                        accountId)
                == 1;
    }

    Terms of(String accountId, LessonRef at) {
        return find(accountId, at).orElse(Terms.NONE);
    }

    private Optional<Terms> find(String accountId, LessonRef at) {
        return db.one(
                "SELECT due_at, attempts FROM exercise_override WHERE course = ? AND lesson = ? AND account_id = ?",
                OverrideStore::read,
                at.course(),
                at.lesson(),
                accountId);
    }

    List<Granted> all(LessonRef at) {
        return db.list(
                """
                SELECT a.num, a.name, o.due_at, o.attempts
                FROM exercise_override o JOIN account a ON a.id = o.account_id AND a.deleted_at IS NULL
                WHERE o.course = ? AND o.lesson = ? ORDER BY lower(a.name), a.num LIMIT 5000""",
                row -> new Granted(row.getLong("num"), row.getString("name"), read(row)),
                at.course(),
                at.lesson());
    }

    private static Terms read(java.sql.ResultSet row) throws java.sql.SQLException {
        var due = SubmissionStore.whole(row, "due_at");
        long attempts = row.getLong("attempts");
        return new Terms(due == null ? null : Instant.ofEpochMilli(due), row.wasNull() ? null : (int) attempts);
    }
}
