package carafe.feature.accounts;

import carafe.platform.db.Db;
import carafe.platform.http.Caller;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * When accounts and keys were last used. Requests only note it in memory (at most {@value #MOST} of each between two
 * writes); {@link #flush} writes it, so what shows may lag behind a minute.
 */
final class LastSeen {
    private static final int MOST = 20_000;
    private static final int CHUNK = 500;

    private final Db db;
    private final Clock clock;
    private final Map<String, Long> accounts = new ConcurrentHashMap<>();
    private final Map<String, Long> keys = new ConcurrentHashMap<>();

    LastSeen(Db db, Clock clock) {
        this.db = db;
        this.clock = clock;
    }

    void saw(Caller caller) {
        note(accounts, caller.person().id());
        if (caller instanceof Caller.Key key) {
            note(keys, key.keyId());
        }
    }

    private void note(Map<String, Long> times, String id) {
        long now = clock.millis();
        var known = times.get(id);
        // a second's precision: a busy key must not make all its requests write the same place
        if (known == null ? times.size() < MOST : now - known >= 1_000) {
            times.put(id, now);
        }
    }

    void flush() {
        flush(accounts, "UPDATE account SET last_active_at = ? WHERE id = ?");
        flush(keys, "UPDATE api_key SET last_used_at = ? WHERE id = ?");
    }

    private void flush(Map<String, Long> times, String sql) {
        var ids = new ArrayList<>(times.keySet());
        for (int from = 0; from < ids.size(); from += CHUNK) {
            List<String> chunk = ids.subList(from, Math.min(from + CHUNK, ids.size()));
            var written = Map.copyOf(chunk.stream()
                    .filter(times::containsKey)
                    .collect(java.util.stream.Collectors.toMap(id -> id, id -> times.getOrDefault(id, 0L))));
            db.transaction(() -> {
                written.forEach((id, at) -> db.update(sql, at, id));
                return written.size();
            });
            written.forEach(times::remove);
        }
    }
}
