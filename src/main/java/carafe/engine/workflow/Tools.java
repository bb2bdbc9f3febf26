package carafe.engine.workflow;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;

/** Nodes that reach outside: variables, plugins, knowledge, HTTP. */
final class Tools {
    Result variable(NodeRun work, Task.Variable variable) {
        var variables = work.services().variables();
        if (variable.set()) {
            var values = new HashMap<String, JsonNode>();
            work.node().inputs().forEach(input -> values.put(input.name(), work.input(input.name())));
            variables.set(variable.flowId(), values);
            return Result.of(Values.object());
        }
        var outputs = Values.object();
        for (var output : work.node().outputs()) {
            var value = variables.get(variable.flowId(), output.name());
            outputs.set(
                    output.name(),
                    value.filter(one -> Values.fits(output.schema(), one)).orElse(Values.initial(output.schema())));
        }
        return Result.of(outputs);
    }

    Result plugin(NodeRun work, Task.Plugin plugin) {
        var operation = new Services.Operation(
                plugin.pluginId(), plugin.operationId(), plugin.version(), plugin.appId(), plugin.business());
        var answer = work.services().plugin().call(operation, work.inputs(), work.limit(), work.stop());
        return Result.of(
                answer.isObject()
                        ? Nodes.fitted(work.node(), answer)
                        : Nodes.fitted(work.node(), Values.object().set(work.textOutput(), answer)));
    }

    Result knowledge(NodeRun work, Task.Knowledge knowledge) {
        var query = Values.text(work.firstInput());
        var found = work.services()
                .knowledge()
                .search(query, knowledge.top(), knowledge.ragType(), knowledge.match(), work.limit(), work.stop());
        return Result.of(work.textOutput(), found);
    }

    /** Outputs by name: {@code status}, {@code body} (parsed where it is JSON and not declared a text), {@code headers}. */
    Result http(NodeRun work, Task.Http http) {
        var headers = new HashMap<String, String>();
        http.headers().forEach((name, template) -> headers.put(name, work.fill(template)));
        var template = http.body();
        byte[] body = template == null ? null : work.fill(template).getBytes(StandardCharsets.UTF_8);
        if (body != null && headers.keySet().stream().noneMatch("content-type"::equalsIgnoreCase)) {
            headers.put("Content-Type", "application/json");
        }
        var call = new Services.Call(http.method(), address(work, http), headers, body, work.limit());
        var reply = work.services().http().send(call, work.stop());
        if (reply.status() >= 500) {
            throw new FlowFailure(FlowCode.TOOL, "the server answered " + reply.status());
        }
        var text = new String(reply.body(), StandardCharsets.UTF_8);
        var all = Values.object().put("status", reply.status());
        var headerNode = all.putObject("headers");
        reply.headers().forEach(headerNode::put);
        var output = work.node().output("body");
        var json = output != null && output.type().equals("string") ? null : Values.parse(text);
        if (output != null && json == null && !output.type().equals("string")) {
            throw new FlowFailure(FlowCode.TOOL_ANSWER, "the body is no JSON");
        }
        all.set("body", json == null ? Values.JSON.textNode(text) : json);
        return Result.of(work.node().outputs().isEmpty() ? all : Nodes.fitted(work.node(), all));
    }

    private static String address(NodeRun work, Task.Http http) {
        var url = new StringBuilder(legal(work.fill(http.url())));
        for (Map.Entry<String, Template> one : http.query().entrySet()) {
            url.append(url.indexOf("?") < 0 ? '?' : '&')
                    .append(encoded(one.getKey()))
                    .append('=')
                    .append(encoded(work.fill(one.getValue())));
        }
        return url.toString();
    }

    /** Spaces and other characters that no address may have, as values of templates bring them; hosts stay as they are. */
    private static String legal(String url) {
        int authority = url.indexOf("://") + 3;
        var legal = new StringBuilder();
        boolean host = authority > 2;
        for (int i = 0; i < url.length(); ) {
            int c = url.codePointAt(i);
            host = host && (i < authority || "/?#".indexOf(c) < 0);
            if (host || (c > ' ' && c < 127 && "\"<>\\^`{|}".indexOf(c) < 0)) {
                legal.appendCodePoint(c);
            } else {
                for (byte one : Character.toString(c).getBytes(StandardCharsets.UTF_8)) {
                    legal.append('%').append(HexFormat.of().withUpperCase().toHexDigits(one));
                }
            }
            i += Character.charCount(c);
        }
        return legal.toString();
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
