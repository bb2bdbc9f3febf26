package carafe.feature.workflows;

import carafe.engine.workflow.Execution;
import carafe.engine.workflow.FlowCode;
import carafe.engine.workflow.FlowFailure;
import carafe.engine.workflow.Frame;
import carafe.engine.workflow.Journal;
import carafe.engine.workflow.Services;
import carafe.engine.workflow.Step;
import carafe.platform.db.Ids;
import carafe.platform.jobs.Nodes;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Executes runs, each on a thread of its own. A run belongs to the server: it goes on when its client leaves. What an
 * earlier process left is taken up from its stored steps, and so is what waited for an answer.
 */
final class Runner implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Runner.class);
    private static final int MOST = 20_000;
    private static final Duration SWEEP = Duration.ofSeconds(2);

    private final Nodes nodes;
    private final RunStore store;
    private final Plans plans;
    private final Function<Run, Services> services;
    private final Ids ids;
    private final Clock clock;
    private final Duration patience;
    private final Consumer<LiveRun> ended;
    private final Map<String, LiveRun> live = new ConcurrentHashMap<>();
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Thread sweeper = Thread.ofVirtual().name("workflow-sweep").unstarted(this::sweepUntilClosed);
    private final Setbacks setbacks;
    private volatile boolean stopping;

    /** @param patience how long runs may go on at {@link #close}; then they are put aside, to go on after the next start
     * @param ended hears of each part of a run that is over */
    Runner(
            Nodes nodes,
            RunStore store,
            Plans plans,
            Function<Run, Services> services,
            Ids ids,
            Clock clock,
            Duration patience,
            Consumer<LiveRun> ended) {
        this.nodes = nodes;
        this.store = store;
        this.plans = plans;
        this.services = services;
        this.ids = ids;
        this.clock = clock;
        this.patience = patience;
        this.ended = ended;
        this.setbacks = new Setbacks(clock);
    }

    /** Takes up what earlier processes left; the node must have been started. */
    void start() {
        sweeper.start();
    }

    int running() {
        return live.size();
    }

    boolean isStopping() {
        return stopping;
    }

    Optional<LiveRun> live(String runId) {
        return Optional.ofNullable(live.get(runId));
    }

    /** Stores a run and begins it. */
    LiveRun begin(Run run) {
        refuseTooMany();
        store.insert(run);
        return launch(run, Execution.Past.NONE, 0);
    }

    /** Stores a run with steps that are over already, and begins it after those. */
    LiveRun begin(Run run, List<Step> steps, boolean replay) {
        refuseTooMany();
        store.insert(run);
        for (var step : steps) {
            store.keep(run.id(), 0, new Journal.Entry(List.of(step), List.of(), null, null));
        }
        return launch(run, new Execution.Past(steps, List.of(), null, true, replay), 0);
    }

    private void refuseTooMany() {
        if (stopping || live.size() >= MOST) {
            throw new FlowFailure(FlowCode.BUSY, stopping ? "the server is about to stop" : "");
        }
    }

    private LiveRun launch(Run run, Execution.Past past, long seq) {
        var part = new LiveRun(run, store, seq);
        live.put(run.id(), part);
        Thread.ofVirtual().name("workflow-run").start(() -> execute(part, past));
        return part;
    }

    private void execute(LiveRun part, Execution.Past past) {
        var run = part.run;
        try {
            if (setbacks.areTooMany(run.id())) {
                throw new FlowFailure(FlowCode.DATABASE, "steps of the run could not be stored");
            }
            part.execution(new Execution(setting(run), past, services.apply(run), part));
            part.execution().run();
            setbacks.forget(run.id());
        } catch (FlowFailure e) {
            refused(part, e);
        } catch (RunStore.RunLost e) {
            setbacks.forget(run.id());
            log.warn("a run was taken over run={}", run.id());
        } catch (RuntimeException e) {
            if (stopping) {
                log.debug("a run is put aside run={}", run.id());
            } else {
                setbacks.add(run.id());
                log.error("a run stopped and will be taken up again run={}", run.id(), e);
            }
        } finally {
            live.remove(run.id(), part);
            part.end();
            ended.accept(part);
        }
    }

    /** The plan cannot be made any more. */
    private void refused(LiveRun part, FlowFailure e) {
        var ending = new Journal.Ending(
                Journal.State.FAILED,
                e.number(),
                e.explain(),
                com.fasterxml.jackson.databind.node.JsonNodeFactory.instance.objectNode(),
                "",
                "",
                carafe.engine.workflow.Usage.NONE);
        try {
            part.keep(new Journal.Entry(List.of(), List.of(), null, ending));
            setbacks.forget(part.run.id());
        } catch (RuntimeException again) {
            setbacks.add(part.run.id());
            log.error("the end of a run could not be stored run={}", part.run.id(), again);
        }
    }

    private Execution.Setting setting(Run run) {
        var history = new ArrayList<Services.Said>();
        run.input()
                .path("history")
                .forEach(one -> history.add(new Services.Said(
                        one.path("role").asText(), one.path("content").asText())));
        return new Execution.Setting(
                plans.of(run.hash()),
                plans.all(run.called()),
                run.id(),
                run.sid(),
                run.eventId(),
                run.isDebug(),
                (ObjectNode) run.input().path("parameters"),
                history);
    }

    /**
     * Answers a question and goes on. {@code sid} is that of the request.
     *
     * @throws FlowFailure when nothing waits for an answer, or it was given already
     */
    LiveRun answer(String eventId, Execution.How how, String text, String sid) throws InterruptedException {
        var wait = store.event(eventId).orElseThrow(() -> new FlowFailure(FlowCode.EVENT, eventId));
        var part = live.get(wait.runId());
        if (part != null) {
            part.awaitEnd(); // other branches of it still run; the rest comes when they are where they can get
        }
        if (how == Execution.How.IGNORED && wait.mustReply()) {
            throw new FlowFailure(FlowCode.ANSWER_REFUSED, "this question cannot be passed over");
        }
        if (wait.state().equals("open") && wait.deadline() < clock.millis()) {
            throw new FlowFailure(FlowCode.EVENT, "nobody answered in time");
        }
        if (!store.answer(eventId, how.name().toLowerCase(Locale.ROOT), text, sid)) {
            throw new FlowFailure(FlowCode.EVENT_TAKEN, eventId);
        }
        return resume(wait.runId(), true);
    }

    private LiveRun resume(String runId, boolean newPart) {
        var run = store.find(runId).orElseThrow(() -> new FlowFailure(FlowCode.EVENT, runId));
        return launch(run, past(run, newPart), store.countFrames(runId));
    }

    private Execution.Past past(Run run, boolean newPart) {
        var frames = new ArrayList<Frame>();
        for (var some = store.frames(run.id(), 0); !some.isEmpty(); some = store.frames(run.id(), frames.size())) {
            frames.addAll(some);
        }
        var asked = store.wait(run.id()).map(Runner::asked).orElse(null);
        return new Execution.Past(store.steps(run.id()), frames, asked, newPart, false);
    }

    private static Execution.Asked asked(RunStore.Wait wait) {
        var how = wait.how();
        var answer = wait.answer();
        var reply = how == null
                ? null
                : new Execution.Reply(
                        Execution.How.valueOf(how.toUpperCase(Locale.ROOT)), answer == null ? "" : answer);
        return new Execution.Asked(wait.path(), wait.attempt(), reply);
    }

    /** Ends a run; false when it is over already. */
    boolean cancel(String runId) {
        var part = live.get(runId);
        if (part != null) {
            part.cancel();
            return true;
        }
        return store.cancelWaiting(runId, FlowCode.CANCELLED.number(), FlowCode.CANCELLED.explain(""));
    }

    // ---- in the background

    private void sweepUntilClosed() {
        try {
            do {
                try {
                    takeUp();
                    expire();
                } catch (RuntimeException e) {
                    log.warn("the runs could not be looked through, next try soon", e);
                }
            } while (!closing.await(SWEEP.toMillis(), TimeUnit.MILLISECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Runs of processes that are gone. On SQLite every other process is, see {@link Nodes#start}. */
    void takeUp() {
        for (var id : store.orphans(Nodes.ORPHANED, nodes.aliveSince())) {
            if (stopping) {
                return;
            }
            if (!live.containsKey(id) && setbacks.isOver(id) && store.adopt(id, Nodes.ORPHANED, nodes.aliveSince())) {
                log.info("a run goes on run={}", id);
                resume(id, false);
            }
        }
        for (var id : store.mine()) {
            if (!stopping && !live.containsKey(id) && setbacks.isOver(id) && store.isMine(id)) {
                log.warn("a run that had stopped goes on run={}", id);
                resume(id, false);
            }
        }
    }

    private void expire() {
        for (var wait : store.due()) {
            if (stopping || live.containsKey(wait.runId())) {
                continue;
            }
            var how = wait.kind().equals("timer") ? "answered" : "expired";
            if (store.answer(wait.eventId(), how, "", null)) {
                resume(wait.runId(), false);
            }
        }
    }

    String newId() {
        return ids.next();
    }

    /** Takes nothing new, lets what runs end for a while, and puts the rest aside. */
    @Override
    public void close() {
        stopping = true;
        closing.countDown();
        long deadline = System.nanoTime() + patience.toNanos();
        try {
            for (var part : List.copyOf(live.values())) {
                if (!part.awaitEnd(deadline - System.nanoTime(), TimeUnit.NANOSECONDS)) {
                    part.park();
                }
            }
            for (var part : List.copyOf(live.values())) {
                if (!part.awaitEnd(5, TimeUnit.SECONDS)) {
                    log.warn("a run did not stop run={}", part.run.id());
                }
            }
            if (sweeper.isAlive()) {
                sweeper.join(Duration.ofSeconds(5));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
