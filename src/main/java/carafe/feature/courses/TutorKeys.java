package carafe.feature.courses;

import carafe.platform.config.Secret;
import carafe.platform.config.SecretKeys;
import carafe.platform.db.Db;
import java.time.Clock;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Table {@code tutor_key}: learners' own keys for the tutor's model server, sealed, opened only for a call. */
final class TutorKeys {
    private static final Logger log = LoggerFactory.getLogger(TutorKeys.class);

    private final Db db;
    private final SecretKeys keys;
    private final Clock clock;

    TutorKeys(Db db, SecretKeys keys, Clock clock) {
        this.db = db;
        this.keys = keys;
        this.clock = clock;
    }

    void set(String accountId, Secret key) {
        db.update("""
                INSERT INTO tutor_key (account_id, secret_enc, created_at) VALUES (?, ?, ?)
                ON CONFLICT (account_id) DO UPDATE SET secret_enc = excluded.secret_enc, created_at = excluded.created_at""", accountId, keys.seal(key), clock.millis());
    }

    void forget(String accountId) {
        db.update("DELETE FROM tutor_key WHERE account_id = ?", accountId);
    }

    boolean isSet(String accountId) {
        return db.one("SELECT 1 FROM tutor_key WHERE account_id = ?", row -> true, accountId)
                .isPresent();
    }

    /** Empty also for one that was sealed under another secret. */
    Optional<Secret> of(String accountId) {
        return db.one(
                        "SELECT secret_enc FROM tutor_key WHERE account_id = ?",
                        row -> row.getString("secret_enc"),
                        accountId)
                .flatMap(text -> {
                    try {
                        return Optional.of(keys.open(text));
                    } catch (SecretKeys.SealBroken e) {
                        log.warn("a learner's key cannot be opened and is not used: {}", e.getMessage());
                        return Optional.empty();
                    }
                });
    }
}
