package carafe.engine.relay;

import java.io.IOException;

/**
 * Bytes that are not HTTP/1.1 as RFC 9112 has it. What two readers could understand in two ways is refused, never
 * repaired: that is how requests are smuggled.
 */
final class BadMessage extends IOException {
    private final int status;

    /** {@code status}: what a client that sent it is told. */
    BadMessage(int status, String message) {
        super(message);
        this.status = status;
    }

    BadMessage(String message) {
        this(400, message);
    }

    int status() {
        return status;
    }

    @Override
    public synchronized Throwable fillInStackTrace() {
        return this; // somebody else's mistake, not ours
    }
}
