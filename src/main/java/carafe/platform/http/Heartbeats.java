package carafe.platform.http;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps silent event streams alive: after eight seconds without a byte a comment goes out, and another soon after. It also
 * is how a client that left is noticed while an upstream thinks, since only a write tells: the first one after the
 * client's end succeeds still, and its answer, a reset, is what the second one meets. So ten seconds are the most it takes.
 */
public final class Heartbeats implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Heartbeats.class);
    private static final Duration SILENCE = Duration.ofSeconds(6);
    private static final Duration LOOK = Duration.ofSeconds(2);
    /** After the first comment: shorter than from one look to the next. */
    private static final Duration AGAIN = Duration.ofSeconds(1);

    private final Map<ResponseStream, Watched> streams = new ConcurrentHashMap<>();

    private static final class Watched {
        private final Runnable gone;
        /** A first comment is out and the second is not. */
        private volatile boolean asked;
        /** A comment waits for a slow reader; a second one behind it would tell nothing. */
        private final AtomicBoolean beating = new AtomicBoolean();

        private Watched(Runnable gone) {
            this.gone = gone;
        }

        private boolean isDue(ResponseStream stream) {
            return stream.silence() > (asked ? AGAIN : SILENCE).toNanos();
        }
    }

    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("heartbeats").factory());

    public Heartbeats() {
        var _ = clock.scheduleAtFixedRate(this::look, LOOK.toMillis(), LOOK.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Watches {@code stream} until {@link #forget}; {@code gone} runs once when its client has left. */
    public void watch(ResponseStream stream, Runnable gone) {
        streams.put(stream, new Watched(gone));
    }

    public void forget(ResponseStream stream) {
        streams.remove(stream);
    }

    private void look() {
        streams.forEach((stream, watched) -> {
            if (watched.isDue(stream) && watched.beating.compareAndSet(false, true)) {
                Thread.startVirtualThread(() -> beat(stream, watched)); // a slow reader must not hold up the others
            }
        });
    }

    private void beat(ResponseStream stream, Watched watched) {
        try {
            if (streams.containsKey(stream) && watched.isDue(stream)) {
                watched.asked = !watched.asked;
                stream.ping();
            }
        } catch (ClientGone e) {
            if (streams.remove(stream) != null) {
                log.debug("a client left a silent stream");
                watched.gone.run();
            }
        } finally {
            watched.beating.set(false);
        }
    }

    @Override
    public void close() {
        clock.shutdownNow();
    }
}
