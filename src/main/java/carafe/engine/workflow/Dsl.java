package carafe.engine.workflow;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Reads the engine's form of a workflow ({@code {nodes, edges}}, contract section 2.1) into records. It never stops at
 * the first mistake: everything that is wrong becomes a {@link Finding}.
 */
final class Dsl {
    static final int MOST_NODES = 5_000;
    static final int MOST_EDGES = 20_000;
    private static final int MOST_FINDINGS = 200;
    private static final int MOST_PORTS = 500;
    private static final Pattern ID = Pattern.compile("[a-z-]{1,60}::[0-9A-Za-z-]{1,100}");
    private static final Set<String> TYPES = Set.of("string", "boolean", "integer", "number", "array", "object");

    /** What was read, as far as it could be. */
    record Document(Map<String, Node> nodes, List<Edge> edges) {}

    private final List<Finding> findings = new ArrayList<>();
    private final Map<String, Node> nodes = new LinkedHashMap<>();
    private final List<Edge> edges = new ArrayList<>();
    /** Nodes of unknown types, which are named once and not again for each edge. */
    private final Set<String> unknown = new HashSet<>();

    private Dsl() {}

    /** {@code findings} is added to; at most {@value #MOST_FINDINGS} are named. */
    static Document read(JsonNode document, List<Finding> findings) {
        var dsl = new Dsl();
        dsl.document(inner(document));
        dsl.findings.stream().limit(MOST_FINDINGS).forEach(findings::add);
        return new Document(dsl.nodes, dsl.edges);
    }

    /** {@code {nodes, edges}}, also within {@code {data: …}} once or twice, as requests and rows have it. */
    private static JsonNode inner(JsonNode document) {
        var at = document;
        for (int i = 0; i < 3 && !at.has("nodes") && at.path("data").isObject(); i++) {
            at = at.path("data");
        }
        return at;
    }

    private void document(JsonNode document) {
        if (!(document.path("nodes") instanceof ArrayNode nodeList)) {
            error("", "'nodes' must be a list");
            return;
        }
        if (!(document.path("edges") instanceof ArrayNode edgeList)) {
            error("", "'edges' must be a list");
            return;
        }
        if (nodeList.size() > MOST_NODES || edgeList.size() > MOST_EDGES) {
            error("", "there may be at most " + MOST_NODES + " nodes and " + MOST_EDGES + " edges");
            return;
        }
        nodeList.forEach(this::node);
        edgeList.forEach(this::edge);
    }

    private void error(String nodeId, String message) {
        findings.add(Finding.error(FlowCode.DSL_INVALID, nodeId, message));
    }

    private void node(JsonNode json) {
        var id = json.path("id").asText("");
        if (!ID.matcher(id).matches()) {
            error("", "a node id must be '<type>::<letters, digits, ->', not '" + shortened(id) + "'");
            return;
        }
        if (nodes.containsKey(id)) {
            error(id, "this id is used twice");
            return;
        }
        var type = id.substring(0, id.indexOf("::"));
        if (!(json.path("data") instanceof ObjectNode data)) {
            error(id, "'data' must be an object");
            return;
        }
        var inputs = inputs(id, data.path("inputs"));
        var names = inputs.stream().map(Node.Input::name).collect(Collectors.toSet());
        var params = new Params(id, object(data.path("nodeParam")), names, findings);
        var task = Tasks.of(type, params);
        if (task == null) {
            unknown.add(id);
            findings.add(Finding.error(FlowCode.NODE_TYPE, id, "the type '" + type + "' is not known"));
            return;
        }
        var alias = data.path("nodeMeta").path("aliasName").asText("");
        var outputs = outputs(id, data.path("outputs"));
        var retry = retry(params.of(object(data.path("retryConfig"))), outputs);
        nodes.put(id, new Node(id, type, alias.isEmpty() ? type : shortened(alias), inputs, outputs, task, retry));
    }

    private static ObjectNode object(JsonNode json) {
        return json instanceof ObjectNode object ? object : Values.object();
    }

    private static String shortened(String text) {
        return text.length() <= 200 ? text : text.substring(0, 200) + "…";
    }

    private Collection<JsonNode> list(String nodeId, String what, JsonNode json) {
        if (json.isMissingNode() || json.isNull()) {
            return List.of();
        }
        if (!json.isArray() || json.size() > MOST_PORTS) {
            error(nodeId, "'" + what + "' must be a list of at most " + MOST_PORTS);
            return List.of();
        }
        return json.valueStream().toList();
    }

    private List<Node.Input> inputs(String nodeId, JsonNode json) {
        var inputs = new ArrayList<Node.Input>();
        var seen = new HashSet<String>();
        var none = new Params(nodeId, Values.object(), Set.of(), findings);
        for (var one : list(nodeId, "inputs", json)) {
            var name = one.path("name").asText("");
            if (!FieldPath.parse(name).map(path -> path.steps().isEmpty()).orElse(false)) {
                error(nodeId, "an input's name may have letters, digits, _ and - only: '" + shortened(name) + "'");
                continue;
            }
            var id = one.path("id").asText(name);
            if (!seen.add(id)) {
                error(nodeId, "two inputs have the id '" + id + "'");
            }
            var schema = one.path("schema");
            inputs.add(input(none, id, name, schema.path("type").asText("string"), schema.path("value")));
        }
        return inputs;
    }

    /** {@code value} is {@code {type: ref | literal, content}}, or a literal itself. */
    static Node.Input input(Params params, String id, String name, String type, JsonNode value) {
        if (!TYPES.contains(type)) {
            params.error("'" + name + "' has the unknown type '" + shortened(type) + "'");
            return new Node.Input(id, name, "string", new Node.Source.Literal(Values.zero("string")));
        }
        return new Node.Input(id, name, type, source(params, name, type, value));
    }

    private static Node.Source source(Params params, String name, String type, JsonNode value) {
        if (value.path("type").asText("").equals("ref")) {
            var content = value.path("content");
            var path = FieldPath.parse(content.path("name").asText(""));
            if (path.isPresent()) {
                return new Node.Source.Ref(content.path("nodeId").asText(""), path.get());
            }
            params.error("'" + name + "' refers to '"
                    + shortened(content.path("name").asText("")) + "', which is no name");
            return new Node.Source.Literal(Values.zero(type));
        }
        boolean wrapped = value.isObject() && value.path("type").asText("").equals("literal");
        return new Node.Source.Literal(literal(params, name, type, wrapped ? value.path("content") : value));
    }

    private static JsonNode literal(Params params, String name, String type, JsonNode content) {
        if (Values.weight(content) > Params.MOST_TEXT) {
            params.error("'" + name + "' has a literal of more than " + Params.MOST_TEXT + " characters");
            return Values.zero(type);
        }
        try {
            return Values.literal(content, type);
        } catch (FlowFailure e) {
            params.error("'" + name + "': " + e.explain());
            return Values.zero(type);
        }
    }

    private List<Node.Output> outputs(String nodeId, JsonNode json) {
        var outputs = new ArrayList<Node.Output>();
        var seen = new HashSet<String>();
        for (var one : list(nodeId, "outputs", json)) {
            var name = one.path("name").asText("");
            if (name.isEmpty() || name.length() > 200) {
                error(nodeId, "an output needs a name of at most 200 characters");
                continue;
            }
            if (!seen.add(name)) {
                error(nodeId, "two outputs have the name '" + name + "'");
            }
            var schema = object(one.path("schema"));
            if (!TYPES.contains(schema.path("type").asText("string"))) {
                error(nodeId, "the output '" + name + "' has an unknown type");
            }
            if (Values.weight(schema) > Params.MOST_TEXT) {
                error(nodeId, "the schema of the output '" + name + "' is too large");
                schema = Values.object();
            }
            var allowed = one.path("allowedFileType")
                    .valueStream()
                    .map(JsonNode::asText)
                    .toList();
            fileType(nodeId, name, one, schema);
            outputs.add(new Node.Output(
                    name,
                    one.path("required").asBoolean(false),
                    schema,
                    one.path("fileType").asText("").equals("file"),
                    allowed));
        }
        return outputs;
    }

    /** A parameter that is a file is its address, or a list of addresses. */
    private void fileType(String nodeId, String name, JsonNode output, ObjectNode schema) {
        var fileType = output.path("fileType").asText("");
        if (!nodeId.startsWith("node-start::") || fileType.isEmpty() || fileType.equals("null")) {
            return;
        }
        var type = schema.path("type").asText("string");
        if (!fileType.equals("file")) {
            findings.add(Finding.error(FlowCode.FILE_VARIABLE, nodeId, "'" + name + "' has an unknown fileType"));
        } else if (!type.equals("string") && !type.equals("array")) {
            findings.add(Finding.error(
                    FlowCode.FILE_VARIABLE, nodeId, "the file '" + name + "' must be a string or an array"));
        }
    }

    private static Node.Retry retry(Params p, List<Node.Output> outputs) {
        boolean asked = p.flag(p.has("should_retry") ? "should_retry" : "shouldRetry", false);
        int strategy = p.number(p.has("error_strategy") ? "error_strategy" : "errorStrategy", 0, 0, 2);
        int retries = p.number(p.has("max_retries") ? "max_retries" : "maxRetries", 0, 0, 20);
        var seconds = p.decimal("timeout", 0, 86_400);
        var custom = p.object(p.has("custom_output") ? "custom_output" : "customOutput");
        var onError = switch (strategy) {
            case 1 -> Node.OnError.DEFAULT;
            case 2 -> Node.OnError.BRANCH;
            default -> Node.OnError.FAIL;
        };
        if (asked && onError == Node.OnError.DEFAULT) {
            checkCustom(p, custom, outputs);
        }
        return new Node.Retry(
                asked,
                asked ? retries + 1 : 1,
                Math.round((seconds == null || seconds == 0 ? 60 : seconds) * 1000),
                onError,
                onError == Node.OnError.DEFAULT ? custom : null);
    }

    private static void checkCustom(Params p, ObjectNode custom, List<Node.Output> outputs) {
        for (var output : outputs) {
            var value = custom.get(output.name());
            if (value != null && !Values.fits(output.schema(), value)) {
                p.error("'custom_output." + output.name() + "' is no " + output.type());
            }
        }
    }

    private void edge(JsonNode json) {
        var source = json.path("sourceNodeId").asText("");
        var target = json.path("targetNodeId").asText("");
        @Nullable
        String handle = json.path("sourceHandle").isTextual()
                ? json.path("sourceHandle").textValue()
                : "";
        if (unknown.contains(source) || unknown.contains(target)) {
            return;
        }
        for (var end : List.of(source, target)) {
            if (!nodes.containsKey(end)) {
                error("", "an edge names the node '" + shortened(end) + "', which is not there");
                return;
            }
        }
        int chain = handle.lastIndexOf('|');
        edges.add(new Edge(source, target, chain < 0 ? handle : handle.substring(chain + 1)));
    }

    static JsonNode missing() {
        return MissingNode.getInstance();
    }
}
