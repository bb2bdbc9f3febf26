package carafe.engine.llm;

import java.util.Locale;
import java.util.Optional;

/**
 * Bytes inside an address (RFC 2397), the form in which OpenAI's requests carry images and files.
 *
 * @param type for example {@code image/png}
 */
public record DataUrl(String type, String base64) {
    /** Empty for any other address, and for data that is not base64. */
    public static Optional<DataUrl> parse(String url) {
        int comma = url.indexOf(',');
        if (comma < 0 || !url.regionMatches(true, 0, "data:", 0, 5)) {
            return Optional.empty();
        }
        var head = url.substring(5, comma).toLowerCase(Locale.ROOT);
        if (!head.endsWith(";base64")) {
            return Optional.empty();
        }
        int end = head.indexOf(';');
        return Optional.of(new DataUrl(head.substring(0, end), url.substring(comma + 1)));
    }
}
