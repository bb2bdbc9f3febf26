package carafe.engine.llm.local.host;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * One running answer. A thread of its own takes the engine's results at once, however slow the client is: a result left
 * lying makes every other waiter inside the engine spin. The queue holds at most the tokens that the request allows.
 */
final class Generation {
    /** What comes out: pieces, then exactly one end. */
    sealed interface Event {
        record Text(String text) implements Event {}

        /** The engine is done; {@code lastEmpty}: the last token had no text, as the end-of-answer token has none. */
        record End(boolean lastEmpty) implements Event {}

        record Broken(String message) implements Event {}
    }

    /** Receivers given up while their prompt was being read; each keeps a small thread until the process ends. */
    private static final int MOST_ABANDONED = 64;

    private static final long STACK_BYTES = 512 * 1024;

    private final Engine engine;
    private final AtomicInteger abandoned;
    private final int task;
    private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();
    private final AtomicBoolean cancelled = new AtomicBoolean();
    private volatile boolean started;
    private volatile boolean givenUp;

    Generation(Engine engine, AtomicInteger abandoned, String json) {
        this.engine = engine;
        this.abandoned = abandoned;
        this.task = engine.request(json);
    }

    Generation start() {
        Thread receiver = new Thread(null, this::receive, "generation-" + task, STACK_BYTES);
        receiver.setDaemon(true);
        receiver.start();
        return this;
    }

    /** The next event, or null when none came within the wait. */
    @Nullable
    Event poll(long millis) throws InterruptedException {
        return events.poll(millis, TimeUnit.MILLISECONDS);
    }

    /**
     * Stops the engine's work on this answer and returns true when it had begun to answer, so that its prompt is read.
     * While pieces come, the receiver itself cancels after the next one; while the prompt is read nobody else can.
     */
    boolean cancel() {
        if (cancelled.compareAndSet(false, true) && !started) {
            if (abandoned.incrementAndGet() <= MOST_ABANDONED) {
                givenUp = true;
                engine.cancel(task);
            } else {
                abandoned.decrementAndGet();
            }
        }
        return started;
    }

    private void receive() {
        boolean empty = true;
        try {
            Engine.Piece piece = engine.receive(task);
            started = true;
            if (givenUp) {
                abandoned.decrementAndGet();
            }
            while (!piece.last() && !cancelled.get()) {
                empty = piece.text().isEmpty();
                events.add(new Event.Text(piece.text()));
                piece = engine.receive(task);
            }
            if (cancelled.get()) {
                engine.cancel(task);
                return;
            }
            if (!piece.text().isEmpty()) {
                events.add(new Event.Text(piece.text()));
            }
            events.add(new Event.End(empty));
        } catch (RuntimeException e) {
            events.add(new Event.Broken(String.valueOf(e.getMessage())));
        }
    }
}
