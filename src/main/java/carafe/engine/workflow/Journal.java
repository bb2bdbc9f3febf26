package carafe.engine.workflow;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Keeps what a run does. */
@FunctionalInterface
public interface Journal {
    /**
     * What is kept together or not at all.
     *
     * @param question that the run now waits for an answer to
     */
    record Entry(
            List<Step> steps,
            List<Frame> frames,
            @Nullable Pause question,
            @Nullable Ending ending) {
        public Entry {
            steps = List.copyOf(steps);
            frames = List.copyOf(frames);
        }
    }

    /** Durable when it returns. @throws RuntimeException when it is not; then the run ends here, and may go on later */
    void keep(Entry entry);

    /** Whether it has more to do than it can at once, so that pieces of an answer should come together. */
    default boolean isBusy() {
        return false;
    }

    /**
     * A reason to wait.
     *
     * @param seconds after which it is over by itself; 0: the usual limit
     * @param value what people are asked; for a timer empty
     */
    record Pause(String path, Kind kind, int attempt, long seconds, boolean mustReply, ObjectNode value) {}

    enum Kind {
        QUESTION,
        TIMER
    }

    /** How a run, or this part of it, ended. {@code content} is what its speaking nodes said, in order. */
    record Ending(
            State state, int code, String message, ObjectNode outputs, String content, String reasoning, Usage usage) {}

    enum State {
        WAITING,
        DONE,
        FAILED,
        CANCELLED
    }
}
