package carafe.feature.accounts;

import carafe.platform.audit.AuditLog;
import carafe.platform.config.Secret;
import carafe.platform.db.Db;
import carafe.platform.db.Ids;
import carafe.platform.http.Caller;
import carafe.platform.http.Problem;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.security.SecureRandom;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.Callable;

/**
 * Any number of keys of an account, each with a name, in table {@code api_key} with kind {@code local}: shown once, kept
 * as a hash, switched off and on again. They open what the account's personal key opens.
 */
final class NamedKeys {
    /** Keys of one account. */
    static final int MOST = 100;

    /** A key without itself. Time in epoch milliseconds. */
    record NamedKey(String id, String name, long createdAt, boolean active) {}

    /** A key that was just made. */
    record Made(NamedKey key, Secret secret) {}

    private final Db db;
    private final CallerCache cache;
    private final AuditLog audit;
    private final Ids ids;
    private final Clock clock;
    private final SecureRandom random = new SecureRandom();

    NamedKeys(Db db, CallerCache cache, AuditLog audit, Ids ids, Clock clock) {
        this.db = db;
        this.cache = cache;
        this.audit = audit;
        this.ids = ids;
        this.clock = clock;
    }

    Made make(Caller.Person owner, String name, String ip) {
        var bytes = new byte[32];
        random.nextBytes(bytes);
        var secret = new Secret("sk-" + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes));
        var key = new NamedKey(ids.next(), name, clock.millis(), true);
        return db.transaction(() -> {
            if (list(owner.id()).size() >= MOST) {
                throw new Problem.BadRequest(
                        "too_many_keys", "An account has at most " + MOST + " keys; delete one first.", null);
            }
            db.update(
                    """
                    INSERT INTO api_key (id, account_id, kind, name, prefix, hash, created_at)
                    VALUES (?, ?, 'local', ?, ?, ?, ?)""",
                    key.id(),
                    owner.id(),
                    name,
                    secret.reveal().substring(0, 7),
                    TokenHash.of(secret.reveal()).hex(),
                    key.createdAt());
            audit("api-key-made", owner, key.id(), ip);
            return new Made(key, secret);
        });
    }

    /** Oldest first. */
    List<NamedKey> list(String accountId) {
        return db.list("""
                SELECT id, name, created_at, active FROM api_key WHERE account_id = ? AND kind = 'local'
                ORDER BY created_at, id""", NamedKeys::read, accountId);
    }

    /** False when the account has no such key; so below. */
    boolean delete(Caller.Person owner, String id, String ip) {
        return changing(owner, () -> {
            boolean found =
                    db.update("DELETE FROM api_key WHERE id = ? AND account_id = ? AND kind = 'local'", id, owner.id())
                            > 0;
            if (found) {
                audit("api-key-deleted", owner, id, ip);
            }
            return found;
        });
    }

    boolean switchTo(boolean active, Caller.Person owner, String id, String ip) {
        return changing(owner, () -> {
            boolean found = db.update(
                            "UPDATE api_key SET active = ? WHERE id = ? AND account_id = ? AND kind = 'local'",
                            active,
                            id,
                            owner.id())
                    > 0;
            if (found) {
                audit(active ? "api-key-activated" : "api-key-deactivated", owner, id, ip);
            }
            return found;
        });
    }

    private boolean changing(Caller.Person owner, Callable<Boolean> work) {
        return db.transaction(() -> {
            db.afterCommit(() -> {
                cache.forgetAccount(owner.id());
                cache.forgetNobodies();
            });
            return work.call();
        });
    }

    private void audit(String action, Caller.Person owner, String id, String ip) {
        audit.add(action, owner.id(), "api-key:" + id, ip, JsonNodeFactory.instance.objectNode());
    }

    private static NamedKey read(ResultSet row) throws SQLException {
        return new NamedKey(
                row.getString("id"), row.getString("name"), row.getLong("created_at"), row.getBoolean("active"));
    }
}
