package carafe.engine.workflow;

import com.fasterxml.jackson.databind.node.ObjectNode;

/** What a run is given, against what its start node declares. */
final class Parameters {
    private Parameters() {}

    /** The parameters with defaults for those that are not given. @throws FlowFailure naming all that do not fit */
    static ObjectNode check(Node start, ObjectNode given) {
        var wrong = new StringBuilder();
        var all = Values.object();
        for (var output : start.outputs()) {
            var value = given.get(output.name());
            if (value == null || value.isNull()) {
                if (output.required()) {
                    add(wrong, output.name() + " is required");
                }
                all.set(output.name(), Values.initial(output.schema()));
            } else if (!Values.fits(output.schema(), value)) {
                add(wrong, output.name() + " is no " + output.type());
            } else {
                all.set(output.name(), value);
            }
        }
        given.fieldNames().forEachRemaining(name -> {
            if (start.output(name) == null) {
                add(wrong, name + " is not declared");
            }
        });
        if (!wrong.isEmpty()) {
            throw new FlowFailure(FlowCode.START, wrong.toString());
        }
        return all;
    }

    private static void add(StringBuilder text, String more) {
        text.append(text.isEmpty() ? "" : ", ").append(more);
    }
}
