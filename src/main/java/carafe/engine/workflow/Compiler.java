package carafe.engine.workflow;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Makes a plan of what {@link Dsl} read. Everything here is linear in nodes and edges, and nothing recurses. */
final class Compiler {
    private static final int MOST_DEPTH = 20;

    private final Map<String, Node> nodes;
    private final List<Edge> edges;
    private final List<Finding> findings;
    private final Map<String, List<Edge>> leaving = new HashMap<>();
    /** The container whose rounds a node belongs to; the outermost nodes have "". */
    private final Map<String, String> home = new HashMap<>();

    private final Map<String, Scope> scopes = new LinkedHashMap<>();

    Compiler(Dsl.Document read, List<Finding> findings) {
        this.nodes = read.nodes();
        this.edges = read.edges();
        this.findings = findings;
    }

    private void error(String nodeId, String message) {
        findings.add(Finding.error(FlowCode.DSL_INVALID, nodeId, message));
    }

    private boolean broken() {
        return findings.stream().anyMatch(one -> !one.warning());
    }

    /** Null when something is wrong. */
    @Nullable
    Plan plan() {
        if (nodes.isEmpty()) {
            if (!broken()) {
                error("", "there are no nodes");
            }
            return null;
        }
        edges.forEach(edge ->
                leaving.computeIfAbsent(edge.source(), id -> new ArrayList<>()).add(edge));
        var start = only(Task.Start.class, "node-start");
        var end = only(Task.End.class, "node-end");
        if (start == null || end == null) {
            checkHandles();
            return null;
        }
        place(start);
        checkHandles();
        checkReferences();
        if (broken()) {
            return null;
        }
        var outermost = scopes.get("");
        if (outermost == null || !outermost.numbers().containsKey(end)) {
            error(end, "the end cannot be reached from the start");
            return null;
        }
        return new Plan(outermost, inner(), subFlows());
    }

    /** A plan of one node alone. */
    @Nullable
    Plan single() {
        if (nodes.size() != 1) {
            if (findings.isEmpty()) {
                error("", "exactly one node can be tried");
            }
            return null;
        }
        var node = nodes.values().iterator().next();
        boolean literals = node.inputs().stream().allMatch(one -> one.source() instanceof Node.Source.Literal);
        if (!literals) {
            error(node.id(), "its inputs must be literals");
        }
        if (node.task() instanceof Task.Iteration
                || node.task() instanceof Task.Loop
                || node.task() instanceof Task.Question) {
            error(node.id(), "a node of this type cannot be tried alone");
        }
        if (node.task() instanceof Task.Wait wait && wait.seconds() > Questions.NAP_SECONDS) {
            error(node.id(), "it waits too long to be tried alone");
        }
        var once = new Node.Retry(false, 1, node.retry().timeoutMs(), Node.OnError.FAIL, null);
        var tried = new Node(node.id(), node.type(), node.alias(), node.inputs(), node.outputs(), node.task(), once);
        var scope = scope(List.of(tried), 1);
        return broken() ? null : new Plan(scope, Map.of(), subFlows());
    }

    private Map<String, Scope> inner() {
        var inner = new HashMap<>(scopes);
        inner.remove("");
        return inner;
    }

    private Set<String> subFlows() {
        var called = new LinkedHashSet<String>();
        for (var node : nodes.values()) {
            if (node.task() instanceof Task.SubFlow flow) {
                called.add(flow.flowId() + " " + flow.version());
            }
        }
        return called;
    }

    private @Nullable String only(Class<? extends Task> kind, String type) {
        var found = nodes.values().stream()
                .filter(node -> kind.isInstance(node.task()))
                .toList();
        if (found.size() != 1) {
            error("", "there must be exactly one " + type + ", not " + found.size());
            return null;
        }
        return found.getFirst().id();
    }

    /** Finds which nodes run together, from the start and from the first node of each container. */
    private void place(String start) {
        record Entry(String container, String first, int depth) {}
        var waiting = new ArrayDeque<Entry>();
        waiting.add(new Entry("", start, 0));
        while (!waiting.isEmpty()) {
            var entry = waiting.remove();
            var members = reach(entry.container(), entry.first());
            for (var id : members) {
                var first = firstOf(nodes.get(id));
                if (first == null) {
                    continue;
                }
                if (entry.depth() == MOST_DEPTH) {
                    error(id, "containers may be nested " + MOST_DEPTH + " deep");
                } else if (nodes.get(first) == null || !(nodes.get(first).task() instanceof Task.RoundStart)) {
                    error(id, "its first node '" + first + "' is not there, or no start of rounds");
                } else if (home.containsKey(first)) {
                    error(id, "its first node '" + first + "' belongs to another container");
                } else {
                    waiting.add(new Entry(id, first, entry.depth() + 1));
                }
            }
            var scope = scope(members);
            if (scope != null) {
                scopes.put(entry.container(), scope);
            }
        }
        for (var node : nodes.values()) {
            if (!home.containsKey(node.id())) {
                findings.add(Finding.warning(node.id(), "it cannot be reached and will not run"));
            }
        }
        checkRounds();
    }

    private static @Nullable String firstOf(@Nullable Node container) {
        if (container == null) {
            return null;
        }
        return switch (container.task()) {
            case Task.Iteration iteration -> iteration.start();
            case Task.Loop loop -> loop.start();
            default -> null;
        };
    }

    private List<String> reach(String container, String first) {
        var members = new ArrayList<String>();
        var queue = new ArrayDeque<String>();
        queue.add(first);
        while (!queue.isEmpty()) {
            var id = queue.remove();
            var other = home.putIfAbsent(id, container);
            if (other != null) {
                if (!other.equals(container)) {
                    error(id, "it belongs to two containers");
                }
                continue;
            }
            members.add(id);
            leaving.getOrDefault(id, List.of()).forEach(edge -> queue.add(edge.target()));
        }
        return members;
    }

    private void checkRounds() {
        scopes.forEach((container, scope) -> {
            boolean inside = !container.isEmpty();
            boolean ends = false;
            for (var node : scope.nodes()) {
                boolean round = node.task() instanceof Task.RoundStart || node.task() instanceof Task.RoundEnd;
                if (round && !inside) {
                    error(node.id(), "it can only be inside a container");
                }
                if (inside && (node.task() instanceof Task.Start || node.task() instanceof Task.End)) {
                    error(node.id(), "it cannot be inside a container");
                }
                ends |= node.task() instanceof Task.RoundEnd;
                if (node.task() instanceof Task.Question && isParallel(container)) {
                    error(node.id(), "a parallel iteration cannot ask questions");
                }
                if (node.task() instanceof Task.Wait wait
                        && wait.seconds() > Questions.NAP_SECONDS
                        && isParallel(container)) {
                    error(node.id(), "a parallel iteration cannot wait longer than " + Questions.NAP_SECONDS + " s");
                }
            }
            if (inside && !ends) {
                error(container, "its rounds have no end node");
            }
        });
    }

    private boolean isParallel(String container) {
        for (var at = container; !at.isEmpty(); at = home.getOrDefault(at, "")) {
            var node = nodes.get(at);
            if (node != null && node.task() instanceof Task.Iteration it && it.parallel()) {
                return true;
            }
        }
        return false;
    }

    /** Orders the members; null, with a finding, when they go round in circles. */
    private @Nullable Scope scope(List<String> members) {
        var among = new HashSet<>(members);
        var left = new HashMap<String, Integer>();
        members.forEach(id -> left.put(id, 0));
        for (var id : members) {
            leaving.getOrDefault(id, List.of()).forEach(edge -> left.merge(edge.target(), 1, Integer::sum));
        }
        var order = new ArrayList<Node>();
        var ready = new ArrayDeque<String>();
        members.stream().filter(id -> left.getOrDefault(id, 0) == 0).forEach(ready::add);
        while (!ready.isEmpty()) {
            var id = ready.remove();
            var node = nodes.get(id);
            if (node != null) {
                order.add(node);
            }
            for (var edge : leaving.getOrDefault(id, List.of())) {
                if (left.merge(edge.target(), -1, Integer::sum) == 0) {
                    ready.add(edge.target());
                }
            }
        }
        if (order.size() < among.size()) {
            var circle = members.stream()
                    .filter(id -> left.getOrDefault(id, 0) > 0)
                    .limit(5)
                    .toList();
            error(circle.getFirst(), "there is a circle through " + circle);
            return null;
        }
        return scope(order, members.size());
    }

    private Scope scope(List<Node> order, int size) {
        var numbers = new HashMap<String, Integer>();
        for (int i = 0; i < size; i++) {
            numbers.put(order.get(i).id(), i);
        }
        var incoming = new int[size];
        var outgoing = new ArrayList<List<Scope.Exit>>();
        for (var node : order) {
            var exits = new ArrayList<Scope.Exit>();
            for (var edge : leaving.getOrDefault(node.id(), List.of())) {
                int target = numbers.getOrDefault(edge.target(), 0);
                incoming[target]++;
                exits.add(new Scope.Exit(target, edge.handle(), edge.isFailure()));
            }
            outgoing.add(List.copyOf(exits));
        }
        var above = above(outgoing, size);
        var before = new ArrayList<BitSet>();
        var speakersAbove = new ArrayList<BitSet>();
        boolean speaks = false;
        for (int i = 0; i < size; i++) {
            var node = order.get(i);
            var gate = new BitSet();
            if (node.speaks()) {
                above.get(i).stream().filter(n -> isGate(order.get(n))).forEach(gate::set);
            }
            speaks |= node.speaks() || mayHoldMessages(node);
            before.add(gate);
            speakersAbove.add(node.speaks() ? above.get(i) : new BitSet());
        }
        return new Scope(order, numbers, incoming, outgoing, before, speakersAbove, heard(order, numbers), speaks);
    }

    private static List<List<Integer>> heard(List<Node> order, Map<String, Integer> numbers) {
        var heard = new ArrayList<List<Integer>>();
        order.forEach(node -> heard.add(new ArrayList<>()));
        for (int i = 0; i < order.size(); i++) {
            if (!order.get(i).speaks()) {
                continue;
            }
            for (var input : order.get(i).inputs()) {
                if (input.source() instanceof Node.Source.Ref ref && numbers.containsKey(ref.nodeId())) {
                    heard.get(numbers.get(ref.nodeId())).add(i);
                }
            }
        }
        return heard;
    }

    /** All nodes on the ways to each node; sets of bits, so that thousands of nodes cost some megabytes for a moment. */
    private static List<BitSet> above(List<List<Scope.Exit>> outgoing, int size) {
        var above = new ArrayList<BitSet>();
        for (int i = 0; i < size; i++) {
            above.add(new BitSet());
        }
        for (int i = 0; i < size; i++) {
            for (var exit : outgoing.get(i)) {
                above.get(exit.target()).or(above.get(i));
                above.get(exit.target()).set(i);
            }
        }
        return above;
    }

    private boolean isGate(Node node) {
        return node.hasFailureBranch()
                || switch (node.task()) {
                    case Task.Message m -> true;
                    case Task.IfElse i -> true;
                    case Task.Decision d -> true;
                    case Task.Question q -> true;
                    case Task.Iteration i -> mayHoldMessages(node);
                    case Task.Loop l -> mayHoldMessages(node);
                    default -> false;
                };
    }

    /** A container may hold messages when the workflow has any besides its end: cheap, and waits at most too long. */
    private boolean mayHoldMessages(Node container) {
        return firstOf(container) != null
                && nodes.values().stream().anyMatch(node -> node.task() instanceof Task.Message);
    }

    private void checkHandles() {
        for (var node : nodes.values()) {
            var known = handles(node);
            var used = new HashSet<String>();
            for (var edge : leaving.getOrDefault(node.id(), List.of())) {
                used.add(edge.handle());
                boolean usual = edge.handle().isEmpty() || known.isEmpty();
                if (edge.isFailure() || (known.isEmpty() && usual)) {
                    continue;
                }
                if (!known.contains(edge.handle())) {
                    error(node.id(), "an edge leaves by '" + edge.handle() + "', which is none of " + known);
                }
            }
            for (var handle : known) {
                if (!used.contains(handle)) {
                    findings.add(Finding.warning(node.id(), "no edge leaves by '" + handle + "'"));
                }
            }
            if (node.hasFailureBranch() && used.stream().noneMatch(handle -> handle.contains("fail_one_of"))) {
                findings.add(Finding.warning(node.id(), "it has a failure branch, but no edge leaves by it"));
            }
        }
    }

    private static Set<String> handles(Node node) {
        return switch (node.task()) {
            case Task.IfElse choice ->
                new LinkedHashSet<>(choice.cases().stream().map(Task.Case::id).toList());
            case Task.Decision choice ->
                new LinkedHashSet<>(
                        choice.intents().stream().map(Task.Intent::id).toList());
            case Task.Question question
            when question.options() ->
                new LinkedHashSet<>(
                        question.choices().stream().map(Task.Option::id).toList());
            default -> Set.of();
        };
    }

    private void checkReferences() {
        for (var node : nodes.values()) {
            for (var input : node.inputs()) {
                if (input.source() instanceof Node.Source.Ref ref) {
                    checkReference(node, input, ref);
                }
            }
            if (node.task() instanceof Task.IfElse choice) {
                choice.cases().forEach(one -> checkConditions(node, one.logic()));
            }
        }
    }

    private void checkConditions(Node node, Task.Logic logic) {
        for (var condition : logic.conditions()) {
            for (var id : new @Nullable String[] {condition.left(), condition.right()}) {
                if (id != null
                        && !id.isEmpty()
                        && node.inputs().stream().noneMatch(input -> input.id().equals(id))) {
                    error(node.id(), "a condition names the input '" + id + "', which is not there");
                }
            }
        }
    }

    private void checkReference(Node node, Node.Input input, Node.Source.Ref ref) {
        var other = nodes.get(ref.nodeId());
        if (other == null) {
            error(node.id(), "'" + input.name() + "' refers to the node '" + ref.nodeId() + "', which is not there");
            return;
        }
        var from = home.get(other.id());
        if (from == null || !home.containsKey(node.id())) {
            return; // one of the two never runs, and that was said
        }
        if (!encloses(from, home.getOrDefault(node.id(), ""))) {
            error(
                    node.id(),
                    "'" + input.name() + "' refers to '" + other.id() + "', which is inside another container");
            return;
        }
        var name = ref.path().name();
        boolean own = name.equals("errorCode") || name.equals("errorMessage") || other.task() instanceof Task.Loop;
        var output = other.output(name);
        if (output == null && !own) {
            findings.add(Finding.warning(
                    node.id(),
                    "'" + input.name() + "' refers to '" + name + "', which '" + other.id() + "' does not have"));
        } else if (output != null && ref.path().steps().isEmpty() && !alike(output.type(), input.type())) {
            findings.add(Finding.warning(
                    node.id(), "'" + input.name() + "' is a " + input.type() + " and refers to a " + output.type()));
        }
    }

    private static boolean alike(String a, String b) {
        return a.equals(b) || (a.equals("integer") && b.equals("number"));
    }

    /** Whether rounds of {@code outer} are around, or are, those of {@code inner}. */
    private boolean encloses(String outer, String inner) {
        for (var at = inner; ; at = home.getOrDefault(at, "")) {
            if (at.equals(outer)) {
                return true;
            }
            if (at.isEmpty()) {
                return false;
            }
        }
    }
}
