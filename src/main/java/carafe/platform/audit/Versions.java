package carafe.platform.audit;

import carafe.platform.db.Db;
import carafe.platform.db.Ids;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Table {@code version}: what things such as prompts were, change by change. Of each thing the latest {@value #MOST} are
 * kept. Writes belong into the transaction that changes the thing; who deletes it calls {@link #forget}.
 */
public final class Versions {
    static final int MOST = 100;
    private static final String SELECT =
            "SELECT id, parent_id, account_id, message, snapshot, created_at FROM version WHERE kind = ? AND thing_id = ? ";

    /**
     * @param parentId the version it came from
     * @param accountId who made it, unless the account is gone
     * @param snapshot JSON object
     * @param createdAt epoch milliseconds
     */
    public record Version(
            String id,
            @Nullable String parentId,
            @Nullable String accountId,
            String message,
            String snapshot,
            long createdAt) {}

    private final Db db;
    private final Ids ids;
    private final Clock clock;

    public Versions(Db db, Ids ids, Clock clock) {
        this.db = db;
        this.ids = ids;
        this.clock = clock;
    }

    /** Adds one; its id. The one that is {@code live} stays, however old. */
    public String add(
            String kind, String thingId, @Nullable String live, String accountId, String message, String snapshot) {
        var id = ids.next();
        db.update("""
                INSERT INTO version (id, kind, thing_id, parent_id, account_id, message, snapshot, created_at)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?)""", id, kind, thingId, live, accountId, message, snapshot, clock.millis());
        db.update("""
                DELETE FROM version WHERE kind = ? AND thing_id = ? AND id <> ? AND seq <=
                    (SELECT seq FROM version WHERE kind = ? AND thing_id = ? ORDER BY seq DESC LIMIT 1 OFFSET ?)""", kind, thingId, live == null ? id : live, kind, thingId, MOST);
        return id;
    }

    /** The latest first. */
    public List<Version> page(String kind, String thingId, int limit, long offset) {
        return db.list(SELECT + "ORDER BY seq DESC LIMIT ? OFFSET ?", Versions::read, kind, thingId, limit, offset);
    }

    public Optional<Version> find(String kind, String thingId, String id) {
        return db.one(SELECT + "AND id = ?", Versions::read, kind, thingId, id);
    }

    /** Whether it was there. */
    public boolean delete(String kind, String thingId, String id) {
        return db.update("DELETE FROM version WHERE kind = ? AND thing_id = ? AND id = ?", kind, thingId, id) > 0;
    }

    public void forget(String kind, String thingId) {
        db.update("DELETE FROM version WHERE kind = ? AND thing_id = ?", kind, thingId);
    }

    public void forgetAll(String kind) {
        db.update("DELETE FROM version WHERE kind = ?", kind);
    }

    private static Version read(ResultSet row) throws SQLException {
        return new Version(
                row.getString("id"),
                row.getString("parent_id"),
                row.getString("account_id"),
                row.getString("message"),
                row.getString("snapshot"),
                row.getLong("created_at"));
    }
}
