package carafe.engine.workflow;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A workflow that can be run: checked, its containers taken apart, its edges counted. Immutable, made once for each
 * version and used by all its runs.
 */
public final class Plan {
    /** A plan, and everything that was found; without a plan at least one finding is an error. */
    public record Reading(java.util.Optional<Plan> plan, List<Finding> findings) {
        public Reading {
            findings = List.copyOf(findings);
        }

        /** @throws FlowFailure naming every error, with the code of the first */
        public Plan orFail(FlowCode code) {
            return plan.orElseThrow(() -> {
                var errors = findings.stream().filter(one -> !one.warning()).toList();
                boolean types = errors.stream().allMatch(one -> one.code() == FlowCode.NODE_TYPE);
                var text = new StringBuilder();
                for (var error : errors) {
                    text.append(text.isEmpty() ? "" : "; ");
                    text.append(error.nodeId().isEmpty() ? "" : error.nodeId() + ": ")
                            .append(error.message());
                }
                return new FlowFailure(types ? FlowCode.NODE_TYPE : code, text.toString());
            });
        }
    }

    private final Scope root;
    private final Map<String, Scope> inner;
    private final Set<String> subFlows;

    Plan(Scope root, Map<String, Scope> inner, Set<String> subFlows) {
        this.root = root;
        this.inner = Map.copyOf(inner);
        this.subFlows = Set.copyOf(subFlows);
    }

    /** Reads and checks {@code document}, the engine's form of a workflow. */
    public static Reading of(JsonNode document) {
        var findings = new ArrayList<Finding>();
        var read = Dsl.read(document, findings);
        var plan = new Compiler(read, findings).plan();
        return new Reading(java.util.Optional.ofNullable(plan), findings);
    }

    /** One node alone, run with literal inputs, without retries. @throws FlowFailure when it cannot be run like this */
    public static Plan single(JsonNode document) {
        var findings = new ArrayList<Finding>();
        var read = Dsl.read(document, findings);
        var plan = new Compiler(read, findings).single();
        return new Reading(java.util.Optional.ofNullable(plan), findings).orFail(FlowCode.NODE_DEBUG);
    }

    Scope root() {
        return root;
    }

    /** The nodes of one round of a container. */
    Scope rounds(String containerId) {
        var scope = inner.get(containerId);
        if (scope == null) {
            throw new IllegalArgumentException("not a container: " + containerId);
        }
        return scope;
    }

    /** {@code flowId} and {@code version}, joined by a space, of each workflow that this one calls. */
    public Set<String> subFlows() {
        return subFlows;
    }

    public int size() {
        return root.size() + inner.values().stream().mapToInt(Scope::size).sum();
    }

    /** The outputs that the start node declares: what a run takes as parameters. */
    public List<Parameter> parameters() {
        return root.nodes().getFirst().outputs().stream()
                .map(one -> new Parameter(one.name(), one.required(), one.schema(), one.file()))
                .toList();
    }

    /** What a run may be given. */
    public record Parameter(
            String name, boolean required, com.fasterxml.jackson.databind.node.ObjectNode schema, boolean file) {}

    /** Ids of all nodes of the outermost scope that come after {@code nodeId}, or after the container that holds it; with that. */
    public Set<String> from(String nodeId) {
        var number = root.numbers().get(outermost(nodeId));
        if (number == null) {
            throw new FlowFailure(FlowCode.NODE_RUN, "there is no node " + nodeId);
        }
        var found = new java.util.LinkedHashSet<String>();
        var queue = new java.util.ArrayDeque<Integer>();
        queue.add(number);
        while (!queue.isEmpty()) {
            int next = queue.remove();
            if (found.add(root.nodes().get(next).id())) {
                root.outgoing().get(next).forEach(exit -> queue.add(exit.target()));
            }
        }
        return found;
    }

    private String outermost(String nodeId) {
        for (var one : inner.entrySet()) {
            if (one.getValue().numbers().containsKey(nodeId)) {
                return outermost(one.getKey());
            }
        }
        return nodeId;
    }
}
