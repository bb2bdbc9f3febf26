package carafe.feature.workflows;

import static carafe.TestApp.json;
import static org.assertj.core.api.Assertions.assertThat;

import carafe.ScriptedUpstream;
import carafe.ScriptedUpstream.Answer;
import carafe.TestApp;
import carafe.engine.workflow.Flow;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Frames and envelopes to the key, as section 1 of the contract writes them: each line is compared as text, so the order
 * of keys, the blanks and the digits count. Only what differs from run to run is taken out: ids, moments, durations, and
 * how far a run is said to be, for which the contract leaves the formula open.
 */
class GoldenFramesTest {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final String CHAT = "/workflow/v1/chat/completions";
    private static final String DEBUG = "/workflow/v1/debug/chat/completions";
    private static final String ZERO = "{'completion_tokens':0,'prompt_tokens':0,'total_tokens':0}";

    @TempDir
    private static Path folder;

    private static ScriptedUpstream upstream;
    private static TestApp app;
    private static TestApp.User ann;

    @BeforeAll
    static void start() {
        upstream = new ScriptedUpstream("demo");
        app = TestApp.start(folder, "OPENAI_API_BASE_URLS", upstream.url() + "/v1");
        ann = app.signUp("ann");
    }

    @AfterAll
    static void stop() {
        app.close();
        upstream.close();
    }

    @BeforeEach
    void script() {
        upstream.on("/chat/completions", Answer.events(said("Ass"), said("am"), last(), "data: [DONE]\n\n"));
    }

    private static String said(String text) {
        return "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"" + text
                + "\"},\"finish_reason\":null}]}\n\n";
    }

    private static String last() {
        return "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}],"
                + "\"usage\":{\"prompt_tokens\":7,\"completion_tokens\":2,\"total_tokens\":9}}\n\n";
    }

    /** The example of section 3.1. */
    private static Flow tea() {
        return Flow.fromStart()
                .node("spark-llm::tea", "output:string", "mood=node-start::s.AGENT_USER_INPUT", """
                        {'source':'openai','model':'demo','domain':'demo','appId':'a','apiKey':'k','apiSecret':'s',
                        'systemTemplate':'Answer in one line.','template':'Recommend a tea for: {{mood}}','respFormat':0,
                        'temperature':0.4,'maxTokens':200}""")
                .end("tea=spark-llm::tea.output", "Try: {{tea}}")
                .edges("node-start::s>spark-llm::tea spark-llm::tea>node-end::e");
    }

    private static Flow joined(int mode) {
        return Flow.fromStart()
                .joiner("text-joiner::a", "x=node-start::s.AGENT_USER_INPUT", "{{x}}!")
                .node(
                        "node-end::e",
                        "",
                        "out=text-joiner::a.output",
                        "{'outputMode':" + mode + ",'template':'R: {{out}}','streamOutput':true}")
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
        assertThat(app.post(ann, "/api/v1/workflows/" + id + "/publish", "{}").statusCode())
                .isEqualTo(200);
        return id;
    }

    private static String asked(String flowId, String input, boolean stream) {
        var body =
                MAPPER.createObjectNode().put("flow_id", flowId).put("uid", "u").put("stream", stream);
        body.putObject("parameters").put("AGENT_USER_INPUT", input);
        return body.toString();
    }

    private static String resumed(String eventId, String content) {
        return MAPPER.valueToTree(Map.of("event_id", eventId, "content", content))
                .toString();
    }

    /** Without what differs from run to run; the JSON is otherwise as it came. */
    private static String timeless(String frame) {
        return frame.replaceAll("\"id\":\"[^\"]*@[^\"]*\"", "\"id\":\"sid\"")
                .replaceAll("\"created\":\\d{10}\\b", "\"created\":0")
                .replaceAll("\"executed_time\":\\d+\\.\\d{1,3}\\b", "\"executed_time\":0.0")
                .replaceAll("\"progress\":[01]\\.\\d+", "\"progress\":P")
                .replaceAll("\"event_id\":\"[^\"]+\"", "\"event_id\":\"event\"");
    }

    /** The frames of a stream, and nothing else may be in it. */
    private static List<String> frames(String body) {
        var frames = new ArrayList<String>();
        for (var block : body.split("\n\n", -1)) {
            if (!block.isEmpty()) {
                assertThat(block).startsWith("data: {").doesNotContain("\n");
                frames.add(block.substring("data: ".length()));
            }
        }
        assertThat(body).endsWith("\n\n");
        return frames;
    }

    private static List<String> golden(String body) {
        return frames(body).stream().map(GoldenFramesTest::timeless).toList();
    }

    private static String quoted(String text) {
        return text.replace("ZERO", ZERO).replace('\'', '"');
    }

    private static String debug(String node, String more, String content, String choice) {
        return debug(0, "Success", node, more, content, choice);
    }

    /** A frame of a node: {@code more} is what its node has after the id, {@code choice} what the choice has after the text. */
    private static String debug(int code, String message, String node, String more, String content, String choice) {
        var alias = node.substring(node.indexOf("::") < 0 ? 0 : node.indexOf("::") + 2);
        return quoted(
                "{'code':%d,'message':'%s','id':'sid','created':0,'workflow_step':{'node':{'id':'%s','alias_name':'%s',%s},'seq':0,"
                                .formatted(code, message, node, alias, more)
                        + "'progress':P},'choices':[{'delta':{'role':'assistant','content':'%s','reasoning_content':''}%s}]}"
                                .formatted(content, choice));
    }

    private static String begun(String node) {
        return debug(node, "'inputs':{},'outputs':{},'error_outputs':{},'executed_time':0.0", "", ",'index':0");
    }

    private static String release(int seq, String content, String more) {
        return quoted(("{'code':0,'message':'Success','id':'sid','created':0,'workflow_step':{'seq':%d,'progress':P},"
                        + "'choices':[{'delta':{'role':'assistant','content':'%s','reasoning_content':''},'index':0%s}")
                .formatted(seq, content, more));
    }

    private static void assertMonotone(String body) {
        double before = 0;
        for (var frame : frames(body)) {
            double now = Flow.json(frame).path("workflow_step").path("progress").asDouble(-1);
            assertThat(now).isBetween(before, 1.0);
            before = now;
        }
        assertThat(before).isEqualTo(1.0);
    }

    @Test
    void debuggingShowsEveryNode() {
        var answer = app.post(ann, DEBUG, asked(create(tea()), "rain", true));
        assertThat(answer.headers().firstValue("Content-Type").orElse("")).startsWith("text/event-stream");
        assertThat(answer.headers().firstValue("Cache-Control")).hasValue("no-cache");
        assertThat(answer.headers().firstValue("X-Accel-Buffering")).hasValue("no");
        var piece = "'inputs':{},'outputs':{},'error_outputs':{},'ext':{'answer_mode':1},'executed_time':0.0";
        assertThat(golden(answer.body()))
                .containsExactly(
                        debug(
                                "flow_obj",
                                "'finish_reason':'stop','inputs':{},'outputs':{},'error_outputs':{},'executed_time':0.0,'usage':ZERO",
                                "",
                                ",'index':0"),
                        begun("node-start::s"),
                        debug(
                                "node-start::s",
                                "'finish_reason':'stop','inputs':{},'outputs':{'AGENT_USER_INPUT':'rain'},'error_outputs':{},'ext':{},'executed_time':0.0",
                                "",
                                ",'finish_reason':'stop'"),
                        begun("spark-llm::tea"),
                        begun("node-end::e"),
                        debug("node-end::e", piece, "Try: ", ",'index':0"),
                        debug("node-end::e", piece, "Ass", ",'index':0"),
                        debug("node-end::e", piece, "am", ",'index':0"),
                        debug(
                                "spark-llm::tea",
                                "'finish_reason':'stop','inputs':{'mood':'rain'},'outputs':{'output':'Assam'},'error_outputs':{},'ext':{'raw_output':'Assam'},'executed_time':0.0,'usage':{'completion_tokens':2,'prompt_tokens':7,'total_tokens':9}",
                                "",
                                ",'finish_reason':'stop'"),
                        debug(
                                "node-end::e",
                                "'finish_reason':'stop','inputs':{'tea':'Assam'},'outputs':{'tea':'Assam'},'error_outputs':{},'ext':{'answer_mode':1},'executed_time':0.0",
                                "",
                                ",'finish_reason':'stop'"),
                        debug(
                                        "flow_obj",
                                        "'finish_reason':'stop','inputs':{},'outputs':{},'error_outputs':{},'executed_time':0.0,'usage':{'completion_tokens':2,'prompt_tokens':7,'total_tokens':9}",
                                        "",
                                        ",'index':0,'finish_reason':'stop'")
                                .replaceFirst(
                                        "]}$",
                                        "],\"usage\":{\"completion_tokens\":2,\"prompt_tokens\":7,\"total_tokens\":9}}"));
        assertMonotone(answer.body());
    }

    @Test
    void aReleaseShowsOnlyWhatIsSaid() {
        var answer = app.post(ann, CHAT, asked(published(tea()), "rain", true));
        assertThat(golden(answer.body()))
                .containsExactly(
                        release(1, "Try: ", "}]").replaceFirst("}]$", "]}"),
                        release(2, "Ass", "}]").replaceFirst("}]$", "]}"),
                        release(3, "am", "}]").replaceFirst("}]$", "]}"),
                        release(4, "", ",'finish_reason':'stop'")
                                + quoted("],'usage':{'completion_tokens':2,'prompt_tokens':7,'total_tokens':9}}"));
        assertMonotone(answer.body());
        assertThat(answer.body()).contains("\"progress\":1.0}");
    }

    @Test
    void anEndWithVariablesIsOneFrameOfCompactJson() {
        var answer = app.post(ann, CHAT, asked(published(joined(0)), "hi", true));
        var contents = frames(answer.body()).stream()
                .map(frame -> Flow.json(frame.replace("'", "’"))
                        .path("choices")
                        .path(0)
                        .path("delta")
                        .path("content")
                        .asText())
                .toList();
        assertThat(contents).containsExactly("{\"out\":\"hi!\"}", "");
    }

    @Test
    void inOnePieceThereAreNoSteps() {
        var answer = app.post(ann, CHAT, asked(published(tea()), "rain", false));
        assertThat(answer.headers().firstValue("Content-Type").orElse("")).startsWith("application/json");
        assertThat(timeless(answer.body()))
                .isEqualTo(quoted(
                        "{'code':0,'message':'Success','id':'sid','created':0,'choices':[{'delta':{'role':'assistant',"
                                + "'content':'Try: Assam','reasoning_content':''},'index':0,'finish_reason':'stop'}],"
                                + "'usage':{'completion_tokens':2,'prompt_tokens':7,'total_tokens':9}}"));
    }

    private static final String EVENT =
            "'event_data':{'event_id':'event','event_type':'interrupt','need_reply':true,'value':{'type':'option',"
                    + "'content':'pick for q?','option':[{'id':'A','text':'first q','content_type':'string'},"
                    + "{'id':'default','text':'','content_type':'string'}]}}}";

    @Test
    void aQuestionEndsTheStreamAndTheAnswerBeginsOneOfItsOwn() {
        var first = app.post(ann, CHAT, asked(published(question()), "q", true)).body();
        assertThat(golden(first))
                .containsExactly(release(1, "", ",'finish_reason':'interrupt'") + quoted("]," + EVENT));
        var begun = Flow.json(frames(first).getFirst());
        var second = app.post(
                        ann,
                        "/workflow/v1/resume",
                        resumed(begun.path("event_data").path("event_id").asText(), "A"))
                .body();
        assertThat(golden(second))
                .containsExactly(
                        release(1, "took first q", "") + "]}",
                        release(2, "", ",'finish_reason':'stop'") + quoted("],'usage':ZERO}"));
        assertThat(Flow.json(frames(second).getFirst()).path("id").asText())
                .contains("@")
                .isNotEqualTo(begun.path("id").asText());
    }

    @Test
    void debuggingAQuestionShowsItsNodeTwiceBeforeItStops() {
        var first = app.post(ann, DEBUG, asked(create(question()), "q", true)).body();
        var frames = golden(first);
        assertThat(frames.subList(3, frames.size()))
                .containsExactly(
                        begun("question-answer::q"),
                        begun("question-answer::q"),
                        debug(
                                                "question-answer::q",
                                                "'finish_reason':'interrupt','inputs':{},'outputs':{},'error_outputs':{},'executed_time':0.0",
                                                "",
                                                ",'index':0,'finish_reason':'interrupt'")
                                        .replaceFirst("]}$", "],")
                                + quoted(EVENT));
        var eventId = Flow.json(frames(first).getLast())
                .path("event_data")
                .path("event_id")
                .asText();
        var second = golden(app.post(ann, "/workflow/v1/debug/resume", resumed(eventId, "A"))
                .body());
        assertThat(second.getFirst())
                .isEqualTo(debug(
                        "question-answer::q",
                        "'finish_reason':'stop','inputs':{'x':'q'},'outputs':{'query':'pick for q?','content':'first q','id':'A'},'error_outputs':{},'ext':{},'executed_time':0.0,'usage':ZERO",
                        "",
                        ",'finish_reason':'stop'"));
        assertThat(second.getLast()).contains("\"id\":\"flow_obj\"").contains("\"progress\":P");
    }

    @Test
    void aModelThatFailsEndsTheRunWithItsCode() {
        upstream.on("/chat/completions", Answer.error(400, "{\"error\":{\"message\":\"no such tea\"}}"));
        var debug =
                frames(app.post(ann, DEBUG, asked(create(tea()), "rain", true)).body());
        var node = Flow.json(debug.get(debug.size() - 2).replace("'", "’"));
        assertThat(names(node)).containsExactly("code", "message", "id", "created", "workflow_step", "choices");
        assertThat(node.path("code").asInt()).isEqualTo(20380);
        assertThat(node.path("workflow_step").path("node").path("id").asText()).isEqualTo("spark-llm::tea");
        assertThat(node.path("workflow_step").path("node").path("usage").toString())
                .isEqualTo(quoted("ZERO"));
        var end = debug.getLast();
        assertThat(timeless(end))
                .startsWith("{\"code\":20380,\"message\":")
                .endsWith(
                        quoted(
                                ",'id':'sid','created':0,'workflow_step':{'seq':0,'progress':P},'choices':[{'delta':{'role':'assistant',"
                                        + "'content':'','reasoning_content':''},'index':0,'finish_reason':'stop'}],'usage':ZERO}"));
        var released = frames(
                app.post(ann, CHAT, asked(published(tea()), "rain", true)).body());
        assertThat(released)
                .last()
                .asString()
                .contains("\"code\":20380")
                .contains("\"finish_reason\":\"stop\"")
                .doesNotContain("\"node\"");
    }

    @Test
    void whatWasSaidBeforeAFailureStays() {
        upstream.on("/chat/completions", Answer.events(said("Ass"), said("am")).broken());
        var answer = app.post(ann, CHAT, asked(published(tea()), "rain", true)).body();
        var contents = frames(answer).stream()
                .map(frame -> Flow.json(frame.replace("'", "’"))
                        .path("choices")
                        .path(0)
                        .path("delta")
                        .path("content")
                        .asText())
                .toList();
        assertThat(String.join("", contents)).isEqualTo("Try: Assam");
        assertThat(Flow.json(frames(answer).getLast().replace("'", "’"))
                        .path("code")
                        .asInt())
                .isNotZero();
    }

    @Test
    void whatCannotBeginIsOnePlainFrameWithItsEmptyKeys() {
        var answer = app.post(ann, CHAT, asked("123456789", "hi", true));
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Content-Type").orElse("")).startsWith("application/json");
        assertThat(timeless(answer.body()).replaceAll("\"message\":\"[^\"]+\"", "\"message\":\"M\""))
                .isEqualTo(quoted(
                        "{'code':20201,'message':'M','id':'sid','created':0,'workflow_step':{'node':null,'seq':0,'progress':1},"
                                + "'choices':[{'delta':{'role':'assistant','content':'','reasoning_content':''},'index':0,'finish_reason':'stop'}],"
                                + "'usage':ZERO,'event_data':null}"));
        assertThat(json(app.post(ann, CHAT, asked(create(joined(1)), "hi", true)))
                        .path("code")
                        .asInt())
                .as("a draft is not published")
                .isEqualTo(20204);
    }

    @Test
    void parametersThatDoNotFitAreToldByTheStart() {
        var id = published(joined(1));
        var body = "{\"flow_id\":\"%s\",\"parameters\":{\"AGENT_USER_INPUT\":\"a\",\"more\":1}}".formatted(id);
        var answer = frames(app.post(ann, CHAT, body).body());
        assertThat(Flow.json(answer.getLast().replace("'", "’")).path("code").asInt())
                .isEqualTo(22500);
    }

    @Test
    void aRequestThatIsNotValidSaysWhereInItsOwnShape() {
        var chat = json(app.post(ann, CHAT, "{\"parameters\":{}}"));
        assertThat(names(chat)).containsExactly("code", "message", "id", "created");
        assertThat(chat.path("code").asInt()).isEqualTo(460);
        assertThat(chat.path("message").asText()).contains("Parameter: body->flow_id");
        assertThat(chat.path("created").isFloatingPointNumber())
                .as("milliseconds")
                .isTrue();
    }

    @Test
    void anEventThatIsNotThereIsTold() {
        var answer = json(app.post(ann, "/workflow/v1/resume", resumed("nothing", "A")));
        assertThat(answer.path("code").asInt()).isEqualTo(23900);
    }

    private static List<String> names(JsonNode node) {
        var names = new ArrayList<String>();
        node.fieldNames().forEachRemaining(names::add);
        return names;
    }
}
