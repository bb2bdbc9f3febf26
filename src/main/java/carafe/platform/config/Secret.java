package carafe.platform.config;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;

/** Text that must not reach a log: it prints as {@code ***} and compares in constant time. */
public record Secret(String reveal) {
    public static final Secret NONE = new Secret("");

    public boolean isSet() {
        return !reveal.isEmpty();
    }

    /** Whether {@code candidate} is the same text, in a time that does not depend on where they differ. */
    public boolean matches(String candidate) {
        return MessageDigest.isEqual(
                reveal.getBytes(StandardCharsets.UTF_8), candidate.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public String toString() {
        return "***";
    }
}
