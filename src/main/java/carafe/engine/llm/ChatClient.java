package carafe.engine.llm;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

/**
 * A provider's own protocol, spoken as its client. Requests are handed in as chat completion requests of the OpenAI API,
 * the one shape that every caller can write, and translated here.
 */
public interface ChatClient {
    Dialect dialect();

    /**
     * Calls one model and tells what happens to {@code sink}, on the calling thread, but a {@link QuickSink} on another;
     * returns after Done or Failed. A sink that throws ends the upstream call.
     *
     * @param body a chat completion request; without {@code "stream": false} the answer is streamed. It may be changed.
     */
    void chat(Target target, ObjectNode body, Duration silence, Consumer<LlmEvent> sink, Cancellation cancellation);

    /** Ids of the models at {@code target}. @throws LlmException when it does not answer as the protocol says */
    List<String> models(Target target, Duration silence);

    /** What watches a stream of the call {@code path} of this protocol that is passed through. */
    StreamTap tap(String path);

    /** What matters in an answer of this protocol that came in one piece. */
    WholeAnswer whole(byte[] json);

    /** A whole answer to a chat as the events of a stream, for whoever asked for one and was not given it. */
    void events(byte[] json, Consumer<LlmEvent> sink);
}
