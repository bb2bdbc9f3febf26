package carafe.feature.proxy;

import carafe.platform.audit.AuditLog;
import carafe.platform.db.DbException;
import carafe.platform.http.Problem;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Slows down whoever tries keys: after {@value #FREE} wrong ones in ten minutes an address waits before the next is even
 * looked at, twice as long each time, half a minute at most. Each wrong key leaves a trace. Remembers so many addresses.
 */
final class WrongKeys {
    private static final Logger log = LoggerFactory.getLogger(WrongKeys.class);
    private static final int FREE = 5;
    private static final long WINDOW_MS = Duration.ofMinutes(10).toMillis();
    private static final long LONGEST_WAIT_MS = 30_000;
    private static final int MOST = 10_000;

    private record Tries(int wrong, long since, long waitUntil) {}

    private final @Nullable AuditLog audit;
    private final RunningLog runningLog;
    private final Clock clock;
    private final Map<String, Tries> known = new LinkedHashMap<>(64, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Tries> eldest) {
            return size() > MOST;
        }
    };

    /** @param audit null where there is none */
    WrongKeys(@Nullable AuditLog audit, RunningLog runningLog, Clock clock) {
        this.audit = audit;
        this.runningLog = runningLog;
        this.clock = clock;
    }

    /** @throws Problem.TooMany when this address must wait */
    void begin(String address) {
        long now = clock.millis();
        Tries tries;
        synchronized (known) {
            tries = known.get(address);
        }
        if (tries != null && now < tries.waitUntil()) {
            throw new Problem.TooMany(
                    "Too many wrong keys from this address. Wait a moment and try again.",
                    Duration.ofMillis(tries.waitUntil() - now));
        }
    }

    /** @param what was asked for */
    void failed(String address, String what) {
        long now = clock.millis();
        int count;
        synchronized (known) {
            var before = known.get(address);
            if (before == null || now - before.since() > WINDOW_MS) {
                before = new Tries(0, now, now);
            }
            count = before.wrong() + 1;
            long wait = count < FREE ? 0 : Math.min(LONGEST_WAIT_MS, 1000L << Math.min(10, count - FREE));
            known.put(address, new Tries(count, before.since(), now + wait));
        }
        tell(address, what, count, now);
    }

    private void tell(String address, String what, int count, long now) {
        log.warn("a wrong key for the proxy's panel address={} request={} count={}", address, what, count);
        if (runningLog.wants(LogLine.Level.WARNING)) {
            runningLog.add(new LogLine(
                    now,
                    LogLine.Level.WARNING,
                    "Wrong key for the panel from " + address + " (" + count + ")",
                    "",
                    "",
                    null));
        }
        if (audit != null) {
            try {
                audit.add(
                        "proxy.wrong_key",
                        null,
                        "proxy:panel",
                        address,
                        JsonNodeFactory.instance
                                .objectNode()
                                .put("request", what)
                                .put("count", count));
            } catch (DbException e) {
                log.error("a wrong key could not be written to the audit log address={}", address, e);
            }
        }
    }

    void succeeded(String address) {
        synchronized (known) {
            known.remove(address);
        }
    }
}
