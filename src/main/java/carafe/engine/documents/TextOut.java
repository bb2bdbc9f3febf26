package carafe.engine.documents;

import java.io.Writer;

/** Collects text up to a number of characters; what goes beyond ends the reading. */
final class TextOut extends Writer {
    /** More than anything that a model can read. */
    static final int MOST = 5_000_000;

    /** Thrown through readers that know only unchecked exceptions and IOExceptions. */
    static final class Full extends RuntimeException {
        private static final long serialVersionUID = 1;

        Full() {
            super("too much text", null, false, false);
        }
    }

    private final StringBuilder text = new StringBuilder();

    @Override
    public void write(char[] chars, int offset, int length) {
        room(length);
        text.append(chars, offset, length);
    }

    @Override
    public void write(String part) {
        room(part.length());
        text.append(part);
    }

    private void room(int length) {
        if (text.length() + length > MOST) {
            throw new Full();
        }
    }

    /** A line break, unless the text is at the beginning of a line. */
    void line() {
        int length = text.length();
        if (length > 0 && text.charAt(length - 1) != '\n') {
            trimEnd();
            write("\n");
        }
    }

    /** An empty line between parts. */
    void gap() {
        line();
        int length = text.length();
        if (length > 1 && text.charAt(length - 2) != '\n') {
            write("\n");
        }
    }

    private void trimEnd() {
        int length = text.length();
        while (length > 0 && (text.charAt(length - 1) == ' ' || text.charAt(length - 1) == '\t')) {
            length--;
        }
        text.setLength(length);
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}

    @Override
    public String toString() {
        return text.toString();
    }
}
