package carafe.engine.workflow;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;

/** Text with {@code {{name.field[0]}}} in it. Only names that its node has as inputs are replaced; the rest stays as it is. */
record Template(List<Unit> units) {
    private static final Pattern HOLE = Pattern.compile("\\{\\{\\s*([A-Za-z0-9_\\-.\\[\\]]{1,500})\\s*}}");

    /** A text that goes round a loop and holds itself twice would soon fill the memory. */
    private static final int MOST_TEXT = 4 << 20;

    static final Template EMPTY = new Template(List.of());

    Template {
        units = List.copyOf(units);
    }

    sealed interface Unit {
        record Constant(String text) implements Unit {}

        record Hole(FieldPath path) implements Unit {}
    }

    static Template parse(String text, Set<String> names) {
        var units = new ArrayList<Unit>();
        var constant = new StringBuilder();
        var matcher = HOLE.matcher(text);
        int from = 0;
        while (matcher.find()) {
            var path = FieldPath.parse(matcher.group(1)).filter(one -> names.contains(one.name()));
            if (path.isEmpty()) {
                continue;
            }
            constant.append(text, from, matcher.start());
            from = matcher.end();
            if (!constant.isEmpty()) {
                units.add(new Unit.Constant(constant.toString()));
                constant.setLength(0);
            }
            units.add(new Unit.Hole(path.get()));
        }
        constant.append(text, from, text.length());
        if (!constant.isEmpty()) {
            units.add(new Unit.Constant(constant.toString()));
        }
        return new Template(units);
    }

    /** @param inputs the value of an input by its name */
    String fill(Function<String, JsonNode> inputs) {
        if (units.size() == 1 && units.getFirst() instanceof Unit.Constant only) {
            return only.text();
        }
        var text = new StringBuilder();
        for (var unit : units) {
            var piece = switch (unit) {
                case Unit.Constant constant -> constant.text();
                case Unit.Hole hole -> {
                    var value = hole.path().in(inputs.apply(hole.path().name()));
                    yield value.isMissingNode() || value.isNull() ? "" : Values.text(value);
                }
            };
            if (text.length() + piece.length() > MOST_TEXT) {
                throw new FlowFailure(FlowCode.NODE_RUN, "its text has more than " + MOST_TEXT + " characters");
            }
            text.append(piece);
        }
        return text.toString();
    }
}
