package carafe.feature.workflows;

import static carafe.TestApp.json;
import static org.assertj.core.api.Assertions.assertThat;

import carafe.TestApp;
import carafe.engine.workflow.Flow;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What each kind of node does in a whole server, with a model that says what the test wrote down and the real sandbox. */
class NodesTest {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final String HANG = "hang";

    @TempDir
    private static Path folder;

    private static final Map<String, String> SAYINGS = new ConcurrentHashMap<>();
    private static final BlockingQueue<String> QUESTIONS = new LinkedBlockingQueue<>();
    private static final AtomicInteger FAILURES = new AtomicInteger();
    private static final CyclicBarrier MEETING = new CyclicBarrier(2);
    private static final BlockingQueue<String> GONE = new LinkedBlockingQueue<>();
    private static final CountDownLatch OVER = new CountDownLatch(1);

    private static HttpServer server;
    private static TestApp app;
    private static TestApp.User ann;
    private static HttpResponse<InputStream> waiting;

    @BeforeAll
    static void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/v1/models", exchange -> send(exchange, 200, "{\"data\":[{\"id\":\"clerk\"}]}"));
        server.createContext("/v1/chat/completions", NodesTest::say);
        server.createContext("/echo", NodesTest::echo);
        server.createContext("/meet", NodesTest::meet);
        server.createContext("/search", NodesTest::search);
        server.createContext("/file", NodesTest::file);
        server.createContext("/tools", NodesTest::tools);
        server.createContext(
                "/flaky",
                exchange -> send(exchange, FAILURES.getAndDecrement() > 0 ? 503 : 200, "{\"left\":" + FAILURES + "}"));
        server.start();
        app = TestApp.startWithEngine(
                folder,
                "OPENAI_API_BASE_URLS",
                url("/v1"),
                "WORKFLOW_ALLOWED_HOSTS",
                "127.0.0.1",
                "KNOWLEDGE_URL",
                url("/search"),
                "PLUGIN_GET_URL",
                url("/tools/get"),
                "PLUGIN_RUN_URL",
                url("/tools/run"));
        ann = app.signUp("ann");
        waiting = beginWaiting(); // goes on while the other tests run
    }

    @AfterAll
    static void stop() {
        OVER.countDown();
        app.close();
        server.stop(0);
    }

    @BeforeEach
    void forget() {
        SAYINGS.clear();
        QUESTIONS.clear();
        GONE.clear();
    }

    private static String url(String path) {
        return "http://127.0.0.1:" + server.getAddress().getPort() + path;
    }

    // ---- what the nodes reach

    /** Says what is written down for a part of the question; for {@link #HANG} a first word and no more. */
    private static void say(HttpExchange exchange) throws IOException {
        var messages = MAPPER.readTree(exchange.getRequestBody()).path("messages");
        var question = messages.path(messages.size() - 1).path("content").asText();
        QUESTIONS.add(question);
        var said = SAYINGS.entrySet().stream()
                .filter(one -> question.contains(one.getKey()))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElse("echo " + question);
        if (said.equals("fail")) {
            send(exchange, 400, "{\"error\":{\"message\":\"out of order\"}}");
            return;
        }
        exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
        exchange.sendResponseHeaders(200, 0);
        try (var out = exchange.getResponseBody()) {
            for (var word : said.split("(?<= )")) {
                var chunk = MAPPER.createObjectNode();
                chunk.putArray("choices")
                        .addObject()
                        .put("index", 0)
                        .putObject("delta")
                        .put("content", word);
                out.write(("data: " + chunk + "\n\n").getBytes(StandardCharsets.UTF_8));
                out.flush();
            }
            while (said.equals(HANG) && !OVER.await(20, TimeUnit.MILLISECONDS)) {
                out.write(": still here\n\n".getBytes(StandardCharsets.UTF_8));
                out.flush();
            }
            out.write("data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n"
                    .getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            GONE.add(question);
            throw e;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void echo(HttpExchange exchange) throws IOException {
        var answer = MAPPER.createObjectNode()
                .put("method", exchange.getRequestMethod())
                .put("query", exchange.getRequestURI().getRawQuery())
                .put("token", exchange.getRequestHeaders().getFirst("X-Token"))
                .put("type", exchange.getRequestHeaders().getFirst("Content-Type"))
                .put("sent", new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
        send(exchange, 201, answer.toString());
    }

    /** Two callers at once get an answer; one alone gets none for long. */
    private static void meet(HttpExchange exchange) throws IOException {
        try {
            MEETING.await(20, TimeUnit.SECONDS);
            send(exchange, 200, "met");
        } catch (InterruptedException | BrokenBarrierException | TimeoutException e) {
            send(exchange, 400, "alone");
        }
    }

    private static void file(HttpExchange exchange) throws IOException {
        var path = exchange.getRequestURI().getPath();
        assertThat(exchange.getRequestMethod()).isEqualTo("HEAD");
        var headers = exchange.getResponseHeaders();
        if (path.contains("moved")) {
            headers.set("Location", "/file/b.pdf");
        }
        if (path.contains("round")) {
            headers.set("Location", path);
        }
        if (!path.contains("endless")) {
            headers.set("Content-Length", path.contains("huge") ? "99999999999" : "100");
        }
        exchange.sendResponseHeaders(path.contains("gone") ? 404 : headers.containsKey("Location") ? 302 : 200, -1);
        exchange.close();
    }

    private static void search(HttpExchange exchange) throws IOException {
        var asked = MAPPER.readTree(exchange.getRequestBody());
        var answer = MAPPER.createObjectNode().put("code", 0);
        answer.putObject("data")
                .putArray("results")
                .addObject()
                .put("score", 0.9)
                .set("content", asked);
        send(exchange, 200, answer.toString());
    }

    private static void tools(HttpExchange exchange) throws IOException {
        if (exchange.getRequestURI().getPath().endsWith("/get")) {
            send(exchange, 200, """
                    {"data":{"tools":[{"schema":{"paths":{"/w":{"get":{"operationId":"op",
                    "parameters":[{"name":"city","in":"query"}]}}}}}]}}""");
            return;
        }
        var answer = MAPPER.createObjectNode();
        answer.putObject("header").put("code", 0);
        var message = MAPPER.readTree(exchange.getRequestBody()).path("payload").path("message");
        var query = new String(
                java.util.Base64.getDecoder().decode(message.path("query").asText()), StandardCharsets.UTF_8);
        answer.putObject("payload")
                .putObject("text")
                .put(
                        "text",
                        MAPPER.createObjectNode()
                                .put("seen", query)
                                .put("degrees", "many")
                                .toString());
        send(exchange, 200, answer.toString());
    }

    private static void send(HttpExchange exchange, int status, String body) throws IOException {
        var bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, bytes.length);
        try (var out = exchange.getResponseBody()) {
            out.write(bytes);
        }
    }

    // ---- runs

    private static String create(Flow flow) {
        return create(ann, flow);
    }

    private static String create(TestApp.User user, Flow flow) {
        var body = MAPPER.createObjectNode().put("name", "flow");
        body.set("data", flow.json());
        var answer = app.post(user, "/api/v1/workflows", body.toString());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
        return json(answer).path("id").asText();
    }

    private static String asked(String flowId, String parameters, boolean stream) {
        var body = MAPPER.createObjectNode().put("flow_id", flowId).put("stream", stream);
        body.set("parameters", Flow.json(parameters));
        return body.toString();
    }

    private static JsonNode run(TestApp.User user, String flowId, String parameters) {
        return json(app.post(user, "/workflow/v1/debug/chat/completions", asked(flowId, parameters, false)));
    }

    private static JsonNode run(Flow flow, String input) {
        return run(ann, create(flow), "{'AGENT_USER_INPUT':'" + input + "'}");
    }

    private static String content(JsonNode answer) {
        assertThat(answer.path("code").asInt()).as(answer.toString()).isZero();
        return answer.path("choices").path(0).path("delta").path("content").asText();
    }

    private static JsonNode lastRun(String flowId) {
        var runs = json(app.get(ann, "/api/v1/workflows/" + flowId + "/runs")).path("runs");
        return shown(runs.path(0).path("id").asText());
    }

    private static JsonNode shown(String runId) {
        return json(app.get(ann, "/api/v1/workflows/runs/" + runId));
    }

    private static JsonNode whenOver(String runId) {
        assertThat(app.get(ann, "/api/v1/workflows/runs/" + runId + "/events").statusCode())
                .isEqualTo(200); // goes on until the run is over
        return shown(runId);
    }

    private static Flow decision(String retry) {
        var flow = Flow.fromStart()
                .node("decision-making::d", "class_name:string", "q=node-start::s.AGENT_USER_INPUT", """
                        {'model':'clerk','template':'{{q}}','reasonMode':1,'promptPrefix':'','intentChains':[
                        {'id':'intent-one-of::1','name':'Billing','description':'money','intentType':2},
                        {'id':'intent-one-of::2','name':'Fault','description':'broken','intentType':2},
                        {'id':'intent-one-of::9','name':'other','description':'','intentType':1}]}""");
        if (!retry.isEmpty()) {
            flow.retry(retry);
        }
        return flow.joiner("text-joiner::a", "c=decision-making::d.class_name", "pay:{{c}}")
                .joiner("text-joiner::b", "c=decision-making::d.class_name", "mend:{{c}}")
                .joiner("text-joiner::c", "c=decision-making::d.class_name", "else:{{c}}")
                .end("a=text-joiner::a.output;b=text-joiner::b.output;c=text-joiner::c.output", "{{a}}{{b}}{{c}}")
                .edges("node-start::s>decision-making::d"
                        + " decision-making::d>text-joiner::a@intent_chain|intent-one-of::1"
                        + " decision-making::d>text-joiner::b@intent-one-of::2"
                        + " decision-making::d>text-joiner::c@intent-one-of::9"
                        + " text-joiner::a>node-end::e text-joiner::b>node-end::e text-joiner::c>node-end::e");
    }

    @Test
    void aDecisionTakesTheIntentThatTheModelNamesAndElseTheDefault() {
        SAYINGS.put("my bill", "Sure: ```json\n{\"category_name\": \"billing\"}\n```");
        SAYINGS.put("it smokes", "{\"category_name\":\"Fault\"}");
        SAYINGS.put("hello", "{\"category_name\":\"Greeting\"}");
        SAYINGS.put("no model", "fail");
        var id = create(decision(""));
        assertThat(content(run(ann, id, "{'AGENT_USER_INPUT':'my bill'}"))).isEqualTo("pay:Billing");
        assertThat(QUESTIONS.poll()).contains("Billing: money").contains("Fault: broken");
        assertThat(content(run(ann, id, "{'AGENT_USER_INPUT':'it smokes'}"))).isEqualTo("mend:Fault");
        assertThat(content(run(ann, id, "{'AGENT_USER_INPUT':'hello'}"))).isEqualTo("else:DEFAULT");
        QUESTIONS.clear();
        assertThat(content(run(ann, id, "{'AGENT_USER_INPUT':'no model'}"))).isEqualTo("else:DEFAULT");
        assertThat(QUESTIONS).hasSize(1);
        QUESTIONS.clear();
        var again = decision("{'should_retry':true,'max_retries':1,'error_strategy':0}");
        assertThat(content(run(again, "no model"))).isEqualTo("else:DEFAULT");
        assertThat(QUESTIONS).as("tries before it falls back").hasSize(2);
    }

    @Test
    void aModelThatSaysNoMoreIsGivenUpAfterTheNodesTimeout() throws InterruptedException {
        SAYINGS.put("stuck", HANG);
        var id = create(decision("{'timeout':0.3,'should_retry':true,'max_retries':0}"));
        assertThat(content(run(ann, id, "{'AGENT_USER_INPUT':'stuck'}"))).isEqualTo("else:DEFAULT");
        assertThat(GONE.poll(20, TimeUnit.SECONDS)).contains("stuck");
    }

    @Test
    void anExtractorFillsItsOutputsWithValuesOfTheirTypes() {
        var flow = Flow.fromStart()
                .node(
                        "extractor-parameter::x",
                        "name:string! age:integer tags:array vip:boolean",
                        "q=node-start::s.AGENT_USER_INPUT",
                        "{'model':'clerk','template':'{{q}}','instruction':'be exact','reasonMode':1}")
                .end(
                        "n=extractor-parameter::x.name;a:integer=extractor-parameter::x.age;"
                                + "t:array=extractor-parameter::x.tags;v:boolean=extractor-parameter::x.vip",
                        "{{n}}|{{a}}|{{t}}|{{v}}")
                .edges("node-start::s>extractor-parameter::x extractor-parameter::x>node-end::e");
        SAYINGS.put("Ida", "Here: {\"name\":\"Ida\",\"age\":\"31\",\"tags\":\"none\",\"more\":1}");
        SAYINGS.put("prose", "there is nothing in it");
        assertThat(content(run(flow, "I am Ida"))).isEqualTo("Ida|31|[]|false");
        assertThat(QUESTIONS.poll())
                .contains("be exact")
                .contains("name (string, required)")
                .contains("I am Ida");
        assertThat(run(flow, "prose").path("code").asInt()).isEqualTo(21900);
    }

    @Test
    void aLoopGoesRoundUntilItsConditionHolds() {
        var flow = Flow.fromStart()
                .node("loop::l", "n:integer log:string", "limit:=3", """
                        {'LoopStartNodeId':'loop-node-start::x','maxLoopCount':20,'loopVariables':[
                        {'id':'vn','name':'n','schema':{'type':'integer'},'initialValue':0},
                        {'id':'vl','name':'log','schema':{'type':'string'},'initialValue':'-'}],
                        'termination':{'logicalOperator':'and','conditions':[
                        {'leftVarIndex':'vn','rightValue':3,'compareOperator':'ge'}]}}""")
                .node("loop-node-start::x", "n:integer log:string", "", "{}")
                .node(
                        "ifly-code::c",
                        "n:integer log:string",
                        "n:integer=loop-node-start::x.n;log=loop-node-start::x.log",
                        "{'code':'def main(n, log):\\n    return {\\\"n\\\": n + 1, \\\"log\\\": log + str(n)}','appId':'a','uid':'u'}")
                .node("loop-node-end::y", "", "n:integer=ifly-code::c.n;log=ifly-code::c.log", "{'outputMode':0}")
                .end("n:integer=loop::l.n;log=loop::l.log", "{{n}} {{log}}")
                .edges("node-start::s>loop::l loop::l>node-end::e loop-node-start::x>ifly-code::c"
                        + " ifly-code::c>loop-node-end::y");
        assertThat(content(run(flow, "x"))).isEqualTo("3 -012");
    }

    @Test
    void aLoopIsLeftByItsExitAndByItsLimit() {
        var flow = Flow.fromStart()
                .node("loop::l", "log:string", "q=node-start::s.AGENT_USER_INPUT", """
                        {'LoopStartNodeId':'loop-node-start::x','maxLoopCount':4,'loopVariables':[
                        {'id':'vl','name':'log','schema':{'type':'string','value':{'type':'ref','content':
                        {'nodeId':'node-start::s','name':'AGENT_USER_INPUT'}}}}]}""")
                .node("loop-node-start::x", "log:string", "", "{}")
                .joiner("text-joiner::j", "l=loop-node-start::x.log", "{{l}}a")
                .node("if-else::i", "", "l=text-joiner::j.output;w:='baa'", """
                        {'cases':[{'id':'branch_one_of::1','level':1,'logicalOperator':'and','conditions':
                        [{'leftVarIndex':'l','rightVarIndex':'w','compareOperator':'is'}]},
                        {'id':'branch_one_of::2','level':999,'logicalOperator':'and','conditions':[]}]}""")
                .node("loop-exit::z", "", "log=text-joiner::j.output", "{}")
                .node("loop-node-end::y", "", "log=text-joiner::j.output", "{'outputMode':0}")
                .end("log=loop::l.log", "{{log}}")
                .edges("node-start::s>loop::l loop::l>node-end::e loop-node-start::x>text-joiner::j"
                        + " text-joiner::j>if-else::i if-else::i>loop-exit::z@branch_one_of::1"
                        + " if-else::i>loop-node-end::y@branch_one_of::2");
        var id = create(flow);
        assertThat(content(run(ann, id, "{'AGENT_USER_INPUT':'b'}"))).isEqualTo("baa");
        assertThat(content(run(ann, id, "{'AGENT_USER_INPUT':'c'}"))).isEqualTo("caaaa");
    }

    private static Flow each(String param, String code) {
        return new Flow()
                .node("node-start::s", "items:array", "", "{}")
                .node(
                        "iteration::it",
                        "res:array",
                        "items:array=node-start::s.items;word:='w'",
                        "{'IterationStartNodeId':'iteration-node-start::x'," + param + "}")
                .node("iteration-node-start::x", "items:string word:string", "", "{}")
                .node(
                        "ifly-code::c",
                        "out:string",
                        "v=iteration-node-start::x.items;w=iteration-node-start::x.word",
                        MAPPER.createObjectNode()
                                .put("code", code)
                                .put("appId", "a")
                                .put("uid", "u")
                                .toString())
                .node("iteration-node-end::y", "", "res=ifly-code::c.out", "{'outputMode':0}")
                .end("r:array=iteration::it.res", "{{r}}")
                .edges("node-start::s>iteration::it iteration::it>node-end::e iteration-node-start::x>ifly-code::c"
                        + " ifly-code::c>iteration-node-end::y");
    }

    @Test
    void anIterationTreatsFailedRoundsAsItWasTold() {
        var code = "def main(v, w):\n    assert v != \"b\"\n    return {\"out\": w + v}";
        var items = "{'items':['a','b','c']}";
        for (var parallel : List.of("false", "true")) {
            var how = "'isParallel':" + parallel + ",'errorStrategy':";
            assertThat(content(run(ann, create(each(how + "'continue'", code)), items)))
                    .isEqualTo("[\"wa\", null, \"wc\"]");
            var failed = run(ann, create(each(how + "'fail_fast'", code)), items);
            assertThat(failed.path("code").asInt()).as(failed.toString()).isEqualTo(21600);
            assertThat(failed.path("message").asText()).contains("AssertionError");
        }
        assertThat(content(run(ann, create(each("'errorStrategy':'ignore_error_output'", code)), items)))
                .isEqualTo("[\"wa\", \"wc\"]");
        assertThat(content(run(ann, create(each("'errorStrategy':'fail_fast'", code)), "{'items':[]}")))
                .isEqualTo("[]");
    }

    @Test
    void anIterationEndsAtItsLimit() {
        var code = "import time\ndef main(v, w):\n    time.sleep(20)\n    return {\"out\": v}";
        for (var parallel : List.of("false", "true")) {
            var how = "'isParallel':" + parallel + ",'errorStrategy':'continue','timeout':1";
            var failed = run(ann, create(each(how, code)), "{'items':['a','b']}");
            assertThat(failed.path("message").asText()).as(failed.toString()).contains("it took more than 1 s");
        }
    }

    @Test
    void parallelRoundsMeetAndKeepTheirOrder() {
        var flow = new Flow()
                .node("node-start::s", "items:array", "", "{}")
                .node("iteration::it", "res:array", "items:array=node-start::s.items", """
                        {'IterationStartNodeId':'iteration-node-start::x','isParallel':true,'maxConcurrency':2}""")
                .node("iteration-node-start::x", "items:string", "", "{}")
                .node(
                        "http-request::h",
                        "status:integer body:string",
                        "v=iteration-node-start::x.items",
                        "{'url':'" + url("/meet") + "?{{v}}'}")
                .joiner("text-joiner::j", "v=iteration-node-start::x.items;b=http-request::h.body", "{{v}} {{b}}")
                .node("iteration-node-end::y", "", "res=text-joiner::j.output", "{'outputMode':0}")
                .end("r:array=iteration::it.res", "{{r}}")
                .edges("node-start::s>iteration::it iteration::it>node-end::e"
                        + " iteration-node-start::x>http-request::h http-request::h>text-joiner::j"
                        + " text-joiner::j>iteration-node-end::y");
        assertThat(content(run(ann, create(flow), "{'items':['a','b','c','d']}")))
                .isEqualTo("[\"a met\", \"b met\", \"c met\", \"d met\"]");
    }

    @Test
    void variablesAreKeptForOneConversationOfOnePersonAndTheFirstValueCounts() {
        var set = create(Flow.fromStart()
                .node(
                        "node-variable::v",
                        "",
                        "mood=node-start::s.AGENT_USER_INPUT;n:=7",
                        "{'method':'set','flowId':''}")
                .end("", "kept")
                .edges("node-start::s>node-variable::v node-variable::v>node-end::e"));
        var get = Flow.fromStart()
                .node(
                        "node-variable::v",
                        "mood:string n:integer other:string",
                        "",
                        "{'method':'get','flowId':'" + set + "'}")
                .node(
                        "variable-aggregation::a",
                        "output:string",
                        "o=node-variable::v.other;m=node-variable::v.mood;d:='calm'",
                        "{}")
                .end(
                        "m=node-variable::v.mood;n:integer=node-variable::v.n;a=variable-aggregation::a.output",
                        "{{m}}/{{n}}/{{a}}")
                .edges("node-start::s>node-variable::v node-variable::v>variable-aggregation::a"
                        + " variable-aggregation::a>node-end::e");
        var parameters = "{'AGENT_USER_INPUT':'glad'}";
        var id = create(get);
        assertThat(content(run(ann, id, parameters))).isEqualTo("/0/calm");
        assertThat(content(run(ann, set, parameters))).isEqualTo("kept");
        assertThat(content(run(ann, id, parameters))).isEqualTo("glad/7/glad");
        var elsewhere = ((ObjectNode) Flow.json(asked(id, parameters, false))).put("chat_id", "another");
        assertThat(content(json(app.post(ann, "/workflow/v1/debug/chat/completions", elsewhere.toString()))))
                .isEqualTo("/0/calm");
        var bob = app.signUp("bob");
        assertThat(content(run(bob, create(bob, get), parameters)))
                .as("somebody else who knows the number of the workflow")
                .isEqualTo("/0/calm");
    }

    private static Flow code(String code, String outputs, String retry) {
        var flow = Flow.fromStart()
                .node(
                        "ifly-code::c",
                        outputs,
                        "q=node-start::s.AGENT_USER_INPUT;n:=4",
                        MAPPER.createObjectNode()
                                .put("code", code)
                                .put("appId", "a")
                                .put("uid", "u")
                                .toString());
        if (!retry.isEmpty()) {
            flow.retry(retry);
        }
        return flow.end("o=ifly-code::c.o;c:integer=ifly-code::c.errorCode", "{{o}}:{{c}}")
                .edges("node-start::s>ifly-code::c ifly-code::c>node-end::e");
    }

    @Test
    void codeRunsInTheSandboxAndItsFaultsHaveNumbers() {
        assertThat(content(run(code("def main(q, n):\n    print(1)\n    return {\"o\": q * n}", "o:string", ""), "é")))
                .isEqualTo("éééé:0");
        var wrong = code("def main(q):\n    return {\"o\": 3}", "o:string", "");
        assertThat(run(wrong, "x").path("code").asInt()).isEqualTo(21602);
        assertThat(run(code("x = 1", "o:string", ""), "x").path("code").asInt()).isEqualTo(21601);
        var slow = "import time\ndef main():\n    time.sleep(60)";
        assertThat(run(code(slow, "o:string", "{'timeout':0.5}"), "x")
                        .path("code")
                        .asInt())
                .isEqualTo(21603);
        assertThat(content(run(
                        code(
                                slow,
                                "o:string",
                                "{'timeout':0.5,'should_retry':true,'error_strategy':1,'custom_output':{'o':'late'}}"),
                        "x")))
                .isEqualTo("late:21603");
    }

    @Test
    void aRequestIsSentAsDescribedAndItsAnswerRead() {
        var flow = Flow.fromStart()
                .node(
                        "http-request::h",
                        "status:integer body:object headers:object",
                        "q=node-start::s.AGENT_USER_INPUT",
                        "{'method':'POST','url':'" + url("/echo") + "','query':{'z':'{{q}}','a':'1','m':'&'},"
                                + "'headers':{'X-Token':'t {{q}}'},'body':{'said':'{{q}}'}}")
                .end(
                        "s:integer=http-request::h.status;b:object=http-request::h.body",
                        "{{s}} {{b.method}} {{b.query}} {{b.token}} {{b.type}} {{b.sent}}")
                .edges("node-start::s>http-request::h http-request::h>node-end::e");
        assertThat(content(run(flow, "a b")))
                .isEqualTo("201 POST z=a+b&a=1&m=%26 t a b application/json {\"said\": \"a b\"}");
    }

    @Test
    void failedRequestsAreTriedAgainOrTakeTheirBranch() {
        var flow = Flow.fromStart()
                .node("http-request::h", "status:integer", "", "{'url':'" + url("/flaky") + "'}")
                .retry("{'should_retry':true,'max_retries':1,'error_strategy':2}")
                .joiner("text-joiner::ok", "s:integer=http-request::h.status", "ok {{s}}")
                .joiner(
                        "text-joiner::bad",
                        "c:integer=http-request::h.errorCode;m=http-request::h.errorMessage",
                        "bad {{c}} {{m}}")
                .end("a=text-joiner::ok.output;b=text-joiner::bad.output", "{{a}}{{b}}")
                .edges("node-start::s>http-request::h http-request::h>text-joiner::ok"
                        + " http-request::h>text-joiner::bad@fail_one_of::1 text-joiner::ok>node-end::e"
                        + " text-joiner::bad>node-end::e");
        var id = create(flow);
        FAILURES.set(1);
        assertThat(content(run(ann, id, "{'AGENT_USER_INPUT':'x'}"))).isEqualTo("ok 200");
        assertThat(lastRun(id).path("steps").path(1).path("attempts").asInt()).isEqualTo(2);
        FAILURES.set(2);
        assertThat(content(run(ann, id, "{'AGENT_USER_INPUT':'x'}")))
                .isEqualTo("bad 21800 The tool request failed(the server answered 503)");
    }

    @Test
    void aCancelEndsModelsAndCode() throws Exception {
        SAYINGS.put("stay", HANG);
        var flow = Flow.fromStart()
                .node("spark-llm::l", "output:string", "", "{'model':'clerk','template':'stay'}")
                .node(
                        "ifly-code::c",
                        "o:string",
                        "",
                        "{'code':'import time\\ndef main():\\n    time.sleep(50)','appId':'a','uid':'u'}")
                .end("o=spark-llm::l.output;c=ifly-code::c.o", "{{o}}{{c}}")
                .edges("node-start::s>spark-llm::l node-start::s>ifly-code::c spark-llm::l>node-end::e"
                        + " ifly-code::c>node-end::e");
        var stream = app.stream(
                ann,
                "POST",
                "/workflow/v1/debug/chat/completions",
                asked(create(flow), "{'AGENT_USER_INPUT':'x'}", true));
        var run = stream.headers().firstValue("X-Carafe-Run").orElseThrow();
        assertThat(QUESTIONS.poll(20, TimeUnit.SECONDS)).isEqualTo("stay");
        assertThat(json(app.post(ann, "/api/v1/workflows/runs/" + run + "/cancel", "{}"))
                        .path("cancelled")
                        .asBoolean())
                .isTrue();
        assertThat(GONE.poll(20, TimeUnit.SECONDS)).isEqualTo("stay");
        var text = new String(stream.body().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(text).contains("\"code\":22303");
        assertThat(shown(run).path("status").asText()).isEqualTo("cancelled");
        assertThat(content(run(code("def main():\n    return {\"o\": \"free\"}", "o:string", ""), "x")))
                .as("the one container is free again")
                .isEqualTo("free:0");
    }

    @Test
    void aSubWorkflowStreamsThroughItsCaller() {
        SAYINGS.put("tell", "one two three");
        var inner = create(Flow.fromStart()
                .node(
                        "spark-llm::l",
                        "output:string",
                        "q=node-start::s.AGENT_USER_INPUT",
                        "{'model':'clerk','template':'{{q}}'}")
                .end("o=spark-llm::l.output", "<{{o}}>")
                .edges("node-start::s>spark-llm::l spark-llm::l>node-end::e"));
        assertThat(app.post(ann, "/api/v1/workflows/" + inner + "/publish", "{}")
                        .statusCode())
                .isEqualTo(200);
        var outer = create(Flow.fromStart()
                .node(
                        "flow::f",
                        "output:string",
                        "AGENT_USER_INPUT=node-start::s.AGENT_USER_INPUT",
                        "{'flowId':'" + inner + "','appId':'a','uid':'u'}")
                .joiner("text-joiner::j", "o=flow::f.output", "[{{o}}]")
                .end("o=flow::f.output;j=text-joiner::j.output", "{{o}} {{j}}")
                .edges("node-start::s>flow::f flow::f>text-joiner::j text-joiner::j>node-end::e"));
        var answer =
                app.post(ann, "/workflow/v1/debug/chat/completions", asked(outer, "{'AGENT_USER_INPUT':'tell'}", true));
        var pieces = answer.body()
                .lines()
                .filter(line -> line.startsWith("data: "))
                .map(line -> Flow.json(line.substring(6)))
                .filter(frame -> frame.path("workflow_step")
                        .path("node")
                        .path("id")
                        .asText()
                        .equals("node-end::e"))
                .map(frame -> frame.path("choices")
                        .path(0)
                        .path("delta")
                        .path("content")
                        .asText())
                .filter(piece -> !piece.isEmpty())
                .toList();
        assertThat(String.join("", pieces)).as(answer.body()).isEqualTo("<one two three> [<one two three>]");
        assertThat(pieces).hasSizeGreaterThan(4);
    }

    private static HttpResponse<InputStream> beginWaiting() {
        var flow = Flow.fromStart()
                .node("wait::w", "", "", "{'seconds':1}")
                .node("wait::l", "", "", "{'seconds':6}")
                .end("q=node-start::s.AGENT_USER_INPUT", "{{q}} later")
                .edges("node-start::s>wait::w node-start::s>wait::l wait::w>node-end::e wait::l>node-end::e");
        return app.stream(
                ann,
                "POST",
                "/workflow/v1/debug/chat/completions",
                asked(create(flow), "{'AGENT_USER_INPUT':'x'}", true));
    }

    @Test
    void aShortWaitIsSleptAndALongOneGivesItsThreadBackAndTheAnswerGoesOn() throws IOException {
        var run = waiting.headers().firstValue("X-Carafe-Run").orElseThrow();
        var text = new String(waiting.body().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(text).contains("\"content\":\" later\"").contains("\"progress\":1.0");
        var done = whenOver(run);
        assertThat(done.path("status").asText()).isEqualTo("done");
        assertThat(done.path("result").toString()).contains("\"q\":\"x\"");
    }

    @Test
    void aRunGoesOnceMoreFromOneOfItsNodes() {
        var flow = Flow.fromStart()
                .node("spark-llm::a", "output:string", "", "{'model':'clerk','template':'first'}")
                .node(
                        "spark-llm::b",
                        "output:string",
                        "a=spark-llm::a.output",
                        "{'model':'clerk','template':'second {{a}}'}")
                .end("o=spark-llm::b.output", "{{o}}")
                .edges("node-start::s>spark-llm::a spark-llm::a>spark-llm::b spark-llm::b>node-end::e");
        var id = create(flow);
        SAYINGS.put("second", "fail");
        assertThat(run(ann, id, "{'AGENT_USER_INPUT':'x'}").path("code").asInt())
                .isEqualTo(20380);
        var failed = lastRun(id).path("id").asText();
        SAYINGS.clear();
        QUESTIONS.clear();
        var restarted =
                app.post(ann, "/api/v1/workflows/runs/" + failed + "/restart", "{\"node_id\":\"spark-llm::b\"}");
        assertThat(restarted.statusCode()).as(restarted.body()).isEqualTo(201);
        var done = whenOver(json(restarted).path("id").asText());
        assertThat(done.path("status").asText()).isEqualTo("done");
        assertThat(done.path("kind").asText()).isEqualTo("restart");
        assertThat(done.path("steps").path(2).path("outputs").path("output").asText())
                .isEqualTo("echo second echo first");
        assertThat(QUESTIONS).containsExactly("second echo first");
        assertThat(app.post(ann, "/api/v1/workflows/runs/" + failed + "/restart", "{\"node_id\":\"no::x\"}")
                        .statusCode())
                .isEqualTo(422);
    }

    @Test
    void knowledgeAndPluginsAreAskedAsTheirServicesExpect() {
        var flow = Flow.fromStart()
                .node(
                        "knowledge-base::k",
                        "results:array",
                        "q=node-start::s.AGENT_USER_INPUT",
                        "{'repoId':['r1'],'topN':'3','score':0.2}")
                .node(
                        "plugin::p",
                        "seen:string degrees:integer",
                        "city=node-start::s.AGENT_USER_INPUT",
                        "{'pluginId':'t','operationId':'op','appId':'a','businessInput':[]}")
                .end(
                        "k:array=knowledge-base::k.results;s=plugin::p.seen;d:integer=plugin::p.degrees",
                        "{{k[0].content}} {{s}} {{d}}")
                .edges("node-start::s>knowledge-base::k node-start::s>plugin::p knowledge-base::k>node-end::e"
                        + " plugin::p>node-end::e");
        assertThat(content(run(flow, "Graz")))
                .contains("\"query\": \"Graz\"")
                .contains("\"topN\": \"3\"")
                .contains("\"repoId\": [\"r1\"]")
                .contains("\"threshold\": 0.2")
                .endsWith("{\"city\":\"Graz\"} 0");
    }

    private static JsonNode answered(JsonNode asked, String text) {
        var body = MAPPER.createObjectNode()
                .put("event_id", asked.path("event_data").path("event_id").asText())
                .put("content", text);
        return json(app.post(ann, "/workflow/v1/debug/resume", body.toString()));
    }

    private static Flow questions(String container, String start, String param, String kind) {
        return new Flow()
                .node("node-start::s", "items:array", "", "{}")
                .node(container, "res:array", "items:array=node-start::s.items", param)
                .node(start, "items:string", "", "{}")
                .node(
                        "question-answer::q",
                        "query:string content:string",
                        "v=" + start + ".items",
                        "{'question':'{{v}}?','answerType':'direct','timeout':3,'needReply':true}")
                .node("message::m", "", "v=question-answer::q.content", "{'template':'<{{v}}>'}")
                .node(kind, "", "res=question-answer::q.content", "{'outputMode':0}")
                .end("r:array=" + container + ".res", "{{r}}")
                .edges("node-start::s>" + container + " " + container + ">node-end::e " + start
                        + ">question-answer::q question-answer::q>message::m message::m>" + kind);
    }

    @Test
    void roundsAskOneAfterTheOther() {
        var flow = questions(
                "iteration::it",
                "iteration-node-start::x",
                "{'IterationStartNodeId':'iteration-node-start::x'}",
                "iteration-node-end::y");
        var first = run(ann, create(flow), "{'items':['a','b']}");
        assertThat(first.path("event_data").path("value").path("content").asText())
                .as(first.toString())
                .isEqualTo("a?");
        var second = answered(first, "one");
        assertThat(content(second)).isEqualTo("<one>");
        assertThat(second.path("event_data").path("value").path("content").asText())
                .isEqualTo("b?");
        assertThat(content(answered(second, "two"))).isEqualTo("<two>[\"one\", \"two\"]");
    }

    @Test
    void aRunThatWaitsCanBeCancelled() {
        var flow = questions(
                "iteration::it",
                "iteration-node-start::x",
                "{'IterationStartNodeId':'iteration-node-start::x'}",
                "iteration-node-end::y");
        var id = create(flow);
        var first = run(ann, id, "{'items':['a','b']}");
        var run = lastRun(id).path("id").asText();
        app.post(ann, "/api/v1/workflows/runs/" + run + "/cancel", "{}");
        assertThat(shown(run).path("status").asText()).isEqualTo("cancelled");
        assertThat(answered(first, "one").path("code").asInt()).isIn(23900, 23901);
    }

    @Test
    void aCancelEndsRequestsInRounds() throws Exception {
        SAYINGS.put("stay", HANG);
        var inner = create(Flow.fromStart()
                .node("spark-llm::l", "output:string", "", "{'model':'clerk','template':'stay'}")
                .end("o=spark-llm::l.output", "{{o}}")
                .edges("node-start::s>spark-llm::l spark-llm::l>node-end::e"));
        app.post(ann, "/api/v1/workflows/" + inner + "/publish", "{}");
        var outer = new Flow()
                .node("node-start::s", "items:array", "", "{}")
                .node("iteration::it", "res:array", "items:array=node-start::s.items", """
                        {'IterationStartNodeId':'iteration-node-start::x','isParallel':true,'errorStrategy':'continue'}""")
                .node("iteration-node-start::x", "items:string", "", "{}")
                .node(
                        "flow::f",
                        "output:string",
                        "AGENT_USER_INPUT=iteration-node-start::x.items",
                        "{'flowId':'" + inner + "','appId':'a','uid':'u'}")
                .retry("{'should_retry':true,'max_retries':3,'error_strategy':1}")
                .node("iteration-node-end::y", "", "res=flow::f.output", "{'outputMode':0}")
                .end("r:array=iteration::it.res", "{{r}}")
                .edges("node-start::s>iteration::it iteration::it>node-end::e"
                        + " iteration-node-start::x>flow::f flow::f>iteration-node-end::y");
        var stream = app.stream(
                ann, "POST", "/workflow/v1/debug/chat/completions", asked(create(outer), "{'items':['a','b']}", true));
        var run = stream.headers().firstValue("X-Carafe-Run").orElseThrow();
        for (int i = 0; i < 2; i++) {
            assertThat(QUESTIONS.poll(20, TimeUnit.SECONDS)).isEqualTo("stay");
        }
        app.post(ann, "/api/v1/workflows/runs/" + run + "/cancel", "{}");
        for (int i = 0; i < 2; i++) {
            assertThat(GONE.poll(20, TimeUnit.SECONDS)).isEqualTo("stay");
        }
        var text = new String(stream.body().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(text).contains("\"code\":22303");
        assertThat(QUESTIONS).isEmpty();
    }

    @Test
    void aSubWorkflowsVariablesAreOutputsAndItsFailureIsTheNodes() {
        SAYINGS.put("bad", "fail");
        var inner = create(Flow.fromStart()
                .node(
                        "spark-llm::l",
                        "output:string",
                        "q=node-start::s.AGENT_USER_INPUT",
                        "{'model':'clerk','template':'{{q}}'}")
                .node("node-end::e", "", "said=spark-llm::l.output;n:=5", "{'outputMode':0}")
                .edges("node-start::s>spark-llm::l spark-llm::l>node-end::e"));
        app.post(ann, "/api/v1/workflows/" + inner + "/publish", "{}");
        var outer = create(Flow.fromStart()
                .node(
                        "flow::f",
                        "said:string n:integer",
                        "AGENT_USER_INPUT=node-start::s.AGENT_USER_INPUT",
                        "{'flowId':'" + inner + "','appId':'a','uid':'u'}")
                .retry("{'should_retry':true,'max_retries':0,'error_strategy':2}")
                .joiner("text-joiner::ok", "o=flow::f.said;n:integer=flow::f.n", "{{o}} {{n}}")
                .joiner("text-joiner::bad", "c:integer=flow::f.errorCode", "failed {{c}}")
                .end("a=text-joiner::ok.output;b=text-joiner::bad.output", "{{a}}{{b}}")
                .edges("node-start::s>flow::f flow::f>text-joiner::ok flow::f>text-joiner::bad@fail_one_of::1"
                        + " text-joiner::ok>node-end::e text-joiner::bad>node-end::e"));
        assertThat(content(run(ann, outer, "{'AGENT_USER_INPUT':'hi'}"))).isEqualTo("echo hi 5");
        assertThat(content(run(ann, outer, "{'AGENT_USER_INPUT':'bad'}"))).startsWith("failed 2");
    }

    @Test
    void aRestartFromAContainerRunsItsRoundsAgain() {
        var id = create(each("'errorStrategy':'fail_fast'", "def main(v, w):\n    return {\"out\": w + v}"));
        assertThat(content(run(ann, id, "{'items':['a','b']}"))).isEqualTo("[\"wa\", \"wb\"]");
        var run = lastRun(id).path("id").asText();
        for (var node : List.of("iteration::it", "ifly-code::c")) {
            var restarted =
                    app.post(ann, "/api/v1/workflows/runs/" + run + "/restart", "{\"node_id\":\"" + node + "\"}");
            assertThat(restarted.statusCode()).as(node + restarted.body()).isEqualTo(201);
            var done = whenOver(json(restarted).path("id").asText());
            assertThat(done.path("status").asText()).as(node).isEqualTo("done");
            assertThat(done.path("result").toString()).as(node).contains("wb");
            assertThat(done.path("steps").findValuesAsText("path").stream()
                            .filter(path -> path.endsWith("ifly-code::c")))
                    .as(node)
                    .hasSize(2);
        }
    }

    @Test
    void aModelsObjectBecomesOutputsAndTextsAreSplit() {
        SAYINGS.put("give", "```json\n{\"title\":\"T\",\"parts\":\"a,b,,c\",\"n\":\"3\"}\n```");
        var flow = Flow.fromStart()
                .node(
                        "spark-llm::l",
                        "title:string parts:string n:integer missing:string",
                        "q=node-start::s.AGENT_USER_INPUT",
                        "{'model':'clerk','template':'{{q}}','respFormat':2}")
                .retry("{'should_retry':true,'max_retries':0,'error_strategy':1,'custom_output':{'title':'none'}}")
                .node("text-joiner::t", "output:array", "p=spark-llm::l.parts", "{'mode':1,'separator':','}")
                .end(
                        "t=spark-llm::l.title;n:integer=spark-llm::l.n;m=spark-llm::l.missing;"
                                + "p:array=text-joiner::t.output;c:integer=spark-llm::l.errorCode",
                        "{{t}}{{n}}{{m}} {{p}} {{c}}")
                .edges("node-start::s>spark-llm::l spark-llm::l>text-joiner::t text-joiner::t>node-end::e");
        var id = create(flow);
        assertThat(content(run(ann, id, "{'AGENT_USER_INPUT':'give'}"))).isEqualTo("T3 [\"a\", \"b\", \"\", \"c\"] 0");
        assertThat(content(run(ann, id, "{'AGENT_USER_INPUT':'prose'}"))).isEqualTo("none0 [\"\"] 23300");
    }

    @Test
    void codeMayReturnLessOrOtherThanADict() {
        assertThat(content(run(code("def main():\n    return [1, 2]", "o:string", ""), "x")))
                .isEqualTo("[1, 2]:0");
        assertThat(content(run(code("def main(**all):\n    return {\"o\": max(all)}", "o:string", ""), "x")))
                .isEqualTo("q:0");
        assertThat(content(run(code("def main():\n    return {}", "o:string p:integer", ""), "x")))
                .isEqualTo(":0");
        assertThat(content(run(code("def main():\n    return None", "o:string", ""), "x")))
                .isIn(":0", "null:0");
        assertThat(content(run(code("def main():\n    return float(\"nan\")", "o:string", ""), "x")))
                .isEqualTo("NaN:0");
    }

    @Test
    void anUploadIsReadByItsAddress() {
        var edge = "edge";
        var form = "--" + edge + "\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a b.txt\"\r\n"
                + "Content-Type: text/plain\r\n\r\nwords\r\n--" + edge + "--\r\n";
        var answer = app.send(
                ann, "POST", "/workflow/v1/upload_file", form, "Content-Type", "multipart/form-data; boundary=" + edge);
        var address = json(answer).path("data").path("url").asText();
        assertThat(address).as(answer.body()).startsWith("http://127.0.0.1:");
        var flow = Flow.fromStart()
                .node(
                        "http-request::h",
                        "status:integer body:string",
                        "u=node-start::s.AGENT_USER_INPUT",
                        "{'url':'{{u}}'}")
                .end("s:integer=http-request::h.status;b=http-request::h.body", "{{s}} {{b}}")
                .edges("node-start::s>http-request::h http-request::h>node-end::e");
        assertThat(content(run(flow, address))).isEqualTo("200 words");
        assertThat(content(run(flow, address + "x"))).startsWith("404 ");
        var several = app.send(
                ann,
                "POST",
                "/workflow/v1/upload_files",
                form.replace("name=\"file\"", "name=\"files\""),
                "Content-Type",
                "multipart/form-data; boundary=" + edge);
        assertThat(json(several).path("data").path("urls")).hasSize(1);
        var stranger = app.send(
                null,
                "POST",
                "/workflow/v1/upload_file",
                form,
                "Content-Type",
                "multipart/form-data; boundary=" + edge);
        assertThat(json(stranger).path("code").asInt()).isEqualTo(460);
    }

    private static Flow files(String file) {
        var flow = Flow.fromStart()
                .end("u=node-start::s.AGENT_USER_INPUT", "{{u}}")
                .edges("node-start::s>node-end::e");
        ((com.fasterxml.jackson.databind.node.ArrayNode) flow.json().at("/nodes/0/data/outputs")).add(Flow.json(file));
        return flow;
    }

    private static int given(String flowId, String value) {
        return run(ann, flowId, "{'AGENT_USER_INPUT':'x','doc':" + value + "}")
                .path("code")
                .asInt();
    }

    @Test
    void aFileThatARunIsGivenIsLookedAtBefore() {
        var id = create(files("""
                {'name':'doc','required':true,'fileType':'file','allowedFileType':['pdf','image'],
                 'schema':{'type':'string'}}"""));
        assertThat(given(id, "'" + url("/file/a.pdf") + "'")).isZero();
        assertThat(given(id, "'" + url("/file/a.PNG?x=1") + "'")).isZero();
        assertThat(given(id, "'" + url("/file/moved.pdf") + "'")).isZero();
        assertThat(given(id, "'" + url("/file/a.exe") + "'")).isEqualTo(23601);
        assertThat(given(id, "'" + url("/file/none") + "'")).isEqualTo(23601);
        assertThat(given(id, "'" + url("/file/huge.pdf") + "'")).isEqualTo(23601);
        assertThat(given(id, "'" + url("/file/gone.pdf") + "'")).isEqualTo(23603);
        assertThat(given(id, "'" + url("/file/endless.pdf") + "'")).isEqualTo(23603);
        assertThat(given(id, "'" + url("/file/round.pdf") + "'")).isEqualTo(23603);
        assertThat(given(id, "'file:///etc/hosts.pdf'")).isEqualTo(23603);
        assertThat(given(id, "'http://10.1.2.3/a.pdf'")).as("behind the guard").isEqualTo(23603);
        assertThat(given(id, "'no address'")).isEqualTo(23603);
        assertThat(given(id, "''")).isEqualTo(23602);
        assertThat(given(id, "null")).isEqualTo(23602);
        assertThat(given(id, "7")).isEqualTo(23602);
        assertThat(run(ann, id, "{'AGENT_USER_INPUT':'x'}").path("code").asInt())
                .isEqualTo(23602);
    }

    @Test
    void filesMayBeSeveralOrNoneAndAnUploadIsKnownByItsAddress() {
        var id = create(files("{'name':'doc','fileType':'file','allowedFileType':['txt'],'schema':{'type':'array'}}"));
        assertThat(given(id, "[]")).isZero();
        assertThat(run(ann, id, "{'AGENT_USER_INPUT':'x'}").path("code").asInt())
                .isZero();
        assertThat(given(id, "['" + url("/file/a.txt") + "','" + url("/file/b.pdf") + "']"))
                .isEqualTo(23601);
        assertThat(given(id, "['" + url("/file/a.txt") + "',1]")).isEqualTo(23602);
        var form =
                "--edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a b.txt\"\r\n\r\nwords\r\n--edge--\r\n";
        var answer = app.send(
                ann, "POST", "/workflow/v1/upload_file", form, "Content-Type", "multipart/form-data; boundary=edge");
        var own = json(answer).path("data").path("url").asText().replace("127.0.0.1", "carafe.invalid");
        assertThat(given(id, "['" + own + "']")).isZero();
        assertThat(given(id, "['" + own.replace("signature=", "signature=0") + "']"))
                .isEqualTo(23603);
    }

    @Test
    void aFileVariableThatCannotBeOneIsNamedWhenTheWorkflowIsStored() {
        for (var one : List.of(
                "{'name':'doc','fileType':'folder','schema':{'type':'string'}}",
                "{'name':'doc','fileType':'file','schema':{'type':'object'}}")) {
            var body = MAPPER.createObjectNode();
            body.set("data", files(one).json());
            assertThat(json(app.post(ann, "/api/v1/workflows/check", body.toString()))
                            .toString())
                    .contains("23602");
        }
    }

    private static Flow calling(String inner, String limit, String retry) {
        var flow = Flow.fromStart()
                .node(
                        "flow::f",
                        "content:string",
                        "AGENT_USER_INPUT=node-start::s.AGENT_USER_INPUT",
                        "{'flowId':'" + inner + "','appId':'a','uid':'u'," + limit + "}");
        if (!retry.isEmpty()) {
            flow.retry(retry);
        }
        return flow.end("c=flow::f.content", "{{c}}").edges("node-start::s>flow::f flow::f>node-end::e");
    }

    @Test
    void aSubWorkflowHasALimitOfItsOwnAndEachTryHasItsSteps() {
        SAYINGS.put("stuck", HANG);
        var slow = create(Flow.fromStart()
                .node(
                        "spark-llm::m",
                        "v:string",
                        "q=node-start::s.AGENT_USER_INPUT",
                        "{'model':'clerk','template':'{{q}}','respFormat':2}")
                .end("b=spark-llm::m.v", "{{b}}")
                .edges("node-start::s>spark-llm::m spark-llm::m>node-end::e"));
        app.post(ann, "/api/v1/workflows/" + slow + "/publish", "{}");
        var late = run(calling(slow, "'timeout':1", ""), "stuck");
        assertThat(late.path("code").asInt()).as(late.toString()).isEqualTo(22801);
        var id = create(calling(slow, "'timeout':60", """
                {'timeout':0.3,'should_retry':true,'max_retries':1,'error_strategy':1,'custom_output':{'content':'tea'}}"""));
        assertThat(content(run(ann, id, "{'AGENT_USER_INPUT':'stuck'}"))).isEqualTo("tea");
        var steps = lastRun(id).path("steps");
        assertThat(steps.findValuesAsText("path")).contains("flow::f#0/node-start::s", "flow::f#1/node-start::s");
    }

    @Test
    void addressesWithSpacesAndAnswersThatAreNoJsonAreTakenAsTheyCome() {
        var flow = Flow.fromStart()
                .node(
                        "http-request::h",
                        "status:integer body:object",
                        "q=node-start::s.AGENT_USER_INPUT",
                        "{'url':'" + url("/echo") + "?q={{q}}'}")
                .end("b:object=http-request::h.body", "{{b.query}}")
                .edges("node-start::s>http-request::h http-request::h>node-end::e");
        assertThat(content(run(flow, "a b é"))).isEqualTo("q=a%20b%20%C3%A9");
    }
}
