package carafe.engine.workflow;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
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
                var ending =
                        world.execution(plan, parameters, true, past, Map.of()).run();
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
        return Arrays.stream(said.split("(?=\\[m\\d)|(?=\\{\"v0\")")).sorted().toList();
    }

    /** A graph that grows: what each of its nodes may refer to is what lies before it on its way. */
    private static final class Growing {
        final Flow flow = Flow.fromStart();
        final StringBuilder edges = new StringBuilder();
        final Map<String, List<String>> visible = new LinkedHashMap<>();
        final List<String> sources = new ArrayList<>();

        /** {@code output} empty: the node leaves nothing to refer to. */
        void add(String id, String from, String handle, String output) {
            edges.append(from).append('>').append(id).append(handle).append(' ');
            var seen = new ArrayList<>(visible.getOrDefault(from, List.of()));
            if (!output.isEmpty()) {
                seen.add(id + "." + output);
                sources.add(id + "." + output);
            }
            visible.put(id, seen);
        }
    }

    private static Flow graph(Random random) {
        var graph = new Growing();
        graph.visible.put("node-start::s", List.of("node-start::s.AGENT_USER_INPUT"));
        graph.sources.add("node-start::s.AGENT_USER_INPUT");
        int size = 2 + random.nextInt(10);
        for (int i = 0; i < size; i++) {
            var ids = List.copyOf(graph.visible.keySet());
            var from = ids.get(random.nextInt(ids.size()));
            var seen = graph.visible.get(from);
            grow(graph, i, from, seen.get(random.nextInt(seen.size())), random);
        }
        var inputs = new StringBuilder();
        for (int i = 0; i < graph.sources.size(); i++) {
            inputs.append("v")
                    .append(i)
                    .append("=")
                    .append(graph.sources.get(i))
                    .append(";");
        }
        graph.flow.node("node-end::e", "", inputs.toString(), "{'outputMode':0}");
        graph.visible.keySet().forEach(one -> graph.edges.append(one).append(">node-end::e "));
        return graph.flow.edges(graph.edges.toString());
    }

    private static void grow(Growing graph, int i, String from, String source, Random random) {
        switch (random.nextInt(7)) {
            case 0, 1 -> {
                graph.flow.joiner("text-joiner::n" + i, "x=" + source, "<" + i + "{{x}}>");
                graph.add("text-joiner::n" + i, from, "", "output");
            }
            case 2, 3 -> {
                graph.flow.llm("spark-llm::n" + i, "x=" + source, i + "{{x}}");
                graph.add("spark-llm::n" + i, from, "", "output");
            }
            case 4 -> {
                graph.flow.node("message::n" + i, "", "x=" + source, "{'template':'[m" + i + ":{{x}}]'}");
                graph.add("message::n" + i, from, "", "");
            }
            case 5 -> branch(graph, i, from, source);
            default -> container(graph, i, from, source, random.nextBoolean());
        }
    }

    private static void branch(Growing graph, int i, String from, String source) {
        var id = "if-else::n" + i;
        graph.flow.node(id, "", "x=" + source + ";y:='1'", """
                {'cases':[{'id':'branch_one_of::a','level':1,'logicalOperator':'and','conditions':
                [{'leftVarIndex':'x','rightVarIndex':'y','compareOperator':'contains'}]},
                {'id':'branch_one_of::b','level':999,'logicalOperator':'and','conditions':[]}]}""");
        graph.flow.joiner("text-joiner::a" + i, "x=" + source, "a{{x}}");
        graph.flow.llm("spark-llm::b" + i, "x=" + source, "b{{x}}");
        graph.add(id, from, "", "");
        graph.add("text-joiner::a" + i, id, "@branch_one_of::a", "output");
        graph.add("spark-llm::b" + i, id, "@branch_one_of::b", "output");
        graph.visible.remove(id); // every way out of it has its handle
    }

    private static void container(Growing graph, int i, String from, String source, boolean parallel) {
        var list = "text-joiner::l" + i;
        graph.flow.node(list, "output:array", "x=" + source, "{'mode':1,'separator':'1'}");
        graph.flow.node(
                "iteration::n" + i,
                "output:array",
                "items:array=" + list + ".output",
                "{'IterationStartNodeId':'iteration-node-start::s" + i + "','isParallel':" + parallel
                        + ",'maxConcurrency':3}");
        graph.flow.node("iteration-node-start::s" + i, "items:string", "", "{}");
        graph.flow.llm("spark-llm::i" + i, "x=iteration-node-start::s" + i + ".items", "({{x}})");
        graph.flow.node("iteration-node-end::e" + i, "", "output=spark-llm::i" + i + ".output", "{'outputMode':0}");
        graph.add(list, from, "", "");
        graph.add("iteration::n" + i, list, "", "output");
        graph.edges
                .append("iteration-node-start::s" + i + ">spark-llm::i" + i + " ")
                .append("spark-llm::i" + i + ">iteration-node-end::e" + i + " ");
    }
}
