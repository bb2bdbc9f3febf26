package carafe.engine.workflow;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Draws workflows of any shape that all end well: texts, models, messages, branches, iterations. */
public final class RandomGraph {
    private RandomGraph() {}

    /** How an undisturbed run ends. */
    public record Calm(JsonNode outputs, List<String> steps) {}

    public static Calm undisturbed(Flow flow, String input) {
        var calm = new Bench();
        var ending = calm.run(flow, input);
        return new Calm(
                ending.outputs(), calm.steps.stream().map(Step::path).sorted().toList());
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

    public static Flow draw(Random random) {
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
