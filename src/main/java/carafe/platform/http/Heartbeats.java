package carafe.platform.http;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps silent event streams alive: after ten seconds without a byte a comment goes out. It also is how a client that
 * left is noticed while an upstream thinks, since only a write tells.
 */
public final class Heartbeats implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Heartbeats.class);
    private static final Duration SILENCE = Duration.ofSeconds(8);
    private static final Duration LOOK = Duration.ofSeconds(2);

    private final Map<ResponseStream, Runnable> streams = new ConcurrentHashMap<>();
    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("heartbeats").factory());

    public Heartbeats() {
        var _ = clock.scheduleAtFixedRate(this::look, LOOK.toMillis(), LOOK.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Watches {@code stream} until {@link #forget}; {@code gone} runs once when its client has left. */
    public void watch(ResponseStream stream, Runnable gone) {
        streams.put(stream, gone);
    }

    public void forget(ResponseStream stream) {
        streams.remove(stream);
    }

    private void look() {
        streams.forEach((stream, gone) -> {
            if (stream.silence() > SILENCE.toNanos()) {
                Thread.startVirtualThread(() -> beat(stream, gone)); // a slow reader must not hold up the others
            }
        });
    }

    private void beat(ResponseStream stream, Runnable gone) {
        try {
            if (streams.containsKey(stream) && stream.silence() > SILENCE.toNanos()) {
                stream.ping();
            }
        } catch (ClientGone e) {
            if (streams.remove(stream) != null) {
                log.debug("a client left a silent stream");
                gone.run();
            }
        }
    }

    @Override
    public void close() {
        clock.shutdownNow();
    }
}
