package carafe.feature.chats.turns;

import carafe.engine.llm.Cancellation;
import carafe.engine.llm.LlmFailure;
import carafe.feature.chats.TurnStore.Turn;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * An answer while it is being written: its text so far and everybody who watches it grow. One thread writes, any number
 * of listeners read; each sees the text once and in order, whenever it joins.
 */
public final class RunningTurn {
    /** What a listener is told. A snapshot replaces everything it had. */
    public sealed interface Update {
        record Snapshot(String content, String reasoning) implements Update {}

        record Delta(String content, String reasoning) implements Update {}

        record End(Ended ended) implements Update {}
    }

    /**
     * How it ended.
     *
     * @param state done, cancelled or error
     * @param reason of a whole answer the model's (stop, length, tool_calls…), else the state
     * @param input tokens read, 0 where nobody counted; {@code output} the same
     * @param firstMs milliseconds to the first piece, {@code totalMs} to the end
     */
    public record Ended(
            String state,
            String reason,
            @Nullable LlmFailure failure,
            long input,
            long output,
            long firstMs,
            long totalMs) {
        boolean isWhole() {
            return state.equals("done");
        }

        /** What went wrong, in a sentence for people. */
        public @Nullable String error() {
            return failure == null ? null : failure.message();
        }
    }

    /** A listener this far behind gets one snapshot instead of so many pieces. */
    private static final int BEHIND = 1024;

    final Turn turn;
    final String model;
    final Cancellation cancellation = new Cancellation();
    private final StringBuilder content = new StringBuilder();
    private final StringBuilder reasoning = new StringBuilder();
    private final List<Listener> listeners = new ArrayList<>();
    private final List<Consumer<Update>> watchers = new ArrayList<>();
    private final CountDownLatch over = new CountDownLatch(1);
    private long thoughtSince;
    private long thoughtFor;
    private @Nullable Ended ended;

    /** Whether other answers of the chat were being written when this one ended. */
    private boolean amongOthers;

    RunningTurn(Turn turn, String model) {
        this.turn = turn;
        this.model = model;
        content.append(turn.beginning());
    }

    public Turn turn() {
        return turn;
    }

    public String model() {
        return model;
    }

    /** Ends the turn: the upstream's connection closes, what there is of the answer is stored. */
    public void cancel() {
        cancellation.cancel();
    }

    /** Message ids are clients' own, and unique only within their chat. */
    static String key(String chatId, String messageId) {
        return chatId + ' ' + messageId;
    }

    String key() {
        return key(turn.chatId(), turn.messageId());
    }

    synchronized boolean amongOthers() {
        return amongOthers;
    }

    synchronized void text(String piece) {
        stopThinking();
        content.append(piece);
        tell(new Update.Delta(piece, ""));
    }

    synchronized void thought(String piece) {
        if (thoughtSince == 0) {
            thoughtSince = System.nanoTime();
        }
        reasoning.append(piece);
        tell(new Update.Delta("", piece));
    }

    /** @param others whether other answers of the chat are still being written */
    synchronized void end(Ended how, boolean others) {
        stopThinking();
        ended = how;
        amongOthers = others;
        tell(new Update.End(how));
        over.countDown();
    }

    private void stopThinking() {
        if (thoughtSince != 0) {
            thoughtFor += System.nanoTime() - thoughtSince;
            thoughtSince = 0;
        }
    }

    /** How long the model has thought, in whole seconds. */
    synchronized long secondsOfThought() {
        long now = thoughtSince == 0 ? 0 : System.nanoTime() - thoughtSince;
        return (thoughtFor + now) / 1_000_000_000;
    }

    private void tell(Update update) {
        watchers.forEach(watcher -> watcher.accept(update));
        if (!listeners.isEmpty()) {
            listeners.forEach(listener -> listener.offer(update));
            notifyAll();
        }
    }

    public synchronized String content() {
        return content.toString();
    }

    public synchronized String reasoning() {
        return reasoning.toString();
    }

    synchronized int length() {
        return content.length() + reasoning.length();
    }

    /** Whether the end came within {@code timeout}. */
    public boolean awaitEnd(long timeout, TimeUnit unit) throws InterruptedException {
        return over.await(timeout, unit);
    }

    /** A place among the listeners; its first update is a snapshot of what there is now. */
    public synchronized Listener listen() {
        var listener = new Listener();
        listener.queue.addAll(now());
        listeners.add(listener);
        return listener;
    }

    /**
     * Tells {@code watcher} at once what there is now, and of each update as it comes, under this answer's lock and on a
     * thread that may read many upstreams: it must not wait, throw or take locks that others hold while they take this one.
     */
    public synchronized void watch(Consumer<Update> watcher) {
        now().forEach(watcher);
        watchers.add(watcher);
    }

    private List<Update> now() {
        var snapshot = new Update.Snapshot(content.toString(), reasoning.toString());
        return ended == null ? List.of(snapshot) : List.of(snapshot, new Update.End(ended));
    }

    /** One listener's queue; used by one thread. */
    public final class Listener implements AutoCloseable {
        private final ArrayDeque<Update> queue = new ArrayDeque<>();
        private boolean fresh;
        private boolean closed;

        private void offer(Update update) {
            if (queue.size() >= BEHIND) {
                queue.clear();
                fresh = true;
            }
            queue.add(update);
        }

        /** The next updates, adjoining pieces joined; empty when this listener was closed. */
        public List<Update> next() throws InterruptedException {
            synchronized (RunningTurn.this) {
                while (queue.isEmpty() && !fresh && !closed) {
                    RunningTurn.this.wait();
                }
                if (closed) {
                    return List.of();
                }
                return fresh ? start() : drain();
            }
        }

        /** The next update is a snapshot again. */
        void startAnew() {
            synchronized (RunningTurn.this) {
                fresh = true;
                RunningTurn.this.notifyAll();
            }
        }

        private List<Update> start() {
            fresh = false;
            queue.clear();
            return now();
        }

        private List<Update> drain() {
            var joined = new ArrayList<Update>();
            for (var update : queue) {
                if (update instanceof Update.Delta(var text, var thought)
                        && !joined.isEmpty()
                        && joined.getLast() instanceof Update.Delta(var textBefore, var thoughtBefore)
                        && text.isEmpty() == textBefore.isEmpty()) {
                    joined.set(joined.size() - 1, new Update.Delta(textBefore + text, thoughtBefore + thought));
                } else {
                    joined.add(update);
                }
            }
            queue.clear();
            return joined;
        }

        @Override
        public void close() {
            synchronized (RunningTurn.this) {
                closed = true;
                listeners.remove(this);
                RunningTurn.this.notifyAll();
            }
        }
    }
}
