package carafe.feature.workflows;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * Turns what the console exports ({@code flowMeta}, {@code flowData}; contract, section 2) into the engine's form. What only
 * says where something is drawn is left out.
 */
final class ConsoleFlow {
    private final ObjectMapper mapper;

    ConsoleFlow(ObjectMapper mapper) {
        this.mapper = mapper;
    }

    static boolean isOne(JsonNode document) {
        return document.path("flowData").path("nodes").isArray();
    }

    static String name(JsonNode document) {
        return document.path("flowMeta").path("name").asText("");
    }

    static String description(JsonNode document) {
        return document.path("flowMeta").path("description").asText("");
    }

    /** {@code {nodes, edges}} of the engine. */
    ObjectNode translated(JsonNode document) {
        var engine = mapper.createObjectNode();
        var nodes = engine.putArray("nodes");
        document.path("flowData").path("nodes").forEach(node -> nodes.add(node(node)));
        var edges = engine.putArray("edges");
        document.path("flowData").path("edges").forEach(edge -> edges.add(edge(edge)));
        return engine;
    }

    private ObjectNode edge(JsonNode edge) {
        var made = mapper.createObjectNode()
                .put(
                        "sourceNodeId",
                        edge.path("source").asText(edge.path("sourceNodeId").asText()))
                .put(
                        "targetNodeId",
                        edge.path("target").asText(edge.path("targetNodeId").asText()));
        var handle = edge.path("sourceHandle").asText("");
        return handle.isEmpty() ? made : made.put("sourceHandle", handle);
    }

    private ObjectNode node(JsonNode node) {
        var made = mapper.createObjectNode().put("id", node.path("id").asText());
        var from = node.path("data");
        var data = made.putObject("data");
        var meta = from.path("nodeMeta");
        data.putObject("nodeMeta")
                .put("nodeType", meta.path("nodeType").asText(node.path("type").asText("")))
                .put(
                        "aliasName",
                        meta.path("aliasName").asText(from.path("label").asText("")));
        var inputs = data.putArray("inputs");
        from.path("inputs").forEach(input -> inputs.add(input(input)));
        var outputs = data.putArray("outputs");
        from.path("outputs").forEach(output -> outputs.add(output(output)));
        data.set("nodeParam", from.path("nodeParam").isObject() ? from.path("nodeParam") : mapper.createObjectNode());
        var retry = from.path("retryConfig");
        if (retry.isObject()) {
            data.set("retryConfig", retry);
        }
        return made;
    }

    private ObjectNode input(JsonNode input) {
        var made = mapper.createObjectNode()
                .put("id", input.path("id").asText(input.path("name").asText()))
                .put("name", input.path("name").asText());
        var schema = made.putObject("schema");
        schema.setAll(schema(input.path("schema")));
        var value = input.path("schema").path("value");
        var content = value.path("content");
        var to = schema.putObject("value");
        if (value.path("type").asText("").equals("ref") && content.isObject()) {
            to.put("type", "ref")
                    .putObject("content")
                    .put("nodeId", content.path("nodeId").asText())
                    .put("name", content.path("name").asText());
        } else {
            to.put("type", "literal").set("content", content.isMissingNode() ? mapper.nullNode() : content);
        }
        return made;
    }

    private ObjectNode output(JsonNode output) {
        var made = mapper.createObjectNode()
                .put("id", output.path("id").asText(output.path("name").asText()))
                .put("name", output.path("name").asText())
                .put("required", output.path("required").asBoolean(false));
        made.set("schema", schema(output.path("schema")));
        for (var name : new String[] {"fileType", "allowedFileType"}) {
            if (output.has(name)) {
                made.set(name, output.get(name));
            }
        }
        return made;
    }

    /** {@code array-<type>}, and properties as a list of {@code {name, type, required, properties}}, as JSON Schema. */
    private ObjectNode schema(JsonNode from) {
        var schema = mapper.createObjectNode();
        var type = from.path("type").asText("string");
        if (type.startsWith("array-")) {
            schema.put("type", "array");
            var items = mapper.createObjectNode().put("type", type.substring("array-".length()));
            properties(from.path("properties"), items);
            schema.set("items", items);
        } else {
            schema.put("type", type);
            properties(from.path("properties"), schema);
        }
        for (var name : new String[] {"default", "description"}) {
            if (from.has(name)) {
                schema.set(name, from.get(name));
            }
        }
        return schema;
    }

    private void properties(JsonNode list, ObjectNode schema) {
        if (!(list instanceof ArrayNode) || list.isEmpty()) {
            return;
        }
        var properties = schema.putObject("properties");
        var required = mapper.createArrayNode();
        for (var one : list) {
            properties.set(one.path("name").asText(), schema(one));
            if (one.path("required").asBoolean(false)) {
                required.add(one.path("name").asText());
            }
        }
        if (!required.isEmpty()) {
            schema.set("required", required);
        }
    }
}
