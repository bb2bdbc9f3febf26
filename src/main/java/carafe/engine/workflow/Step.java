package carafe.engine.workflow;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A node that is over, as it is kept: enough to go on after it, and to show it again exactly.
 *
 * @param path where in the run: the node's id, in rounds {@code container#round/id}
 * @param handle by which the run went on; empty: the usual way
 * @param errors what {@code errorCode} and {@code errorMessage} read when a failure was made up for
 * @param raw what a model said before it was read
 * @param pieces of a streamed answer, as they came
 * @param startNo when it began, in the run's own count of events; {@code endNo} when it ended
 * @param startedAt epoch milliseconds
 */
public record Step(
        String path,
        String nodeId,
        int attempts,
        State state,
        String handle,
        ObjectNode inputs,
        ObjectNode outputs,
        @Nullable ObjectNode errors,
        int code,
        String message,
        Usage usage,
        String raw,
        List<Piece> pieces,
        long startNo,
        long endNo,
        long startedAt,
        long endedAt) {
    public Step {
        pieces = List.copyOf(pieces);
    }

    public enum State {
        DONE,
        FAILED,
        CANCELLED
    }

    /** A piece of a streamed answer. */
    public record Piece(long no, String text, boolean reasoning) {}
}
