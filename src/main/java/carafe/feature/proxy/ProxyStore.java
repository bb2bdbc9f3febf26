package carafe.feature.proxy;

import carafe.feature.proxy.LogLine.Level;
import carafe.feature.proxy.Statistics.Cell;
import carafe.platform.db.Db;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Tables {@code proxy_minute} and {@code proxy_call}: what the statistics know, over restarts. */
final class ProxyStore {
    private static final int CHUNK = 500;

    private final Db db;

    ProxyStore(Db db) {
        this.db = db;
    }

    /** Adds figures to those that are stored, and keeps the last calls. */
    void save(Statistics.Unsaved unsaved) {
        var cells = new ArrayList<>(unsaved.figures().entrySet());
        for (int from = 0; from < cells.size(); from += CHUNK) {
            var part = cells.subList(from, Math.min(cells.size(), from + CHUNK));
            db.transaction(() -> {
                part.forEach(entry -> add(entry.getKey(), entry.getValue()));
                return part.size();
            });
        }
        for (int from = 0; from < unsaved.calls().size(); from += CHUNK) {
            var part = unsaved.calls().subList(from, Math.min(unsaved.calls().size(), from + CHUNK));
            db.transaction(() -> {
                part.forEach(this::insert);
                return part.size();
            });
        }
        if (!unsaved.calls().isEmpty()) {
            forgetOldCalls();
        }
    }

    private void add(Cell cell, Figures figures) {
        var sum = new Figures();
        sum.add(figures);
        db.one(
                        "SELECT calls, errors, bytes, nanos, histogram FROM proxy_minute WHERE minute = ? AND path = ?",
                        ProxyStore::figures,
                        cell.minute(),
                        cell.path())
                .ifPresent(sum::add);
        db.update("""
                INSERT INTO proxy_minute (minute, path, calls, errors, bytes, nanos, histogram) VALUES (?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT (minute, path) DO UPDATE SET calls = excluded.calls, errors = excluded.errors,
                    bytes = excluded.bytes, nanos = excluded.nanos, histogram = excluded.histogram""", cell.minute(), cell.path(), sum.calls, sum.errors, sum.bytes, sum.nanos, sum.spread.text());
    }

    private void insert(Call call) {
        db.update(
                """
                INSERT INTO proxy_call (id, at, path, method, status, upstream_status, bytes, nanos, error, content)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
                call.id(),
                call.at(),
                call.path(),
                call.method(),
                call.status(),
                call.upstreamStatus(),
                call.bytes(),
                call.nanos(),
                call.error(),
                call.content());
    }

    private void forgetOldCalls() {
        db.update("""
                DELETE FROM proxy_call WHERE seq <= (SELECT coalesce(max(seq), 0) FROM proxy_call) - ? AND seq NOT IN
                    (SELECT seq FROM proxy_call WHERE status >= 400 ORDER BY seq DESC LIMIT ?)""", Statistics.MOST_CALLS, Statistics.MOST_ERRORS);
    }

    /** Gives {@code statistics} what is stored of the time since that minute. */
    void restore(Statistics statistics, long sinceMinute) {
        record Row(Cell cell, Figures figures) {}
        for (var row : db.list(
                "SELECT minute, path, calls, errors, bytes, nanos, histogram FROM proxy_minute WHERE minute >= ?",
                r -> new Row(new Cell(r.getLong("minute"), r.getString("path")), figures(r)),
                sinceMinute)) {
            statistics.restore(row.cell(), row.figures());
        }
        db.list("""
                        SELECT id, at, path, method, status, upstream_status, bytes, nanos, error, content FROM proxy_call
                        ORDER BY at, seq LIMIT ?""", ProxyStore::call, Statistics.MOST_CALLS + Statistics.MOST_ERRORS)
                .forEach(statistics::restore);
    }

    /** Removes one chunk of figures older than that minute; how many there were. */
    int purge(long beforeMinute) {
        return db.update("""
                DELETE FROM proxy_minute WHERE minute IN
                    (SELECT DISTINCT minute FROM proxy_minute WHERE minute < ? ORDER BY minute LIMIT 10)""", beforeMinute);
    }

    private static Figures figures(ResultSet row) throws SQLException {
        var figures = new Figures();
        figures.calls = row.getLong("calls");
        figures.errors = row.getLong("errors");
        figures.bytes = row.getLong("bytes");
        figures.nanos = row.getLong("nanos");
        figures.spread.add(Spread.of(row.getString("histogram")));
        return figures;
    }

    private static Call call(ResultSet row) throws SQLException {
        return new Call(
                row.getString("id"),
                row.getString("path"),
                row.getString("method"),
                row.getLong("at"),
                row.getInt("status"),
                row.getInt("upstream_status"),
                row.getLong("bytes"),
                row.getLong("nanos"),
                row.getString("error"),
                row.getString("content"));
    }

    // ---- the running log ----------------------------------------------------------------------

    /**
     * What lines to find.
     *
     * @param from and {@code to}: epoch milliseconds
     * @param path part of a path in any case, or empty
     */
    record Query(long from, long to, @Nullable Level level, String path) {}

    private static final String FOUND =
            " FROM proxy_log WHERE at >= ? AND at <= ? AND level LIKE ? AND lower(path) LIKE ? ESCAPE '!'";

    void saveLines(List<LogLine> lines) {
        for (int from = 0; from < lines.size(); from += CHUNK) {
            var part = lines.subList(from, Math.min(lines.size(), from + CHUNK));
            db.transaction(() -> {
                part.forEach(line -> db.update(
                        "INSERT INTO proxy_log (at, level, path, request_id, message, body) VALUES (?, ?, ?, ?, ?, ?)",
                        line.at(),
                        line.level().name(),
                        line.path(),
                        line.requestId(),
                        line.message(),
                        line.content()));
                return part.size();
            });
        }
    }

    /** Newest first. */
    List<LogLine> lines(Query query, int limit, int offset) {
        return db.list(
                "SELECT at, level, path, request_id, message, body" + FOUND
                        + " ORDER BY at DESC, seq DESC LIMIT ? OFFSET ?",
                row -> new LogLine(
                        row.getLong("at"),
                        Level.valueOf(row.getString("level")),
                        row.getString("message"),
                        row.getString("path"),
                        row.getString("request_id"),
                        row.getString("body")),
                query.from(),
                query.to(),
                query.level() == null ? "%" : query.level().name(),
                like(query.path()),
                limit,
                offset);
    }

    long countLines(Query query) {
        return db.one(
                        "SELECT count(*)" + FOUND,
                        row -> row.getLong(1),
                        query.from(),
                        query.to(),
                        query.level() == null ? "%" : query.level().name(),
                        like(query.path()))
                .orElse(0L);
    }

    private static String like(String part) {
        return "%"
                + part.toLowerCase(Locale.ROOT)
                        .replace("!", "!!")
                        .replace("%", "!%")
                        .replace("_", "!_") + "%";
    }

    /** Removes one chunk of lines older than that; how many there were. */
    int purgeLines(long before) {
        return db.update(
                "DELETE FROM proxy_log WHERE seq IN (SELECT seq FROM proxy_log WHERE at < ? ORDER BY at LIMIT ?)",
                before,
                CHUNK);
    }
}
