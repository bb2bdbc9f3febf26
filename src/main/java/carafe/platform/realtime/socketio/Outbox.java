package carafe.platform.realtime.socketio;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * What waits for one session. It is full at {@value #MOST_FRAMES} packets or {@value #MOST_BYTES} characters, and at
 * {@value #FAIR_BYTES} while all sessions together hold more than their share of the memory. Not safe for threads.
 */
final class Outbox {
    static final int MOST_FRAMES = 4096;
    static final int MOST_BYTES = 4 << 20;
    static final int FAIR_BYTES = 64 << 10;

    /** Characters that wait in all sessions together. A packet to a room counts once for each session. */
    static final class Share {
        private final AtomicLong used = new AtomicLong();
        private final long most = Runtime.getRuntime().maxMemory() / 8;

        private boolean exhausted() {
            return used.get() > most;
        }
    }

    private final Share share;
    private final ArrayDeque<Frame> frames = new ArrayDeque<>();
    private long bytes;

    Outbox(Share share) {
        this.share = share;
    }

    /** Takes all or nothing; false when it is full. An empty one takes whatever comes. */
    boolean offer(List<Frame> unit) {
        long size = 0;
        for (var frame : unit) {
            size += frame.size();
        }
        long limit = share.exhausted() ? FAIR_BYTES : MOST_BYTES;
        if (!frames.isEmpty() && (frames.size() + unit.size() > MOST_FRAMES || bytes + size > limit)) {
            return false;
        }
        frames.addAll(unit);
        bytes += size;
        share.used.addAndGet(size);
        return true;
    }

    @Nullable
    Frame poll() {
        var next = frames.poll();
        if (next != null) {
            bytes -= next.size();
            share.used.addAndGet(-next.size());
        }
        return next;
    }

    /** The next ones, {@code most} at most. */
    List<Frame> poll(int most) {
        var some = new ArrayList<Frame>(Math.min(most, frames.size()));
        for (var next = poll(); next != null; next = some.size() < most ? poll() : null) {
            some.add(next);
        }
        return some;
    }

    void clear() {
        frames.clear();
        share.used.addAndGet(-bytes);
        bytes = 0;
    }

    boolean isEmpty() {
        return frames.isEmpty();
    }
}
