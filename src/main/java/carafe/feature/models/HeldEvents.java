package carafe.feature.models;

import carafe.engine.llm.LlmEvent;
import carafe.engine.llm.LlmFailure;
import carafe.engine.llm.QuickSink;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Holds an answer back until there is something in it: until then another server may still give it. */
final class HeldEvents implements Consumer<LlmEvent> {
    private final Meter.Hold hold;
    private final Consumer<LlmEvent> sink;
    private final Runnable firstToken;
    private final boolean last;
    private LlmEvent.@Nullable Started started;
    private @Nullable LlmFailure failure;
    private boolean open;
    private boolean talked;

    /**
     * @param firstToken runs once when the answer begins
     * @param last whether nobody else can give the answer: then its start is told at once
     */
    HeldEvents(Meter.Hold hold, Consumer<LlmEvent> sink, Runnable firstToken, boolean last) {
        this.hold = hold;
        this.sink = sink;
        this.firstToken = firstToken;
        this.last = last;
    }

    /** The same for a sink that never waits; {@code afterwards} as in {@link QuickSink}. */
    QuickSink quick(Consumer<Runnable> afterwards) {
        return new QuickSink() {
            @Override
            public void accept(LlmEvent event) {
                HeldEvents.this.accept(event);
            }

            @Override
            public void afterwards(Runnable taken) {
                afterwards.accept(taken);
            }
        };
    }

    @Override
    public void accept(LlmEvent event) {
        switch (event) {
            case LlmEvent.Started first -> {
                started = first;
                if (last) {
                    open();
                }
            }
            case LlmEvent.Failed(var why) -> failure = why;
            case LlmEvent.Text text -> piece(event);
            case LlmEvent.Reasoning reasoning -> piece(event);
            case LlmEvent.ToolCallDelta call -> piece(event);
            case LlmEvent.Usage usage -> {
                hold.settle(usage);
                pass(event);
            }
            case LlmEvent.Citation citation -> pass(event);
            case LlmEvent.Search search -> pass(event);
            case LlmEvent.Done done -> pass(event);
        }
    }

    private void piece(LlmEvent event) {
        hold.piece();
        pass(event);
    }

    private void pass(LlmEvent event) {
        if (!talked) {
            talked = true;
            firstToken.run();
        }
        open();
        sink.accept(event);
    }

    private void open() {
        if (!open) {
            open = true;
            sink.accept(started == null ? new LlmEvent.Started("", "") : started);
        }
    }

    /** Whether somebody has seen some of it. */
    boolean isOpen() {
        return open;
    }

    /** Why the answer failed; it has not been told yet. */
    @Nullable
    LlmFailure failure() {
        return failure;
    }
}
