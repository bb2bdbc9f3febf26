package carafe.feature.proxy;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Begins anew, a second after somebody asked: {@code exec} reads the settings again and opens fresh connections, without
 * cutting anybody off; {@code signal} ends the process in order, so that whoever watches it starts it again; {@code auto}
 * is the second where such a watcher is announced, else the first.
 */
final class Restart {
    static final long DELAY_MS = 1000;
    private static final Logger log = LoggerFactory.getLogger(Restart.class);

    private final ProxyConfig config;
    private final Runnable end;
    private final AtomicBoolean waiting = new AtomicBoolean();
    private final AtomicBoolean ending = new AtomicBoolean();

    /** @param end ends the process in order */
    Restart(ProxyConfig config, Runnable end) {
        this.config = config;
        this.end = end;
    }

    private boolean ends(String strategy) {
        return strategy.equals("signal")
                || (strategy.equals("auto") && config.settings().supervised());
    }

    /** What a person is told. */
    String says(String strategy) {
        return ends(strategy)
                ? "The service ends in a second and is started again by whoever watches it."
                : "The settings are read again in a second; nothing is interrupted.";
    }

    /** Several in the same second are one; if any of them ends the process, it does. */
    void schedule(String strategy) {
        if (ends(strategy)) {
            ending.set(true); // also when a gentler one is on its way
        }
        if (!waiting.compareAndSet(false, true)) {
            return;
        }
        Thread.startVirtualThread(() -> {
            try {
                Thread.sleep(Duration.ofMillis(DELAY_MS));
                waiting.set(false);
                boolean ends = ending.getAndSet(false);
                log.info("the proxy begins anew strategy={}", ends ? "signal" : "exec");
                if (ends) {
                    end.run();
                } else {
                    config.reload();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }
}
