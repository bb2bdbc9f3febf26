package carafe.feature.gateway;

import carafe.engine.llm.LlmEvent;
import carafe.platform.http.ClientGone;
import carafe.platform.http.ResponseStream;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** Writes one answer in the words of the client's protocol, when the upstream spoke another. */
interface AnswerWriter {
    /** The content type of a stream. */
    default String streamType() {
        return "text/event-stream; charset=utf-8";
    }

    /** What one event of a streamed answer is to the client; never Failed. */
    void event(LlmEvent event, ResponseStream out) throws ClientGone;

    /** An error in the midst of a stream. {@code body}: as the surface renders it. */
    default void failed(ObjectNode body, ResponseStream out) throws ClientGone {
        out.data(body.toString());
    }

    /** Whether {@link #failed} ends a stream properly; else the connection is cut, so that nobody takes it for whole. */
    default boolean endsInFailure() {
        return false;
    }

    /** The answer in one piece. */
    ObjectNode whole(Collected answer);
}
