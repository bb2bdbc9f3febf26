package carafe.engine.workflow;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Any workflow that dies at any moment, any number of times, ends as if nothing had happened. */
class RandomGraphsTest {
    @Test
    void fiftyGraphsThatDieAtRandomPointsEndAsUndisturbedOnes() {
        tryGraphs(50, 7);
    }

    @Test
    @Tag("long")
    void aThousandGraphsThatDieAtRandomPointsEndAsUndisturbedOnes() {
        tryGraphs(1_000, 11);
    }

    private static void tryGraphs(int count, long seed) {
        for (int i = 0; i < count; i++) {
            var random = new Random(seed * 100_000 + i);
            var flow = graph(random);
            var calm = new Bench();
            var expected = calm.run(flow, "in" + i);
            assertThat(expected.state()).as("graph %s: %s", i, flow.json()).isEqualTo(Journal.State.DONE);

            var world = new Bench();
            var ending = disturbed(world, flow, "in" + i, random);
            assertThat(ending.outputs()).as("graph %s: %s", i, flow.json()).isEqualTo(expected.outputs());
            assertThat(spoken(world.said())).as("graph %s", i).isEqualTo(spoken(calm.said()));
            assertThat(world.steps.stream().map(Step::path).sorted().toList())
                    .as("graph %s", i)
                    .isEqualTo(calm.steps.stream().map(Step::path).sorted().toList());
        }
    }

    private static Journal.Ending disturbed(Bench world, Flow flow, String input, Random random) {
        var plan = flow.plan();
        var parameters = (ObjectNode) Flow.json("{'AGENT_USER_INPUT':'" + input + "'}");
        var past = Execution.Past.NONE;
        while (true) {
            world.diesAfter = random.nextInt(30);
            var done = world.steps.stream().map(Step::path).toList();
            world.calls.clear();
            try {
                var ending = world.execution(plan, parameters, true, past, Map.of()).run();
                noneOf(world, done);
                return ending;
            } catch (Bench.Died e) {
                noneOf(world, done);
                past = world.past();
            }
        }
    }

    /** A finished step is never run again. */
    private static void noneOf(Bench world, List<String> done) {
        assertThat(world.calls.keySet())
                .noneMatch(id -> done.contains(id.substring("run/".length(), id.lastIndexOf('@'))));
    }

    /** What each node said; two that may speak at the same time do so in any order. */
    private static List<String> spoken(String said) {
        return Arrays.stream(said.split("(?=\\[m\\d)")).sorted().toList();
    }

    private static Flow graph(Random random) {
        var flow = Flow.fromStart();
        var edges = new StringBuilder();
        var sources = new ArrayList<>(List.of("node-start::s.AGENT_USER_INPUT"));
        var open = new ArrayList<>(List.of("node-start::s"));
        int size = 2 + random.nextInt(10);
        for (int i = 0; i < size; i++) {
            var from = open.get(random.nextInt(open.size()));
            var source = sources.get(random.nextInt(sources.size()));
            switch (random.nextInt(7)) {
                case 0, 1 -> add(flow.joiner("text-joiner::n" + i, "x=" + source, "<" + i + "{{x}}>"), "text-joiner::n" + i,
                        from, edges, sources, open);
                case 2, 3 -> add(flow.llm("spark-llm::n" + i, "x=" + source, i + "{{x}}"), "spark-llm::n" + i, from, edges,
                        sources, open);
                case 4 -> {
                    flow.node("message::n" + i, "", "x=" + source, "{'template':'[m" + i + ":{{x}}]'}");
                    edges.append(from).append(">message::n").append(i).append(' ');
                    open.add("message::n" + i);
                }
                case 5 -> branch(flow, i, source, from, edges, sources, open);
                default -> container(flow, i, source, from, edges, sources, open, random.nextBoolean());
            }
        }
        var inputs = new StringBuilder();
        for (int i = 0; i < sources.size(); i++) {
            inputs.append("v").append(i).append("=").append(sources.get(i)).append(";");
        }
        flow.node("node-end::e", "", inputs.toString(), "{'outputMode':0}");
        open.forEach(one -> edges.append(one).append(">node-end::e "));
        return flow.edges(edges.toString());
    }

    private static void add(Flow flow, String id, String from, StringBuilder edges, List<String> sources, List<String> open) {
        edges.append(from).append('>').append(id).append(' ');
        sources.add(id + ".output");
        open.add(id);
    }

    private static void branch(
            Flow flow, int i, String source, String from, StringBuilder edges, List<String> sources, List<String> open) {
        var id = "if-else::n" + i;
        flow.node(id, "", "x=" + source + ";y:='1'", """
                {'cases':[{'id':'branch_one_of::a','level':1,'logicalOperator':'and','conditions':
                [{'leftVarIndex':'x','rightVarIndex':'y','compareOperator':'contains'}]},
                {'id':'branch_one_of::b','level':999,'logicalOperator':'and','conditions':[]}]}""");
        flow.joiner("text-joiner::a" + i, "x=" + source, "a{{x}}");
        flow.llm("spark-llm::b" + i, "x=" + source, "b{{x}}");
        edges.append(from).append('>').append(id).append(' ');
        edges.append(id + ">text-joiner::a" + i + "@branch_one_of::a ");
        edges.append(id + ">spark-llm::b" + i + "@branch_one_of::b ");
        sources.add("text-joiner::a" + i + ".output");
        sources.add("spark-llm::b" + i + ".output");
        open.add("text-joiner::a" + i);
        open.add("spark-llm::b" + i);
    }

    private static void container(
            Flow flow,
            int i,
            String source,
            String from,
            StringBuilder edges,
            List<String> sources,
            List<String> open,
            boolean parallel) {
        var id = "iteration::n" + i;
        flow.node("text-joiner::l" + i, "output:array", "x=" + source, "{'mode':1,'separator':'1'}");
        flow.node(id, "output:array", "items:array=text-joiner::l" + i + ".output",
                "{'IterationStartNodeId':'iteration-node-start::s" + i + "','isParallel':" + parallel + ",'maxConcurrency':3}");
        flow.node("iteration-node-start::s" + i, "items:string", "", "{}");
        flow.llm("spark-llm::i" + i, "x=iteration-node-start::s" + i + ".items", "({{x}})");
        flow.node("iteration-node-end::e" + i, "", "output=spark-llm::i" + i + ".output", "{'outputMode':0}");
        edges.append(from).append(">text-joiner::l" + i + " text-joiner::l" + i + ">" + id + " ");
        edges.append("iteration-node-start::s" + i + ">spark-llm::i" + i + " spark-llm::i" + i + ">iteration-node-end::e" + i
                + " ");
        sources.add(id + ".output");
        open.add(id);
    }
}
