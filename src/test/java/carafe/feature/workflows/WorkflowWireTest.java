package carafe.feature.workflows;

import static carafe.TestApp.json;
import static org.assertj.core.api.Assertions.assertThat;

import carafe.TestApp;
import carafe.engine.workflow.Flow;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The workflow API as programs use it, with a key of their own. */
class WorkflowWireTest {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final String KEY = "Bearer tenant-key:tenant-secret";
    private static final String SEND = "/workflow/v1/a2a/message:send";

    @TempDir
    static Path folder;

    private static TestApp app;
    private static TestApp.User ann;

    private static HttpServer tools;

    @BeforeAll
    static void start() throws IOException {
        tools = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        tools.createContext("/html", exchange -> {
            var page = "<html>Bad gateway</html>".getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, page.length);
            exchange.getResponseBody().write(page);
            exchange.close();
        });
        tools.start();
        app = TestApp.start(
                folder,
                "APP_MANAGE_PLAT_KEY",
                "tenant-key",
                "APP_MANAGE_PLAT_SECRET",
                "tenant-secret",
                "SERVICE_PORT",
                "0",
                "A2A_PUBLIC_BASE_URL",
                "https://carafe.example/",
                "A2A_AGENT_NAME",
                "Tea room",
                "PLUGIN_RUN_URL",
                "http://127.0.0.1:" + tools.getAddress().getPort() + "/html");
        ann = app.signUp("ann");
    }

    @AfterAll
    static void stop() {
        app.close();
        tools.stop(0);
    }

    private static Flow text(String template) {
        return Flow.fromStart()
                .joiner("text-joiner::a", "x=node-start::s.AGENT_USER_INPUT", template)
                .end("out=text-joiner::a.output", "{{out}}")
                .edges("node-start::s>text-joiner::a text-joiner::a>node-end::e");
    }

    private static JsonNode call(String method, String path, JsonNode body, String... headers) {
        var all = headers.length == 0 ? new String[] {"Authorization", KEY} : headers;
        var answer = app.send(null, method, path, body == null ? null : body.toString(), all);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return json(answer);
    }

    private static int code(JsonNode answer) {
        return answer.path("code").asInt(-1);
    }

    private static ObjectNode object() {
        return MAPPER.createObjectNode();
    }

    private static String add(Flow flow) {
        var body = object().put("name", "n")
                .put("description", "d")
                .put("app_id", "carafe")
                .put("status", 0);
        body.putObject("data").put("id", "1").set("data", flow.json());
        var answer = call("POST", "/workflow/v1/protocol/add", body);
        assertThat(answer.path("message").asText()).isEqualTo("success");
        assertThat(answer.has("sid")).isTrue();
        return answer.path("data").path("flow_id").asText();
    }

    private static JsonNode publish(String id, String version, int status) {
        return call(
                "POST",
                "/v1/publish",
                object().put("flow_id", id)
                        .put("release_status", status)
                        .put("plat", 1)
                        .put("version", version));
    }

    private static String run(String id, String version) {
        var body = object().put("flow_id", id).put("stream", false).put("version", version);
        body.putObject("parameters").put("AGENT_USER_INPUT", "x");
        var answer = call("POST", "/workflow/v1/chat/completions", body);
        return code(answer) == 0
                ? answer.path("choices").path(0).path("delta").path("content").asText()
                : Integer.toString(code(answer));
    }

    @Test
    void aDescriptionIsAddedReadChangedBuiltAndDeleted() throws JsonProcessingException {
        var id = add(text("{{x}}!"));
        assertThat(id).matches("\\d+");
        var get = call("POST", "/sparkflow/v1/protocol/get", object().put("flow_id", id));
        var row = MAPPER.readTree(get.path("data").asText());
        assertThat(row.path("data").path("data").path("nodes")).hasSize(3);
        assertThat(row.path("name").asText()).isEqualTo("n");
        assertThat(code(call("POST", "/workflow/v1/protocol/update/" + id, object().put("name", "m"))))
                .isZero();
        var build = app.send(null, "POST", "/workflow/v1/protocol/build/" + id, "", "Authorization", KEY);
        assertThat(build.body()).startsWith("data: {\"end_of_stream\":true,\"sid\":");
        var delete = object().put("flow_id", id).put("app_id", "carafe");
        assertThat(code(call("POST", "/workflow/v1/protocol/delete", delete))).isZero();
        assertThat(code(call("POST", "/workflow/v1/protocol/delete", delete))).isEqualTo(20103);
        assertThat(code(call("POST", "/workflow/v1/protocol/get", delete))).isEqualTo(20201);
    }

    @Test
    void versionsDoNotChangeAndTheNewestRuns() {
        var id = add(text("one"));
        assertThat(run(id, "")).isEqualTo("20204");
        assertThat(code(publish(id, "v1.2", 1))).isZero();
        assertThat(run(id, "")).isEqualTo("one");
        var changed = object();
        changed.set("data", text("two").json());
        assertThat(code(call("POST", "/workflow/v1/protocol/update/" + id, changed)))
                .isZero();
        assertThat(run(id, "")).isEqualTo("one");
        assertThat(code(publish(id, "v1.2", 1))).isEqualTo(20206);
        assertThat(code(publish(id, "v1.10", 1))).isZero();
        assertThat(run(id, "")).isEqualTo("two");
        assertThat(run(id, "v1.2")).isEqualTo("one");
        assertThat(run(id, "v9.9")).isEqualTo("20208");
        assertThat(code(publish(id, "", 3))).isZero();
        assertThat(run(id, "")).isEqualTo("20204");
    }

    @Test
    void appsNeedTheRightSecretAndABinding() {
        var id = add(text("one"));
        publish(id, "v1.0", 1);
        var made = json(app.post(ann, "/api/v1/workflow-apps", "{\"name\":\"bot\"}"));
        var key = "Bearer " + made.path("api_key").asText() + ":"
                + made.path("api_secret").asText();
        var body = object().put("flow_id", id).put("stream", false);
        body.putObject("parameters").put("AGENT_USER_INPUT", "x");
        var bob = app.signUp("bob");
        var bobs = json(app.post(bob, "/api/v1/workflow-apps", "{\"name\":\"bot\"}"));
        var bobsKey = "Bearer " + bobs.path("api_key").asText() + ":"
                + bobs.path("api_secret").asText();
        assertThat(code(call("POST", "/workflow/v1/chat/completions", body, "Authorization", bobsKey)))
                .isEqualTo(20004);
        assertThat(code(call(
                        "POST",
                        "/workflow/v1/auth",
                        object().put("flow_id", id)
                                .put("app_id", bobs.path("id").asText()))))
                .isZero();
        assertThat(code(call("POST", "/workflow/v1/chat/completions", body, "Authorization", bobsKey)))
                .isZero();
        assertThat(code(call("POST", "/workflow/v1/chat/completions", body, "Authorization", key + "x")))
                .isEqualTo(20001);
        var none = call("POST", "/workflow/v1/chat/completions", body, "X-Consumer-Username", "carafe");
        assertThat(code(none)).isEqualTo(460);
        assertThat(none.path("message").asText()).isEqualTo("authorization header is required");
        assertThat(none.has("created")).isTrue();
    }

    @Test
    void whatIsMissingIsNamed() {
        var answer = call("POST", "/workflow/v1/chat/completions", object().put("stream", true));
        assertThat(code(answer)).isEqualTo(460);
        assertThat(answer.path("message").asText()).startsWith("Parameter: body->flow_id");
    }

    @Test
    void bombsAreRefusedWithTheirCodesAndNothingIsStored() {
        int before = json(app.get(ann, "/api/v1/workflows")).path("workflows").size();
        var many = text("x").json().deepCopy();
        for (int i = 0; i < 100_000; i++) {
            many.withArray("nodes").addObject().put("id", "text-joiner::n" + i);
        }
        var deep = new StringBuilder("{\"nodes\":");
        deep.append("[".repeat(5_000)).append("]".repeat(5_000)).append(",\"edges\":[]}");
        var circle = text("x").edges("text-joiner::a>text-joiner::a").json();
        var twice = text("x").joiner("text-joiner::a", "", "y").json();
        var dangling = text("x").json().deepCopy();
        dangling.withArray("edges")
                .addObject()
                .put("sourceNodeId", "node-start::s")
                .put("targetNodeId", "nope::x");
        var unknown = text("x").node("memory-add::m", "", "", "{}").json();
        var large = text("x".repeat(2 << 20)).json();
        for (var bomb : List.of(many, circle, twice, dangling, large)) {
            var body = object().put("name", "bomb");
            body.set("data", bomb);
            assertThat(code(call("POST", "/workflow/v1/protocol/add", body))).isEqualTo(20100);
        }
        var body = object().put("name", "bomb");
        body.set("data", unknown);
        assertThat(code(call("POST", "/workflow/v1/protocol/add", body))).isEqualTo(22101);
        var nested = app.send(
                null,
                "POST",
                "/workflow/v1/protocol/add",
                "{\"name\":\"b\",\"data\":" + deep + "}",
                "Authorization",
                KEY);
        assertThat(code(json(nested))).isEqualTo(460);
        var huge = app.send(
                null,
                "POST",
                "/workflow/v1/protocol/add",
                "{\"name\":\"b\",\"data\":\"" + "x".repeat(25 << 20) + "\"}",
                "Authorization",
                KEY);
        assertThat(code(json(huge))).isEqualTo(460);
        assertThat(json(app.get(ann, "/api/v1/workflows")).path("workflows")).hasSize(before);
    }

    @Test
    void aWorkflowThatCallsItselfIsRefused() {
        var id = add(text("x"));
        publish(id, "v1.0", 1);
        var flow = Flow.fromStart()
                .node(
                        "flow::f",
                        "content:string",
                        "AGENT_USER_INPUT=node-start::s.AGENT_USER_INPUT",
                        "{'flowId':'" + id + "','appId':'a','uid':'u'}")
                .end("out=flow::f.content", "[{{out}}]")
                .edges("node-start::s>flow::f flow::f>node-end::e");
        var outer = add(flow);
        publish(outer, "v1.0", 1);
        assertThat(run(outer, "")).isEqualTo("[x]");
        var changed = object();
        changed.set("data", flow.json());
        assertThat(code(call("POST", "/workflow/v1/protocol/update/" + id, changed)))
                .isZero();
        publish(id, "v1.1", 1);
        assertThat(run(id, "")).isEqualTo("22801");
    }

    @Test
    void anHttpNodeCannotReachTheMachineItself() {
        var flow = Flow.fromStart()
                .node(
                        "http-request::h",
                        "body:string status:integer",
                        "",
                        "{'method':'GET','url':'" + app.url("/health") + "'}")
                .end("out=http-request::h.body", "{{out}}")
                .edges("node-start::s>http-request::h http-request::h>node-end::e");
        var id = add(flow);
        publish(id, "v1.0", 1);
        assertThat(run(id, "")).isEqualTo("21800");
    }

    @Test
    void keysInDescriptionsAreStarsForPeopleAndSealedInTheTable() {
        var flow = Flow.fromStart()
                .node("spark-llm::l", "output:string", "", "{'model':'m','apiKey':'topsecret','template':'x'}")
                .end("out=spark-llm::l.output", "{{out}}")
                .edges("node-start::s>spark-llm::l spark-llm::l>node-end::e");
        var id = add(flow);
        var shown = app.get(ann, "/api/v1/workflows/" + id).body();
        assertThat(shown).contains("\"apiKey\":\"***\"").doesNotContain("topsecret");
        var saved = json(app.send(
                ann,
                "PUT",
                "/api/v1/workflows/" + id,
                "{\"data\":" + json(app.get(ann, "/api/v1/workflows/" + id)).path("data") + "}"));
        assertThat(saved.path("id").asText()).isEqualTo(id);
        assertThat(call("POST", "/workflow/v1/protocol/get", object().put("flow_id", id))
                        .path("data")
                        .asText())
                .contains("topsecret");
    }

    @Test
    void oneNodeCanBeTriedAlone() {
        var body = object().put("id", "text-joiner::a").put("name", "a");
        var flow = new Flow().joiner("text-joiner::a", "x:='y'", "<{{x}}>");
        body.set("data", flow.json());
        var answer = call("POST", "/workflow/v1/node/debug", body).path("data");
        assertThat(answer.path("output").asText()).isEqualTo("{\"output\":\"<y>\"}");
        assertThat(answer.path("node_type").asText()).isEqualTo("text-joiner");
        assertThat(answer.path("token_cost").path("total_tokens").asInt(-1)).isZero();
    }

    private static JsonNode tried(Flow flow) {
        var body = object().put("id", "x").put("name", "x");
        body.set("data", flow.json());
        return call("POST", "/workflow/v1/node/debug", body);
    }

    @Test
    void aNodeThatCannotBeTriedSaysSoOnce() {
        var waits = tried(new Flow().node("wait::w", "", "", "{'seconds':1000}"));
        assertThat(waits.path("code").asInt()).as(waits.toString()).isEqualTo(21700);
        assertThat(waits.path("message").asText()).containsOnlyOnce("could not be tried");
        assertThat(tried(new Flow().node("wait::w", "", "", "{'seconds':0}"))
                        .path("code")
                        .asInt(-1))
                .isZero();
        assertThat(tried(new Flow().node("agent::a", "", "", "{}")).path("code").asInt())
                .isEqualTo(22101);
    }

    @Test
    void anUnknownTypeIsNamedOnceAndNotForEachEdge() {
        var flow = Flow.fromStart()
                .node("agent::a", "", "", "{}")
                .end("x=node-start::s.AGENT_USER_INPUT", "{{x}}")
                .edges("node-start::s>node-end::e node-start::s>agent::a agent::a>node-end::e");
        var body = object().put("name", "f").put("app_id", "carafe").put("status", 1);
        body.set("data", flow.json());
        var answer = call("POST", "/workflow/v1/protocol/add", body);
        assertThat(answer.path("code").asInt()).as(answer.toString()).isEqualTo(22101);
        assertThat(answer.path("message").asText()).containsOnlyOnce("agent::a");
    }

    @Test
    void historyHasThreeKindsOfContent() {
        var id = add(text("x"));
        var body = object().put("flow_id", id).put("stream", false);
        body.putObject("parameters").put("AGENT_USER_INPUT", "x");
        var said = body.putArray("history").addObject().put("role", "user").put("content", "c");
        assertThat(code(call("POST", "/workflow/v1/debug/chat/completions", body)))
                .isZero();
        said.put("content_type", "image");
        assertThat(code(call("POST", "/workflow/v1/debug/chat/completions", body)))
                .isZero();
        said.put("content_type", "smell");
        assertThat(code(call("POST", "/workflow/v1/debug/chat/completions", body)))
                .isEqualTo(460);
    }

    @Test
    void aPortOfItsOwnAnswersWorkflowsOnly() throws Exception {
        int port = app.app().http().secondPort().orElseThrow();
        var own = TestApp.at("http://127.0.0.1:" + port);
        assertThat(own.get(null, "/workflow/v1/health").statusCode()).isEqualTo(200);
        assertThat(own.get(null, "/api/config").statusCode()).isEqualTo(404);
        assertThat(app.get(null, "/api/config").statusCode()).isEqualTo(200);
    }

    @Test
    void whatANewVersionTakesIsDescribedForTools() {
        var id = add(text("x"));
        publish(id, "v1.0", 1);
        var answer = call("GET", "/workflow/v1/get_flow_info/" + id, null).path("data");
        assertThat(answer.path("inputSchema")
                        .path("properties")
                        .path("AGENT_USER_INPUT")
                        .path("type")
                        .asText())
                .isEqualTo("string");
        assertThat(answer.path("inputSchema").path("required").path(0).asText()).isEqualTo("AGENT_USER_INPUT");
    }

    @Test
    void whatTheConsoleExportsIsImportedAndRuns() {
        var yaml = """
                flowMeta:
                  name: "From the console"
                  dslVersion: v1
                  advancedConfig: '{"a":1}'
                flowData:
                  nodes:
                  - id: node-start::s
                    type: start
                    position: {x: 1, y: 2}
                    data:
                      label: Start
                      inputs: []
                      nodeParam: {}
                      outputs:
                      - id: o1
                        name: AGENT_USER_INPUT
                        required: true
                        schema: {type: string}
                      - id: o2
                        name: tags
                        schema: {type: array-string, default: [a]}
                  - id: text-joiner::j
                    data:
                      nodeMeta: {aliasName: Join}
                      nodeParam:
                        mode: 0
                        prompt: |-
                          <{{x}}>
                      inputs:
                      - id: i1
                        name: x
                        schema:
                          type: string
                          value: {type: ref, content: {id: o1, nodeId: 'node-start::s', name: AGENT_USER_INPUT}}
                      outputs:
                      - {id: o3, name: output, schema: {type: string}}
                  - id: node-end::e
                    data:
                      nodeParam: {outputMode: 1, template: '{{out}}'}
                      inputs:
                      - id: i2
                        name: out
                        schema: {type: string, value: {type: ref, content: {nodeId: 'text-joiner::j', name: output}}}
                  edges:
                  - {source: 'node-start::s', target: 'text-joiner::j'}
                  - {source: 'text-joiner::j', target: 'node-end::e'}
                """;
        var made = app.post(
                ann, "/api/v1/workflows/import", object().put("text", yaml).toString());
        assertThat(made.statusCode()).as(made.body()).isEqualTo(201);
        assertThat(json(made).path("name").asText()).isEqualTo("From the console");
        var id = json(made).path("id").asText();
        publish(id, "v1.0", 1);
        assertThat(run(id, "")).isEqualTo("<x>");
        for (var bad : List.of("a: [", "&a [*a,*a]", "- " + "[".repeat(3000), "42", "a: !!java.io.File [x]")) {
            assertThat(app.post(
                                    ann,
                                    "/api/v1/workflows/import",
                                    object().put("text", bad).toString())
                            .statusCode())
                    .as(bad)
                    .isEqualTo(422);
        }
    }

    @Test
    void runsThatAreTooManyGoWithTheirLargeValues() {
        var id = add(text("{{x}}"));
        publish(id, "v1.0", 1);
        var body = object().put("flow_id", id).put("stream", false);
        body.putObject("parameters").put("AGENT_USER_INPUT", "y".repeat(50_000));
        assertThat(call("POST", "/workflow/v1/chat/completions", body)
                        .path("choices")
                        .path(0)
                        .path("delta")
                        .path("content")
                        .asText())
                .hasSize(50_000);
        var run = json(app.get(ann, "/api/v1/workflows/" + id + "/runs"))
                .path("runs")
                .path(0)
                .path("id")
                .asText();
        var shown = json(app.get(ann, "/api/v1/workflows/runs/" + run));
        assertThat(shown.path("steps").path(1).path("outputs").path("output").asText())
                .hasSize(50_000);
        assertThat(folder.resolve("workflow-files/values").resolve(run)).isNotEmptyDirectory();
    }

    @Test
    void ofTwoAnswersAtOnceOneWins() throws InterruptedException {
        var flow = Flow.fromStart()
                .node("question-answer::q", "query:string content:string", "", """
                        {'question':'well?','answerType':'direct','needReply':true}""")
                .end("a=question-answer::q.content", "{{a}}")
                .edges("node-start::s>question-answer::q question-answer::q>node-end::e");
        var id = add(flow);
        publish(id, "v1.0", 1);
        var body = object().put("flow_id", id).put("stream", false);
        body.putObject("parameters").put("AGENT_USER_INPUT", "x");
        var event = call("POST", "/workflow/v1/chat/completions", body)
                .path("event_data")
                .path("event_id")
                .asText();
        var codes = new ConcurrentLinkedQueue<Integer>();
        var threads = new ArrayList<Thread>();
        for (int i = 0; i < 4; i++) {
            var answer = object().put("event_id", event).put("content", "answer " + i);
            threads.add(Thread.ofVirtual().start(() -> codes.add(code(call("POST", "/workflow/v1/resume", answer)))));
        }
        for (var thread : threads) {
            thread.join();
        }
        assertThat(codes).containsExactlyInAnyOrder(0, 23901, 23901, 23901);
        var unknown = object().put("event_id", "nope").put("content", "x");
        assertThat(code(call("POST", "/workflow/v1/resume", unknown))).isEqualTo(23900);
    }

    @Test
    void aToolThatAnswersHtmlAndASandboxThatIsGoneHaveTheirCodes() {
        var flow = Flow.fromStart()
                .node(
                        "plugin::p",
                        "out:string",
                        "x=node-start::s.AGENT_USER_INPUT",
                        "{'pluginId':'t','operationId':'o','appId':'a','businessInput':[]}")
                .end("a=plugin::p.out", "{{a}}")
                .edges("node-start::s>plugin::p plugin::p>node-end::e");
        var id = add(flow);
        publish(id, "v1.0", 1);
        assertThat(run(id, "")).isEqualTo("21801");
        var code =
                object().put("code", "def main(): return {}").put("app_id", "a").put("uid", "u");
        assertThat(code(call("POST", "/workflow/v1/code/run", code))).isEqualTo(21600);
    }

    @Test
    void otherAgentsFindAndRunPublishedWorkflows() {
        for (var path : List.of(
                "/.well-known/agent-card.json",
                "/workflow/v1/a2a/agent-card.json",
                "/workflow/v1/a2a/.well-known/agent-card.json")) {
            var card = json(app.get(null, path));
            assertThat(card.path("name").asText()).isEqualTo("Tea room");
            assertThat(card.path("url").asText()).isEqualTo("https://carafe.example/workflow/v1/a2a/message:send");
            assertThat(card.path("protocolVersion").asText()).isEqualTo("0.3.0");
            assertThat(card.path("capabilities").isArray()).isTrue();
            assertThat(card.has("version") && card.has("description")).isTrue();
        }
        var flow = new Flow()
                .node("node-start::s", "input:string!", "", "{}")
                .joiner("text-joiner::a", "x=node-start::s.input", "<{{x}}>")
                .end("out=text-joiner::a.output", "{{out}}")
                .edges("node-start::s>text-joiner::a text-joiner::a>node-end::e");
        var id = add(flow);
        assertThat(code(publish(id, "v1.0", 1))).isZero();
        var answer = call("POST", SEND, message(id, "tea", "please"));
        assertThat(answer.at("/choices/0/delta/content").asText()).isEqualTo("<tea\nplease>");
        assertThat(call("POST", SEND, message(id, " ")).path("message").asText())
                .contains("body->message->parts");
        assertThat(call("POST", SEND, object()).path("code").asInt()).isEqualTo(460);
        assertThat(call("POST", SEND, message(id, "tea"), "X-Nobody", "1")
                        .path("message")
                        .asText())
                .isEqualTo("authorization header is required");
    }

    /** In the protocol's own spelling. */
    private static ObjectNode message(String flowId, String... texts) {
        var sent = object().put("flowId", flowId).put("stream", false);
        var parts = sent.putObject("message")
                .put("role", "user")
                .put("messageId", "m1")
                .putArray("parts");
        for (var text : texts) {
            parts.addObject().put("kind", "text").put("text", text);
        }
        return sent;
    }
}
