package carafe.feature.accounts;

import carafe.platform.config.Secret;
import carafe.platform.config.SecretKeys;
import carafe.platform.db.Db;
import carafe.platform.db.Ids;
import carafe.platform.http.Caller;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.HexFormat;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Table {@code api_key}: found by the SHA-256 of the key. An account has at most one personal key; because Open WebUI's
 * pages show it again, it lies there sealed, too.
 */
public final class ApiKeyStore {
    private static final Logger log = LoggerFactory.getLogger(ApiKeyStore.class);

    private final Db db;
    private final SecretKeys keys;
    private final Ids ids;
    private final Clock clock;
    private final SecureRandom random = new SecureRandom();

    public ApiKeyStore(Db db, SecretKeys keys, Ids ids, Clock clock) {
        this.db = db;
        this.keys = keys;
        this.ids = ids;
        this.clock = clock;
    }

    /** Makes the account's personal key; an earlier one is void from then on. */
    Secret replacePersonal(String accountId) {
        var bytes = new byte[16];
        random.nextBytes(bytes);
        var key = new Secret("sk-" + HexFormat.of().formatHex(bytes));
        var sealed = keys.seal(key);
        return db.transaction(() -> {
            deletePersonal(accountId);
            db.update(
                    """
                    INSERT INTO api_key (id, account_id, kind, name, prefix, hash, secret_enc, created_at)
                    VALUES (?, ?, 'personal', 'API key', ?, ?, ?, ?)""",
                    ids.next(),
                    accountId,
                    key.reveal().substring(0, 7),
                    TokenHash.of(key.reveal()).hex(),
                    sealed,
                    clock.millis());
            return key;
        });
    }

    /** The personal key in the clear; empty also when it was sealed under another secret. */
    Optional<Secret> personal(String accountId) {
        return db.one(
                        "SELECT secret_enc FROM api_key WHERE account_id = ? AND kind = 'personal' AND secret_enc IS NOT NULL",
                        row -> row.getString(1),
                        accountId)
                .flatMap(this::opened);
    }

    private Optional<Secret> opened(String sealed) {
        try {
            return Optional.of(keys.open(sealed));
        } catch (SecretKeys.SealBroken e) {
            log.warn("an API key cannot be shown: {}", e.getMessage());
            return Optional.empty();
        }
    }

    boolean deletePersonal(String accountId) {
        return db.update("DELETE FROM api_key WHERE account_id = ? AND kind = 'personal'", accountId) > 0;
    }

    void deleteAll(String accountId) {
        db.update("DELETE FROM api_key WHERE account_id = ?", accountId);
    }

    /** Whose key it is, if it still holds. */
    Optional<Caller.Key> caller(TokenHash hash) {
        return db.one(
                """
                SELECT k.id AS key_id, a.id, a.num, a.name, a.email, a.role, a.standing
                FROM api_key k JOIN account a ON a.id = k.account_id
                WHERE k.hash = ? AND k.active = 1 AND (k.expires_at IS NULL OR k.expires_at > ?)
                    AND a.deleted_at IS NULL""",
                row -> new Caller.Key(row.getString("key_id"), LoginStore.person(row, "")),
                hash.hex(),
                clock.millis());
    }
}
