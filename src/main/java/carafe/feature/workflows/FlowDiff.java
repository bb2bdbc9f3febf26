package carafe.feature.workflows;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;

/**
 * What differs between two descriptions: nodes and edges that were added, removed or changed, for changed nodes each value
 * with its path. The order of nodes, and where they are drawn, is no difference.
 */
final class FlowDiff {
    private static final int MOST = 2_000;

    private final ObjectMapper mapper;
    private final ArrayNode changes;

    FlowDiff(ObjectMapper mapper) {
        this.mapper = mapper;
        this.changes = mapper.createArrayNode();
    }

    /** {@code {what: node | edge, id, change: added | removed | changed, path?, from?, to?}} for each difference. */
    ArrayNode between(JsonNode from, JsonNode to) {
        compare("node", nodes(from), nodes(to));
        compare("edge", edges(from), edges(to));
        return changes;
    }

    private static JsonNode inner(JsonNode data) {
        var at = data;
        for (int i = 0; i < 3 && !at.has("nodes") && at.path("data").isObject(); i++) {
            at = at.path("data");
        }
        return at;
    }

    private static Map<String, JsonNode> nodes(JsonNode data) {
        var nodes = new LinkedHashMap<String, JsonNode>();
        inner(data).path("nodes").forEach(node -> nodes.put(node.path("id").asText(), node.path("data")));
        return nodes;
    }

    private Map<String, JsonNode> edges(JsonNode data) {
        var edges = new LinkedHashMap<String, JsonNode>();
        inner(data)
                .path("edges")
                .forEach(edge -> edges.put(
                        edge.path("sourceNodeId").asText() + " > "
                                + edge.path("targetNodeId").asText()
                                + (edge.path("sourceHandle").asText("").isEmpty()
                                        ? ""
                                        : " @ " + edge.path("sourceHandle").asText()),
                        mapper.createObjectNode()));
        return edges;
    }

    private void compare(String what, Map<String, JsonNode> from, Map<String, JsonNode> to) {
        var ids = new LinkedHashSet<>(from.keySet());
        ids.addAll(to.keySet());
        for (var id : ids) {
            var before = from.get(id);
            var after = to.get(id);
            if (before == null || after == null) {
                add(what, id, before == null ? "added" : "removed");
            } else {
                values(what, id, "", before, after);
            }
        }
    }

    private com.fasterxml.jackson.databind.node.ObjectNode add(String what, String id, String change) {
        var one = mapper.createObjectNode().put("what", what).put("id", id).put("change", change);
        if (changes.size() < MOST) {
            changes.add(one);
        }
        return one;
    }

    private void values(String what, String id, String path, JsonNode before, JsonNode after) {
        if (before.equals(after)) {
            return;
        }
        if (before.isObject() && after.isObject()) {
            var names = new LinkedHashSet<String>();
            before.fieldNames().forEachRemaining(names::add);
            after.fieldNames().forEachRemaining(names::add);
            for (var name : names) {
                values(what, id, path.isEmpty() ? name : path + "." + name, before.path(name), after.path(name));
            }
            return;
        }
        if (before.isArray() && after.isArray() && before.size() == after.size()) {
            for (int i = 0; i < before.size(); i++) {
                values(what, id, path + "[" + i + "]", before.get(i), after.get(i));
            }
            return;
        }
        var change = add(what, id, "changed").put("path", path);
        if (!before.isMissingNode()) {
            change.set("from", before);
        }
        if (!after.isMissingNode()) {
            change.set("to", after);
        }
    }
}
