package carafe.engine.llm.local.host;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;

/**
 * Who may use which of the engine's slots. A session comes back to the slot that still holds its prompt; otherwise the
 * least recently used free one is taken. When all are busy, callers wait in order, at most {@code queue} of them.
 */
final class Slots {
    /** One sequence of the engine's context; its fields belong to whoever holds it. */
    static final class Slot {
        private final int id;
        private String session = "";
        private long lastUsed;
        private boolean busy;
        private int[] prompt = {};

        private Slot(int id) {
            this.id = id;
        }

        int id() {
            return id;
        }

        /** How many leading tokens the slot surely holds; at least one token is always read anew. */
        int cached(int[] tokens) {
            int same = Arrays.mismatch(prompt, tokens);
            return Math.clamp(same < 0 ? tokens.length : same, 0, Math.max(0, tokens.length - 1));
        }

        /** Notes what the slot holds after an answer; nothing when a prompt was cut short. */
        void holds(int[] tokens) {
            prompt = tokens;
        }
    }

    private record Waiter(String session, CompletableFuture<Slot> turn) {}

    private final List<Slot> slots;
    private final int queue;
    private final Deque<Waiter> waiters = new ArrayDeque<>();
    private long clock;

    Slots(int count, int queue) {
        slots = IntStream.range(0, count).mapToObj(Slot::new).toList();
        this.queue = queue;
    }

    /** A slot now or later; give it back with {@link #release}, or withdraw with {@link #leave}. */
    synchronized CompletableFuture<Slot> enter(String session) {
        CompletableFuture<Slot> turn = new CompletableFuture<>();
        slots.stream()
                .filter(slot -> !slot.busy)
                .min(Comparator.comparing((Slot slot) -> !slot.session.equals(session))
                        .thenComparingLong(slot -> slot.lastUsed))
                .ifPresentOrElse(slot -> give(slot, session, turn), () -> await(session, turn));
        return turn;
    }

    /** Withdraws a caller that no longer waits, and frees the slot if it got one meanwhile. */
    synchronized void leave(CompletableFuture<Slot> turn) {
        if (turn.cancel(false)) {
            waiters.removeIf(waiter -> waiter.turn.isCancelled());
        } else {
            release(turn.join());
        }
    }

    synchronized void release(Slot slot) {
        slot.busy = false;
        Waiter next = waiters.poll();
        if (next != null) {
            give(slot, next.session, next.turn);
        }
    }

    synchronized int busy() {
        return (int) slots.stream().filter(slot -> slot.busy).count();
    }

    synchronized int waiting() {
        return waiters.size();
    }

    private void await(String session, CompletableFuture<Slot> turn) {
        if (waiters.size() >= queue) {
            throw new Refusal(503, "model_busy", "The local model is busy and its queue is full. Try again shortly.");
        }
        waiters.add(new Waiter(session, turn));
    }

    private void give(Slot slot, String session, CompletableFuture<Slot> turn) {
        slot.busy = true;
        slot.lastUsed = ++clock;
        slot.session = session;
        turn.complete(slot);
    }
}
