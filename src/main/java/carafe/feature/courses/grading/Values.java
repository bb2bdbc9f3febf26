package carafe.feature.courses.grading;

import carafe.feature.courses.format.Match;
import carafe.feature.courses.format.TableTest;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/** Values of Python as JSON: whether they are the same, and how to show them. */
final class Values {
    /** Of floats where a test says nothing: what a different order of sums may change. */
    private static final double USUAL_TOLERANCE = 1e-9;

    private Values() {}

    /** As Python's ==, but that true and 1 differ, and floats may do so a little. */
    static boolean same(JsonNode wanted, JsonNode got, Optional<Double> tolerance) {
        if (wanted.isNumber() && got.isNumber()) {
            return numbers(wanted, got, tolerance);
        }
        if (wanted.isArray() && got.isArray() && wanted.size() == got.size()) {
            for (int i = 0; i < wanted.size(); i++) {
                if (!same(wanted.get(i), got.get(i), tolerance)) {
                    return false;
                }
            }
            return true;
        }
        if (wanted.isObject() && got.isObject() && wanted.size() == got.size()) {
            for (var field : wanted.properties()) {
                var other = got.get(field.getKey());
                if (other == null || !same(field.getValue(), other, tolerance)) {
                    return false;
                }
            }
            return true;
        }
        return !wanted.isContainerNode() && !wanted.isNumber() && wanted.equals(got);
    }

    private static boolean numbers(JsonNode wanted, JsonNode got, Optional<Double> tolerance) {
        if (wanted.isIntegralNumber() && got.isIntegralNumber() && tolerance.isEmpty()) {
            return wanted.bigIntegerValue().equals(got.bigIntegerValue());
        }
        return Match.Floats.near(wanted.doubleValue(), got.doubleValue(), tolerance.orElse(USUAL_TOLERANCE));
    }

    /** As Python would write it. */
    static String python(JsonNode value) {
        return switch (value.getNodeType()) {
            case BOOLEAN -> value.booleanValue() ? "True" : "False";
            case NULL, MISSING -> "None";
            case STRING -> quoted(value.textValue());
            case ARRAY ->
                StreamSupport.stream(value.spliterator(), false)
                        .map(Values::python)
                        .collect(Collectors.joining(", ", "[", "]"));
            case OBJECT ->
                value.properties().stream()
                        .map(field -> quoted(field.getKey()) + ": " + python(field.getValue()))
                        .collect(Collectors.joining(", ", "{", "}"));
            default -> value.toString();
        };
    }

    private static String quoted(String text) {
        var quote = text.contains("'") && !text.contains("\"") ? "\"" : "'";
        return quote
                + text.replace("\\", "\\\\")
                        .replace("\n", "\\n")
                        .replace("\t", "\\t")
                        .replace(quote, "\\" + quote)
                + quote;
    }

    /** What goes in: the call, or standard input. */
    static String input(TableTest test) {
        return switch (test.input()) {
            case TableTest.Call call -> call.expression();
            case TableTest.Run run -> run.args().isEmpty() ? run.stdin() : run.stdin() + "\n" + run.args();
        };
    }

    static String expected(TableTest test) {
        return switch (test.expected()) {
            case TableTest.Output output -> output.text();
            case TableTest.Value value -> python(value.value());
            case TableTest.Raised raised -> "an exception: " + raised.type();
        };
    }
}
