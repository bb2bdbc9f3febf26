package carafe.feature.models;

import carafe.engine.llm.Cancellation;
import carafe.engine.llm.Deadline;
import carafe.engine.llm.LlmFailure;
import carafe.engine.llm.Upstreams;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** One try of one server: it can be ended without ending the call. */
final class Attempt implements AutoCloseable {
    final Route route;
    final Access access;
    final Cancellation cancellation = new Cancellation();

    private final Cancellation call;
    private final @Nullable Duration firstToken;
    private final @Nullable Deadline deadline;

    /**
     * @param call the caller's own, which ends this attempt, too
     * @param firstToken how long the first token of a stream may take; null for an answer in one piece
     */
    Attempt(Route route, Access access, Upstreams upstreams, Cancellation call, @Nullable Duration firstToken) {
        this.route = route;
        this.access = access;
        this.call = call;
        this.firstToken = firstToken;
        this.deadline = firstToken == null ? null : upstreams.deadline(firstToken, cancellation::cancel);
        call.onCancel(cancellation::cancel);
    }

    /** The answer has begun. */
    void begun() {
        if (deadline != null) {
            deadline.close();
        }
    }

    LlmFailure explain(LlmFailure failure) {
        if (deadline != null && firstToken != null && deadline.expired() && !call.isCancelled()) {
            return new LlmFailure(
                    504,
                    "upstream_timeout",
                    "The model server " + route.connection().name() + " gave no token for " + firstToken.toSeconds()
                            + " s.");
        }
        return access.explain(failure);
    }

    @Override
    public void close() {
        begun();
        access.close();
    }
}
