package carafe.engine.workflow;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A run of a plan, or a part of one: from the beginning or from what is known of it, until it ends or waits for somebody.
 * Everything that happens, happens under one lock and in one order, which the numbers of events keep. A step is durable
 * before a node after it has any effect, and before anybody outside is told of it; steps that only compute are kept together.
 */
public final class Execution {
    /**
     * What is run.
     *
     * @param sid of the request that this part answers
     * @param eventId by which questions are answered
     * @param debug whether clients see every node
     * @param called the plans of the workflows that this one calls, by {@code flowId version}
     */
    public record Setting(
            Plan plan,
            Map<String, Plan> called,
            String runId,
            String sid,
            String eventId,
            boolean debug,
            ObjectNode parameters,
            List<Services.Said> history) {
        public Setting {
            called = Map.copyOf(called);
            history = List.copyOf(history);
        }
    }

    /**
     * What happened before this part.
     *
     * @param frames as they were sent
     * @param question the one that was asked last, where it is open or was answered for this part
     * @param replay whether this is a show of a run that is over: nothing is called, everything is said again
     */
    public record Past(
            List<Step> steps, List<Frame> frames, @Nullable Asked question, boolean newPart, boolean replay) {
        public static final Past NONE = new Past(List.of(), List.of(), null, true, false);

        public Past {
            steps = List.copyOf(steps);
            frames = List.copyOf(frames);
        }
    }

    /** A question of an earlier part; {@code answer} null while nobody answered. */
    public record Asked(String path, int attempt, @Nullable Reply answer) {}

    public enum How {
        ANSWERED,
        IGNORED,
        ABORTED,
        EXPIRED
    }

    public record Reply(How how, String text) {}

    private static final int MOST_UNKEPT = 64;
    private static final long TOGETHER_NANOS = 100_000_000;

    /** Characters of what nodes leave: all of it is in memory while the run goes on. */
    private static final long MOST_WEIGHT = 32 << 20;

    /** Fair: a model that writes fast would keep all others out. */
    final ReentrantLock lock = new ReentrantLock(true);

    final Setting setting;
    final Services services;
    final Frames frames;
    final Nodes nodes = new Nodes();
    final Round.Voice aloud;
    private final Journal journal;
    private final Past past;
    private final Map<String, Step> known = new HashMap<>();
    private final Stop stop = new Stop();
    private final Condition turned = lock.newCondition();
    private final TreeSet<Long> turns = new TreeSet<>();
    private final List<Step> unkept = new ArrayList<>();
    private final Set<Speaking> waiting = new LinkedHashSet<>();
    /** Who speaks, in whatever round; at first the one that was interrupted. */
    private @Nullable String floor;

    private long no;
    private long weight;
    private Usage usage = Usage.NONE;
    /** Threads that go on without waiting for anything: while there are some, more will be there to keep in a moment. */
    private int computing;

    private long flushedAt = System.nanoTime();
    private boolean asking;
    private boolean answered;
    private volatile boolean cancelled;
    private volatile boolean parked;

    public Execution(Setting setting, Past past, Services services, Journal journal) {
        this.setting = setting;
        this.services = services;
        this.journal = journal;
        this.past = past;
        var already = new Frames.Already();
        past.frames().forEach(already::add);
        if (past.newPart()) {
            already.newPart();
        }
        this.frames = new Frames(
                setting.sid(),
                setting.debug(),
                services.clock(),
                already,
                setting.plan().root().size());
        this.aloud = frames::say;
        for (var step : past.steps()) {
            known.put(step.path(), step);
            no = Math.max(no, Math.max(step.startNo(), step.endNo()));
            step.pieces().forEach(piece -> no = Math.max(no, piece.no()));
            if (past.replay()) {
                addTurns(step);
            }
        }
        this.floor = already.unfinished(known.keySet());
    }

    /** One node speaks at a time. */
    boolean takeFloor(String path, Speaking asking) {
        if (!past.replay() && known.containsKey(path)) {
            return true; // it has spoken before: it says nothing now
        }
        if (floor == null || floor.equals(path)) {
            floor = path;
            waiting.remove(asking);
            return true;
        }
        waiting.add(asking);
        return false;
    }

    void leaveFloor(String path) {
        if (path.equals(floor)) {
            floor = null;
            for (var next : List.copyOf(waiting)) {
                if (floor == null && waiting.remove(next)) {
                    next.advance();
                }
            }
        }
    }

    private void addTurns(Step step) {
        for (long number : new long[] {step.startNo(), step.endNo()}) {
            if (number > 0) {
                turns.add(number);
            }
        }
        step.pieces().forEach(piece -> turns.add(piece.no()));
    }

    /** Runs on the calling thread and others. What it throws is a fault of the journal or a bug: the run can go on later. */
    public Journal.Ending run() {
        lock.lock();
        try {
            frames.begin();
        } finally {
            lock.unlock();
        }
        var ending = attempt();
        lock.lock();
        try {
            if (parked) {
                throw new IllegalStateException("the run was put aside");
            }
            if (ending.state() != Journal.State.WAITING) {
                frames.finish(ending.code(), ending.message(), usage);
            }
            journal.keep(new Journal.Entry(takeUnkept(), frames.take(), null, ending));
        } finally {
            lock.unlock();
        }
        return ending;
    }

    private Journal.Ending attempt() {
        try {
            var end = new Round(this, setting.plan(), "", stop, setting.parameters(), aloud).run();
            if (end == null) {
                throw new FlowFailure(FlowCode.RUN, "no end node was reached");
            }
            return ending(Journal.State.DONE, 0, "Success", end.step().outputs());
        } catch (Suspended e) {
            return ending(Journal.State.WAITING, 0, "", Values.object());
        } catch (FlowFailure e) {
            var state = e.code() == FlowCode.CANCELLED || cancelled ? Journal.State.CANCELLED : Journal.State.FAILED;
            var failure = state == Journal.State.CANCELLED ? Stop.cancelled() : e;
            return ending(state, failure.number(), failure.explain(), Values.object());
        }
    }

    private Journal.Ending ending(Journal.State state, int code, String message, ObjectNode outputs) {
        return new Journal.Ending(state, code, message, outputs, frames.said(), frames.thought(), usage);
    }

    /** Ends the run: upstream calls and code are stopped. */
    public void cancel() {
        cancelled = true;
        stop.stop();
    }

    /** Ends what runs without a trace, so that it can go on later as if the process had died. */
    public void park() {
        parked = true;
        stop.stop();
    }

    // ---- for rounds and nodes

    @Nullable
    Step recorded(String path) {
        return known.isEmpty() ? null : known.get(path);
    }

    boolean replays() {
        return past.replay();
    }

    @Nullable
    Asked asked() {
        return past.question();
    }

    /** One question at a time; false: another one is open. {@code mine}: this one was asked in an earlier part. */
    boolean mayAsk(String path, boolean mine) {
        lock.lock();
        try {
            if (!mine && (asking || waitsForAnother(path))) {
                return false;
            }
            asking = true;
            return true;
        } finally {
            lock.unlock();
        }
    }

    private boolean waitsForAnother(String path) {
        var asked = past.question();
        return asked != null && !answered && !asked.path().equals(path) && !known.containsKey(asked.path());
    }

    void mayAskAgain() {
        lock.lock();
        try {
            asking = false;
            answered = true;
        } finally {
            lock.unlock();
        }
    }

    /** The number of an event that happens now, under the lock. In a replay it waits for its turn. */
    long event(@Nullable Long recorded, Stop of) {
        of.check();
        if (recorded == null) {
            return ++no;
        }
        if (past.replay() && recorded > 0) {
            while (!turns.isEmpty() && turns.first() < recorded) {
                turned.awaitUninterruptibly();
                of.check();
            }
            turns.remove(recorded);
            turned.signalAll();
        }
        return recorded;
    }

    /** Wakes those who wait for their turn, because the run is stopped. */
    void wake() {
        turned.signalAll();
    }

    void cost(Usage more) {
        usage = usage.plus(more);
    }

    long millis() {
        return services.clock().millis();
    }

    /**
     * Under the lock: the step. One that only computes is kept together with what comes next: nobody outside has seen
     * anything of it until then, and if the process dies before, it comes to the same again.
     */
    void keep(Step step, boolean computes) {
        if (parked) {
            throw new IllegalStateException("the run was put aside");
        }
        if (past.replay()) {
            return;
        }
        weight += Values.weight(step.outputs());
        if (weight > MOST_WEIGHT) {
            throw new FlowFailure(FlowCode.RUN, "its nodes left more than " + MOST_WEIGHT + " characters together");
        }
        unkept.add(step);
        if (!computes || unkept.size() >= MOST_UNKEPT) {
            flush();
        }
    }

    /** Under the lock: makes durable what is not yet. Before anything that takes long, or has effects, begins. */
    void flush() {
        if (!(unkept.isEmpty() && frames.isEmpty()) && !parked) {
            flushedAt = System.nanoTime();
            journal.keep(new Journal.Entry(takeUnkept(), frames.take(), null, null));
        }
    }

    /** Under the lock: a thread of the run goes on, or begins. */
    void resume() {
        computing++;
    }

    /** Under the lock: a thread of the run ends, or waits. With the last of them what is not durable yet may become so. */
    void rest(boolean flush) {
        computing--;
        if (flush && computing == 0) {
            flush();
        }
    }

    /** Under the lock, for a piece of an answer: while many wait to write, pieces of a moment are kept together. */
    void flushWords() {
        if (!journal.isBusy() || System.nanoTime() - flushedAt > TOGETHER_NANOS) {
            flush();
        }
    }

    private List<Step> takeUnkept() {
        var steps = List.copyOf(unkept);
        unkept.clear();
        return steps;
    }

    void ask(Node node, Journal.Pause pause, boolean show) {
        lock.lock();
        try {
            if (parked) {
                throw new IllegalStateException("the run was put aside");
            }
            if (show) {
                frames.start(node, pause.path() + "#ask");
                frames.ask(node, pause.path(), setting.eventId(), pause.mustReply(), pause.value(), pause.attempt());
            }
            journal.keep(new Journal.Entry(takeUnkept(), frames.take(), pause, null));
        } finally {
            lock.unlock();
        }
    }
}
