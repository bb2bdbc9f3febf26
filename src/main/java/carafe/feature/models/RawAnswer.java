package carafe.feature.models;

import carafe.engine.llm.LlmFailure;
import carafe.platform.http.ClientGone;

/** Where a passed-through answer goes, piece by piece as it arrives; used by one thread. */
public interface RawAnswer {
    /** Status and type, once, before anything else. */
    void begin(int status, String contentType) throws ClientGone;

    /** The next bytes, in whole events when the answer is a stream; on the wire when this returns. */
    void write(byte[] bytes, int offset, int length) throws ClientGone;

    /** The upstream failed after {@link #begin}; the client must not take what it has for the whole. */
    void tear(LlmFailure failure) throws ClientGone;
}
