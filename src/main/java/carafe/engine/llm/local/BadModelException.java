package carafe.engine.llm.local;

/** A file or address that cannot become a local model; the message says why and is meant for people. */
public final class BadModelException extends RuntimeException {
    public BadModelException(String message) {
        super(message);
    }

    public BadModelException(String message, Throwable cause) {
        super(message, cause);
    }
}
