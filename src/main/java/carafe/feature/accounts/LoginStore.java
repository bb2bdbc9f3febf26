package carafe.feature.accounts;

import carafe.platform.db.Db;
import carafe.platform.http.Caller;
import java.time.Clock;
import java.util.Locale;
import java.util.Optional;

/** Table {@code login}: one row for each token that was given out, so that each can be taken back. */
public final class LoginStore {
    private final Db db;
    private final Clock clock;

    public LoginStore(Db db, Clock clock) {
        this.db = db;
        this.clock = clock;
    }

    /** {@code expiresAt} in epoch milliseconds. */
    void insert(String id, String accountId, String ip, String agent, long expiresAt) {
        db.update(
                "INSERT INTO login (id, account_id, ip, agent, created_at, expires_at) VALUES (?, ?, ?, ?, ?, ?)",
                id,
                accountId,
                ip,
                agent,
                clock.millis(),
                expiresAt);
    }

    /** Who is signed in by this token, if it still holds. */
    Optional<Caller.Person> person(String loginId, String accountId) {
        return db.one("""
                SELECT a.id, a.num, a.name, a.email, a.role, a.standing
                FROM login l JOIN account a ON a.id = l.account_id
                WHERE l.id = ? AND l.account_id = ? AND l.revoked_at IS NULL AND l.expires_at > ?
                    AND a.deleted_at IS NULL""", row -> person(row, loginId), loginId, accountId, clock.millis());
    }

    static Caller.Person person(java.sql.ResultSet row, String loginId) throws java.sql.SQLException {
        var email = row.getString("email");
        return new Caller.Person(
                row.getString("id"),
                row.getLong("num"),
                row.getString("name"),
                email == null ? "" : email,
                Caller.Role.valueOf(row.getString("role").toUpperCase(Locale.ROOT)),
                Caller.Standing.of(row.getString("standing")),
                loginId);
    }

    void revoke(String loginId) {
        db.update("UPDATE login SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL", clock.millis(), loginId);
    }

    /** Ends every sign-in of the account but {@code kept}, which may be empty. */
    int revokeOthers(String accountId, String kept) {
        return db.update(
                "UPDATE login SET revoked_at = ? WHERE account_id = ? AND id <> ? AND revoked_at IS NULL",
                clock.millis(),
                accountId,
                kept);
    }

    /** Removes up to 500 rows that have been over for a day. */
    int purge() {
        long before = clock.millis() - 86_400_000;
        return db.update("""
                DELETE FROM login WHERE id IN (
                    SELECT id FROM login WHERE expires_at < ? OR revoked_at < ? LIMIT 500)""", before, before);
    }
}
