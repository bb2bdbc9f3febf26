package carafe.feature.courses.format;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Reads table tests; each mistake is told with its line, and a test with one is left out. */
final class TestsReader {
    static final int MOST_TESTS = 200;
    private static final int MOST_TEXT = 256 << 10;
    private static final Set<String> KEYS = Set.of(
            "name", "stdin", "args", "call", "expect", "returns", "raises", "prints", "match", "points", "timeout",
            "message", "hidden", "comment");

    /** The test is left out; its finding is added by the catcher. */
    private static final class Wrong extends Exception {
        final JsonNode at;

        Wrong(JsonNode at, String message) {
            super(message, null, false, false);
            this.at = at;
        }
    }

    private final String file;
    private final boolean hidden;
    private final Findings findings;
    private final LocatedJson json;

    private TestsReader(String file, boolean hidden, LocatedJson json, Findings findings) {
        this.file = file;
        this.hidden = hidden;
        this.json = json;
        this.findings = findings;
    }

    /** The tests of {@code file}; {@code names} holds those of the exercise so far and gets these, too. */
    static List<TableTest> read(CourseFiles files, String file, boolean hidden, Set<String> names, Findings findings) {
        var text = files.text(file);
        if (text.isEmpty()) {
            return List.of();
        }
        try {
            return new TestsReader(file, hidden, LocatedJson.parse(text.get()), findings).tests(names);
        } catch (LocatedJson.Broken e) {
            findings.error(file, e.line, String.valueOf(e.getMessage()));
            return List.of();
        }
    }

    private List<TableTest> tests(Set<String> names) {
        if (!(json.root().get("tests") instanceof ArrayNode list)) {
            findings.error(file, 1, "has no list 'tests'");
            return List.of();
        }
        var tests = new ArrayList<TableTest>();
        for (var node : list) {
            if (tests.size() == MOST_TESTS) {
                findings.error(file, json.line(node), "has more than " + MOST_TESTS + " tests; the rest is left out");
                break;
            }
            try {
                var test = test(node);
                if (!names.add(test.name())) {
                    throw new Wrong(node, "a test named '" + test.name() + "' is there already");
                }
                tests.add(test);
            } catch (Wrong e) {
                findings.error(file, json.line(e.at), String.valueOf(e.getMessage()));
            }
        }
        return tests;
    }

    private TableTest test(JsonNode node) throws Wrong {
        if (!node.isObject()) {
            throw new Wrong(node, "a test must be an object");
        }
        for (var field : node.properties()) {
            if (!KEYS.contains(field.getKey())) {
                throw new Wrong(field.getValue(), "'" + field.getKey() + "' means nothing in a test");
            }
        }
        var name = text(node, "name", "").strip();
        if (name.isEmpty() || name.length() > 200) {
            throw new Wrong(node, "a test needs a 'name' of 1 to 200 characters");
        }
        return new TableTest(
                name,
                hidden || node.path("hidden").asBoolean(),
                input(node),
                expected(node),
                number(node, "points", 0, 1000, 1),
                node.has("timeout")
                        ? Optional.of(Duration.ofMillis((long) (number(node, "timeout", 0.1, 60, 1) * 1000)))
                        : Optional.empty(),
                text(node, "message", ""));
    }

    private TableTest.Input input(JsonNode node) throws Wrong {
        var stdin = text(node, "stdin", "");
        if (!node.has("call")) {
            return new TableTest.Run(stdin, args(node));
        }
        var call = text(node, "call", "").strip();
        if (call.isEmpty() || node.has("args")) {
            throw new Wrong(node, "'call' must be an expression such as double(4), and has no 'args' beside it");
        }
        return new TableTest.Call(call, stdin);
    }

    private List<String> args(JsonNode node) throws Wrong {
        var args = new ArrayList<String>();
        for (var arg : node.path("args")) {
            if (!arg.isTextual() || args.size() == 100 || arg.textValue().length() > 10_000) {
                throw new Wrong(arg, "'args' must be a list of at most 100 texts");
            }
            args.add(arg.textValue());
        }
        return args;
    }

    private TableTest.Expected expected(JsonNode node) throws Wrong {
        boolean call = node.has("call");
        long given = List.of("expect", "returns", "raises", "prints").stream()
                .filter(node::has)
                .count();
        if (given != 1) {
            throw new Wrong(
                    node,
                    call
                            ? "a call needs one of 'returns', 'raises' and 'prints'"
                            : "a test needs 'expect' and no other");
        }
        if (node.has("expect") == call || (node.has("prints") && !call)) {
            throw new Wrong(node, call ? "a call has 'returns', 'raises' or 'prints'" : "'expect' is missing");
        }
        if (node.has("returns")) {
            return new TableTest.Value(node.get("returns"), tolerance(node));
        }
        if (node.has("raises")) {
            return new TableTest.Raised(text(node, "raises", "").strip());
        }
        return output(node, call ? "prints" : "expect");
    }

    private TableTest.Output output(JsonNode node, String key) throws Wrong {
        var expect = text(node, key, "");
        try {
            return new TableTest.Output(expect, Match.of(text(node, "match", "trim"), expect));
        } catch (IllegalArgumentException e) {
            throw new Wrong(node.has("match") ? node.get("match") : node, String.valueOf(e.getMessage()));
        }
    }

    private Optional<Double> tolerance(JsonNode node) throws Wrong {
        var match = text(node, "match", "");
        if (match.isEmpty() || match.equals("exact")) {
            return Optional.empty();
        }
        try {
            if (match.startsWith("float")) {
                return Optional.of(Match.tolerance(match));
            }
        } catch (IllegalArgumentException e) {
            throw new Wrong(node.get("match"), String.valueOf(e.getMessage()));
        }
        throw new Wrong(node.get("match"), "beside 'returns', 'match' is exact or float:1e-6");
    }

    private String text(JsonNode node, String key, String fallback) throws Wrong {
        var value = node.get(key);
        if (value == null || value.isNull()) {
            return fallback;
        }
        if (!value.isTextual()) {
            throw new Wrong(value, "'" + key + "' must be a text");
        }
        if (value.textValue().length() > MOST_TEXT) {
            throw new Wrong(value, "'" + key + "' is longer than " + MOST_TEXT + " characters");
        }
        return value.textValue();
    }

    private double number(JsonNode node, String key, double min, double max, double fallback) throws Wrong {
        var value = node.get(key);
        if (value == null || value.isNull()) {
            return fallback;
        }
        if (!value.isNumber() || value.doubleValue() < min || value.doubleValue() > max) {
            throw new Wrong(
                    value,
                    "'" + key + "' must be a number from " + FrontMatter.shown(min) + " to " + FrontMatter.shown(max));
        }
        return value.doubleValue();
    }
}
