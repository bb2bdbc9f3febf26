package carafe.platform.ops;

import ch.qos.logback.classic.spi.IThrowableProxy;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Arguments of log calls as bounded, redacted plain data: text, numbers, booleans, lists and maps of these. */
final class LogValue {
    private static final int LONGEST = 4096;
    private static final int MOST_ENTRIES = 50;
    private static final int DEEPEST = 4;
    private static final int MOST_FRAMES = 40;
    private static final int MOST_CAUSES = 6;

    private static final Pattern UNUSUAL = Pattern.compile("[^A-Za-z0-9_.-]");

    private LogValue() {}

    /** The name of a field: letters, digits, dots, dashes and underscores, at most 64. */
    static String key(String given) {
        var name = given.length() > 64 ? given.substring(0, 64) : given;
        return name.isEmpty() ? "field" : UNUSUAL.matcher(name).replaceAll("_");
    }

    static @Nullable Object of(String key, @Nullable Object value, int depth) {
        if (value != null && Redaction.isSecret(key) && !Redaction.counts(key, plain(value))) {
            return Redaction.MASK;
        }
        return switch (value) {
            case null -> null;
            case Boolean b -> b;
            case Double d when !Double.isFinite(d) -> d.toString();
            case Float f when !Float.isFinite(f) -> f.toString();
            case Number n when isJsonNumber(n) -> n;
            case Map<?, ?> map when depth < DEEPEST -> map(map, depth);
            case Collection<?> items when depth < DEEPEST -> list(key, items, depth);
            default -> Redaction.text(plain(value));
        };
    }

    /** Only the JDK's own: another's toString may print anything. */
    private static boolean isJsonNumber(Number number) {
        return number instanceof Integer
                || number instanceof Long
                || number instanceof Double
                || number instanceof Float
                || number instanceof Short
                || number instanceof Byte;
    }

    private static Map<String, @Nullable Object> map(Map<?, ?> source, int depth) {
        var out = new LinkedHashMap<String, @Nullable Object>();
        for (var entry : source.entrySet()) {
            if (out.size() == MOST_ENTRIES) {
                break;
            }
            var key = shortened(plain(entry.getKey()), 100);
            out.put(key(key), of(key, entry.getValue(), depth + 1));
        }
        return out;
    }

    private static List<@Nullable Object> list(String key, Collection<?> source, int depth) {
        var out = new ArrayList<@Nullable Object>();
        for (var item : source) {
            if (out.size() == MOST_ENTRIES) {
                break;
            }
            out.add(of(key, item, depth + 1));
        }
        return out;
    }

    /** What the value says of itself, at most 4 KiB. A broken toString must not break the request that logs it. */
    static String plain(@Nullable Object value) {
        try {
            return shortened(String.valueOf(value), LONGEST);
        } catch (RuntimeException e) {
            return "(a " + (value == null ? "null" : value.getClass().getName()) + " whose toString failed)";
        }
    }

    static String shortened(String text, int longest) {
        return text.length() <= longest
                ? text
                : text.substring(0, longest) + "… (" + (text.length() - longest) + " more)";
    }

    /** Class, message, frames and causes; line ends inside messages are escaped, so each line is ours. */
    static String stack(IThrowableProxy thrown) {
        var out = new StringBuilder();
        int causes = 0;
        for (var each = thrown; each != null && causes < MOST_CAUSES; each = each.getCause(), causes++) {
            out.append(causes == 0 ? "" : "\nCaused by: ").append(each.getClassName());
            if (each.getMessage() != null) {
                out.append(": ").append(JsonText.oneLine(Redaction.text(shortened(each.getMessage(), LONGEST))));
            }
            var frames = each.getStackTraceElementProxyArray();
            int own = frames == null ? 0 : Math.min(frames.length - each.getCommonFrames(), MOST_FRAMES);
            for (int i = 0; i < own; i++) {
                out.append("\n\t").append(frames[i].getSTEAsString());
            }
        }
        return out.toString();
    }
}
