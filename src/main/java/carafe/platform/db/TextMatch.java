package carafe.platform.db;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Finds a piece of text in short columns whatever the case of its letters. SQLite knows the small letters of ASCII only, so
 * a column is compared with what was typed in small letters, as it was typed, and as names are written.
 */
public final class TextMatch {
    private static final Pattern FIRST = Pattern.compile("(?<!\\p{L})\\p{L}");

    private TextMatch() {}

    /** A condition on {@code column}, with a place for each of {@link #patterns}. */
    public static String in(String column) {
        return "(lower(" + column + ") LIKE ? ESCAPE '!' OR " + column + " LIKE ? ESCAPE '!' OR " + column
                + " LIKE ? ESCAPE '!')";
    }

    public static List<Object> patterns(String typed) {
        var small = typed.toLowerCase(Locale.ROOT);
        var written = FIRST.matcher(small).replaceAll(letter -> letter.group().toUpperCase(Locale.ROOT));
        return List.of(contains(small), contains(typed), contains(written));
    }

    /** A condition on people: their name, or {@code address}, with a place for each of {@link #peoplePatterns}. */
    public static String inPeople(String name, String address) {
        return "(" + in(name) + " OR lower(" + address + ") LIKE ? ESCAPE '!')";
    }

    /** To be added to, as more arguments follow. */
    public static List<Object> peoplePatterns(String typed) {
        var patterns = new ArrayList<>(patterns(typed));
        patterns.add(patterns.getFirst());
        return patterns;
    }

    private static String contains(String text) {
        return "%" + text.replaceAll("([!%_])", "!$1") + "%";
    }
}
