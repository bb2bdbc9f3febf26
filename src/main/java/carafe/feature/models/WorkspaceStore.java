package carafe.feature.models;

import carafe.feature.accounts.Grants;
import carafe.platform.db.Db;
import carafe.platform.http.Json;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Table {@code model}, with the grants of each. */
public final class WorkspaceStore {
    /** All of them are kept in memory. */
    static final int MOST = 2_000;

    private static final ObjectMapper MAPPER = Json.mapper();
    private static final String SELECT =
            "SELECT id, account_id, base_id, name, params, meta, active, created_at, updated_at FROM model ";

    private final Db db;
    private final Grants grants;
    private final Clock clock;

    public WorkspaceStore(Db db, Grants grants, Clock clock) {
        this.db = db;
        this.grants = grants;
        this.clock = clock;
    }

    List<StoredModel> all() {
        Map<String, List<Grants.Grant>> shared = new HashMap<>();
        var rows = db.list(SELECT + "ORDER BY created_at, id LIMIT " + MOST, row -> read(row, List.of()));
        grants.ofAll(StoredModel.KIND).forEach(shared::put);
        var all = new ArrayList<StoredModel>();
        rows.forEach(row -> all.add(with(row, shared.getOrDefault(row.id(), List.of()))));
        return all;
    }

    Optional<StoredModel> find(String id) {
        return db.one(SELECT + "WHERE id = ?", row -> read(row, List.of()), id)
                .map(model -> with(model, grants.of(StoredModel.KIND, id)));
    }

    long count() {
        return db.one("SELECT count(*) FROM model", row -> row.getLong(1)).orElse(0L);
    }

    void insert(StoredModel model) {
        db.update(
                """
                INSERT INTO model (id, account_id, base_id, name, params, meta, active, created_at, updated_at)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)""",
                model.id(),
                model.accountId(),
                model.baseId(),
                model.name(),
                model.params().toString(),
                model.meta().toString(),
                model.active(),
                clock.millis(),
                clock.millis());
        grants.replace(StoredModel.KIND, model.id(), model.grants());
    }

    void update(StoredModel model) {
        db.update(
                "UPDATE model SET base_id = ?, name = ?, params = ?, meta = ?, active = ?, updated_at = ? WHERE id = ?",
                model.baseId(),
                model.name(),
                model.params().toString(),
                model.meta().toString(),
                model.active(),
                clock.millis(),
                model.id());
        grants.replace(StoredModel.KIND, model.id(), model.grants());
    }

    /** The version that the model shows; empty for one that is older than versions are kept. */
    Optional<String> version(String id) {
        return db.one(
                "SELECT version_id FROM model WHERE id = ? AND version_id IS NOT NULL",
                row -> row.getString("version_id"),
                id);
    }

    void setVersion(String id, String version) {
        db.update("UPDATE model SET version_id = ? WHERE id = ?", version, id);
    }

    void delete(String id) {
        db.update("DELETE FROM model WHERE id = ?", id);
        grants.delete(StoredModel.KIND, id);
    }

    void deleteAll() {
        db.update("DELETE FROM model");
        db.update("DELETE FROM access_grant WHERE resource_kind = ?", StoredModel.KIND);
    }

    private static StoredModel with(StoredModel m, List<Grants.Grant> grants) {
        return new StoredModel(
                m.id(),
                m.accountId(),
                m.baseId(),
                m.name(),
                m.params(),
                m.meta(),
                m.active(),
                m.createdAt(),
                m.updatedAt(),
                grants);
    }

    private static StoredModel read(ResultSet row, List<Grants.Grant> grants) throws SQLException {
        return new StoredModel(
                row.getString("id"),
                row.getString("account_id"),
                row.getString("base_id"),
                row.getString("name"),
                object(row.getString("params")),
                object(row.getString("meta")),
                row.getInt("active") != 0,
                row.getLong("created_at"),
                row.getLong("updated_at"),
                grants);
    }

    private static ObjectNode object(String json) {
        try {
            return MAPPER.readTree(json) instanceof ObjectNode object ? object : MAPPER.createObjectNode();
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a JSON column holds something else", e);
        }
    }
}
