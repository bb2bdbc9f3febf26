package carafe.engine.workflow;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * {@code name.field[0].x[1]}: a variable and a way into it. A field of an array is that field of each of its elements.
 */
record FieldPath(String name, List<Step> steps) {
    private static final Pattern SHAPE = Pattern.compile("[A-Za-z0-9_-]+(?:\\[\\d{1,6}\\]|\\.[A-Za-z0-9_-]+)*+");
    private static final Pattern STEP = Pattern.compile("\\[(\\d+)\\]|\\.([A-Za-z0-9_-]+)");

    FieldPath {
        steps = List.copyOf(steps);
    }

    sealed interface Step {
        record Field(String name) implements Step {}

        record Index(int index) implements Step {}
    }

    /** Empty when the text is not of this shape. */
    static Optional<FieldPath> parse(String text) {
        if (text.length() > 500 || !SHAPE.matcher(text).matches()) {
            return Optional.empty();
        }
        int end = 0;
        while (end < text.length() && text.charAt(end) != '.' && text.charAt(end) != '[') {
            end++;
        }
        var steps = new ArrayList<Step>();
        var matcher = STEP.matcher(text).region(end, text.length());
        while (matcher.find()) {
            var index = matcher.group(1);
            steps.add(index != null ? new Step.Index(Integer.parseInt(index)) : new Step.Field(matcher.group(2)));
        }
        return Optional.of(new FieldPath(text.substring(0, end), steps));
    }

    /** What lies at the end of the way in {@code value}, or a missing node. */
    JsonNode in(JsonNode value) {
        var at = value;
        for (var step : steps) {
            at = switch (step) {
                case Step.Index index -> at.path(index.index());
                case Step.Field field -> field(at, field.name());
            };
        }
        return at;
    }

    private static JsonNode field(JsonNode value, String name) {
        if (value instanceof ArrayNode array) {
            var all = Values.JSON.arrayNode();
            array.forEach(one -> {
                var part = one.path(name);
                if (!part.isMissingNode()) {
                    all.add(part);
                }
            });
            return all;
        }
        return value.isObject() ? value.path(name) : MissingNode.getInstance();
    }
}
