package carafe.engine.workflow;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import org.jspecify.annotations.Nullable;

/**
 * One pass through the nodes of a scope: the whole run, or one round of a container. Edges are counted: a node is ready
 * when each edge to it is decided and one at least is alive; without a living one it is not run, and its own edges die.
 * What is ready runs at once, each on a virtual thread, but for nodes that only compute: those run one after another on
 * the thread that made them ready. Fields that change are guarded by the lock of the run.
 */
final class Round {
    private enum State {
        WAITING,
        RUNNING,
        DONE,
        DEAD
    }

    final Scope scope;
    private final Plan plan;
    final @Nullable Round outer;
    final String prefix;
    final Stop stop;
    private final Execution run;
    private final ObjectNode given;
    private final Voice voice;
    private final Condition changed;
    private final State[] states;
    private final int[] left;
    private final boolean[] alive;
    private final @Nullable Result[] results;
    private final @Nullable List<Step.Piece>[] heard;
    private final Speaking speaking;
    private Usage spent = Usage.NONE;
    private int workers;
    private int over;
    private boolean suspended;
    private @Nullable FlowFailure failure;
    private @Nullable RuntimeException fault;
    private @Nullable Node last;
    private @Nullable Step lastStep;

    /** Where the words of a round go. */
    interface Voice {
        void say(Node node, String path, String content, String reasoning);
    }

    /** @param given outputs of the first node */
    @SuppressWarnings({"unchecked", "rawtypes"})
    private Round(
            Execution run,
            Plan plan,
            Scope scope,
            @Nullable Round outer,
            String prefix,
            Stop stop,
            ObjectNode given,
            Voice voice) {
        this.run = run;
        this.plan = plan;
        this.scope = scope;
        this.outer = outer;
        this.prefix = prefix;
        this.stop = stop;
        this.given = given;
        this.voice = voice;
        this.changed = run.lock.newCondition();
        this.states = new State[scope.size()];
        java.util.Arrays.fill(states, State.WAITING);
        this.left = scope.incoming().clone();
        this.alive = new boolean[scope.size()];
        this.results = new Result[scope.size()];
        this.heard = new List[scope.size()];
        this.speaking = new Speaking(this);
        stop.on(this::wake);
    }

    /** The nodes of another workflow, which a node of {@code caller}'s run calls. */
    Round(Execution run, Plan plan, String prefix, Stop stop, ObjectNode given, Voice voice) {
        this(run, plan, plan.root(), null, prefix, stop, given, voice);
    }

    /** One round of a container of {@code outer}. */
    Round(Execution run, Scope scope, Round outer, String prefix, Stop stop, ObjectNode given, Voice voice) {
        this(run, outer.plan, scope, outer, prefix, stop, given, voice);
    }

    Plan plan() {
        return plan;
    }

    Voice voice() {
        return voice;
    }

    /** What became of it: the node it ended with, and what that left. */
    record End(Node node, Step step) {}

    /**
     * Runs to the end on the calling thread and others.
     *
     * @return null when no end node was reached
     * @throws FlowFailure when a node failed and nothing made up for it, or it was cancelled
     * @throws Suspended when it waits for something from outside and nothing else can be done meanwhile
     */
    @Nullable
    End run() {
        employ();
        work(0);
        run.lock.lock();
        try {
            while (workers > 0) {
                changed.awaitUninterruptibly();
            }
            speaking.close();
            if (fault != null) {
                throw fault;
            }
            if (failure != null) {
                throw failure;
            }
            if (suspended) {
                throw new Suspended();
            }
            return last == null || lastStep == null ? null : new End(last, lastStep);
        } finally {
            run.lock.unlock();
        }
    }

    /** One worker more, before its thread runs. */
    private void employ() {
        run.lock.lock();
        try {
            workers++;
            run.resume();
        } finally {
            run.lock.unlock();
        }
    }

    private void work(int first) {
        var own = new ArrayDeque<Integer>(List.of(first));
        try {
            for (var next = own.poll(); next != null; next = own.poll()) {
                step(next, own);
            }
        } catch (Suspended e) {
            run.lock.lock();
            try {
                suspended = true;
                run.flush();
            } finally {
                run.lock.unlock();
            }
        } catch (FlowFailure e) {
            fail(e);
        } catch (RuntimeException | Error e) {
            broken(e instanceof RuntimeException r ? r : new IllegalStateException(e));
        } finally {
            left();
        }
    }

    /** One worker less. After the last one whoever began the round goes on. */
    private void left() {
        run.lock.lock();
        try {
            workers--;
            run.rest(workers > 0);
        } catch (RuntimeException e) {
            broken(e);
        } finally {
            changed.signalAll();
            run.lock.unlock();
        }
    }

    private void fail(FlowFailure e) {
        run.lock.lock();
        try {
            if (failure == null) {
                failure = e;
            }
            changed.signalAll();
        } finally {
            run.lock.unlock();
        }
        stop.stop();
    }

    private void broken(RuntimeException e) {
        run.lock.lock();
        try {
            if (fault == null) {
                fault = e;
            }
            changed.signalAll();
        } finally {
            run.lock.unlock();
        }
        stop.stop();
    }

    /** Runs one node; what this thread is to run next is added to {@code own}. */
    private void step(int number, ArrayDeque<Integer> own) {
        var node = scope.nodes().get(number);
        var path = prefix + node.id();
        var known = run.recorded(path);
        var begun = begin(number, node, path, known);
        if (known != null && !(run.replays() && isContainer(node))) {
            again(number, node, known, own);
        } else {
            perform(new NodeRun(run, this, number, node, path, begun.inputs()), begun, known, own);
        }
    }

    /** When a node began, and what it read then. */
    private record Begun(long no, long at, ObjectNode inputs) {}

    private Begun begin(int number, Node node, String path, @Nullable Step known) {
        run.lock.lock();
        try {
            long at = run.millis();
            long no = 0;
            if (node.speaks()) {
                stop.check();
                states[number] = State.RUNNING;
                at = speaking.await(number, at);
            } else {
                no = run.event(known == null ? null : known.startNo(), stop);
                states[number] = State.RUNNING;
                if (speaksAloud()) {
                    run.frames.start(node, path);
                }
                scope.heard().get(number).forEach(speaking::activate);
                speaking.advance();
            }
            return new Begun(no, at, inputs(node));
        } finally {
            run.lock.unlock();
        }
    }

    private static boolean isContainer(Node node) {
        return node.task() instanceof Task.Iteration
                || node.task() instanceof Task.Loop
                || node.task() instanceof Task.SubFlow;
    }

    /** What is over is not done again; only what it said is told to those who pass it on. */
    private void again(int number, Node node, Step known, ArrayDeque<Integer> own) {
        for (var piece : known.pieces()) {
            run.lock.lock();
            try {
                long _ = run.event(piece.no(), stop);
                hear(number, piece);
            } finally {
                run.lock.unlock();
            }
        }
        run.lock.lock();
        try {
            if (known.state() == Step.State.CANCELLED) {
                while (true) {
                    awaitChange(); // what it was cancelled for will happen again
                }
            }
            long _ = run.event(known.endNo(), stop);
            end(number, node, known, false, own);
        } finally {
            run.lock.unlock();
        }
    }

    private void perform(NodeRun work, Begun begun, @Nullable Step known, ArrayDeque<Integer> own) {
        boolean takesLong = takesLong(work.node());
        Result result = null;
        FlowFailure failed = null;
        if (takesLong) {
            beginsLong();
        }
        try {
            result = run.nodes.run(work);
        } catch (FlowFailure e) {
            failed = e;
        } finally {
            if (takesLong) {
                endsLong();
            }
        }
        run.lock.lock();
        try {
            boolean cancelled = stop.isStopped() || (failed != null && failed.code() == FlowCode.CANCELLED);
            long no = cancelled ? 0 : run.event(known == null ? null : known.endNo(), stop);
            var step = result != null && !cancelled
                    ? done(work, result, begun, no)
                    : notDone(work, failed == null || cancelled ? Stop.cancelled() : failed, begun, no);
            run.keep(step, !takesLong);
            end(work.number(), work.node(), step, true, own);
        } finally {
            run.lock.unlock();
        }
    }

    private void beginsLong() {
        run.lock.lock();
        try {
            run.flush();
            run.rest(false);
        } finally {
            run.lock.unlock();
        }
    }

    private void endsLong() {
        run.lock.lock();
        try {
            run.resume();
        } finally {
            run.lock.unlock();
        }
    }

    private Step done(NodeRun work, Result result, Begun begun, long no) {
        return new Step(
                work.path(),
                work.node().id(),
                result.attempts(),
                Step.State.DONE,
                result.branched() ? Result.FAILURE : result.handle(),
                begun.inputs(),
                result.outputs(),
                result.errors(),
                0,
                "",
                result.usage(),
                result.raw(),
                result.pieces(),
                begun.no(),
                no,
                begun.at(),
                run.millis());
    }

    private Step notDone(NodeRun work, FlowFailure failed, Begun begun, long no) {
        return new Step(
                work.path(),
                work.node().id(),
                work.attempt(),
                failed.code() == FlowCode.CANCELLED ? Step.State.CANCELLED : Step.State.FAILED,
                "",
                begun.inputs(),
                Values.object(),
                null,
                failed.number(),
                failed.explain(),
                Usage.NONE,
                "",
                work.pieces(),
                begun.no(),
                no,
                begun.at(),
                run.millis());
    }

    /**
     * The state after a node, under the lock. What became ready and only computes is for this thread, and so is one of
     * the others when this thread has nothing else to do; the rest get threads of their own.
     */
    private void end(int number, Node node, Step step, boolean performed, ArrayDeque<Integer> own) {
        stop.check();
        if (step.state() == Step.State.FAILED) {
            if (speaksAloud()) {
                run.frames.end(node, step, "", counts(node));
            }
            throw FlowFailure.again(step.code(), step.message());
        }
        var ready = new ArrayDeque<Integer>();
        spent = spent.plus(step.usage());
        if (!(performed && isContainer(node))) {
            run.cost(step.usage()); // what is inside a container was counted there
        }
        var result = Result.of(step);
        results[number] = result;
        states[number] = State.DONE;
        over++;
        decide(number, result, ready);
        told();
        if (speaksAloud()) {
            run.frames.end(node, step, node.speaks() ? speaking.unsaid(number) : "", counts(node));
        }
        if (node.task() instanceof Task.End || node.task() instanceof Task.RoundEnd) {
            last = node;
            lastStep = step;
        }
        speaking.ended(number);
        speaking.advance();
        changed.signalAll();
        for (int one : ready) {
            if (onlyComputes(one)) {
                own.add(one);
            }
        }
        for (int one : ready) {
            if (onlyComputes(one)) {
                continue;
            }
            if (own.isEmpty()) {
                own.add(one);
            } else {
                employ();
                Thread.ofVirtual().name("workflow-node").start(() -> work(one));
            }
        }
    }

    /** Whether it is over in no time, without a wait for anything. */
    private boolean onlyComputes(int number) {
        var node = scope.nodes().get(number);
        return !takesLong(node) && !node.speaks() && run.recorded(prefix + node.id()) == null;
    }

    private void told() {
        if (prefix.isEmpty()) {
            run.frames.over(over);
        }
    }

    static boolean counts(Node node) {
        return node.task() instanceof Task.Llm
                || node.task() instanceof Task.Decision
                || node.task() instanceof Task.Extractor
                || node.task() instanceof Task.Question;
    }

    private static boolean takesLong(Node node) {
        return switch (node.task()) {
            case Task.Start s -> node.outputs().stream().anyMatch(Node.Output::file);
            case Task.RoundStart s -> false;
            case Task.RoundEnd e -> false;
            case Task.IfElse i -> false;
            case Task.Joiner j -> false;
            case Task.Aggregation a -> false;
            default -> !node.speaks();
        };
    }

    /** Decides the edges that leave a node, and what follows from it. */
    private void decide(int number, @Nullable Result result, ArrayDeque<Integer> ready) {
        var dying = new ArrayDeque<Integer>();
        leave(number, result, ready, dying);
        while (!dying.isEmpty()) {
            int dead = dying.remove();
            states[dead] = State.DEAD;
            over++;
            speaking.ended(dead);
            leave(dead, null, ready, dying);
        }
    }

    private void leave(int number, @Nullable Result result, ArrayDeque<Integer> ready, ArrayDeque<Integer> dying) {
        for (var exit : scope.outgoing().get(number)) {
            int target = exit.target();
            alive[target] |= result != null && taken(exit, result);
            if (--left[target] == 0) {
                (alive[target] ? ready : dying).add(target);
            }
        }
    }

    private static boolean taken(Scope.Exit exit, Result result) {
        if (exit.failure() || result.branched()) {
            return exit.failure() && result.branched();
        }
        return exit.handle().isEmpty()
                || result.handle().isEmpty()
                || exit.handle().equals(result.handle());
    }

    /** Whether its nodes are shown to clients: those of a sub-workflow are not. */
    boolean speaksAloud() {
        return voice.equals(run.aloud);
    }

    // ---- what nodes read

    ObjectNode given() {
        return given;
    }

    ObjectNode inputs(Node node) {
        var inputs = Values.object();
        node.inputs().forEach(input -> inputs.set(input.name(), value(input)));
        return inputs;
    }

    /** The value of an input as things stand. */
    JsonNode value(Node.Input input) {
        return switch (input.source()) {
            case Node.Source.Literal literal -> literal.value();
            case Node.Source.Ref ref -> {
                var value = ref.path().in(output(ref.nodeId(), ref.path().name()));
                yield value.isMissingNode() ? Values.zero(input.type()) : value;
            }
        };
    }

    /** The output of a node of this round or of those around it, its default while there is none. */
    private JsonNode output(String nodeId, String name) {
        for (var round = this; round != null; round = round.outer) {
            var number = round.scope.numbers().get(nodeId);
            if (number != null) {
                return round.output(number, name);
            }
        }
        return Dsl.missing();
    }

    private JsonNode output(int number, String name) {
        var node = scope.nodes().get(number);
        var result = results[number];
        if (result != null) {
            var value = result.outputs().get(name);
            if (value != null) {
                return value;
            }
            if (name.equals("errorCode") || name.equals("errorMessage")) {
                var errors = result.errors() == null ? Values.object() : result.errors();
                return errors.has(name)
                        ? errors.path(name)
                        : Values.zero(name.equals("errorCode") ? "integer" : "string");
            }
        }
        var output = node.output(name);
        return output == null ? Dsl.missing() : Values.initial(output.schema());
    }

    // ---- streams

    /** A piece of a node's stream came; under the lock. */
    void hear(int number, Step.Piece piece) {
        var pieces = heard[number];
        if (pieces == null) {
            pieces = new ArrayList<>();
            heard[number] = pieces;
        }
        pieces.add(piece);
        speaking.advance();
    }

    List<Step.Piece> heard(int number) {
        var pieces = heard[number];
        return pieces == null ? List.of() : pieces;
    }

    void say(Node node, String content, String reasoning) {
        voice.say(node, prefix + node.id(), content, reasoning);
    }

    /** Whether a node may speak now; else {@code waiting} hears when another one has finished. */
    boolean takeFloor(Node node, Speaking waiting) {
        return !speaksAloud() || run.takeFloor(prefix + node.id(), waiting);
    }

    void leaveFloor(Node node) {
        if (speaksAloud()) {
            run.leaveFloor(prefix + node.id());
        }
    }

    /** A node that speaks has begun to. */
    void begins(Node node) {
        if (speaksAloud()) {
            run.frames.start(node, prefix + node.id());
        }
    }

    boolean isOver(int number) {
        return states[number] == State.DONE || states[number] == State.DEAD;
    }

    boolean isDone(int number) {
        return states[number] == State.DONE;
    }

    /** Whether every edge to it is decided. */
    boolean isReady(int number) {
        return left[number] == 0;
    }

    /** Waits, under the lock, until something changes; the caller looks whether it is what it waits for. */
    @SuppressWarnings("WaitNotInLoop")
    void awaitChange() {
        run.rest(true);
        changed.awaitUninterruptibly();
        run.resume();
        stop.check();
    }

    void changed() {
        changed.signalAll();
    }

    long millis() {
        return run.millis();
    }

    /** Wakes who waits for a change, when the run is stopped from outside. */
    void wake() {
        run.lock.lock();
        try {
            changed.signalAll();
            run.wake();
        } finally {
            run.lock.unlock();
        }
    }

    /** What its nodes cost. */
    Usage spent() {
        return spent;
    }

    /** What a container reads as while its rounds run. */
    void meanwhile(int number, ObjectNode outputs) {
        run.lock.lock();
        try {
            results[number] = Result.of(outputs);
        } finally {
            run.lock.unlock();
        }
    }
}
