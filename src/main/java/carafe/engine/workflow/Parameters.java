package carafe.engine.workflow;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/** What a run is given, against what its start node declares. */
final class Parameters {
    private static final int MOST_FILES = 50;

    private Parameters() {}

    /** The parameters with defaults for those that are not given. @throws FlowFailure naming all that do not fit */
    static ObjectNode check(Node start, ObjectNode given) {
        files(start, given);
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

    /** Files come as addresses: one text, or a list of them. */
    private static void files(Node start, ObjectNode given) {
        var wrong = new StringBuilder();
        for (var output : start.outputs()) {
            if (output.file()) {
                var value = given.path(output.name());
                if (isNothing(value)) {
                    if (output.required()) {
                        add(wrong, output.name() + " is required");
                    }
                } else if (!Values.fits(output.schema(), value)) {
                    add(wrong, output.name() + " is no " + output.type());
                } else if (value.size() > MOST_FILES) {
                    add(wrong, output.name() + " has more than " + MOST_FILES + " files");
                } else if (addresses(value).stream()
                        .anyMatch(one -> !one.isTextual() || one.textValue().isBlank())) {
                    add(wrong, output.name() + " has something that is no address");
                }
            }
        }
        if (!wrong.isEmpty()) {
            throw new FlowFailure(FlowCode.FILE_VARIABLE, wrong.toString());
        }
    }

    private static boolean isNothing(JsonNode value) {
        return value.isMissingNode()
                || value.isNull()
                || (value.isContainerNode() && value.isEmpty())
                || (value.isTextual() && value.textValue().isEmpty());
    }

    private static List<JsonNode> addresses(JsonNode value) {
        return value.isArray() ? value.valueStream().toList() : List.of(value);
    }

    /** Looks at each file of what {@link #check} left. @throws FlowFailure for the first that may not be used */
    static void look(Node start, ObjectNode all, Services.Files files, Stop stop) {
        for (var output : start.outputs()) {
            var value = all.path(output.name());
            if (output.file() && !isNothing(value)) {
                addresses(value).forEach(one -> files.check(one.textValue(), output.allowed(), stop));
            }
        }
    }

    private static void add(StringBuilder text, String more) {
        text.append(text.isEmpty() ? "" : ", ").append(more);
    }
}
