package carafe.engine.relay;

import java.nio.ByteBuffer;

/** Somebody who looks on while one request is passed on. Called on a loop, so nothing in it may block. */
public interface Watcher {
    /** The answer's head, before it is passed on. */
    default void heard(Head response) {}

    /** A piece of the answer's body. It must be left as it is, its position included, and not be kept. */
    default void passed(ByteBuffer piece) {}

    /** The end, exactly once. */
    void ended(Ending ending);

    /** What the client is told when there is no answer to pass on. */
    Plan.Answer refusal(Failure failure);
}
