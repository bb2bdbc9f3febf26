package carafe.feature.models;

import carafe.engine.llm.LlmEvent;
import carafe.engine.llm.LlmFailure;
import carafe.platform.http.ClientGone;

/**
 * Where an answer goes, piece by piece as it arrives: either bytes, after {@link #begin}, or events. It is used by one
 * thread at a time.
 */
public interface RawAnswer {
    /** Status and type, once, before anything else. */
    void begin(int status, String contentType);

    /** An answer that is all there. */
    void whole(byte[] bytes) throws ClientGone;

    /**
     * Whole events of a stream. It does not wait: {@code sent} runs once they are on the wire, and the bytes must stay as
     * they are until then.
     */
    void send(byte[] bytes, int offset, int length, Runnable sent) throws ClientGone;

    /** Waits until everything of a stream is on the wire. */
    void flush() throws ClientGone;

    /** The upstream failed after {@link #begin}; the client must not take what it has for the whole. */
    void tear(LlmFailure failure) throws ClientGone;

    /**
     * What an upstream of another protocol says, in the order of {@link LlmEvent}; Failed only after another event. A
     * stream's events do not wait, either: {@link #afterwards} tells when they are on the wire.
     */
    void event(LlmEvent event) throws ClientGone;

    /** {@code sent} runs once all events so far are on the wire. */
    void afterwards(Runnable sent) throws ClientGone;
}
