package carafe.platform.http;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * The share of the heap that large request bodies may take together: a quarter. A body over one MiB waits a moment for
 * its place and keeps it until its request is answered, so that many at once cannot exhaust the memory of all. One whose
 * length nobody said takes its place as it grows.
 */
final class BodyRoom {
    private static final int KIB = 1024;
    private static final int COPIES = 2; // the bytes and what is parsed of them
    private static final long PATIENCE_SECONDS = 10;

    private final int total = (int) (Runtime.getRuntime().maxMemory() / 4 / KIB);
    private final Semaphore free = new Semaphore(total, true);

    /** A place in the room. It belongs to the thread of its request. */
    final class Place implements AutoCloseable {
        static final String ATTRIBUTE = "carafe.place";

        private int kib;

        /** So many bytes in all need a place now. Up to a MiB, none do. */
        void growTo(long bytes) {
            if (bytes <= Rule.MEBIBYTE) {
                return;
            }
            int wanted = (int) Math.min(Integer.MAX_VALUE, bytes * COPIES / KIB);
            if (wanted > total) {
                throw new Problem.TooLarge((long) total * KIB / COPIES);
            }
            try {
                if (free.tryAcquire(Math.max(0, wanted - kib), PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                    kib = Math.max(kib, wanted);
                    return;
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            throw new Problem.TooMany("Too many large requests at once. Try again in a moment.", Duration.ofSeconds(5));
        }

        @Override
        public void close() {
            free.release(kib);
        }
    }

    /** A place for a body of so many bytes; 0 for one that may still grow. */
    Place take(long length) {
        var place = new Place();
        place.growTo(length);
        return place;
    }
}
