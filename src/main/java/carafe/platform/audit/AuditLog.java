package carafe.platform.audit;

import carafe.platform.db.Db;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Clock;
import org.jspecify.annotations.Nullable;

/** Table {@code audit}: who did what to what, from where. Rows are added and, after {@value #KEEP_DAYS} days, removed. */
public final class AuditLog {
    private static final long KEEP_DAYS = 365;

    private final Db db;
    private final Clock clock;

    public AuditLog(Db db, Clock clock) {
        this.db = db;
        this.clock = clock;
    }

    /**
     * Takes part in a running transaction, so that no change stands without its row.
     *
     * @param accountId who did it, null for nobody known
     * @param target what it was done to, as {@code kind:id}
     * @param detail never a secret
     */
    public void add(String action, @Nullable String accountId, String target, String ip, ObjectNode detail) {
        db.update(
                "INSERT INTO audit (at, account_id, action, target, ip, detail) VALUES (?, ?, ?, ?, ?, ?)",
                clock.millis(),
                accountId,
                action,
                target,
                ip,
                detail.toString());
    }

    /** Removes up to 500 old rows. */
    public int purge() {
        return db.update(
                "DELETE FROM audit WHERE seq IN (SELECT seq FROM audit WHERE at < ? LIMIT 500)",
                clock.millis() - KEEP_DAYS * 86_400_000);
    }
}
