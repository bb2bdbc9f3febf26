package carafe.feature.courses.format;

/**
 * Something a teacher should know about a course.
 *
 * @param file relative to the course's folder, with forward slashes
 * @param line from 1; 0 for the file as a whole
 */
public record Finding(Severity severity, String file, int line, String message) {
    public enum Severity {
        /** What it concerns is left out, or the exercise does not do what it should. */
        ERROR,
        WARNING
    }

    public static Finding error(String file, int line, String message) {
        return new Finding(Severity.ERROR, file, line, message);
    }

    public static Finding warning(String file, int line, String message) {
        return new Finding(Severity.WARNING, file, line, message);
    }

    public boolean isError() {
        return severity == Severity.ERROR;
    }

    /** {@code file:line: message}, the form that editors make links of, without what would command a terminal. */
    @Override
    public String toString() {
        var text = file + (line > 0 ? ":" + line : "") + ": " + (isError() ? "" : "warning: ") + message;
        return text.replaceAll("[\\p{Cntrl}&&[^\\n\\t]]", "?");
    }
}
