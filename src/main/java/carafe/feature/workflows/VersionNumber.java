package carafe.feature.workflows;

import java.util.regex.Pattern;

/** {@code v1.3}: versions are ordered by their numbers; anything else comes before all of them. */
record VersionNumber(int major, int minor) implements Comparable<VersionNumber> {
    private static final Pattern SHAPE = Pattern.compile("v(\\d{1,6})(?:\\.(\\d{1,6}))?");

    static VersionNumber of(String text) {
        var matcher = SHAPE.matcher(text);
        if (!matcher.matches()) {
            return new VersionNumber(-1, 0);
        }
        var minor = matcher.group(2);
        return new VersionNumber(Integer.parseInt(matcher.group(1)), minor == null ? 0 : Integer.parseInt(minor));
    }

    static boolean isOne(String text) {
        return SHAPE.matcher(text).matches();
    }

    @Override
    public int compareTo(VersionNumber other) {
        int majors = Integer.compare(major, other.major);
        return majors != 0 ? majors : Integer.compare(minor, other.minor);
    }
}
