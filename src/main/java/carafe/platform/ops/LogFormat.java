package carafe.platform.ops;

import ch.qos.logback.classic.Level;
import java.nio.charset.StandardCharsets;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Set;

/** An entry as bytes with the line end: JSON, one line each, or text for people. */
final class LogFormat {
    private static final DateTimeFormatter ISO =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSX").withZone(ZoneOffset.UTC);
    private static final DateTimeFormatter CLOCK =
            DateTimeFormatter.ofPattern("HH:mm:ss.SSS").withZone(ZoneOffset.UTC);
    private static final Set<String> TAKEN = Set.of(
            "timestamp",
            "level",
            "logger",
            "event",
            "app",
            "environment",
            "filename",
            "lineno",
            "func_name",
            "exception");

    private final String environment;
    private final boolean colours;

    LogFormat(String environment, boolean colours) {
        this.environment = environment;
        this.colours = colours;
    }

    byte[] json(LogEntry entry) {
        var out = new StringBuilder(256);
        out.append("{\"timestamp\":\"").append(ISO.format(entry.at())).append("\",\"level\":\"");
        out.append(entry.level()).append("\",\"logger\":");
        JsonText.quoted(out, entry.logger());
        pair(out, "event", entry.event());
        pair(out, "app", "carafe");
        pair(out, "environment", environment);
        entry.fields().forEach((key, value) -> pair(out, TAKEN.contains(key) ? "field_" + key : key, value));
        var site = entry.site();
        if (site != null) {
            pair(out, "filename", String.valueOf(site.getFileName()));
            pair(out, "lineno", site.getLineNumber());
            pair(out, "func_name", site.getMethodName());
        }
        if (entry.exception() != null) {
            pair(out, "exception", entry.exception());
        }
        return out.append("}\n").toString().getBytes(StandardCharsets.UTF_8);
    }

    private static void pair(StringBuilder out, String key, @org.jspecify.annotations.Nullable Object value) {
        out.append(',');
        JsonText.quoted(out, key);
        out.append(':');
        JsonText.value(out, value);
    }

    byte[] text(LogEntry entry) {
        var out = new StringBuilder(160);
        out.append(CLOCK.format(entry.at())).append(' ').append(colour(entry.level()));
        out.append(String.format("%-5s", entry.level())).append(colours ? "\u001b[0m " : " ");
        out.append(entry.logger().substring(entry.logger().lastIndexOf('.') + 1))
                .append("  ");
        out.append(JsonText.oneLine(entry.event()));
        entry.fields().forEach((key, value) -> {
            out.append("  ").append(key).append('=');
            if (value instanceof String text && text.matches("[\\w./:@+-]{1,200}")) {
                out.append(text);
            } else {
                JsonText.value(out, value);
            }
        });
        if (entry.exception() != null) {
            out.append('\n').append(entry.exception());
        }
        return out.append('\n').toString().getBytes(StandardCharsets.UTF_8);
    }

    private String colour(Level level) {
        if (!colours) {
            return "";
        }
        return switch (level.toInt()) {
            case Level.ERROR_INT -> "\u001b[31m";
            case Level.WARN_INT -> "\u001b[33m";
            case Level.INFO_INT -> "\u001b[32m";
            default -> "\u001b[90m";
        };
    }
}
