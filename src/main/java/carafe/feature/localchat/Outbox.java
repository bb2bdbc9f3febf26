package carafe.feature.localchat;

import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.LongSupplier;
import org.eclipse.jetty.util.IteratingCallback;
import org.eclipse.jetty.websocket.api.Callback;
import org.jspecify.annotations.Nullable;

/**
 * What one socket is still to be sent, written one frame after the other by whichever thread is at hand: nobody waits
 * for a slow reader. Pieces of an answer that wait join into one, so only other events can fill the queue.
 */
final class Outbox {
    static final int MOST_FRAMES = 1_000;
    static final int MOST_CHARS = 4 << 20;
    /** Events of answers are few and go in all the same, up to so many more. */
    private static final int SPARE = 200;
    /** Characters of one frame. */
    private static final int PIECE = 32 << 10;

    private sealed interface Frame {
        record Event(String name, String data) implements Frame {}

        record Piece(Block block, int from, int to, String clientId) implements Frame {}
    }

    private final BiConsumer<String, Callback> link;
    private final Runnable drained;
    private final Runnable stuck;
    private final Runnable lost;
    private final LongSupplier nanoTime;
    private final Writer writer = new Writer();
    private final ArrayDeque<Frame> queue = new ArrayDeque<>();
    private long chars;
    private long seq;
    private long fullSince;
    private boolean closing;
    private boolean over;

    /**
     * @param link sends one text frame
     * @param drained runs once when {@link #finish} was called and everything is on the wire
     * @param stuck is told when the client takes so little that it must go
     * @param lost is told when it cannot be reached
     */
    Outbox(BiConsumer<String, Callback> link, Runnable drained, Runnable stuck, Runnable lost, LongSupplier nanoTime) {
        this.link = link;
        this.drained = drained;
        this.stuck = stuck;
        this.lost = lost;
        this.nanoTime = nanoTime;
    }

    void event(String name, String data) {
        boolean overflow;
        synchronized (this) {
            if (over || closing) {
                return;
            }
            queue.add(new Frame.Event(name, data));
            chars += data.length();
            overflow = queue.size() > MOST_FRAMES + SPARE;
            over = overflow;
            noteRoom();
        }
        if (overflow) {
            stuck.run();
        } else {
            writer.iterate();
        }
    }

    /** The characters of {@code block} up to {@code to}, from {@code from} on. */
    void piece(Block block, int from, int to, String clientId) {
        synchronized (this) {
            if (over || closing) {
                return;
            }
            if (queue.peekLast() instanceof Frame.Piece last && last.block() == block) {
                queue.removeLast();
                queue.add(new Frame.Piece(block, last.from(), to, clientId));
            } else {
                queue.add(new Frame.Piece(block, from, to, clientId));
            }
            chars += to - from;
            noteRoom();
        }
        writer.iterate();
    }

    /** Takes nothing more; {@code drained} runs when all is sent. */
    void finish() {
        synchronized (this) {
            closing = true;
        }
        writer.iterate();
    }

    /** Drops everything. */
    synchronized void drop() {
        over = true;
        queue.clear();
        chars = 0;
        notifyAll();
    }

    /** How long there has been no room, in nanoseconds; 0 while there is. */
    synchronized long fullFor() {
        return fullSince == 0 ? 0 : Math.max(1, nanoTime.getAsLong() - fullSince);
    }

    /** Waits until there is room for an answer to the client's own words; false when it takes too long. */
    synchronized boolean awaitRoom(long timeout, TimeUnit unit) throws InterruptedException {
        long end = System.nanoTime() + unit.toNanos(timeout);
        while (fullSince != 0 && !over) {
            long left = end - System.nanoTime();
            if (left <= 0) {
                return false;
            }
            wait(Math.max(1, left / 1_000_000));
        }
        return true;
    }

    private void noteRoom() {
        boolean full = queue.size() >= MOST_FRAMES || chars > MOST_CHARS;
        if (!full && fullSince != 0) {
            fullSince = 0;
            notifyAll();
        } else if (full && fullSince == 0) {
            fullSince = nanoTime.getAsLong();
        }
    }

    private synchronized @Nullable String next() {
        var frame = over ? null : queue.poll();
        return switch (frame) {
            case null -> null;
            case Frame.Event(var name, var data) -> {
                chars -= data.length();
                noteRoom();
                yield text(name, data);
            }
            case Frame.Piece(var block, var from, var to, var clientId) -> {
                int end = block.end(from, to, PIECE);
                if (end < to) {
                    queue.addFirst(new Frame.Piece(block, end, to, clientId));
                }
                chars -= end - from;
                noteRoom();
                yield text("content_block_delta", block.delta(from, end, clientId));
            }
        };
    }

    private String text(String name, String data) {
        return "{\"seq\":" + seq++ + ",\"event\":\"" + name + "\",\"data\":" + data + "}";
    }

    private synchronized boolean isDone() {
        if (closing && !over && queue.isEmpty()) {
            over = true;
            return true;
        }
        return false;
    }

    private final class Writer extends IteratingCallback {
        @Override
        protected Action process() {
            var text = next();
            if (text == null) {
                if (isDone()) {
                    drained.run();
                }
                return Action.IDLE;
            }
            link.accept(text, Callback.from(this::succeeded, this::failed));
            return Action.SCHEDULED;
        }

        @Override
        protected void onFailure(Throwable cause) {
            lost.run();
        }

        @Override
        public InvocationType getInvocationType() {
            return InvocationType.NON_BLOCKING;
        }
    }
}
