package carafe.engine.workflow;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads the {@code nodeParam} of one node; what is wrong becomes a finding and a value that does no harm. */
final class Params {
    static final int MOST_TEXT = 1 << 20;

    private final String nodeId;
    private final ObjectNode node;
    private final Set<String> names;
    private final List<Finding> findings;

    Params(String nodeId, ObjectNode node, Set<String> names, List<Finding> findings) {
        this.nodeId = nodeId;
        this.node = node;
        this.names = names;
        this.findings = findings;
    }

    Params of(ObjectNode part) {
        return new Params(nodeId, part, names, findings);
    }

    void error(String message) {
        findings.add(Finding.error(FlowCode.DSL_INVALID, nodeId, message));
    }

    boolean has(String name) {
        return node.hasNonNull(name);
    }

    JsonNode raw(String name) {
        return node.path(name);
    }

    String text(String name, String fallback) {
        var value = node.get(name);
        if (value == null || value.isNull()) {
            return fallback;
        }
        if (value.isContainerNode()) {
            error("'" + name + "' must be a text");
            return fallback;
        }
        var text = value.asText();
        if (text.length() > MOST_TEXT) {
            error("'" + name + "' is longer than " + MOST_TEXT + " characters");
            return fallback;
        }
        return text;
    }

    String required(String name) {
        var text = text(name, "");
        if (text.isEmpty()) {
            error("'" + name + "' is required");
        }
        return text;
    }

    /** The first of these names that has a value. */
    String first(String fallback, String... keys) {
        for (var key : keys) {
            var text = text(key, "");
            if (!text.isEmpty()) {
                return text;
            }
        }
        return fallback;
    }

    Template template(String name) {
        return Template.parse(text(name, ""), names);
    }

    Template template(JsonNode value) {
        return Template.parse(
                value.isTextual() ? value.textValue() : value.isMissingNode() ? "" : Values.text(value), names);
    }

    boolean flag(String name, boolean fallback) {
        var value = node.path(name);
        return switch (value.getNodeType()) {
            case BOOLEAN -> value.booleanValue();
            case NUMBER -> value.intValue() != 0;
            case STRING -> value.textValue().toLowerCase(Locale.ROOT).matches("true|1");
            default -> fallback;
        };
    }

    int number(String name, int fallback, int min, int max) {
        var value = node.path(name);
        if (value.isMissingNode()
                || value.isNull()
                || (value.isTextual() && value.textValue().isBlank())) {
            return fallback;
        }
        double number = value.isNumber() ? value.doubleValue() : value.asDouble(Double.NaN);
        if (!(number >= min && number <= max)) {
            error("'" + name + "' must be a number from " + min + " to " + max);
            return fallback;
        }
        return (int) number;
    }

    @Nullable
    Double decimal(String name, double min, double max) {
        var value = node.path(name);
        if (value.isMissingNode() || value.isNull()) {
            return null;
        }
        double number = value.isNumber() ? value.doubleValue() : value.asDouble(Double.NaN);
        if (!(number >= min && number <= max)) {
            error("'" + name + "' must be a number from " + min + " to " + max);
            return null;
        }
        return number;
    }

    List<ObjectNode> objects(String name) {
        var value = node.path(name);
        if (value instanceof ArrayNode array) {
            if (array.valueStream().allMatch(JsonNode::isObject)) {
                return array.valueStream().map(ObjectNode.class::cast).toList();
            }
            error("'" + name + "' must be a list of objects");
        } else if (!value.isMissingNode() && !value.isNull()) {
            error("'" + name + "' must be a list");
        }
        return List.of();
    }

    ObjectNode object(String name) {
        return node.path(name) instanceof ObjectNode object ? object : Values.object();
    }

    Params inner(String name) {
        return of(object(name));
    }
}
