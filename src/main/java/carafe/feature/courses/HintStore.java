package carafe.feature.courses;

import carafe.platform.db.Db;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Table {@code hint}: every hint that was given, for the learner to read again and for the teacher to see. */
final class HintStore {
    /** {@code name}: of the mistake or the step; the question to the tutor. */
    record Given(long id, String kind, String name, String text, long createdAt) {}

    record GivenTo(long num, String learner, String lesson, Given hint) {}

    private final Db db;
    private final Clock clock;

    HintStore(Db db, Clock clock) {
        this.db = db;
        this.clock = clock;
    }

    Given add(String accountId, LessonRef at, @Nullable Long submissionId, String kind, String name, String text) {
        return db.returning(
                        """
                        INSERT INTO hint (account_id, course, lesson, submission_id, kind, name, text, created_at)
                        VALUES (?, ?, ?, ?, ?, ?, ?, ?) RETURNING id, kind, name, text, created_at""",
                        HintStore::read,
                        accountId,
                        at.course(),
                        at.lesson(),
                        submissionId,
                        kind,
                        name,
                        text,
                        clock.millis())
                .orElseThrow();
    }

    /** In the order they were given. */
    List<Given> of(String accountId, LessonRef at) {
        return db.list("""
                SELECT id, kind, name, text, created_at FROM hint
                WHERE account_id = ? AND course = ? AND lesson = ? ORDER BY id LIMIT 500""", HintStore::read, accountId, at.course(), at.lesson());
    }

    /** Of everybody, the newest first; {@code lesson} and {@code accountId} null: all. */
    List<GivenTo> all(String course, @Nullable String lesson, @Nullable String accountId, int limit, long offset) {
        var sql = new StringBuilder("""
                SELECT a.num, a.name AS learner, h.lesson, h.id, h.kind, h.name, h.text, h.created_at
                FROM hint h JOIN account a ON a.id = h.account_id AND a.deleted_at IS NULL
                WHERE h.course = ?""");
        var args = new ArrayList<Object>();
        args.add(course);
        if (lesson != null) {
            sql.append(" AND h.lesson = ?");
            args.add(lesson);
        }
        if (accountId != null) {
            sql.append(" AND h.account_id = ?");
            args.add(accountId);
        }
        args.add(limit);
        args.add(offset);
        return db.list(
                sql.append(" ORDER BY h.id DESC LIMIT ? OFFSET ?").toString(),
                row -> new GivenTo(row.getLong("num"), row.getString("learner"), row.getString("lesson"), read(row)),
                args.toArray());
    }

    private static Given read(ResultSet row) throws SQLException {
        return new Given(
                row.getLong("id"),
                row.getString("kind"),
                row.getString("name"),
                row.getString("text"),
                row.getLong("created_at"));
    }
}
