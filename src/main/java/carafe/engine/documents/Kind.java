package carafe.engine.documents;

/**
 * What a file is, by its first bytes and what is inside; never by what its sender says.
 *
 * @param mediaType as it is kept and served
 */
public record Kind(Format format, String mediaType) {
    /** How its text is got. */
    public enum Format {
        PDF,
        WORD,
        SLIDES,
        SHEETS,
        OPEN_DOCUMENT,
        HTML,
        TEXT,
        /** Pictures and sound: kept, and without text. */
        MEDIA,
        /** Kept, and of no use for its text. */
        OTHER
    }

    /** Whether reading it needs a process of its own: those formats can be made to exhaust their reader. */
    boolean isComplex() {
        return switch (format) {
            case PDF, WORD, SLIDES, SHEETS, OPEN_DOCUMENT, HTML -> true;
            case TEXT, MEDIA, OTHER -> false;
        };
    }
}
