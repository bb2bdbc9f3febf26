package carafe.engine.workflow;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.util.Map;
import java.util.function.BiPredicate;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/** Comparisons of if-else nodes and loops. One that cannot be made, such as a number with a list, is false. */
final class Conditions {
    private static final int MOST_REGEX = 1_000;
    private static final int MOST_SUBJECT = 20_000;

    private static final Map<String, BiPredicate<JsonNode, JsonNode>> OPERATORS = Map.ofEntries(
            Map.entry("contains", Conditions::contains),
            Map.entry("not_contains", (a, b) -> !contains(a, b)),
            Map.entry("empty", (a, b) -> isEmpty(a)),
            Map.entry("not_empty", (a, b) -> !isEmpty(a)),
            Map.entry("is", Conditions::same),
            Map.entry("is_not", (a, b) -> !same(a, b)),
            Map.entry("start_with", (a, b) -> Values.text(a).startsWith(Values.text(b))),
            Map.entry("end_with", (a, b) -> Values.text(a).endsWith(Values.text(b))),
            Map.entry("eq", (a, b) -> number(a).compareTo(number(b)) == 0),
            Map.entry("ne", (a, b) -> number(a).compareTo(number(b)) != 0),
            Map.entry("gt", (a, b) -> number(a).compareTo(number(b)) > 0),
            Map.entry("ge", (a, b) -> number(a).compareTo(number(b)) >= 0),
            Map.entry("lt", (a, b) -> number(a).compareTo(number(b)) < 0),
            Map.entry("le", (a, b) -> number(a).compareTo(number(b)) <= 0),
            Map.entry("null", (a, b) -> a.isNull() || a.isMissingNode()),
            Map.entry("not_null", (a, b) -> !a.isNull() && !a.isMissingNode()),
            Map.entry("length_eq", (a, b) -> length(a).compareTo(number(b)) == 0),
            Map.entry("length_gt", (a, b) -> length(a).compareTo(number(b)) > 0),
            Map.entry("length_ge", (a, b) -> length(a).compareTo(number(b)) >= 0),
            Map.entry("length_lt", (a, b) -> length(a).compareTo(number(b)) < 0),
            Map.entry("length_le", (a, b) -> length(a).compareTo(number(b)) <= 0),
            Map.entry("regex_contains", Conditions::matches),
            Map.entry("regex_not_contains", (a, b) -> !matches(a, b)));

    private Conditions() {}

    static boolean isKnown(String operator) {
        return OPERATORS.containsKey(operator);
    }

    /** @param inputs the value of an input by its id */
    static boolean hold(Task.Logic logic, Function<String, JsonNode> inputs) {
        if (logic.conditions().isEmpty()) {
            return false;
        }
        try {
            for (var condition : logic.conditions()) {
                if (holds(condition, inputs) != logic.all()) {
                    return !logic.all();
                }
            }
            return logic.all();
        } catch (IllegalArgumentException | StackOverflowError e) {
            return false; // as the contract says of a condition that cannot be compared
        }
    }

    private static boolean holds(Task.Condition condition, Function<String, JsonNode> inputs) {
        var left = inputs.apply(condition.left());
        var value = condition.value();
        var right = condition.right() != null
                ? inputs.apply(condition.right())
                : value == null ? Dsl.missing() : value.path("content").isMissingNode() ? value : value.path("content");
        var operator = OPERATORS.get(condition.operator());
        return operator != null && operator.test(left, right);
    }

    private static boolean contains(JsonNode whole, JsonNode part) {
        if (whole.isArray()) {
            return whole.valueStream().anyMatch(one -> same(one, part));
        }
        if (whole.isObject()) {
            return whole.has(Values.text(part));
        }
        return Values.text(whole).contains(Values.text(part));
    }

    private static boolean isEmpty(JsonNode value) {
        return value.isNull()
                || value.isMissingNode()
                || (value.isContainerNode()
                        ? value.isEmpty()
                        : value.isTextual() && value.textValue().isEmpty());
    }

    private static boolean same(JsonNode a, JsonNode b) {
        if (a.isNumber() && b.isNumber()) {
            return a.decimalValue().compareTo(b.decimalValue()) == 0;
        }
        return a.equals(b)
                || (!a.isContainerNode() && !b.isContainerNode() && a.asText().equals(b.asText()));
    }

    private static BigDecimal number(JsonNode value) {
        if (value.isNumber()) {
            return value.decimalValue();
        }
        if (value.isTextual() && value.textValue().length() <= 400) {
            return new BigDecimal(value.textValue().strip());
        }
        throw new IllegalArgumentException("no number");
    }

    private static BigDecimal length(JsonNode value) {
        return BigDecimal.valueOf(
                value.isContainerNode()
                        ? value.size()
                        : Values.text(value).codePoints().count());
    }

    private static boolean matches(JsonNode value, JsonNode pattern) {
        var text = Values.text(value);
        var regex = Values.text(pattern);
        if (regex.length() > MOST_REGEX || text.length() > MOST_SUBJECT) {
            throw new IllegalArgumentException("too long for a regular expression");
        }
        try {
            return Pattern.compile(regex).matcher(new Patient(text)).find();
        } catch (PatternSyntaxException e) {
            throw new IllegalArgumentException("no regular expression", e);
        }
    }

    /** Counts how often a pattern looks at its text, so that one that backtracks for ever comes to an end. */
    private static final class Patient implements CharSequence {
        private static final int MOST_LOOKS = 2_000_000;

        private final String text;
        private int looks;

        Patient(String text) {
            this.text = text;
        }

        @Override
        public char charAt(int index) {
            if (++looks > MOST_LOOKS) {
                throw new IllegalArgumentException("the regular expression takes too long");
            }
            return text.charAt(index);
        }

        @Override
        public int length() {
            return text.length();
        }

        @Override
        public CharSequence subSequence(int start, int end) {
            return text.subSequence(start, end);
        }

        @Override
        public String toString() {
            return text;
        }
    }
}
