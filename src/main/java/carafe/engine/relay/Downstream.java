package carafe.engine.relay;

import java.nio.ByteBuffer;

/** Who asked, and gets the answer. Everything happens on the loop of the exchange. */
interface Downstream {
    /** An answer before the answer (1xx). */
    void interim(Head response);

    /** @param length as in {@link Framing} */
    void begin(Head response, long length);

    void piece(ByteBuffer piece);

    /** The answer is complete. */
    void end();

    /** Instead of an answer that did not come. */
    void refuse(Plan.Answer answer);

    /** The answer that has begun will not be complete, and the client must see that. */
    void tear();

    /** Whether more of the request's body is wanted now. */
    void wantBody(boolean wanted);
}
