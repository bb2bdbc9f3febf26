package carafe.feature.files;

import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The piece of a file that a request asks for; both ends are included. Source: RFC 9110, section 14. Of several pieces at
 * once, and of what cannot be understood, nothing is made: such a request gets the whole file, as the RFC allows.
 */
record ByteRange(long first, long last) {
    private static final Pattern ONE = Pattern.compile("bytes=\\s*(\\d{0,18})-(\\d{0,18})\\s*");

    long length() {
        return last - first + 1;
    }

    /** Whether there is nothing to send: it begins behind the end. */
    boolean unsatisfiable() {
        return first > last;
    }

    /** @param header value of {@code Range} */
    static Optional<ByteRange> of(@Nullable String header, long size) {
        var matcher = ONE.matcher(header == null ? "" : header);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        var from = matcher.group(1);
        var to = matcher.group(2);
        if (from.isEmpty()) {
            if (to.isEmpty()) {
                return Optional.empty();
            }
            long wanted = Math.min(Long.parseLong(to), size);
            return Optional.of(wanted == 0 ? new ByteRange(size, size - 1) : new ByteRange(size - wanted, size - 1));
        }
        long first = Long.parseLong(from);
        long last = to.isEmpty() ? size - 1 : Math.min(Long.parseLong(to), size - 1);
        if (!to.isEmpty() && Long.parseLong(to) < first) {
            return Optional.empty(); // no range at all
        }
        return Optional.of(first >= size ? new ByteRange(size, size - 1) : new ByteRange(first, last));
    }
}
