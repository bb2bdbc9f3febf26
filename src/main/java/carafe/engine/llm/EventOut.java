package carafe.engine.llm;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Keeps the order that {@link LlmEvent} promises, whatever an upstream sends: Started first, one end, nothing after it. */
public final class EventOut {
    private final Consumer<LlmEvent> sink;
    private boolean started;
    private boolean ended;
    private boolean calledTools;
    private @Nullable String finish;

    public EventOut(Consumer<LlmEvent> sink) {
        this.sink = sink;
    }

    /** The sink, if it never waits. */
    @Nullable
    QuickSink quick() {
        return sink instanceof QuickSink quick ? quick : null;
    }

    public void started(String id, String model) {
        if (!started && !ended) {
            started = true;
            sink.accept(new LlmEvent.Started(id, model));
        }
    }

    public void text(String text) {
        if (!text.isEmpty()) {
            piece(new LlmEvent.Text(text));
        }
    }

    public void refusal(String text) {
        if (!text.isEmpty()) {
            piece(new LlmEvent.Text(text, true));
        }
    }

    public void reasoning(String text) {
        if (!text.isEmpty()) {
            piece(new LlmEvent.Reasoning(text));
        }
    }

    public void toolCall(int index, @Nullable String id, @Nullable String name, String arguments) {
        calledTools = true;
        piece(new LlmEvent.ToolCallDelta(index, id, name, arguments));
    }

    public void citation(LlmEvent.Citation citation) {
        piece(citation);
    }

    public void search(LlmEvent.Search search) {
        piece(search);
    }

    public void usage(LlmEvent.Usage usage) {
        piece(usage);
    }

    private void piece(LlmEvent event) {
        if (!ended) {
            started("", "");
            sink.accept(event);
        }
    }

    /** Why the model stopped, in the words of the OpenAI API; the end itself may still be some events away. */
    public void finish(String reason) {
        finish = reason.equals("stop") && calledTools ? "tool_calls" : reason; // many servers say stop for both
    }

    public boolean ended() {
        return ended;
    }

    /** The end, as far as the upstream is concerned. */
    public void done() {
        if (!started) {
            fail(new LlmFailure(502, "upstream_empty", "The model server answered without a word."));
        } else if (!ended) {
            ended = true;
            sink.accept(new LlmEvent.Done(finish != null ? finish : calledTools ? "tool_calls" : "stop"));
        }
    }

    /** The bytes have ended; without a reason to finish the answer is torn. */
    public void over() {
        if (finish != null) {
            done();
        } else {
            fail(LlmFailure.brokeOff());
        }
    }

    public void fail(LlmFailure failure) {
        if (!ended) {
            ended = true;
            sink.accept(new LlmEvent.Failed(failure));
        }
    }
}
