package carafe.engine.workflow;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;

/** Writes descriptions of workflows for tests. */
public final class Flow {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final ObjectNode root = MAPPER.createObjectNode();
    private final ArrayNode nodes = root.putArray("nodes");
    private final ArrayNode edges = root.putArray("edges");

    public static JsonNode json(String text) {
        try {
            return MAPPER.readTree(text.replace('\'', '"'));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** From a start with one text to an end that says {@code template} of the output {@code output} of {@code last}. */
    public static Flow fromStart() {
        return new Flow().node("node-start::s", "AGENT_USER_INPUT:string!", "", "{}");
    }

    /**
     * @param outputs {@code name:type}, separated by spaces; {@code !} for required
     * @param inputs {@code name=node.output} for references, {@code name:=json} for literals, separated by {@code ;}
     */
    public Flow node(String id, String outputs, String inputs, String param) {
        var data = nodes.addObject().put("id", id).putObject("data");
        data.putObject("nodeMeta").put("nodeType", "basic").put("aliasName", id.substring(id.indexOf("::") + 2));
        var in = data.putArray("inputs");
        for (var input : inputs.split(";", -1)) {
            if (!input.isBlank()) {
                input(in, input.strip());
            }
        }
        var out = data.putArray("outputs");
        for (var output : outputs.split(" ", -1)) {
            if (!output.isBlank()) {
                var parts = output.split(":", -1);
                boolean required = parts[1].endsWith("!");
                out.addObject()
                        .put("name", parts[0])
                        .put("required", required)
                        .putObject("schema")
                        .put("type", parts[1].replace("!", ""));
            }
        }
        data.set("nodeParam", json(param));
        return this;
    }

    private static void input(ArrayNode in, String text) {
        int literal = text.indexOf(":=");
        if (literal > 0) {
            var value = json(text.substring(literal + 2));
            var name = text.substring(0, literal);
            var schema = in.addObject().put("id", name).put("name", name).putObject("schema");
            schema.put("type", Values.typeOf(value))
                    .putObject("value")
                    .put("type", "literal")
                    .set("content", value);
            return;
        }
        var parts = text.split("=", 2);
        int type = parts[0].indexOf(':');
        var name = type < 0 ? parts[0] : parts[0].substring(0, type);
        int dot = parts[1].indexOf('.');
        var schema = in.addObject().put("id", name).put("name", name).putObject("schema");
        schema.put("type", type < 0 ? "string" : parts[0].substring(type + 1))
                .putObject("value")
                .put("type", "ref")
                .putObject("content")
                .put("nodeId", parts[1].substring(0, dot))
                .put("name", parts[1].substring(dot + 1));
    }

    /** Of the node added last. */
    public Flow retry(String config) {
        ((ObjectNode) nodes.get(nodes.size() - 1).path("data")).set("retryConfig", json(config));
        return this;
    }

    /** {@code a>b}, {@code a>b@handle}, separated by spaces. */
    public Flow edges(String text) {
        for (var one : text.strip().split("\\s+")) {
            var parts = one.split("[>@]", -1);
            var edge = edges.addObject().put("sourceNodeId", parts[0]).put("targetNodeId", parts[1]);
            if (parts.length > 2) {
                edge.put("sourceHandle", parts[2]);
            }
        }
        return this;
    }

    public Flow joiner(String id, String inputs, String prompt) {
        return node(
                id,
                "output:string",
                inputs,
                MAPPER.createObjectNode().put("mode", 0).put("prompt", prompt).toString());
    }

    public Flow end(String inputs, String template) {
        return node(
                "node-end::e",
                "",
                inputs,
                MAPPER.createObjectNode()
                        .put("outputMode", 1)
                        .put("template", template)
                        .put("streamOutput", true)
                        .toString());
    }

    public Flow llm(String id, String inputs, String template) {
        return node(
                id,
                "output:string",
                inputs,
                MAPPER.createObjectNode()
                        .put("model", "echo")
                        .put("template", template)
                        .put("maxTokens", 100)
                        .toString());
    }

    public ObjectNode json() {
        return root;
    }

    public Plan plan() {
        return Plan.of(root).orFail(FlowCode.DSL);
    }
}
