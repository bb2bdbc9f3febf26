package carafe.feature.accounts;

import carafe.platform.http.Problem;
import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * At most {@value #TRIES} wrong passwords per e-mail address in {@value #WINDOW_MS} ms, then none until they are over.
 * A try counts as wrong until it proves right, so that many at once get no more. Remembers {@value #MOST} addresses.
 */
final class FailedSignIns {
    private static final int TRIES = 15;
    private static final long WINDOW_MS = 180_000;
    private static final int MOST = 10_000;

    private record Window(long start, int tries) {}

    private final Clock clock;
    private final Map<String, Window> windows = new LinkedHashMap<>(64, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Window> eldest) {
            return size() > MOST;
        }
    };

    FailedSignIns(Clock clock) {
        this.clock = clock;
    }

    /** @throws Problem.TooMany when this address has no tries left */
    void begin(String email) {
        long now = clock.millis();
        synchronized (windows) {
            var known = windows.get(email);
            var window = known == null || now - known.start() >= WINDOW_MS || now < known.start()
                    ? new Window(now, 0)
                    : known;
            if (window.tries() >= TRIES) {
                throw new Problem.TooMany(
                        "Too many wrong passwords for this account. Wait a few minutes and try again.",
                        Duration.ofMillis(window.start() + WINDOW_MS - now));
            }
            windows.put(email, new Window(window.start(), window.tries() + 1));
        }
    }

    void succeeded(String email) {
        synchronized (windows) {
            windows.remove(email);
        }
    }
}
