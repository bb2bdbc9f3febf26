package carafe.engine.documents;

/** A document that cannot be read, for a reason that its owner may know. */
public final class DocumentException extends Exception {
    private static final long serialVersionUID = 1;

    public DocumentException(String message) {
        super(message);
    }

    /** A sentence for people. */
    public String explain() {
        return String.valueOf(getMessage());
    }
}
