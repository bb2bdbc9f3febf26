package carafe.platform.http;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * The share of the heap that large request bodies may take together: a quarter. A body over one MiB waits a moment for
 * its place and keeps it until its request is answered, so that many at once cannot exhaust the memory of all.
 */
final class BodyRoom {
    private static final int KIB = 1024;
    private static final int COPIES = 2; // the bytes and what is parsed of them
    private static final long PATIENCE_SECONDS = 10;

    private final int total = (int) (Runtime.getRuntime().maxMemory() / 4 / KIB);
    private final Semaphore free = new Semaphore(total, true);

    /** A place in the room. */
    record Place(Semaphore free, int kib) implements AutoCloseable {
        @Override
        public void close() {
            free.release(kib);
        }
    }

    /** @param length bytes, or -1 when the client did not say; then {@code most} is reserved */
    Place take(long length, long most) {
        long bytes = length < 0 ? most : length;
        if (bytes <= Rule.MEBIBYTE) {
            return new Place(free, 0);
        }
        int kib = (int) Math.min(Integer.MAX_VALUE, bytes * COPIES / KIB);
        if (kib > total) {
            throw new Problem.TooLarge((long) total * KIB / COPIES);
        }
        try {
            if (free.tryAcquire(kib, PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                return new Place(free, kib);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        throw new Problem.TooMany("Too many large requests at once. Try again in a moment.", Duration.ofSeconds(5));
    }
}
