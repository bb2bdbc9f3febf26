package carafe.feature.workflows;

import carafe.engine.workflow.FlowCode;
import carafe.engine.workflow.FlowFailure;
import carafe.platform.db.Db;
import carafe.platform.db.DbException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Tables {@code wf_flow}, {@code wf_version}, {@code wf_binding} and {@code wf_definition}. Descriptions are kept once, by
 * their hash; a flow's own is its draft.
 */
final class FlowStore {
    static final String DRAFT = "-1";

    private static final String SELECT = """
            SELECT id, account_id, app_id, name, description, hash, status, release_status, source, tag, created_at, updated_at
            FROM wf_flow\s""";

    record Flow(
            String id,
            @Nullable String accountId,
            String appId,
            String name,
            String description,
            String hash,
            int status,
            int releaseStatus,
            int source,
            int tag,
            long createdAt,
            long updatedAt) {}

    record Version(
            String flowId, String version, String hash, String name, String description, int tag, long createdAt) {}

    private final Db db;
    private final Clock clock;

    FlowStore(Db db, Clock clock) {
        this.db = db;
        this.clock = clock;
    }

    static String hash(String data) {
        try {
            var digest = MessageDigest.getInstance("SHA-256").digest(data.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("SHA-256 is part of every JDK", e);
        }
    }

    /** Keeps a description; part of the transaction that points to it. */
    String define(String data) {
        var hash = hash(data);
        db.update(
                "INSERT INTO wf_definition (hash, data, created_at) VALUES (?, ?, ?)"
                        + " ON CONFLICT (hash) DO UPDATE SET created_at = excluded.created_at",
                hash,
                data,
                clock.millis());
        return hash;
    }

    Optional<String> definition(String hash) {
        return db.one("SELECT data FROM wf_definition WHERE hash = ?", row -> row.getString("data"), hash);
    }

    void insert(Flow flow, String data) {
        db.transaction(() -> {
            var hash = define(data);
            db.update(
                    """
                    INSERT INTO wf_flow (id, account_id, app_id, name, description, hash, status, release_status, source, tag,
                        created_at, updated_at)
                    VALUES (?, ?, ?, ?, ?, ?, ?, 0, ?, ?, ?, ?)""",
                    flow.id(),
                    flow.accountId(),
                    flow.appId(),
                    flow.name(),
                    flow.description(),
                    hash,
                    flow.status(),
                    flow.source(),
                    flow.tag(),
                    flow.createdAt(),
                    flow.updatedAt());
            return db.update(
                    "INSERT INTO wf_binding (app_id, flow_id, created_at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
                    flow.appId(),
                    flow.id(),
                    clock.millis());
        });
    }

    /** The row as it shall be; {@code data} null leaves the draft as it is. */
    void update(Flow flow, @Nullable String data) {
        db.transaction(() -> {
            var hash = data == null ? flow.hash() : define(data);
            return db.update(
                    "UPDATE wf_flow SET name = ?, description = ?, hash = ?, status = ?, app_id = ?, updated_at = ? WHERE id = ?",
                    flow.name(),
                    flow.description(),
                    hash,
                    flow.status(),
                    flow.appId(),
                    clock.millis(),
                    flow.id());
        });
    }

    boolean delete(String id) {
        return db.transaction(() -> {
            db.update("DELETE FROM wf_variable WHERE flow_id = ?", id);
            return db.update("DELETE FROM wf_flow WHERE id = ?", id) > 0;
        });
    }

    Optional<Flow> find(String id) {
        return db.one(SELECT + "WHERE id = ?", FlowStore::flow, id);
    }

    List<Flow> list(Party party, int limit, int offset) {
        return party.all()
                ? db.list(SELECT + "ORDER BY updated_at DESC, id LIMIT ? OFFSET ?", FlowStore::flow, limit, offset)
                : db.list(
                        SELECT + "WHERE account_id = ? OR app_id = ? ORDER BY updated_at DESC, id LIMIT ? OFFSET ?",
                        FlowStore::flow,
                        party.accountId(),
                        party.appId(),
                        limit,
                        offset);
    }

    private static Flow flow(ResultSet row) throws SQLException {
        return new Flow(
                row.getString("id"),
                row.getString("account_id"),
                row.getString("app_id"),
                row.getString("name"),
                row.getString("description"),
                row.getString("hash"),
                row.getInt("status"),
                row.getInt("release_status"),
                row.getInt("source"),
                row.getInt("tag"),
                row.getLong("created_at"),
                row.getLong("updated_at"));
    }

    // ---- versions

    /** The newest first, by number; rows to compare with are not among them. */
    List<Version> versions(String flowId) {
        return db
                .list(
                        "SELECT flow_id, version, hash, name, description, tag, created_at FROM wf_version WHERE flow_id = ?"
                                + " AND tag = 0 LIMIT 10000",
                        FlowStore::version,
                        flowId)
                .stream()
                .sorted((a, b) -> VersionNumber.of(b.version()).compareTo(VersionNumber.of(a.version())))
                .toList();
    }

    Optional<Version> version(String flowId, String version) {
        return db.one(
                "SELECT flow_id, version, hash, name, description, tag, created_at FROM wf_version WHERE flow_id = ? AND"
                        + " version = ?",
                FlowStore::version,
                flowId,
                version);
    }

    private static Version version(ResultSet row) throws SQLException {
        return new Version(
                row.getString("flow_id"),
                row.getString("version"),
                row.getString("hash"),
                row.getString("name"),
                row.getString("description"),
                row.getInt("tag"),
                row.getLong("created_at"));
    }

    /** A version that never changes. @throws FlowFailure when there is another text under this name */
    void publish(Flow flow, String version, String data, int releaseStatus) {
        db.transaction(() -> {
            var hash = define(data);
            var there = version(flow.id(), version);
            if (there.isPresent() && !there.get().hash().equals(hash)) {
                throw new FlowFailure(
                        FlowCode.PUBLISH,
                        "the version " + version + " exists and versions do not change; choose another");
            }
            if (there.isEmpty()) {
                insert(new Version(flow.id(), version, hash, flow.name(), flow.description(), 0, clock.millis()));
            }
            return release(flow.id(), releaseStatus);
        });
    }

    private void insert(Version version) {
        db.update(
                "INSERT INTO wf_version (flow_id, version, hash, name, description, tag, created_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
                version.flowId(),
                version.version(),
                version.hash(),
                version.name(),
                version.description(),
                version.tag(),
                version.createdAt());
    }

    int release(String flowId, int releaseStatus) {
        return db.update(
                "UPDATE wf_flow SET release_status = ?, updated_at = ? WHERE id = ?",
                releaseStatus,
                clock.millis(),
                flowId);
    }

    /** A row to compare with; it may be written again. */
    void saveComparison(Flow flow, String version, String data) {
        db.transaction(() -> {
            var hash = define(data);
            if (version(flow.id(), version).filter(one -> one.tag() == 0).isPresent()) {
                throw new FlowFailure(FlowCode.UPDATE, "the version " + version + " is published");
            }
            db.update("DELETE FROM wf_version WHERE flow_id = ? AND version = ? AND tag = 1", flow.id(), version);
            insert(new Version(flow.id(), version, hash, flow.name(), flow.description(), 1, clock.millis()));
            return true;
        });
    }

    boolean deleteComparison(String flowId, String version) {
        return db.update("DELETE FROM wf_version WHERE flow_id = ? AND version = ? AND tag = 1", flowId, version) > 0;
    }

    // ---- who may call what

    void bind(String appId, String flowId) {
        try {
            db.update(
                    "INSERT INTO wf_binding (app_id, flow_id, created_at) VALUES (?, ?, ?)"
                            + " ON CONFLICT (app_id, flow_id) DO UPDATE SET active = 1",
                    appId,
                    flowId,
                    clock.millis());
        } catch (DbException e) {
            if (e.kind() == DbException.Kind.CONSTRAINT_FOREIGN_KEY) {
                throw new FlowFailure(FlowCode.FLOW_UNKNOWN, flowId);
            }
            throw e;
        }
    }

    boolean isBound(String appId, String flowId) {
        return db.one(
                        "SELECT active FROM wf_binding WHERE app_id = ? AND flow_id = ?",
                        row -> row.getInt("active"),
                        appId,
                        flowId)
                .filter(active -> active == 1)
                .isPresent();
    }
}
