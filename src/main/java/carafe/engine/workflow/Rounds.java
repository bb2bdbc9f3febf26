package carafe.engine.workflow;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/** Nodes that hold others: iterations, loops, and calls of other workflows. */
final class Rounds {
    private static final int MOST_ELEMENTS = 10_000;
    private static final int MOST_DEPTH = 10;

    /** Each round on its own; results in the order of the elements, however the rounds end. */
    Result iterate(NodeRun work, Task.Iteration iteration) {
        if (iteration.seconds() == 0) {
            return iterate(work, iteration, work.stop());
        }
        return Patience.within(
                work.stop(),
                Duration.ofSeconds(iteration.seconds()),
                FlowCode.ITERATION,
                "it took more than " + iteration.seconds() + " s",
                patience -> iterate(work, iteration, patience.stop()));
    }

    private Result iterate(NodeRun work, Task.Iteration iteration, Stop outer) {
        var elements = elements(work);
        var ends = new @Nullable Ended[elements.size()];
        var stop = new Stop(outer);
        try {
            if (iteration.parallel()) {
                inParallel(work, iteration, elements, ends, stop);
                outer.check();
            } else {
                for (int i = 0; i < elements.size(); i++) {
                    ends[i] = round(work, iteration, elements.get(i), i, stop);
                }
            }
        } finally {
            stop.leave();
        }
        return collected(work.node(), ends, iteration.onError());
    }

    /** How a round ended: with outputs, or with a failure that does not end the others. */
    private record Ended(@Nullable ObjectNode outputs, Usage usage) {}

    private static List<JsonNode> elements(NodeRun work) {
        if (!(work.firstInput() instanceof ArrayNode array)) {
            throw new FlowFailure(FlowCode.ITERATION, "the first input must be a list");
        }
        if (array.size() > MOST_ELEMENTS) {
            throw new FlowFailure(FlowCode.ITERATION, "the list has more than " + MOST_ELEMENTS + " elements");
        }
        return array.valueStream().toList();
    }

    private Ended round(NodeRun work, Task.Iteration iteration, JsonNode element, int index, Stop stop) {
        var node = work.node();
        var given = work.inputs().deepCopy();
        given.set(node.inputs().getFirst().name(), element);
        var own = new Stop(stop);
        var round = new Round(
                work.run(),
                scope(work),
                work.round(),
                work.path() + "#" + index + "/",
                own,
                given,
                work.round().voice());
        try {
            var end = round.run();
            return new Ended(end == null ? Values.object() : end.step().outputs(), round.spent());
        } catch (FlowFailure e) {
            stop.check();
            if (iteration.onError() == Task.OnRound.FAIL) {
                throw e;
            }
            return new Ended(null, round.spent());
        } finally {
            own.leave();
        }
    }

    private static Scope scope(NodeRun work) {
        return work.round().plan().rounds(work.node().id());
    }

    private void inParallel(
            NodeRun work, Task.Iteration iteration, List<JsonNode> elements, @Nullable Ended[] ends, Stop stop) {
        var places = new Semaphore(iteration.concurrency());
        var threads = new ArrayList<Thread>();
        var failures = new ArrayList<RuntimeException>();
        for (int i = 0; i < elements.size() && !stop.isStopped(); i++) {
            places.acquireUninterruptibly();
            int index = i;
            threads.add(Thread.ofVirtual().name("workflow-round").start(() -> {
                try {
                    stop.check();
                    ends[index] = round(work, iteration, elements.get(index), index, stop);
                } catch (RuntimeException e) {
                    boolean waits = e instanceof Suspended;
                    synchronized (failures) {
                        failures.add(
                                waits
                                        ? new FlowFailure(FlowCode.ITERATION, "a parallel round cannot wait for days")
                                        : e);
                    }
                    stop.stop();
                } finally {
                    places.release();
                }
            }));
        }
        threads.forEach(Rounds::join);
        if (!failures.isEmpty()) {
            throw failures.getFirst();
        }
    }

    private static void join(Thread thread) {
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static Result collected(Node node, @Nullable Ended[] ends, Task.OnRound onError) {
        var outputs = Values.object();
        node.outputs().forEach(output -> outputs.putArray(output.name()));
        var usage = Usage.NONE;
        for (var end : ends) {
            var values = end == null ? null : end.outputs();
            usage = end == null ? usage : usage.plus(end.usage());
            if (values == null && onError == Task.OnRound.DROP) {
                continue;
            }
            for (var output : node.outputs()) {
                var value = values == null ? null : values.get(output.name());
                ((ArrayNode) outputs.get(output.name())).add(value == null ? Values.JSON.nullNode() : value);
            }
        }
        return Result.of(outputs).costing(usage, "");
    }

    /** Round after round, until its condition holds, a node leaves it, or it went round often enough. */
    Result loop(NodeRun work, Task.Loop loop) {
        var variables = Values.object();
        for (var one : loop.variables()) {
            var value = work.round().value(one.initial());
            variables.set(one.name(), value.isNull() ? Values.initial(one.schema()) : value);
        }
        var usage = Usage.NONE;
        var stop = new Stop(work.stop());
        try {
            for (int i = 0; i < loop.most() && !isOver(work, loop, variables); i++) {
                work.round().meanwhile(work.number(), variables.deepCopy());
                var round = new Round(
                        work.run(),
                        scope(work),
                        work.round(),
                        work.path() + "#" + i + "/",
                        stop,
                        given(work, variables),
                        work.round().voice());
                var end = round.run();
                usage = usage.plus(round.spent());
                if (end == null) {
                    break;
                }
                end.step().outputs().properties().stream()
                        .filter(one -> variables.has(one.getKey()))
                        .forEach(one -> variables.set(one.getKey(), one.getValue()));
                if (end.node().task() instanceof Task.RoundEnd last && last.exits()) {
                    break;
                }
            }
        } finally {
            stop.leave();
        }
        var outputs = variables.deepCopy();
        for (var output : work.node().outputs()) {
            if (!outputs.has(output.name())) {
                outputs.set(output.name(), Values.initial(output.schema()));
            }
        }
        return Result.of(outputs).costing(usage, "");
    }

    private static ObjectNode given(NodeRun work, ObjectNode variables) {
        var given = work.inputs().deepCopy();
        given.setAll(variables);
        return given;
    }

    private static boolean isOver(NodeRun work, Task.Loop loop, ObjectNode variables) {
        var termination = loop.termination();
        return termination != null
                && Conditions.hold(termination, id -> {
                    for (var one : loop.variables()) {
                        if (one.id().equals(id) || one.name().equals(id)) {
                            return variables.path(one.name());
                        }
                    }
                    return work.inputById(id);
                });
    }

    /** Another workflow as one node: its nodes are steps of this run, and what it says is the node's answer. */
    Result call(NodeRun work, Task.SubFlow flow) {
        var plan = work.run().setting.called().get(flow.flowId() + " " + flow.version());
        if (plan == null) {
            throw new FlowFailure(
                    FlowCode.SUB_FLOW, "the workflow " + flow.flowId() + " is not there or not published");
        }
        if (work.path().chars().filter(c -> c == '/').count() >= MOST_DEPTH) {
            throw new FlowFailure(FlowCode.SUB_FLOW, "workflows may call each other " + MOST_DEPTH + " deep");
        }
        var late = "it took more than " + flow.seconds() + " s";
        return Patience.within(
                work.stop(),
                Duration.ofSeconds(flow.seconds()),
                FlowCode.SUB_FLOW,
                late,
                whole -> spoken(work, plan, whole.stop()));
    }

    /** Where tries were asked for, it must say something before its limit, again and again. */
    private static Result spoken(NodeRun work, Plan plan, Stop stop) {
        return work.node().retry().asked()
                ? Patience.within(
                        stop,
                        work.limit(),
                        FlowCode.SUB_FLOW,
                        "it was silent for too long",
                        silence -> call(work, plan, silence.stop(), silence::heard))
                : call(work, plan, stop, () -> {});
    }

    private static Result call(NodeRun work, Plan plan, Stop stop, Runnable heard) {
        var content = new StringBuilder();
        var reasoning = new StringBuilder();
        Round.Voice voice = (node, path, said, thought) -> {
            heard.run();
            content.append(said);
            reasoning.append(thought);
            var piece = new Step.Piece(0, said.isEmpty() ? thought : said, said.isEmpty());
            work.pieces().add(piece);
            work.round().hear(work.number(), piece);
        };
        // each try has steps of its own: two of one path could not be kept
        var prefix = work.path() + "#" + (work.attempt() - 1) + "/";
        var round = new Round(work.run(), plan, prefix, stop, work.inputs(), voice);
        var end = round.run();
        if (end == null) {
            throw new FlowFailure(FlowCode.SUB_FLOW, "it reached no end node");
        }
        return Result.of(outputs(work.node(), end, content.toString(), reasoning.toString()))
                .costing(round.spent(), content.toString());
    }

    private static ObjectNode outputs(Node node, Round.End end, String content, String reasoning) {
        if (end.node().task() instanceof Task.End last && last.template() == null) {
            return Nodes.fitted(node, end.step().outputs());
        }
        var outputs = Values.object();
        boolean single = node.outputs().size() == 1;
        for (var output : node.outputs()) {
            outputs.put(
                    output.name(),
                    single || output.name().equals("content")
                            ? content
                            : output.name().equals("reasoning_content") ? reasoning : "");
        }
        return outputs;
    }
}
