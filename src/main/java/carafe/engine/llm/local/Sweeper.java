package carafe.engine.llm.local;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Looks after the loaded models in the background: often enough for their idle time and for a process that swells. */
final class Sweeper {
    private static final long SHORTEST_MS = 100;
    private static final long LONGEST_MS = 5_000;

    private Sweeper() {}

    /** Runs {@code sweep} again and again until {@code closed}. */
    static void start(Duration idle, CountDownLatch closed, Runnable sweep) {
        long period = Math.clamp(idle.toMillis() / 4, SHORTEST_MS, LONGEST_MS);
        Thread.ofVirtual().name("model-sweep").start(() -> {
            try {
                while (!closed.await(period, TimeUnit.MILLISECONDS)) {
                    sweep.run();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }
}
