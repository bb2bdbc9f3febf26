package carafe.feature.courses.format;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The head of a Markdown file: lines {@code key: value} between two lines of three hyphens. Values are plain or quoted;
 * a list is {@code [a, b]}. That is a small part of YAML, and what is beyond it is told instead of guessed.
 */
final class FrontMatter {
    private static final Pattern LINE = Pattern.compile("([A-Za-z_][A-Za-z0-9_-]*)\\s*:\\s*(.*)");

    /** A value and the line it stands in. */
    record Value(String text, int line) {}

    private final Map<String, Value> values = new LinkedHashMap<>();
    private final String file;
    private final Findings findings;
    private final String body;

    FrontMatter(String file, String text, Findings findings) {
        this.file = file;
        this.findings = findings;
        this.body = read(text.replace("\r\n", "\n"));
    }

    /** The Markdown after the head. */
    String body() {
        return body;
    }

    private String read(String text) {
        var lines = List.of(text.split("\n", -1));
        if (!lines.getFirst().strip().equals("---")) {
            return text;
        }
        for (int i = 1; i < lines.size(); i++) {
            var line = lines.get(i).strip();
            if (line.equals("---")) {
                return String.join("\n", lines.subList(i + 1, lines.size())).stripLeading();
            }
            if (!line.isEmpty() && !line.startsWith("#")) {
                take(line, i + 1);
            }
        }
        findings.error(file, 1, "the head that begins with --- never ends");
        return "";
    }

    private void take(String line, int number) {
        var found = LINE.matcher(line);
        if (!found.matches()) {
            findings.error(file, number, "is not of the form 'key: value': " + shortened(line));
        } else if (values.putIfAbsent(found.group(1), new Value(plain(found.group(2)), number)) != null) {
            findings.error(file, number, "'" + found.group(1) + "' is given twice");
        }
    }

    /** Without quotes, or without the comment behind it. */
    private static String plain(String value) {
        var text = value.strip();
        if (text.length() >= 2
                && ((text.startsWith("\"") && text.endsWith("\"")) || (text.startsWith("'") && text.endsWith("'")))) {
            return text.substring(1, text.length() - 1);
        }
        int comment = text.indexOf(" #");
        return comment < 0 ? text : text.substring(0, comment).strip();
    }

    void onlyKnows(Set<String> known) {
        values.forEach((key, value) -> {
            if (!known.contains(key)) {
                findings.warning(file, value.line(), "'" + key + "' means nothing here");
            }
        });
    }

    Optional<Value> value(String key) {
        return Optional.ofNullable(values.get(key))
                .filter(value -> !value.text().isEmpty());
    }

    Optional<String> text(String key) {
        return value(key).map(Value::text);
    }

    /** The line of {@code key}, or the first. */
    int line(String key) {
        var value = values.get(key);
        return value == null ? 1 : value.line();
    }

    /** {@code [a, b]}, or a single value. */
    List<String> list(String key) {
        return text(key).map(FrontMatter::split).orElse(List.of());
    }

    private static List<String> split(String text) {
        var inner = text.startsWith("[") && text.endsWith("]") ? text.substring(1, text.length() - 1) : text;
        var parts = new ArrayList<String>();
        Arrays.stream(inner.split(","))
                .map(FrontMatter::plain)
                .filter(part -> !part.isEmpty())
                .forEach(parts::add);
        return parts;
    }

    /** A number within bounds; {@code fallback}, with a finding when something else is there. */
    double number(String key, double min, double max, double fallback) {
        var value = value(key);
        if (value.isEmpty()) {
            return fallback;
        }
        try {
            double number = Double.parseDouble(value.get().text());
            if (number >= min && number <= max) {
                return number;
            }
        } catch (NumberFormatException e) {
            // told below
        }
        findings.error(
                file, value.get().line(), "'" + key + "' must be a number from " + shown(min) + " to " + shown(max));
        return fallback;
    }

    static String shown(double number) {
        return number == Math.rint(number) ? Long.toString((long) number) : Double.toString(number);
    }

    private static String shortened(String line) {
        return line.length() > 80 ? line.substring(0, 80) + "…" : line;
    }
}
