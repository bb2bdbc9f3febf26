package carafe.feature.workflows;

import static carafe.TestApp.json;
import static org.assertj.core.api.Assertions.assertThat;

import carafe.FakeProvider;
import carafe.TestApp;
import carafe.engine.workflow.Flow;
import carafe.platform.db.TestDatabases;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

@ParameterizedClass
@EnumSource(TestDatabases.class)
class WorkflowRunsTest {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    @TempDir
    Path folder;

    @Parameter
    TestDatabases engine;

    private FakeProvider provider;
    private TestApp app;
    private TestApp.User ann;

    @BeforeEach
    void start() {
        provider = new FakeProvider();
        app = TestApp.start(folder, engine, "OPENAI_API_BASE_URLS", provider.url());
        ann = app.signUp("ann");
    }

    @AfterEach
    void stop() {
        app.close();
        provider.close();
    }

    private static Flow text() {
        return Flow.fromStart()
                .joiner("text-joiner::a", "x=node-start::s.AGENT_USER_INPUT", "{{x}}!")
                .end("out=text-joiner::a.output", "R: {{out}}")
                .edges("node-start::s>text-joiner::a text-joiner::a>node-end::e");
    }

    private static Flow question() {
        return Flow.fromStart()
                .node(
                        "question-answer::q",
                        "query:string content:string id:string",
                        "x=node-start::s.AGENT_USER_INPUT",
                        """
                        {'question':'pick for {{x}}?','answerType':'option','timeout':3,'needReply':true,'optionAnswer':[
                        {'id':'option-one-of::1','name':'A','type':2,'content':'first {{x}}','content_type':'string'},
                        {'id':'option-one-of::d','name':'default','type':1,'content':'','content_type':'string'}]}""")
                .joiner("text-joiner::a", "c=question-answer::q.content", "took {{c}}")
                .joiner("text-joiner::d", "c=question-answer::q.content", "other {{c}}")
                .end("a=text-joiner::a.output;d=text-joiner::d.output", "{{a}}{{d}}")
                .edges("node-start::s>question-answer::q question-answer::q>text-joiner::a@option-one-of::1"
                        + " question-answer::q>text-joiner::d@option-one-of::d text-joiner::a>node-end::e"
                        + " text-joiner::d>node-end::e");
    }

    private String create(Flow flow) {
        var body = MAPPER.createObjectNode().put("name", "flow");
        body.set("data", flow.json());
        var answer = app.post(ann, "/api/v1/workflows", body.toString());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
        return json(answer).path("id").asText();
    }

    private String published(Flow flow) {
        var id = create(flow);
        var answer = app.post(ann, "/api/v1/workflows/" + id + "/publish", "{}");
        assertThat(json(answer).path("version").asText()).as(answer.body()).isEqualTo("v1.0");
        return id;
    }

    private String chat(String flowId, String input, boolean stream) {
        var body = MAPPER.createObjectNode().put("flow_id", flowId).put("stream", stream);
        body.putObject("parameters").put("AGENT_USER_INPUT", input);
        return body.toString();
    }

    private static List<JsonNode> frames(String body) {
        return body.lines()
                .filter(line -> line.startsWith("data: "))
                .map(line -> Flow.json(line.substring(6).replace("'", "’")))
                .toList();
    }

    private static ObjectNode timeless(JsonNode frame) {
        var copy = (ObjectNode) frame.deepCopy();
        copy.remove(List.of("id", "created"));
        if (copy.path("workflow_step").path("node") instanceof ObjectNode node) {
            node.remove("executed_time");
        }
        return copy;
    }

    @Test
    void aReleaseStreamsWhatTheContractShows() {
        var id = published(text());
        var answer = app.post(ann, "/workflow/v1/chat/completions", chat(id, "hi", true));
        assertThat(answer.headers().firstValue("Content-Type")).hasValue("text/event-stream");
        assertThat(answer.body()).doesNotContain("[DONE]").doesNotContain("event:");
        assertThat(frames(answer.body()).stream().map(WorkflowRunsTest::timeless))
                .containsExactly((ObjectNode) Flow.json("""
                                {'code':0,'message':'Success','workflow_step':{'seq':1,'progress':0.33},'choices':[{'delta':
                                {'role':'assistant','content':'R: ','reasoning_content':''},'index':0}]}"""), (ObjectNode) Flow.json("""
                                {'code':0,'message':'Success','workflow_step':{'seq':2,'progress':0.67},'choices':[{'delta':
                                {'role':'assistant','content':'hi!','reasoning_content':''},'index':0}]}"""), (ObjectNode) Flow.json("""
                                {'code':0,'message':'Success','workflow_step':{'seq':3,'progress':1.0},'choices':[{'delta':
                                {'role':'assistant','content':'','reasoning_content':''},'index':0,'finish_reason':'stop'}],
                                'usage':{'completion_tokens':0,'prompt_tokens':0,'total_tokens':0}}"""));
    }

    @Test
    void inOnePieceItIsOneDocumentWithoutSteps() {
        var answer = json(app.post(ann, "/workflow/v1/chat/completions", chat(published(text()), "hi", false)));
        assertThat(answer.has("workflow_step")).isFalse();
        assertThat(answer.path("choices").path(0).path("delta").path("content").asText())
                .isEqualTo("R: hi!");
    }

    @Test
    void aQuestionEndsTheStreamAndItsAnswerBeginsAnother() throws Exception {
        var id = published(question());
        var first = frames(app.post(ann, "/workflow/v1/chat/completions", chat(id, "q", true))
                .body());
        assertThat(first).hasSize(1);
        var event = first.getFirst().path("event_data");
        assertThat(event.path("value").path("content").asText()).isEqualTo("pick for q?");
        assertThat(event.path("need_reply").asBoolean()).isTrue();
        var answered = MAPPER.writeValueAsString(
                Map.of("event_id", event.path("event_id").asText(), "content", "A"));
        var second = frames(app.post(ann, "/workflow/v1/resume", answered).body());
        assertThat(second.stream()
                        .map(frame -> frame.path("workflow_step").path("seq").asInt()))
                .containsExactly(1, 2);
        assertThat(second.getFirst()
                        .path("choices")
                        .path(0)
                        .path("delta")
                        .path("content")
                        .asText())
                .isEqualTo("took first q");
        assertThat(json(app.post(ann, "/workflow/v1/resume", answered))
                        .path("code")
                        .asInt())
                .isEqualTo(23901);
    }

    @Test
    void everyStepCanBeLookedAtAndTheRunReplayedToTheSameFrames() throws Exception {
        var id = create(Flow.fromStart()
                .llm("spark-llm::l", "q=node-start::s.AGENT_USER_INPUT", "{{q}}")
                .end("out=spark-llm::l.output", "Try: {{out}}")
                .edges("node-start::s>spark-llm::l spark-llm::l>node-end::e"));
        var answer = app.post(ann, "/workflow/v1/debug/chat/completions", chat(id, "tea or coffee", true));
        var frames = frames(answer.body());
        assertThat(frames.getLast().path("code").asInt()).as(answer.body()).isZero();
        var run = json(app.get(ann, "/api/v1/workflows/" + id + "/runs"))
                .path("runs")
                .path(0);
        assertThat(run.path("status").asText()).isEqualTo("done");
        assertThat(run.path("sid").asText())
                .isEqualTo(frames.getFirst().path("id").asText());
        var path = "/api/v1/workflows/runs/" + run.path("id").asText();
        var steps = json(app.get(ann, path)).path("steps");
        assertThat(steps.findValuesAsText("node_id")).containsExactly("node-start::s", "spark-llm::l", "node-end::e");
        assertThat(steps.path(1).path("outputs").path("output").asText()).contains("tea or coffee");
        assertThat(frames(app.get(ann, path + "/events?after=0").body()).subList(0, frames.size()))
                .isEqualTo(frames);
        assertThat(frames(app.get(ann, path + "/events?after=3").body()).subList(0, frames.size() - 3))
                .isEqualTo(frames.subList(3, frames.size()));

        int calls = provider.requests.size();
        var replay = json(app.post(ann, path + "/replay", "{}")).path("id").asText();
        var again = frames(
                app.get(ann, "/api/v1/workflows/runs/" + replay + "/events").body());
        assertThat(again.subList(0, frames.size()).stream().map(WorkflowRunsTest::timeless))
                .isEqualTo(frames.stream().map(WorkflowRunsTest::timeless).toList());
        assertThat(provider.requests).hasSize(calls);
    }

    @Test
    void cancelEndsTheModelCall() throws Exception {
        var id = create(Flow.fromStart()
                .node("spark-llm::l", "output:string", "", "{'model':'endless','template':'x'}")
                .end("out=spark-llm::l.output", "{{out}}")
                .edges("node-start::s>spark-llm::l spark-llm::l>node-end::e"));
        var stream = app.stream(ann, "POST", "/workflow/v1/debug/chat/completions", chat(id, "x", true));
        var run = stream.headers().firstValue("X-Carafe-Run").orElseThrow();
        assertThat(stream.body().read()).isPositive();
        assertThat(provider.requests.poll(60, TimeUnit.SECONDS))
                .as("the model is asked")
                .isNotNull();
        app.post(ann, "/api/v1/workflows/runs/" + run + "/cancel", "{}");
        assertThat(provider.left.await(20, TimeUnit.SECONDS)).isTrue();
        var all = new String(stream.body().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        assertThat(frames(all).getLast().path("code").asInt()).isEqualTo(22303);
        assertThat(json(app.get(ann, "/api/v1/workflows/runs/" + run))
                        .path("status")
                        .asText())
                .isEqualTo("cancelled");
    }

    @Test
    void othersSeeNothing() {
        var id = published(text());
        app.post(ann, "/workflow/v1/chat/completions", chat(id, "hi", true));
        var run = json(app.get(ann, "/api/v1/workflows/" + id + "/runs"))
                .path("runs")
                .path(0)
                .path("id")
                .asText();
        var bob = app.signUp("bob");
        assertThat(json(app.post(bob, "/workflow/v1/chat/completions", chat(id, "hi", true)))
                        .path("code")
                        .asInt())
                .isEqualTo(20201);
        assertThat(app.get(bob, "/api/v1/workflows/" + id).statusCode()).isEqualTo(404);
        assertThat(app.get(bob, "/api/v1/workflows/runs/" + run).statusCode()).isEqualTo(404);
        assertThat(json(app.post(null, "/workflow/v1/chat/completions", chat(id, "hi", true)))
                        .path("code")
                        .asInt())
                .isEqualTo(460);
    }

    private List<String> listed(TestApp.User user, String query) {
        var answer = app.get(user, "/api/v1/workflows/runs" + query);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return json(answer).path("runs").findValuesAsText("id");
    }

    private String ran(String flowId) {
        var answer = app.post(ann, "/workflow/v1/debug/chat/completions", chat(flowId, "x", false));
        return answer.headers().firstValue("X-Carafe-Run").orElseThrow();
    }

    @Test
    void runsOfAllOnesWorkflowsAreListedByStateAndPageByPage() throws InterruptedException {
        var eve = app.signUp("eve");
        var text = create(text());
        var question = create(question());
        var ids = new java.util.ArrayList<String>();
        for (var flow : List.of(text, question, text)) {
            ids.addFirst(ran(flow));
            Thread.sleep(2); // not in one millisecond
        }
        assertThat(listed(ann, "")).containsExactlyElementsOf(ids);
        assertThat(listed(ann, "?status=waiting")).containsExactly(ids.get(1));
        assertThat(listed(ann, "?status=done")).containsExactly(ids.get(0), ids.get(2));
        assertThat(listed(ann, "?status=failed")).isEmpty();
        var first = json(app.get(ann, "/api/v1/workflows/runs?limit=2"));
        assertThat(first.path("runs").findValuesAsText("id")).containsExactly(ids.get(0), ids.get(1));
        assertThat(first.at("/runs/0/flow_name").asText()).isEqualTo("flow");
        assertThat(listed(ann, "?limit=2&before=" + first.path("next").asText()))
                .containsExactly(ids.get(2));
        assertThat(listed(eve, "")).isEmpty();
        for (var wrong : List.of("status=over", "limit=0", "limit=201", "limit=x", "before=x", "before=9e9_")) {
            assertThat(app.get(ann, "/api/v1/workflows/runs?" + wrong).statusCode())
                    .as(wrong)
                    .isEqualTo(400);
        }
        assertThat(app.get(null, "/api/v1/workflows/runs").statusCode()).isEqualTo(401);
        var ofOne = json(app.get(ann, "/api/v1/workflows/" + question + "/runs?status=done"));
        assertThat(ofOne.path("runs")).isEmpty();
        app.send(ann, "DELETE", "/api/v1/workflows/" + text, null);
        assertThat(listed(ann, "")).as("runs outlive their workflow").containsExactlyElementsOf(ids);
    }
}
