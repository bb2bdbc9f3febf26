package carafe.feature.courses;

import carafe.platform.db.Db;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Table {@code tutor_message}: what was said to the tutor and by it. */
final class TutorStore {
    /** {@code course} and {@code lesson} null: about no lesson; {@code meta} is JSON. */
    record Message(
            long id,
            @Nullable String course,
            @Nullable String lesson,
            String role,
            String content,
            String meta,
            long createdAt) {}

    record Stats(long total, long user, long assistant) {}

    private static final String SELECT =
            "SELECT id, course, lesson, role, content, meta, created_at FROM tutor_message ";

    private final Db db;
    private final Clock clock;

    TutorStore(Db db, Clock clock) {
        this.db = db;
        this.clock = clock;
    }

    Message add(String accountId, @Nullable LessonRef at, String role, String content, String meta) {
        return db.returning(
                        """
                        INSERT INTO tutor_message (account_id, course, lesson, role, content, meta, created_at)
                        VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING id, course, lesson, role, content, meta, created_at""",
                        TutorStore::read,
                        accountId,
                        at == null ? null : at.course(),
                        at == null ? null : at.lesson(),
                        role,
                        content,
                        meta,
                        clock.millis())
                .orElseThrow();
    }

    /** A question and its answer, both or neither. */
    void both(String accountId, @Nullable LessonRef at, String question, String answer, String meta) {
        db.transaction(() -> {
            add(accountId, at, "user", question, "{}");
            return add(accountId, at, "assistant", answer, meta);
        });
    }

    /** The newest first. */
    List<Message> of(String accountId, int limit) {
        return db.list(
                SELECT + "WHERE account_id = ? ORDER BY created_at DESC, id DESC LIMIT ?",
                TutorStore::read,
                accountId,
                limit);
    }

    /** The last ones about a lesson, the oldest of them first. */
    List<Message> of(String accountId, LessonRef at, int limit) {
        return db.list(SELECT + """
                                WHERE account_id = ? AND course = ? AND lesson = ?
                                ORDER BY created_at DESC, id DESC LIMIT ?""", TutorStore::read, accountId, at.course(), at.lesson(), limit)
                .reversed();
    }

    int delete(String accountId, LessonRef at) {
        return db.update(
                "DELETE FROM tutor_message WHERE account_id = ? AND course = ? AND lesson = ?",
                accountId,
                at.course(),
                at.lesson());
    }

    Stats stats(String accountId) {
        return db.one(
                        """
                        SELECT count(*) AS total,
                            coalesce(sum(CASE WHEN role = 'user' THEN 1 ELSE 0 END), 0) AS asked,
                            coalesce(sum(CASE WHEN role = 'assistant' THEN 1 ELSE 0 END), 0) AS answered
                        FROM tutor_message WHERE account_id = ?""",
                        row -> new Stats(row.getLong("total"), row.getLong("asked"), row.getLong("answered")),
                        accountId)
                .orElseThrow();
    }

    private static Message read(ResultSet row) throws SQLException {
        return new Message(
                row.getLong("id"),
                row.getString("course"),
                row.getString("lesson"),
                row.getString("role"),
                row.getString("content"),
                row.getString("meta"),
                row.getLong("created_at"));
    }
}
