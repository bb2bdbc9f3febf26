package carafe.feature.courses;

import carafe.platform.db.Db;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Submissions of everybody to one exercise, without their texts. */
final class TeacherStore {
    record Row(
            long id,
            long num,
            String name,
            String status,
            @Nullable Double score,
            @Nullable Double points,
            boolean late,
            @Nullable String mistake,
            long submittedAt,
            String contentHash) {}

    private static final String FROM = """
            FROM submission s JOIN account a ON a.id = s.account_id AND a.deleted_at IS NULL
            WHERE s.course = ? AND s.lesson = ? AND s.source = 'graded'\s""";

    private final Db db;

    TeacherStore(Db db) {
        this.db = db;
    }

    /** The newest first; {@code accountId} null: of everybody. */
    List<Row> list(LessonRef at, @Nullable String accountId, int limit, long offset) {
        var args = args(at, accountId);
        args.add(limit);
        args.add(offset);
        return db.list(
                "SELECT s.id, a.num, a.name, s.status, s.score, s.points, s.late, s.mistake, s.submitted_at, s.content_hash "
                        + FROM + of(accountId) + "ORDER BY s.id DESC LIMIT ? OFFSET ?",
                row -> new Row(
                        row.getLong("id"),
                        row.getLong("num"),
                        row.getString("name"),
                        row.getString("status"),
                        SubmissionStore.number(row, "score"),
                        SubmissionStore.number(row, "points"),
                        row.getBoolean("late"),
                        row.getString("mistake"),
                        row.getLong("submitted_at"),
                        row.getString("content_hash")),
                args.toArray());
    }

    long count(LessonRef at, @Nullable String accountId) {
        return db.one(
                        "SELECT count(*) " + FROM + of(accountId),
                        row -> row.getLong(1),
                        args(at, accountId).toArray())
                .orElse(0L);
    }

    private static String of(@Nullable String accountId) {
        return accountId == null ? "" : "AND s.account_id = ? ";
    }

    private static List<Object> args(LessonRef at, @Nullable String accountId) {
        var args = new ArrayList<Object>(List.of(at.course(), at.lesson()));
        if (accountId != null) {
            args.add(accountId);
        }
        return args;
    }
}
