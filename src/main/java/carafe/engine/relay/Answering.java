package carafe.engine.relay;

import java.io.IOException;

/** Takes an answer on a thread that may block. */
public interface Answering {
    void begin(int status) throws IOException;

    void field(String name, String value) throws IOException;

    /** The head is complete. */
    void begun() throws IOException;

    /** The next bytes of the body; on the wire when this returns. */
    void piece(byte[] bytes) throws IOException;

    /** Instead of all of these: there is no answer to pass on. */
    void refused(Plan.Answer answer) throws IOException;
}
