package carafe.feature.models;

import carafe.platform.config.Secret;
import carafe.platform.config.SecretKeys;
import carafe.platform.db.Db;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Table {@code connection}; keys are sealed in it and open only in memory. */
public final class ConnectionStore {
    /** More than anybody needs; the catalogue asks each of them. */
    static final int MOST = 100;

    private static final Logger log = LoggerFactory.getLogger(ConnectionStore.class);
    private static final String SELECT = "SELECT id, kind, name, url, secret_enc, enabled, config FROM connection ";

    private final Db db;
    private final SecretKeys keys;
    private final Clock clock;

    public ConnectionStore(Db db, SecretKeys keys, Clock clock) {
        this.db = db;
        this.keys = keys;
        this.clock = clock;
    }

    public List<Connection> all() {
        return db.list(SELECT + "ORDER BY position, created_at, id LIMIT " + MOST, this::read);
    }

    public Optional<Connection> find(String id) {
        return db.one(SELECT + "WHERE id = ?", this::read, id);
    }

    void insert(Connection c) {
        db.update(
                """
                INSERT INTO connection (id, kind, name, url, secret_enc, position, enabled, config, created_at, updated_at)
                VALUES (?, ?, ?, ?, ?, (SELECT coalesce(max(position), 0) + 1 FROM connection), ?, ?, ?, ?)""",
                c.id(),
                c.kind().wire(),
                c.name(),
                c.url(),
                seal(c.key()),
                c.enabled(),
                c.options().json().toString(),
                clock.instant(),
                clock.instant());
    }

    /** Whether the row was still there. */
    boolean update(Connection c) {
        return db.update(
                        "UPDATE connection SET kind = ?, name = ?, url = ?, secret_enc = ?, enabled = ?, config = ?, updated_at = ? WHERE id = ?",
                        c.kind().wire(),
                        c.name(),
                        c.url(),
                        seal(c.key()),
                        c.enabled(),
                        c.options().json().toString(),
                        clock.instant(),
                        c.id())
                > 0;
    }

    boolean delete(String id) {
        return db.transaction(() -> {
            db.update("DELETE FROM model_route WHERE connection_id = ?", id);
            return db.update("DELETE FROM connection WHERE id = ?", id) > 0;
        });
    }

    private @org.jspecify.annotations.Nullable String seal(Secret key) {
        return key.isSet() ? keys.seal(key) : null;
    }

    private Connection read(ResultSet row) throws SQLException {
        var kind = Connection.Kind.valueOf(row.getString("kind").toUpperCase(Locale.ROOT));
        return new Connection(
                row.getString("id"),
                kind,
                row.getString("name"),
                row.getString("url"),
                open(row.getString("id"), row.getString("secret_enc")),
                row.getInt("enabled") != 0,
                false,
                ConnectionOptions.stored(row.getString("config")));
    }

    private Secret open(String id, @org.jspecify.annotations.Nullable String sealed) {
        if (sealed == null) {
            return Secret.NONE;
        }
        try {
            return keys.open(sealed);
        } catch (SecretKeys.SealBroken e) {
            log.error(
                    "the key of a connection cannot be opened, enter it again connection={} cause={}",
                    id,
                    e.getMessage());
            return Secret.NONE;
        }
    }
}
