package carafe.feature.courses;

import carafe.platform.db.Db;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Table {@code submission}. */
final class SubmissionStore {
    private static final String COLUMNS = """
            s.id, s.account_id, s.course, s.lesson, s.source, s.status, s.content_hash, s.score, s.points, s.credit,
            s.gradable, s.late, s.run_ms, s.mistake, s.submitted_at, s.graded_at, s.files, s.output, s.tests\s""";
    private static final String SELECT = "SELECT " + COLUMNS + "FROM submission s ";

    /** What was told or seen of a run. {@code seconds} may be unknown. */
    record Ran(
            String source,
            String status,
            String files,
            @Nullable String output,
            @Nullable Double seconds) {}

    /** Counts over a learner's submissions; the time is the mean of successes in seconds. */
    record Stats(long total, long successes, long errors, long timeouts, double time) {}

    /** What the tests said. */
    record Grade(
            String status,
            double score,
            double points,
            boolean gradable,
            double runMs,
            @Nullable String mistake,
            String contentHash,
            String tests,
            @Nullable String output) {}

    private final Db db;
    private final Clock clock;

    SubmissionStore(Db db, Clock clock) {
        this.db = db;
        this.clock = clock;
    }

    long insertRun(String accountId, LessonRef at, Ran ran) {
        var seconds = ran.seconds();
        return insert(
                accountId,
                at,
                ran.source(),
                ran.status(),
                "",
                1,
                false,
                ran.files(),
                ran.output(),
                seconds == null ? null : seconds * 1000);
    }

    /** One that waits for its grade. */
    long insertQueued(String accountId, LessonRef at, String contentHash, double credit, boolean late, String files) {
        return insert(accountId, at, "graded", "queued", contentHash, credit, late, files, null, null);
    }

    private long insert(
            String accountId,
            LessonRef at,
            String source,
            String status,
            String contentHash,
            double credit,
            boolean late,
            String files,
            @Nullable String output,
            @Nullable Double runMs) {
        return db.returning(
                        """
                        INSERT INTO submission (account_id, course, lesson, source, status, content_hash, credit, late, files,
                            output, run_ms, submitted_at)
                        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id""",
                        row -> row.getLong("id"),
                        accountId,
                        at.course(),
                        at.lesson(),
                        source,
                        status,
                        contentHash,
                        credit,
                        late,
                        files,
                        output,
                        runMs,
                        clock.millis())
                .orElseThrow();
    }

    /** True when it waited for its grade; a second grading changes nothing. */
    boolean grade(long id, Grade grade) {
        return db.update(
                        """
                        UPDATE submission SET status = ?, score = ?, points = ?, gradable = ?, run_ms = ?, mistake = ?,
                            content_hash = ?, tests = ?, output = ?, graded_at = ?
                        WHERE id = ? AND status = 'queued'""",
                        grade.status(),
                        grade.score(),
                        grade.points(),
                        grade.gradable(),
                        grade.runMs(),
                        grade.mistake(),
                        grade.contentHash(),
                        grade.tests(),
                        grade.output(),
                        clock.millis(),
                        id)
                == 1;
    }

    Optional<Submission> find(long id) {
        return db.one(SELECT + "WHERE s.id = ?", SubmissionStore::read, id);
    }

    /** The newest first. */
    List<Submission> of(String accountId, int limit) {
        return db.list(
                SELECT + "WHERE s.account_id = ? ORDER BY s.submitted_at DESC, s.id DESC LIMIT ?",
                SubmissionStore::read,
                accountId,
                limit);
    }

    /** The newest first. */
    List<Submission> of(String accountId, LessonRef at, int limit) {
        return db.list(SELECT + """
                        WHERE s.account_id = ? AND s.course = ? AND s.lesson = ?
                        ORDER BY s.submitted_at DESC, s.id DESC LIMIT ?""", SubmissionStore::read, accountId, at.course(), at.lesson(), limit);
    }

    /** The newest one that was graded. */
    Optional<Submission> lastGraded(String accountId, LessonRef at) {
        return db.one(SELECT + """
                        WHERE s.account_id = ? AND s.course = ? AND s.lesson = ? AND s.source = 'graded'
                            AND s.graded_at IS NOT NULL
                        ORDER BY s.submitted_at DESC, s.id DESC LIMIT 1""", SubmissionStore::read, accountId, at.course(), at.lesson());
    }

    /** Graded ones of everybody after {@code id}, the oldest first. */
    List<Submission> gradedAfter(LessonRef at, long id, long upTo, int limit) {
        return db.list(SELECT + """
                        WHERE s.course = ? AND s.lesson = ? AND s.source = 'graded' AND s.id > ? AND s.id <= ?
                            AND s.graded_at IS NOT NULL
                        ORDER BY s.id LIMIT ?""", SubmissionStore::read, at.course(), at.lesson(), id, upTo, limit);
    }

    /** How many wait for their grade. */
    long queued(String accountId) {
        return count("SELECT count(*) FROM submission WHERE account_id = ? AND status = 'queued'", accountId);
    }

    long queued(String accountId, LessonRef at) {
        return count("""
                SELECT count(*) FROM submission
                WHERE account_id = ? AND status = 'queued' AND course = ? AND lesson = ?""", accountId, at.course(), at.lesson());
    }

    Stats stats(String accountId) {
        return db.one(
                        """
                        SELECT count(*) AS total,
                            coalesce(sum(CASE WHEN status IN ('success', 'pass') THEN 1 ELSE 0 END), 0) AS successes,
                            coalesce(sum(CASE WHEN status IN ('error', 'fail') THEN 1 ELSE 0 END), 0) AS errors,
                            coalesce(sum(CASE WHEN status = 'timeout' THEN 1 ELSE 0 END), 0) AS timeouts,
                            coalesce(avg(CASE WHEN status IN ('success', 'pass') THEN run_ms END), 0) AS time
                        FROM submission WHERE account_id = ?""",
                        row -> new Stats(
                                row.getLong("total"),
                                row.getLong("successes"),
                                row.getLong("errors"),
                                row.getLong("timeouts"),
                                row.getDouble("time") / 1000),
                        accountId)
                .orElseThrow();
    }

    private long count(String sql, Object... args) {
        return db.one(sql, row -> row.getLong(1), args).orElse(0L);
    }

    static Submission read(ResultSet row) throws SQLException {
        return new Submission(
                row.getLong("id"),
                row.getString("account_id"),
                row.getString("course"),
                row.getString("lesson"),
                row.getString("source"),
                row.getString("status"),
                row.getString("content_hash"),
                number(row, "score"),
                number(row, "points"),
                row.getDouble("credit"),
                row.getBoolean("gradable"),
                row.getBoolean("late"),
                number(row, "run_ms"),
                row.getString("mistake"),
                row.getLong("submitted_at"),
                whole(row, "graded_at"),
                row.getString("files"),
                row.getString("output"),
                row.getString("tests"));
    }

    static @Nullable Double number(ResultSet row, String column) throws SQLException {
        double value = row.getDouble(column);
        return row.wasNull() ? null : value;
    }

    static @Nullable Long whole(ResultSet row, String column) throws SQLException {
        long value = row.getLong(column);
        return row.wasNull() ? null : value;
    }
}
