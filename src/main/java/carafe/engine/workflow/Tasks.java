package carafe.engine.workflow;

import carafe.platform.config.Secret;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Makes the task of a node from its parameters, by the prefix of its id. */
final class Tasks {
    /** Node types of the service that this one stands in for which are not run here, with the code it had for them. */
    private static final Map<String, Function<Params, Task>> KINDS = Map.ofEntries(
            Map.entry("node-start", p -> new Task.Start()),
            Map.entry("node-end", Tasks::end),
            Map.entry("message", p -> new Task.Message(p.template("template"), p.flag("streamOutput", true))),
            Map.entry("spark-llm", Tasks::llm),
            Map.entry("decision-making", Tasks::decision),
            Map.entry("extractor-parameter", p -> new Task.Extractor(model(p), p.template("instruction"))),
            Map.entry("if-else", Tasks::ifElse),
            Map.entry("ifly-code", p -> new Task.Code(p.required("code"))),
            Map.entry("iteration", Tasks::iteration),
            Map.entry("iteration-node-start", p -> new Task.RoundStart()),
            Map.entry("iteration-node-end", p -> new Task.RoundEnd(outputTemplate(p), false)),
            Map.entry("loop", Tasks::loop),
            Map.entry("loop-node-start", p -> new Task.RoundStart()),
            Map.entry("loop-node-end", p -> new Task.RoundEnd(outputTemplate(p), false)),
            Map.entry("loop-exit", p -> new Task.RoundEnd(null, true)),
            Map.entry("text-joiner", Tasks::joiner),
            Map.entry("node-variable", Tasks::variable),
            Map.entry(
                    "flow",
                    p -> new Task.SubFlow(
                            p.required("flowId"), p.text("version", ""), p.number("timeout", 1800, 1, 86_400))),
            Map.entry("plugin", Tasks::plugin),
            Map.entry("knowledge-base", Tasks::knowledge),
            Map.entry("question-answer", Tasks::question),
            Map.entry("http-request", Tasks::http),
            Map.entry("variable-aggregation", p -> new Task.Aggregation()),
            Map.entry("wait", p -> new Task.Wait(p.number("seconds", 1, 0, 31 * 86_400))));

    private static final Set<String> METHODS = Set.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE");

    private Tasks() {}

    /** Null when there is no such type. */
    static @Nullable Task of(String type, Params params) {
        var kind = KINDS.get(type);
        return kind == null ? null : kind.apply(params);
    }

    private static @Nullable Template outputTemplate(Params p) {
        return p.number("outputMode", 0, 0, 1) == 1 ? p.template("template") : null;
    }

    private static Task end(Params p) {
        if (!p.has("outputMode")) {
            p.error("'outputMode' is required");
        }
        return new Task.End(outputTemplate(p), p.template("reasoningTemplate"), p.flag("streamOutput", true));
    }

    private static Task llm(Params p) {
        var formats = Task.Format.values();
        return new Task.Llm(model(p), formats[p.number("respFormat", 0, 0, formats.length - 1)]);
    }

    private static Task.ModelUse model(Params p) {
        var history = p.inner("enableChatHistoryV2");
        int rounds = history.flag("isEnabled", false) ? history.number("rounds", 5, 0, 100) : 0;
        if (p.flag("enableChatHistory", false)) {
            rounds = Math.max(rounds, 10);
        }
        var name = p.first("", "domain", "model");
        if (name.isEmpty()) {
            p.error("'model' or 'domain' is required");
        }
        var key = p.first("", "apiKey");
        return new Task.ModelUse(
                name,
                p.text("url", ""),
                new Secret(key),
                p.template("systemTemplate"),
                p.template("template"),
                p.decimal("temperature", 0, 2),
                p.number("maxTokens", 0, 1, 1_000_000),
                rounds,
                p.object("extraParams"));
    }

    private static Task decision(Params p) {
        var intents = p.objects("intentChains").stream()
                .map(p::of)
                .map(i -> new Task.Intent(
                        i.required("id"),
                        i.required("name"),
                        i.text("description", ""),
                        i.number("intentType", 2, 1, 2) == 1))
                .toList();
        if (intents.stream().noneMatch(Task.Intent::fallback)) {
            p.error("'intentChains' needs an entry with intentType 1, the default");
        }
        return new Task.Decision(model(p), p.template("promptPrefix"), intents);
    }

    private static Task ifElse(Params p) {
        var cases = p.objects("cases").stream()
                .map(p::of)
                .map(c -> new Task.Case(c.required("id"), logic(c), c.number("level", 1, 0, 10_000) == 999))
                .toList();
        if (cases.size() < 2) {
            p.error("'cases' needs at least two entries");
        }
        return new Task.IfElse(cases);
    }

    private static Task.Logic logic(Params p) {
        var conditions = p.objects("conditions").stream()
                .map(p::of)
                .map(c -> {
                    var operator = c.first("", "compareOperator");
                    if (!Conditions.isKnown(operator)) {
                        c.error("the comparison '" + operator + "' is not known");
                    }
                    var right = c.text("rightVarIndex", "");
                    return new Task.Condition(
                            c.required("leftVarIndex"),
                            right.isEmpty() ? null : right,
                            c.has("rightValue") ? c.raw("rightValue") : null,
                            operator);
                })
                .toList();
        return new Task.Logic(!p.text("logicalOperator", "and").equalsIgnoreCase("or"), conditions);
    }

    private static Task iteration(Params p) {
        var onError = switch (p.text("errorStrategy", "fail_fast").toLowerCase(Locale.ROOT)) {
            case "fail_fast", "terminated" -> Task.OnRound.FAIL;
            case "continue", "continue_on_error" -> Task.OnRound.CONTINUE;
            case "ignore_error_output", "remove_abnormal_output" -> Task.OnRound.DROP;
            default -> {
                p.error("'errorStrategy' must be fail_fast, continue or ignore_error_output");
                yield Task.OnRound.FAIL;
            }
        };
        return new Task.Iteration(
                p.required("IterationStartNodeId"),
                p.flag("isParallel", false),
                p.number("maxConcurrency", 5, 1, 100),
                onError,
                p.number("timeout", 0, 0, 86_400));
    }

    private static Task loop(Params p) {
        var variables = p.objects("loopVariables").stream()
                .map(p::of)
                .map(v -> {
                    var name = v.required("name");
                    var schema = v.object("schema");
                    var type = schema.path("type").asText("string");
                    var given = v.has("initialValue")
                            ? v.raw("initialValue")
                            : v.has("value")
                                    ? v.raw("value")
                                    : v.has("defaultValue") ? v.raw("defaultValue") : schema.path("value");
                    return new Task.LoopVariable(
                            v.text("id", name), name, schema, Dsl.input(v, v.text("id", name), name, type, given));
                })
                .toList();
        return new Task.Loop(
                p.required("LoopStartNodeId"),
                p.number("maxLoopCount", 10, 1, 100),
                variables,
                p.has("termination") ? logic(p.inner("termination")) : null);
    }

    private static Task joiner(Params p) {
        return new Task.Joiner(p.number("mode", 0, 0, 1) == 1, p.template("prompt"), p.text("separator", ""));
    }

    private static Task variable(Params p) {
        var method = p.required("method");
        if (!method.equals("set") && !method.equals("get")) {
            p.error("'method' must be set or get");
        }
        return new Task.Variable(method.equals("set"), p.text("flowId", ""));
    }

    private static Task plugin(Params p) {
        var business = p.raw("businessInput") instanceof ArrayNode list
                ? list.valueStream()
                        .filter(one -> one.isTextual())
                        .map(one -> one.textValue())
                        .toList()
                : List.<String>of();
        return new Task.Plugin(
                p.required("pluginId"),
                p.required("operationId"),
                p.text("version", "V1.0"),
                p.text("appId", ""),
                business);
    }

    private static Task knowledge(Params p) {
        var match = Values.object();
        if (!(p.raw("repoId") instanceof ArrayNode repos) || repos.isEmpty()) {
            p.error("'repoId' must be a list that is not empty");
        }
        match.set("repoId", p.raw("repoId"));
        if (p.raw("docIds") instanceof ArrayNode docs) {
            match.set("docId", docs);
        }
        var score = p.decimal("score", 0, 1);
        match.put("threshold", score == null ? 0.1 : score);
        return new Task.Knowledge(match, p.number("topN", 5, 1, 100), p.text("ragType", "AIUI-RAG2"));
    }

    private static Task question(Params p) {
        boolean options = p.text("answerType", "direct").equals("option");
        var choices = p.objects("optionAnswer").stream()
                .map(p::of)
                .map(o -> new Task.Option(
                        o.required("id"),
                        o.required("name"),
                        o.number("type", 2, 1, 2) == 1,
                        o.template("content"),
                        o.text("content_type", "string")))
                .toList();
        if (options && choices.stream().noneMatch(Task.Option::fallback)) {
            p.error("'optionAnswer' needs an entry of type 1, the default");
        }
        var direct = p.inner("directAnswer");
        boolean fills = !options && direct.flag("handleResponse", false);
        if (p.text("question", "").isEmpty()) {
            p.error("'question' is required");
        }
        return new Task.Question(
                fills || p.has("model") || p.has("domain") ? model(p) : noModel(),
                p.template("question"),
                options,
                choices,
                p.number("timeout", 0, 0, 60 * 24 * 31),
                p.flag("needReply", false),
                fills,
                direct.number("maxRetryCounts", 2, 0, 10));
    }

    private static Task.ModelUse noModel() {
        return new Task.ModelUse("", "", new Secret(""), Template.EMPTY, Template.EMPTY, null, 0, 0, Values.object());
    }

    private static Task http(Params p) {
        var method = p.text("method", "GET").toUpperCase(Locale.ROOT);
        if (!METHODS.contains(method)) {
            p.error("'method' must be one of " + METHODS.stream().sorted().toList());
        }
        if (p.required("url").length() > 8_000) {
            p.error("'url' is longer than 8000 characters");
        }
        return new Task.Http(
                method,
                p.template("url"),
                templates(p, "headers"),
                templates(p, "query"),
                p.has("body") ? p.template(p.raw("body")) : null);
    }

    private static Map<String, Template> templates(Params p, String name) {
        var all = new LinkedHashMap<String, Template>();
        ObjectNode object = p.object(name);
        object.properties().forEach(one -> all.put(one.getKey(), p.template(one.getValue())));
        return all;
    }
}
