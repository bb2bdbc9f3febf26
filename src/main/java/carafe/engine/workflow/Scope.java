package carafe.engine.workflow;

import java.util.BitSet;
import java.util.List;
import java.util.Map;

/**
 * The nodes that run together: those of the whole workflow, or those of one round of a container. Nodes are numbered in
 * topological order; number 0 is where it starts.
 *
 * @param incoming how many edges lead to each node
 * @param outgoing the edges that leave each node, and where they lead
 * @param before for each node that writes into the answer: the nodes that must be over before it may begin; else empty
 * @param above for each node that writes: all nodes on the ways to it
 * @param heard for each node: the nodes that write and refer to it
 * @param holdsSpeakers whether a node in it, at any depth, writes into the answer
 */
record Scope(
        List<Node> nodes,
        Map<String, Integer> numbers,
        int[] incoming,
        List<List<Exit>> outgoing,
        List<BitSet> before,
        List<BitSet> above,
        List<List<Integer>> heard,
        boolean holdsSpeakers) {
    Scope {
        nodes = List.copyOf(nodes);
        numbers = Map.copyOf(numbers);
        outgoing = List.copyOf(outgoing);
        before = List.copyOf(before);
        above = List.copyOf(above);
        heard = List.copyOf(heard);
    }

    /** An edge out of a node. */
    record Exit(int target, String handle, boolean failure) {}

    int size() {
        return nodes.size();
    }
}
