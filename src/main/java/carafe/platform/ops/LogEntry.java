package carafe.platform.ops;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One log event taken apart and redacted: the sentence, and its fields. {@code "saved chat={} in {} ms"} has the sentence
 * "saved in 3 ms" and the field {@code chat}: fields come from the arguments, never from text that was put together.
 *
 * @param site where it was logged, only from WARN on, because finding it is dear
 */
record LogEntry(
        Instant at,
        Level level,
        String logger,
        String event,
        Map<String, @Nullable Object> fields,
        @Nullable StackTraceElement site,
        @Nullable String exception) {
    private static final int LONGEST_EVENT = 16_384;

    static LogEntry of(ILoggingEvent source) {
        var fields = new LinkedHashMap<String, @Nullable Object>();
        source.getMDCPropertyMap().forEach((key, value) -> fields.put(LogValue.key(key), LogValue.of(key, value, 0)));
        var sentence = sentence(source, fields);
        var pairs = source.getKeyValuePairs();
        if (pairs != null) {
            pairs.forEach(pair -> fields.put(LogValue.key(pair.key), LogValue.of(pair.key, pair.value, 0)));
        }
        StackTraceElement site = null;
        if (source.getLevel().isGreaterOrEqual(Level.WARN)) {
            var frames = source.getCallerData();
            site = frames != null && frames.length > 0 ? frames[0] : null;
        }
        var thrown = source.getThrowableProxy();
        return new LogEntry(
                Instant.ofEpochMilli(source.getTimeStamp()),
                source.getLevel(),
                source.getLoggerName(),
                Redaction.text(LogValue.shortened(sentence, LONGEST_EVENT)),
                fields,
                site,
                thrown == null ? null : LogValue.stack(thrown));
    }

    private static String sentence(ILoggingEvent source, Map<String, @Nullable Object> fields) {
        var template = source.getMessage();
        var arguments = source.getArgumentArray();
        if (template == null) {
            return "";
        }
        if (arguments == null || arguments.length == 0) {
            return template;
        }
        var out = new StringBuilder(template.length() + 32);
        int next = 0;
        int from = 0;
        int hole;
        while (next < arguments.length && (hole = template.indexOf("{}", from)) >= 0) {
            int key = keyStart(template, from, hole);
            if (key < 0) {
                out.append(template, from, hole).append(LogValue.plain(arguments[next]));
            } else {
                var name = template.substring(key, hole - 1);
                fields.put(name, LogValue.of(name, arguments[next], 0));
                out.append(template, from, key);
                while (!out.isEmpty() && (out.charAt(out.length() - 1) == ' ' || out.charAt(out.length() - 1) == ',')) {
                    out.setLength(out.length() - 1);
                }
            }
            next++;
            from = hole + 2;
        }
        return out.append(template, from, template.length()).toString();
    }

    /** Where {@code key} of {@code key={}} begins, or -1 when the hole is no such pair. */
    private static int keyStart(String template, int from, int hole) {
        boolean ends = hole + 2 == template.length() || " ,;)".indexOf(template.charAt(hole + 2)) >= 0;
        if (!ends || hole - 1 < from || template.charAt(hole - 1) != '=') {
            return -1;
        }
        int start = hole - 1;
        while (start > from
                && (Character.isLetterOrDigit(template.charAt(start - 1)) || template.charAt(start - 1) == '_')) {
            start--;
        }
        return start < hole - 1 ? start : -1;
    }
}
