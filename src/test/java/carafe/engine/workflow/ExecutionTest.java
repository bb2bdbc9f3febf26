package carafe.engine.workflow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class ExecutionTest {
    private final Bench bench = new Bench();

    private static Flow threeSteps() {
        return Flow.fromStart()
                .joiner("text-joiner::a", "x=node-start::s.AGENT_USER_INPUT", "<{{x}}>")
                .end("out=text-joiner::a.output", "R: {{out}}")
                .edges("node-start::s>text-joiner::a text-joiner::a>node-end::e");
    }

    @Test
    void aChainRunsAndSaysItsTemplate() {
        var ending = bench.run(threeSteps(), "hi");
        assertThat(ending.state()).as(ending.message()).isEqualTo(Journal.State.DONE);
        assertThat(ending.content()).isEqualTo("R: <hi>");
        assertThat(bench.marks())
                .containsExactly(
                        "W ",
                        "S node-start::s",
                        "E node-start::s",
                        "S text-joiner::a",
                        "S node-end::e",
                        "C node-end::e",
                        "E text-joiner::a",
                        "C node-end::e",
                        "E node-end::e",
                        "Z ");
    }

    @Test
    void onlyTheChosenBranchRuns() {
        var flow = Flow.fromStart()
                .node("ifly-code::n", "n:integer", "n:=7", "{'code':'def main(n): return n'}")
                .node("if-else::i", "", "n:integer=ifly-code::n.n;limit:=5", """
                        {'cases':[{'id':'branch_one_of::long','level':1,'logicalOperator':'and','conditions':
                        [{'leftVarIndex':'n','rightVarIndex':'limit','compareOperator':'gt'}]},
                        {'id':'branch_one_of::else','level':999,'logicalOperator':'and','conditions':[]}]}""")
                .joiner("text-joiner::a", "n:integer=ifly-code::n.n", "long ({{n}})")
                .joiner("text-joiner::b", "n:integer=ifly-code::n.n", "short ({{n}})")
                .end("a=text-joiner::a.output;b=text-joiner::b.output", "{{a}}{{b}}")
                .edges("""
                        node-start::s>ifly-code::n ifly-code::n>if-else::i
                        if-else::i>text-joiner::a@branch_one_of::long if-else::i>text-joiner::b@branch_one_of::else
                        text-joiner::a>node-end::e text-joiner::b>node-end::e""");
        assertThat(bench.run(flow, "x").content()).isEqualTo("long (7)");
        assertThat(bench.steps).noneMatch(step -> step.nodeId().equals("text-joiner::b"));
    }

    @Test
    void aModelsWordsPassThroughTheEndWhileItWrites() {
        var flow = Flow.fromStart()
                .llm("spark-llm::l", "q=node-start::s.AGENT_USER_INPUT", "say {{q}}")
                .end("out=spark-llm::l.output", "Try: {{out}}!")
                .edges("node-start::s>spark-llm::l spark-llm::l>node-end::e");
        var ending = bench.run(flow, "abc");
        assertThat(ending.content()).isEqualTo("Try: say abc!");
        assertThat(bench.said()).isEqualTo("Try: say abc!");
        assertThat(bench.marks()).filteredOn(mark -> mark.startsWith("C")).hasSize(5);
        assertThat(bench.marks().indexOf("C node-end::e"))
                .isLessThan(bench.marks().indexOf("E spark-llm::l"));
        assertThat(ending.usage()).isEqualTo(new Usage(2, 3, 5));
    }

    @Test
    void iterationsKeepTheirOrder() {
        for (var parallel : new boolean[] {false, true}) {
            var flow = new Flow()
                    .node("node-start::s", "items:array", "", "{}")
                    .node("iteration::it", "res:array", "items:array=node-start::s.items", """
                            {'IterationStartNodeId':'iteration-node-start::x','isParallel':%s,'maxConcurrency':4}""".formatted(parallel))
                    .node("iteration-node-start::x", "items:string", "", "{}")
                    .joiner("text-joiner::w", "v=iteration-node-start::x.items", "<{{v}}>")
                    .node("iteration-node-end::y", "", "res=text-joiner::w.output", "{'outputMode':0}")
                    .end("r:array=iteration::it.res", "{{r}}")
                    .edges("""
                            node-start::s>iteration::it iteration::it>node-end::e
                            iteration-node-start::x>text-joiner::w text-joiner::w>iteration-node-end::y""");
            var ending = bench.run(flow.plan(), (ObjectNode) Flow.json("{'items':['a','b','c']}"), false);
            assertThat(ending.content()).isEqualTo("[\"<a>\", \"<b>\", \"<c>\"]");
        }
    }

    @Test
    void twoModelsComputeTogetherAndSpeakOneAfterTheOther() {
        var both = new CountDownLatch(2);
        for (var name : new String[] {"one", "two"}) {
            bench.models.put(
                    name,
                    (asked, sink, stop) -> stop.during(() -> {
                        both.countDown();
                        both.await();
                        sink.accept(new Services.Piece(name + "-", false));
                        sink.accept(new Services.Piece(name + ".", false));
                        return new Services.Answer(name + "-" + name + ".", "", Usage.NONE);
                    }));
        }
        var flow = Flow.fromStart()
                .node("spark-llm::a", "output:string", "", "{'model':'one','template':'x'}")
                .node("spark-llm::b", "output:string", "", "{'model':'two','template':'x'}")
                .end("a=spark-llm::a.output;b=spark-llm::b.output", "{{a}}|{{b}}")
                .edges("node-start::s>spark-llm::a node-start::s>spark-llm::b spark-llm::a>node-end::e"
                        + " spark-llm::b>node-end::e");
        assertThat(bench.run(flow, "x").content()).isEqualTo("one-one.|two-two.");
    }

    @Test
    void aFailureEndsTheRunWithItsCode() {
        var flow = Flow.fromStart()
                .node("ifly-code::n", "n:integer", "", "{'code':'raise'}")
                .end("n:integer=ifly-code::n.n", "n={{n}}")
                .edges("node-start::s>ifly-code::n ifly-code::n>node-end::e");
        var ending = bench.run(flow, "x");
        assertThat(ending.state()).isEqualTo(Journal.State.FAILED);
        assertThat(ending.code()).isEqualTo(21600);
        assertThat(ending.message()).endsWith("(it raised)");
    }

    @Test
    void aFailureBranchIsTakenInsteadAndTheFailureCanBeRead() {
        var flow = Flow.fromStart()
                .node("ifly-code::n", "n:integer", "", "{'code':'raise'}")
                .retry("{'should_retry':true,'max_retries':0,'error_strategy':2}")
                .joiner("text-joiner::ok", "n:integer=ifly-code::n.n", "fine")
                .joiner("text-joiner::bad", "c:integer=ifly-code::n.errorCode", "failed with {{c}}")
                .end("a=text-joiner::ok.output;b=text-joiner::bad.output", "{{a}}{{b}}")
                .edges("node-start::s>ifly-code::n ifly-code::n>text-joiner::ok"
                        + " ifly-code::n>text-joiner::bad@fail_one_of::1 text-joiner::ok>node-end::e"
                        + " text-joiner::bad>node-end::e");
        assertThat(bench.run(flow, "x").content()).isEqualTo("failed with 21600");
    }

    @Test
    void aModelThatFailsBeforeItsFirstWordIsMadeUpFor() {
        bench.models.put("echo", (asked, sink, stop) -> {
            throw new FlowFailure(FlowCode.MODEL, "down");
        });
        var flow = Flow.fromStart()
                .llm("spark-llm::l", "", "x")
                .retry(
                        "{'should_retry':true,'max_retries':1,'error_strategy':1,'custom_output':{'output':'Plain water.'}}")
                .end("out=spark-llm::l.output", "Try: {{out}}")
                .edges("node-start::s>spark-llm::l spark-llm::l>node-end::e");
        assertThat(bench.run(flow, "x").content()).isEqualTo("Try: Plain water.");
        assertThat(bench.calls).hasSize(2);
    }

    @Test
    void afterADeathAtAnyMomentItGoesOnAndNoFinishedStepRunsTwice() {
        var flow = Flow.fromStart()
                .llm("spark-llm::a", "q=node-start::s.AGENT_USER_INPUT", "first {{q}}")
                .node("message::m", "", "a=spark-llm::a.output", "{'template':'[{{a}}]'}")
                .llm("spark-llm::b", "q=spark-llm::a.output", "second {{q}}")
                .end("out=spark-llm::b.output", "({{out}})")
                .edges("node-start::s>spark-llm::a spark-llm::a>message::m message::m>spark-llm::b"
                        + " spark-llm::b>node-end::e");
        var plan = flow.plan();
        var parameters = (ObjectNode) Flow.json("{'AGENT_USER_INPUT':'abcdef'}");
        for (int dies = 0; dies < 40; dies++) {
            var world = new Bench();
            world.diesAfter = dies;
            try {
                world.run(plan, parameters, true);
            } catch (Bench.Died e) {
                var done = world.steps.stream().map(Step::path).toList();
                world.calls.clear();
                world.execution(plan, parameters, true, world.past(), Map.of()).run();
                assertThat(world.calls.keySet()).noneMatch(id -> done.contains(id.substring(4, id.indexOf('@'))));
            }
            assertThat(world.said()).as("died after %s", dies).isEqualTo("[first abcdef](second first abcdef)");
            assertThat(world.ending).isNotNull();
            assertThat(world.ending.content()).isEqualTo("[first abcdef](second first abcdef)");
        }
    }

    @Test
    void aReplayCallsNothingAndSaysTheSame() {
        var flow = Flow.fromStart()
                .llm("spark-llm::a", "q=node-start::s.AGENT_USER_INPUT", "first {{q}}")
                .llm("spark-llm::b", "q=node-start::s.AGENT_USER_INPUT", "second {{q}}")
                .end("a=spark-llm::a.output;b=spark-llm::b.output", "{{a}} {{b}}")
                .edges("node-start::s>spark-llm::a node-start::s>spark-llm::b spark-llm::a>node-end::e"
                        + " spark-llm::b>node-end::e");
        bench.run(flow, "abcdef");
        var again = new Bench();
        again.execution(
                        flow.plan(),
                        (ObjectNode) Flow.json("{'AGENT_USER_INPUT':'abcdef'}"),
                        true,
                        new Execution.Past(bench.steps, java.util.List.of(), null, true, true),
                        Map.of())
                .run();
        assertThat(again.calls).isEmpty();
        assertThat(again.marks()).isEqualTo(bench.marks());
        assertThat(again.frames.stream().map(ExecutionTest::timeless))
                .isEqualTo(bench.frames.stream().map(ExecutionTest::timeless).toList());
    }

    private static String timeless(Frame frame) {
        return frame.json().replaceAll("\"created\":\\d+", "").replaceAll("\"executed_time\":[0-9.]+", "");
    }

    @Test
    void aCancelledRunEndsAtOnce() throws InterruptedException {
        var asked = new CountDownLatch(1);
        bench.models.put(
                "echo",
                (question, sink, stop) -> stop.during(() -> {
                    asked.countDown();
                    Thread.sleep(java.time.Duration.ofMinutes(5));
                    throw new AssertionError();
                }));
        var flow = Flow.fromStart()
                .llm("spark-llm::l", "", "x")
                .end("out=spark-llm::l.output", "Try: {{out}}")
                .edges("node-start::s>spark-llm::l spark-llm::l>node-end::e");
        var execution = bench.execution(
                flow.plan(), (ObjectNode) Flow.json("{'AGENT_USER_INPUT':'x'}"), true, Execution.Past.NONE, Map.of());
        var thread = Thread.ofVirtual().start(execution::run);
        asked.await();
        execution.cancel();
        thread.join();
        assertThat(bench.ending).isNotNull();
        assertThat(bench.ending.state()).isEqualTo(Journal.State.CANCELLED);
    }

    @Test
    void everythingThatIsWrongIsNamedAtOnce() {
        var flow = Flow.fromStart()
                .joiner("text-joiner::a", "x=node-start::nowhere.y", "{{x}}")
                .node("http-request::h", "", "", "{'method':'BREW'}")
                .end("out=text-joiner::a.output", "{{out}}")
                .edges("node-start::s>text-joiner::a text-joiner::a>http-request::h http-request::h>text-joiner::a");
        assertThatThrownBy(flow::plan)
                .hasMessageContaining("node-start::nowhere")
                .hasMessageContaining("'method'")
                .hasMessageContaining("'url' is required")
                .hasMessageContaining("circle");
    }

    @Test
    void aQuestionWaitsAndItsAnswerChoosesTheBranch() {
        var flow = Flow.fromStart()
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
        var waiting = bench.run(flow, "q");
        assertThat(waiting.state()).isEqualTo(Journal.State.WAITING);
        assertThat(bench.question.value().path("content").asText()).isEqualTo("pick for q?");
        var answered = new Execution.Asked("question-answer::q", 1, new Execution.Reply(Execution.How.ANSWERED, "A"));
        var past = new Execution.Past(bench.steps, bench.frames, answered, true, false);
        var ending = bench.execution(
                        flow.plan(), (ObjectNode) Flow.json("{'AGENT_USER_INPUT':'q'}"), true, past, Map.of())
                .run();
        assertThat(ending.content()).isEqualTo("took first q");
    }

    @Test
    void aModelThatFailsAfterItsFirstWordEndsTheRunAlsoWhereADefaultIsSet() {
        bench.models.put("echo", (asked, sink, stop) -> {
            sink.accept(new Services.Piece("Gre", false));
            throw new FlowFailure(FlowCode.MODEL, "cut off");
        });
        var flow = Flow.fromStart()
                .llm("spark-llm::l", "", "x")
                .retry(
                        "{'should_retry':true,'max_retries':3,'error_strategy':1,'custom_output':{'output':'Plain water.'}}")
                .end("out=spark-llm::l.output", "Try: {{out}}")
                .edges("node-start::s>spark-llm::l spark-llm::l>node-end::e");
        var ending = bench.run(flow, "x");
        assertThat(ending.code()).isEqualTo(20380);
        assertThat(bench.said()).isEqualTo("Try: Gre");
        assertThat(bench.calls).hasSize(1);
    }

    private static Flow growing(String template) {
        return Flow.fromStart()
                .node("loop::l", "v:string", "q=node-start::s.AGENT_USER_INPUT", """
                        {'LoopStartNodeId':'loop-node-start::x','maxLoopCount':100,'loopVariables':[
                        {'id':'v','name':'v','schema':{'type':'string','value':{'type':'literal','content':'0123456789'}}}]}""")
                .node("loop-node-start::x", "v:string q:string", "", "{}")
                .joiner("text-joiner::j", "v=loop-node-start::x.v;q=loop-node-start::x.q", template)
                .node("loop-node-end::y", "", "v=text-joiner::j.output", "{'outputMode':0}")
                .end("v=loop::l.v", "{{v}}")
                .edges("node-start::s>loop::l loop::l>node-end::e loop-node-start::x>text-joiner::j"
                        + " text-joiner::j>loop-node-end::y");
    }

    @Test
    void aTextThatHoldsItselfSeveralTimesDoesNotFillTheMemory() {
        var ending = bench.run(growing("{{v}}{{v}}{{v}}{{v}}"), "x");
        assertThat(ending.code()).as(ending.message()).isEqualTo(22302);
    }

    @Test
    void norDoManyTextsTogether() {
        var ending = bench.run(growing("{{q}}"), "x".repeat(1 << 20));
        assertThat(ending.code()).as(ending.message()).isEqualTo(22301);
        assertThat(ending.message()).contains("together");
    }
}
