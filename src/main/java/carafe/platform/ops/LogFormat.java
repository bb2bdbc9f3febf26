package carafe.platform.ops;

import ch.qos.logback.classic.Level;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Set;

/** An entry as bytes with the line end: JSON, one line each, or text for people. */
final class LogFormat {
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
        out.append("{\"timestamp\":\"").append(utc(entry.at()), 0, 24).append("\",\"level\":\"");
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

    /** {@code 2026-01-31T12:00:00.000Z}, by hand: a DateTimeFormatter costs the start some 50 ms. */
    private static CharSequence utc(Instant at) {
        var time = at.atOffset(ZoneOffset.UTC);
        var out = new StringBuilder(24);
        digits(out, time.getYear(), 1000).append('-');
        digits(out, time.getMonthValue(), 10).append('-');
        digits(out, time.getDayOfMonth(), 10).append('T');
        digits(out, time.getHour(), 10).append(':');
        digits(out, time.getMinute(), 10).append(':');
        digits(out, time.getSecond(), 10).append('.');
        return digits(out, time.getNano() / 1_000_000, 100).append('Z');
    }

    private static StringBuilder digits(StringBuilder out, int number, int highest) {
        for (int place = highest; place > 0; place /= 10) {
            out.append((char) ('0' + number / place % 10));
        }
        return out;
    }

    private static void pair(StringBuilder out, String key, @org.jspecify.annotations.Nullable Object value) {
        out.append(',');
        JsonText.quoted(out, key);
        out.append(':');
        JsonText.value(out, value);
    }

    byte[] text(LogEntry entry) {
        var out = new StringBuilder(160);
        out.append(utc(entry.at()), 11, 23).append(' ').append(colour(entry.level()));
        out.append(entry.level())
                .append(entry.level().levelStr.length() < 5 ? " " : "")
                .append(colours ? "\u001b[0m " : " ");
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
