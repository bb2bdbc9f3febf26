package carafe.engine.llm.local;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A model that is being added, was, or could not be.
 *
 * @param source where it comes from, for people: no secret of an address
 * @param state running, done, failed or cancelled
 * @param done bytes copied so far
 * @param total bytes there are, or -1 when not known
 * @param model id of the model once it is done
 * @param problem why it failed, for people
 */
public record ModelAdd(
        String id,
        Kind kind,
        String source,
        State state,
        long done,
        long total,
        @Nullable String model,
        @Nullable String problem,
        Instant started) {
    /** Where a model can come from. */
    public enum Kind {
        /** A file of the server. */
        PATH,
        /** An http(s) address. */
        ADDRESS,
        /** A Python package, fetched by pip. */
        PACKAGE,
        /** The body of a request. */
        UPLOAD
    }

    /** How it stands. */
    public enum State {
        RUNNING,
        DONE,
        FAILED,
        CANCELLED
    }

    boolean isRunning() {
        return state == State.RUNNING;
    }

    ModelAdd at(long newDone, long newTotal) {
        return new ModelAdd(id, kind, source, state, newDone, newTotal, model, problem, started);
    }

    ModelAdd ended(State newState, @Nullable String newModel, @Nullable String newProblem) {
        return new ModelAdd(id, kind, source, newState, done, total, newModel, newProblem, started);
    }
}
