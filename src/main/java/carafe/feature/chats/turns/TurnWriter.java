package carafe.feature.chats.turns;

import carafe.engine.llm.LlmEvent;
import carafe.engine.llm.LlmFailure;
import carafe.engine.llm.QuickSink;
import carafe.feature.chats.TurnStore;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes a model's events into a running turn and saves now and then, on threads of their own: two seconds after the last
 * time, or when the text has doubled. Saving at every token would cost the square of the answer's length.
 */
final class TurnWriter implements QuickSink {
    private static final Logger log = LoggerFactory.getLogger(TurnWriter.class);
    private static final long SAVE_EVERY = 2_000_000_000L;
    private static final int SAVE_FROM = 256;

    private final RunningTurn run;
    private final TurnStore store;
    private final ThoughtTags tags;
    private LlmEvent.Usage usage = new LlmEvent.Usage(0, 0, 0);
    private @Nullable LlmFailure failure;
    private String reason = "stop";
    private long firstMs;
    private long totalMs;
    private long savedAt = System.nanoTime();
    private int savedLength;
    private final ReentrantLock saving = new ReentrantLock();
    private boolean over;

    TurnWriter(RunningTurn run, TurnStore store) {
        this.run = run;
        this.store = store;
        this.tags = new ThoughtTags(!run.content().isBlank(), run::text, run::thought);
    }

    @Override
    public void accept(LlmEvent event) {
        switch (event) {
            case LlmEvent.Started started -> {}
            case LlmEvent.Text text -> tags.accept(text.text());
            case LlmEvent.Reasoning thought -> run.thought(thought.text());
            case LlmEvent.ToolCallDelta call -> {} // no tools are offered in a turn yet
            case LlmEvent.Citation citation -> {}
            case LlmEvent.Search search -> {} // nor searches
            case LlmEvent.Usage counted -> usage = counted;
            case LlmEvent.Done done -> reason = done.reason();
            case LlmEvent.Failed failed -> failure = failed.failure();
        }
        saveNowAndThen();
    }

    private void saveNowAndThen() {
        int length = run.length();
        long now = System.nanoTime();
        boolean doubled = length >= SAVE_FROM && length >= 2 * savedLength;
        if (length == savedLength || !(doubled || now - savedAt > SAVE_EVERY)) {
            return;
        }
        savedAt = now;
        savedLength = length;
        Thread.ofVirtual().name("turn-save").start(this::save);
    }

    /** One at a time; what it misses, the next one saves. */
    private void save() {
        if (!saving.tryLock()) {
            return;
        }
        try {
            if (over) {
                return;
            }
            var body = JsonNodeFactory.instance.objectNode();
            if (!run.reasoning().isEmpty()) {
                body.put("reasoning", run.reasoning());
            }
            if (!store.save(run.turn, run.content(), body)) {
                run.cancellation.cancel(); // the chat was deleted, or another node took the turn over
            }
        } catch (RuntimeException e) {
            log.warn("an answer so far could not be stored chat={}", run.turn.chatId(), e);
        } finally {
            saving.unlock();
        }
    }

    /** A turn is told, not sent: nobody's slowness holds it up. */
    @Override
    public void afterwards(Runnable taken) {
        taken.run();
    }

    /** Saves nothing from here on; waits for what is being saved. */
    void stopSaving() {
        saving.lock();
        try {
            over = true;
        } finally {
            saving.unlock();
        }
    }

    void times(long first, long total) {
        firstMs = first;
        totalMs = total;
    }

    RunningTurn.Ended ended(boolean cancelled, boolean serverStops) {
        tags.end();
        var state = "done";
        @Nullable LlmFailure fault = null;
        if (cancelled && !serverStops) {
            state = "cancelled";
        } else if (cancelled) {
            state = "error";
            fault = new LlmFailure(503, "stopping", "The server stopped while this answer was being written.");
        } else if (failure != null) {
            state = "error";
            fault = failure;
        }
        var finish = state.equals("done") ? reason : state;
        return new RunningTurn.Ended(state, finish, fault, usage.input(), usage.output(), firstMs, totalMs);
    }
}
