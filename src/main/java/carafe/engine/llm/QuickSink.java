package carafe.engine.llm;

import java.util.function.Consumer;

/** A sink that never waits, so that events may be told on the thread that reads many upstreams. */
public interface QuickSink extends Consumer<LlmEvent> {
    /** Runs {@code taken} once all events so far have gone where they go. @throws RuntimeException when they cannot */
    void afterwards(Runnable taken);
}
