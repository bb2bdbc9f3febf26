package carafe.feature.evaluations;

import carafe.platform.db.Db;
import carafe.platform.http.Json;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Table {@code feedback}. */
final class FeedbackStore {
    /** So many ratings, the latest, make the ranking. */
    static final int RANKED = 10_000;

    /** What a list may be sorted by. */
    enum Order {
        UPDATED_AT,
        CREATED_AT,
        MODEL
    }

    private static final ObjectMapper MAPPER = Json.mapper();
    private static final String COLUMNS = "id, account_id, type, data, meta, created_at, updated_at";
    private static final String WHOLE = "SELECT " + COLUMNS + ", snapshot FROM feedback ";
    private static final String SHORT = "SELECT " + COLUMNS + ", '{}' AS snapshot FROM feedback ";

    private final Db db;
    private final Clock clock;

    FeedbackStore(Db db, Clock clock) {
        this.db = db;
        this.clock = clock;
    }

    Optional<Feedback> find(String id) {
        return db.one(WHOLE + "WHERE id = ?", FeedbackStore::read, id);
    }

    /** {@code model} may be empty, for those of all. */
    List<Feedback> page(String model, Order order, boolean ascending, int limit, long offset) {
        var direction = ascending ? " ASC" : " DESC";
        var args = new ArrayList<Object>();
        var where = ofModel(model, args);
        args.add(limit);
        args.add(offset);
        return db.list(
                SHORT + where + "ORDER BY " + order.name().toLowerCase(Locale.ROOT) + direction + ", id" + direction
                        + " LIMIT ? OFFSET ?",
                FeedbackStore::read,
                args.toArray());
    }

    /** As {@link #page}, with the snapshots, in the order of their ids after {@code afterId}. */
    List<Feedback> whole(String model, String afterId, int limit) {
        var args = new ArrayList<Object>();
        var where = ofModel(model, args);
        args.add(afterId);
        args.add(limit);
        return db.list(
                WHOLE + (where.isEmpty() ? "WHERE " : where + "AND ") + "id > ? ORDER BY id LIMIT ?",
                FeedbackStore::read,
                args.toArray());
    }

    long count(String model) {
        var args = new ArrayList<Object>();
        var where = ofModel(model, args);
        return db.one("SELECT count(*) FROM feedback " + where, row -> row.getLong(1), args.toArray())
                .orElse(0L);
    }

    private static String ofModel(String model, List<Object> args) {
        if (model.isEmpty()) {
            return "";
        }
        args.add(model);
        return "WHERE model = ? ";
    }

    List<Feedback> ofAccount(String accountId, int limit, long offset) {
        return db.list(
                SHORT + "WHERE account_id = ? ORDER BY created_at DESC, id DESC LIMIT ? OFFSET ?",
                FeedbackStore::read,
                accountId,
                limit,
                offset);
    }

    long countOfAccount(String accountId) {
        return db.one("SELECT count(*) FROM feedback WHERE account_id = ?", row -> row.getLong(1), accountId)
                .orElse(0L);
    }

    List<String> models() {
        return db.list(
                "SELECT DISTINCT model FROM feedback WHERE model <> '' ORDER BY model LIMIT 1000",
                row -> row.getString(1));
    }

    /** The latest ratings, the oldest of them first. */
    List<Feedback> ranked() {
        return db.list(
                        SHORT + "WHERE type = 'rating' ORDER BY updated_at DESC, id DESC LIMIT " + RANKED,
                        FeedbackStore::read)
                .reversed();
    }

    /** The latest ratings of one model, the oldest of them first. */
    List<Feedback> ratingsOf(String model) {
        return db.list(
                        SHORT + "WHERE model = ? AND type = 'rating' ORDER BY created_at DESC, id DESC LIMIT " + RANKED,
                        FeedbackStore::read,
                        model)
                .reversed();
    }

    void insert(Feedback f) {
        db.update(
                """
                INSERT INTO feedback (id, account_id, type, model, data, meta, snapshot, created_at, updated_at)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)""",
                f.id(),
                f.accountId(),
                f.type(),
                f.data().path("model_id").asText(""),
                f.data().toString(),
                f.meta().toString(),
                f.snapshot().toString(),
                clock.millis(),
                clock.millis());
    }

    void update(Feedback f) {
        db.update(
                "UPDATE feedback SET type = ?, model = ?, data = ?, meta = ?, snapshot = ?, updated_at = ? WHERE id = ?",
                f.type(),
                f.data().path("model_id").asText(""),
                f.data().toString(),
                f.meta().toString(),
                f.snapshot().toString(),
                clock.millis(),
                f.id());
    }

    void delete(String id) {
        db.update("DELETE FROM feedback WHERE id = ?", id);
    }

    int deleteOf(String accountId) {
        return db.update("DELETE FROM feedback WHERE account_id = ?", accountId);
    }

    void deleteAll() {
        db.update("DELETE FROM feedback");
    }

    private static Feedback read(ResultSet row) throws SQLException {
        return new Feedback(
                row.getString("id"),
                row.getString("account_id"),
                row.getString("type"),
                object(row.getString("data")),
                object(row.getString("meta")),
                object(row.getString("snapshot")),
                row.getLong("created_at"),
                row.getLong("updated_at"));
    }

    private static ObjectNode object(String text) {
        try {
            return (ObjectNode) MAPPER.readTree(text);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a JSON column holds something else", e);
        }
    }
}
