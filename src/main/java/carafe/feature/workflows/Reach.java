package carafe.feature.workflows;

import carafe.engine.outbound.Outbound;
import carafe.engine.workflow.FlowCode;
import carafe.engine.workflow.FlowFailure;
import carafe.engine.workflow.Services;
import carafe.engine.workflow.Stop;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.Objects;

/**
 * Calls that workflows make over HTTP: those of users past the guard, and those to the tool and knowledge services that the
 * operator named, straight. Wire of both services: the contract, section 2.5, {@code plugin} and {@code knowledge-base}.
 */
final class Reach implements AutoCloseable {
    private final Outbound guarded;
    private final Outbound trusted;
    private final FlowSettings settings;
    private final ObjectMapper mapper;

    Reach(Outbound guarded, Outbound trusted, FlowSettings settings, ObjectMapper mapper) {
        this.guarded = guarded;
        this.trusted = trusted;
        this.settings = settings;
        this.mapper = mapper;
    }

    Services.Reply send(Services.Call call, Stop stop) {
        var reply = send(guarded, FlowCode.TOOL, call, stop);
        return new Services.Reply(reply.status(), reply.headers(), reply.body());
    }

    /** What the server of a file says about it, without the file. */
    Outbound.Reply head(String url, Duration limit, Stop stop) {
        var headers = Map.of("Accept-Encoding", "identity"); // what is compressed on the way has no length
        return send(guarded, FlowCode.FILE_LINK, new Services.Call("HEAD", url, headers, null, limit), stop);
    }

    private static Outbound.Reply send(Outbound by, FlowCode code, Services.Call call, Stop stop) {
        var exchange =
                by.exchange(new Outbound.Call(call.method(), call.url(), call.headers(), call.body(), call.limit()));
        return stop.during(
                () -> {
                    try {
                        return exchange.send();
                    } catch (IOException e) {
                        throw new FlowFailure(code, String.valueOf(e.getMessage()));
                    }
                },
                exchange::end);
    }

    /** Asks the tool service to run an operation. */
    JsonNode call(Services.Operation operation, ObjectNode arguments, Duration limit, Stop stop) {
        if (settings.pluginRun().isEmpty()) {
            throw new FlowFailure(FlowCode.NOT_AVAILABLE, "no tool service is set (PLUGIN_RUN_URL)");
        }
        var schema = schema(operation, limit, stop);
        var request = mapper.createObjectNode();
        request.putObject("header").put("app_id", operation.appId());
        request.putObject("parameter")
                .put("tool_id", operation.toolId())
                .put("operation_id", operation.operationId())
                .put("version", operation.version());
        request.putObject("payload").set("message", message(schema, operation, arguments));
        var answer = json(FlowCode.TOOL_ANSWER, post(settings.pluginRun(), FlowCode.TOOL, request, limit, stop));
        int code = answer.path("header").path("code").asInt(0);
        if (code != 0) {
            throw new FlowFailure(
                    FlowCode.TOOL,
                    code + " " + answer.path("header").path("message").asText(""));
        }
        var text = answer.path("payload").path("text").path("text");
        return text.isTextual() ? parsed(text.textValue()) : text;
    }

    private JsonNode parsed(String text) {
        try {
            return mapper.readTree(text);
        } catch (JsonProcessingException e) {
            return mapper.getNodeFactory().textNode(text);
        }
    }

    /** Where the arguments of the operation go; without a description all go into the body. */
    private JsonNode schema(Services.Operation operation, Duration limit, Stop stop) {
        if (settings.pluginGet().isEmpty()) {
            return mapper.missingNode();
        }
        var url = settings.pluginGet() + "?tool_ids=" + encoded(operation.toolId()) + "&versions="
                + encoded(operation.version()) + "&app_id=" + encoded(operation.appId());
        var reply = send(trusted, FlowCode.TOOL, new Services.Call("GET", url, Map.of(), null, limit), stop);
        var tool = json(FlowCode.TOOL_ANSWER, reply)
                .path("data")
                .path("tools")
                .path(0)
                .path("schema");
        var document = tool.isTextual() ? parsed(tool.textValue()) : tool;
        for (var path : document.path("paths")) {
            for (var method : path) {
                if (method.path("operationId").asText().equals(operation.operationId())) {
                    return method;
                }
            }
        }
        return mapper.missingNode();
    }

    private ObjectNode message(JsonNode schema, Services.Operation operation, ObjectNode arguments) {
        var parts = Map.of(
                "header", mapper.createObjectNode(),
                "query", mapper.createObjectNode(),
                "path", mapper.createObjectNode(),
                "body", mapper.createObjectNode());
        arguments.properties().forEach(one -> {
            var place = "body";
            for (var parameter : schema.path("parameters")) {
                if (parameter.path("name").asText().equals(one.getKey())) {
                    place = parameter.path("in").asText("body");
                }
            }
            var part = parts.get(place);
            Objects.requireNonNull(part == null ? parts.get("body") : part).set(one.getKey(), one.getValue());
        });
        var message = mapper.createObjectNode();
        parts.forEach((name, values) -> {
            if (!values.isEmpty()) {
                message.put(
                        name,
                        Base64.getEncoder().encodeToString(values.toString().getBytes(StandardCharsets.UTF_8)));
            }
        });
        return message;
    }

    JsonNode search(String query, int top, String kind, ObjectNode match, Duration limit, Stop stop) {
        if (settings.knowledge().isEmpty()) {
            throw new FlowFailure(FlowCode.NOT_AVAILABLE, "no knowledge service is set (KNOWLEDGE_URL)");
        }
        var request = mapper.createObjectNode()
                .put("query", query)
                .put("topN", Integer.toString(top))
                .put("ragType", kind);
        request.set("match", match);
        request.putArray("history");
        var answer = json(FlowCode.KNOWLEDGE, post(settings.knowledge(), FlowCode.KNOWLEDGE, request, limit, stop));
        if (answer.path("code").asInt(0) != 0) {
            throw new FlowFailure(FlowCode.KNOWLEDGE, answer.path("message").asText(""));
        }
        var results = answer.path("data").path("results");
        return results.isArray() ? results : mapper.createArrayNode();
    }

    private Outbound.Reply post(String url, FlowCode code, ObjectNode body, Duration limit, Stop stop) {
        var bytes = body.toString().getBytes(StandardCharsets.UTF_8);
        var headers = Map.of("Content-Type", "application/json");
        return send(trusted, code, new Services.Call("POST", url, headers, bytes, limit), stop);
    }

    private JsonNode json(FlowCode code, Outbound.Reply reply) {
        if (reply.status() >= 400) {
            throw new FlowFailure(code, "the service answered " + reply.status());
        }
        try {
            return mapper.readTree(reply.body());
        } catch (IOException e) {
            throw new FlowFailure(code, "the service's answer is no JSON");
        }
    }

    private static String encoded(String text) {
        return java.net.URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    @Override
    public void close() throws IOException {
        try (guarded;
                trusted) {
            // both, also when the first fails
        }
    }
}
