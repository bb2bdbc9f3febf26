package carafe.engine.sandbox;

import carafe.engine.sandbox.Container.State;
import carafe.engine.sandbox.EngineException.Kind;
import carafe.engine.sandbox.Outcome.Placement;
import carafe.engine.sandbox.Outcome.Status;
import carafe.engine.sandbox.Outcome.Unavailable;
import carafe.engine.sandbox.Program.Isolation;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Where the runs of one language meet its containers. A run takes the one that has rested longest; nothing is started or
 * removed on its way. Afterwards the container comes back clean, or is given up: nothing is ever repaired. Thread-safe;
 * a run is settled by whoever takes it from its container, under the lock.
 */
final class Pool {
    private static final Duration MEMORY_WORD = Duration.ofMillis(300);
    private static final Duration PRESSURE = Duration.ofMillis(25);

    /** Why a run is given up by its caller's side. */
    enum Abort {
        CANCELLED,
        WAITED_TOO_LONG,
        OVERDUE
    }

    private final Language language;
    private final Isolation isolation;
    private final Stock.House house;
    private final String name;

    private final ReentrantLock lock = new ReentrantLock();
    private final java.util.concurrent.locks.Condition quiet = lock.newCondition();
    private final Stock stock;
    private final Waiting waiting;
    private @Nullable Run canary;
    private boolean stopping;
    private boolean dissolved;
    private volatile String version = "";

    Pool(Language language, Isolation isolation, boolean kept, Stock.House house) {
        this.language = language;
        this.isolation = isolation;
        this.house = house;
        this.name = language.id() + "-" + isolation.name().toLowerCase(Locale.ROOT);
        var sizer = new Sizer(house.settings().sizing(), kept, isolation == Isolation.REUSE);
        this.stock = new Stock(this, sizer, house);
        this.waiting = new Waiting(house.settings().queueing());
    }

    String name() {
        return name;
    }

    Language language() {
        return language;
    }

    Isolation isolation() {
        return isolation;
    }

    /** What its containers have: the usual, or what the language needs. */
    SandboxSettings.Box box() {
        return language.box(house.settings().box());
    }

    boolean reuses() {
        return isolation == Isolation.REUSE;
    }

    /** That of the last container that started, empty before the first. */
    String version() {
        return version;
    }

    Placement placement(Container container) {
        return new Placement(language.id(), container.version(), isolation);
    }

    private <T> T locked(Supplier<T> body) {
        lock.lock();
        try {
            return body.get();
        } finally {
            lock.unlock();
        }
    }

    /** Whether containers are kept, or were wanted lately: then a missing image is worth fetching. */
    boolean wanted() {
        return locked(() -> stock.sizer.wanted(System.nanoTime()));
    }

    int warm(int size, Duration during) {
        return locked(() -> stock.sizer.warm(size, during));
    }

    // ---- runs

    /** How many runs the owner may begin at once without taking anything from others: none while something runs or waits. */
    int free(String owner) {
        return locked(() ->
                running() > 0 || waiting.size() > 0 ? 0 : Math.min(stock.idle().size(), waiting.room(owner)));
    }

    /** Gives the run to a container or queues it; or says why neither. */
    @Nullable
    Unavailable submit(Run run) {
        lock.lock();
        try {
            stock.sizer.arrived();
            var refusal = stopping ? stoppingNow() : hopeless();
            if (refusal != null) {
                return refusal;
            }
            while (stock.anyIdle() && waiting.mayBegin(run.owner())) {
                if (begin(run)) {
                    return null;
                }
            }
            // Only now: making a container beside a run that has one would slow that run.
            house.hurry().run();
            return waiting.add(run);
        } finally {
            lock.unlock();
        }
    }

    /** Why nothing can be run now and waiting would not help; null when it would. */
    private @Nullable Unavailable hopeless() {
        var away = house.watch().away();
        if (away != null) {
            return away.outcome();
        }
        if (stock.members() > 0) {
            return null;
        }
        var missing = house.images().missing(language);
        if (missing != null) {
            return missing.outcome();
        }
        if (!stock.breaker.closed() && stock.starting() == 0) {
            return new EngineException(Kind.FAILED, stock.breaker.reason(), "").outcome();
        }
        return null;
    }

    private static Unavailable stoppingNow() {
        return new Unavailable(Unavailable.Reason.STOPPING, "The server is stopping.", Duration.ofSeconds(10));
    }

    /** Gives the run to the next idle container; false when that turns out to be dead. */
    private boolean begin(Run run) {
        var container = stock.take();
        waiting.began(run);
        run.began(container);
        if (container.begin(run)) {
            return true;
        }
        waiting.ended(run);
        run.unseat();
        stock.retireSick(container, "died");
        return false;
    }

    /** Serves who waits from what is idle. */
    private void dispatch() {
        while (stock.anyIdle()) {
            var run = waiting.next();
            if (run == null) {
                break;
            }
            if (!begin(run)) {
                waiting.putBack(run);
            }
        }
        if (stopping) {
            quiet.signalAll();
        }
    }

    void abort(Run run, Abort why) {
        lock.lock();
        try {
            boolean waited = waiting.remove(run);
            if (why == Abort.WAITED_TOO_LONG && !waited) {
                return;
            }
            var container = run.container();
            if (!run.end(outcome(run, why)) || container == null || container.current() != run) {
                return;
            }
            container.take();
            waiting.ended(run);
            if (why == Abort.OVERDUE) {
                note(container, run);
            }
            stock.retire(container, why == Abort.OVERDUE ? "timeout" : "cancelled");
            dispatch();
        } finally {
            lock.unlock();
        }
    }

    private Outcome outcome(Run run, Abort why) {
        var container = run.container();
        if (why == Abort.OVERDUE && container != null) {
            return run.stopped(Status.TIMEOUT, placement(container));
        }
        return why == Abort.WAITED_TOO_LONG
                ? new Unavailable(
                        Unavailable.Reason.WAITED_TOO_LONG, "No container became free in time.", Duration.ofSeconds(10))
                : new Outcome.Cancelled();
    }

    // ---- what containers say, on their links' threads

    /** The runner is done: the caller has its answer, and the container is wiped or given up. */
    void answered(Container container, Run run, Outcome outcome) {
        lock.lock();
        try {
            if (container.take() != run) {
                return;
            }
            waiting.ended(run);
            note(container, run);
            if (outcome instanceof Outcome.Broken) {
                stock.tally.faults++;
                container.ledger.faults++;
            }
            if (run == canary) {
                probed(outcome);
            }
            if (reuses()) {
                container.ledger.state = State.CLEANING;
            } else {
                stock.sizer.served((System.nanoTime() - container.ledger.since) / 1e9);
                stock.retire(container, "used");
            }
            dispatch();
        } finally {
            lock.unlock();
            run.end(outcome);
        }
    }

    private void note(Container container, Run run) {
        long held = System.nanoTime() - container.ledger.since;
        stock.tally.answered(container.ledger.since - run.submitted(), held, run.programNanos());
        container.ledger.answered(held, run.programNanos(), house.clock().instant());
    }

    void wiped(Container container, long micros) {
        lock.lock();
        try {
            stock.tally.resets++;
            stock.tally.clean.add(micros * 1000);
            container.ledger.resets++;
        } finally {
            lock.unlock();
        }
    }

    void readyAgain(Container container) {
        lock.lock();
        try {
            if (container.ledger.state != State.CLEANING) {
                return;
            }
            long now = System.nanoTime();
            stock.sizer.served((now - container.ledger.since) / 1e9);
            var why = stock.wornOut(container, now);
            if (why != null) {
                stock.retire(container, why);
            } else {
                stock.rest(container);
            }
            dispatch();
        } finally {
            lock.unlock();
        }
    }

    /** The program wrote more than the runner should have let through. */
    void overflowed(Container container, Run run) {
        settle(container, run, "output", () -> run.stopped(Status.OUTPUT_LIMIT, placement(container)));
    }

    /** What the container says cannot be trusted any more. */
    void broke(Container container, String reason) {
        lock.lock();
        try {
            var run = container.take();
            if (run != null) {
                lost(container, run, new Outcome.Broken("The program's container broke the sandbox's protocol."));
            }
            stock.retireSick(container, reason);
            dispatch();
        } finally {
            lock.unlock();
        }
    }

    /** The stream ended: the container is gone. */
    void died(Container container) {
        Run run;
        lock.lock();
        try {
            run = container.current();
            if (run == null) {
                if (container.ledger.state == State.IDLE || container.ledger.state == State.CLEANING) {
                    stock.retireSick(container, "died");
                }
                return;
            }
        } finally {
            lock.unlock();
        }
        // The engine's word that memory was the reason may come a moment after the end of the stream.
        if (outOfMemory(container)) {
            settle(container, run, "oom", () -> run.stopped(Status.MEMORY_LIMIT, placement(container)));
        } else {
            settle(container, run, "died", () -> new Outcome.Broken("The program's container ended unexpectedly."));
        }
    }

    private static boolean outOfMemory(Container container) {
        try {
            container.outOfMemory().get(MEMORY_WORD.toMillis(), TimeUnit.MILLISECONDS);
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } catch (ExecutionException | TimeoutException e) {
            return false;
        }
    }

    private void settle(Container container, Run run, String reason, Supplier<Outcome> how) {
        lock.lock();
        try {
            if (container.current() != run) {
                return;
            }
            container.take();
            if (how.get() instanceof Outcome.Broken broken) {
                lost(container, run, broken);
            } else {
                waiting.ended(run);
                note(container, run);
                run.end(how.get());
            }
            stock.retire(container, reason);
            dispatch();
        } finally {
            lock.unlock();
        }
    }

    private void lost(Container container, Run run, Outcome.Broken how) {
        waiting.ended(run);
        stock.tally.lost();
        container.ledger.faults++;
        if (run == canary) {
            probed(how);
        }
        run.end(how);
    }

    // ---- what the background says

    /** A container is ready for its first run. */
    void started(Container container) {
        lock.lock();
        try {
            version = container.version();
            boolean probe = stock.breaker.probing();
            if (!stock.started(container)) {
                return;
            }
            if (dissolved) {
                stock.retire(container, "stopping");
                return;
            }
            if (probe) {
                canary = Requests.canary(language, box());
                begin(canary);
            } else {
                stock.breaker.succeeded();
                dispatch();
            }
        } finally {
            lock.unlock();
        }
    }

    /** A start after many that failed counts only when the container runs a program. */
    private void probed(Outcome outcome) {
        canary = null;
        if (outcome instanceof Outcome.Finished finished
                && finished.results().getFirst().stdout().strip().equals("1")) {
            stock.breaker.succeeded();
        } else {
            stock.breaker.failed("A container did not run the simplest program.", System.nanoTime());
        }
    }

    void startFailed(Container container, EngineException why) {
        lock.lock();
        try {
            stock.startFailed(container, why);
        } finally {
            lock.unlock();
        }
    }

    void removed() {
        lock.lock();
        try {
            stock.removed();
        } finally {
            lock.unlock();
        }
        house.hurry().run();
    }

    // ---- size

    /** Looks after everything that no event brings; true when somebody waits, so that it should be called again soon. */
    boolean tick(long now, boolean mayGrow) {
        lock.lock();
        try {
            for (var container : stock.busy()) {
                var run = container.current();
                if (run != null && run.overdue(now)) {
                    abort(run, Abort.OVERDUE);
                }
            }
            var hopeless = hopeless();
            if (hopeless != null) {
                refuseWaiting(hopeless);
            }
            stock.retireLate(now);
            int busy = stock.busy().size();
            int target =
                    stock.sizer.decide(now, stock.members(), busy, pressed(now) ? running() + waiting.eligible() : 0);
            stock.retireOld(now, target);
            stock.retireSurplus(now, target);
            if (mayGrow && !stopping) {
                stock.grow(now, target);
            }
            return waiting.size() > 0;
        } finally {
            lock.unlock();
        }
    }

    private int running() {
        return (int) stock.busy().stream()
                .filter(one -> one.ledger.state == State.BUSY)
                .count();
    }

    /** Whether somebody waits longer than a short run takes. */
    private boolean pressed(long now) {
        var first = waiting.first();
        return first != null && (stock.members() == 0 || now - first.submitted() > PRESSURE.toNanos());
    }

    private void refuseWaiting(Unavailable why) {
        for (var run = waiting.first(); run != null; run = waiting.first()) {
            waiting.remove(run);
            run.end(why);
        }
        quiet.signalAll();
    }

    /** Whether somebody waits and there is no container for him, nor will be one. */
    boolean starved() {
        return locked(() -> waiting.size() > 0 && stock.members() + stock.starting() == 0 && hopeless() == null);
    }

    /** Since when its longest resting container rests; {@link Long#MAX_VALUE} when it can spare none. */
    long restingSince() {
        return locked(() -> waiting.size() > 0 || !stock.anyIdle()
                ? Long.MAX_VALUE
                : stock.idle().getFirst().ledger.since);
    }

    /** Gives up the container that rests longest, for another language. */
    void makeRoom() {
        lock.lock();
        try {
            if (stock.anyIdle()) {
                stock.retire(stock.idle().getFirst(), "room");
            }
        } finally {
            lock.unlock();
        }
    }

    // ---- the end

    /** Takes nothing new from now on. */
    void stop() {
        lock.lock();
        try {
            stopping = true;
        } finally {
            lock.unlock();
        }
    }

    /** Waits until nothing runs and nobody waits, or until {@code deadline}. */
    void drain(long deadline) throws InterruptedException {
        lock.lock();
        try {
            while (stock.working() || waiting.size() > 0) {
                if (quiet.awaitNanos(deadline - System.nanoTime()) <= 0) {
                    return;
                }
            }
        } finally {
            lock.unlock();
        }
    }

    /** Ends what still runs and gives every container up. */
    void dissolve() {
        lock.lock();
        try {
            dissolved = true;
            refuseWaiting(stoppingNow());
            for (var container : stock.busy()) {
                var run = container.take();
                if (run != null) {
                    lost(container, run, new Outcome.Broken("The server stopped while the program ran."));
                }
                stock.retire(container, "stopping");
            }
            stock.idle().forEach(one -> stock.retire(one, "stopping"));
        } finally {
            lock.unlock();
        }
    }

    // ---- what it shows

    Condition condition() {
        var missing = house.images().missing(language);
        if (missing != null) {
            return Condition.degraded(missing.text(), missing.remedy());
        }
        return locked(() -> {
            if (!stock.breaker.closed()) {
                return Condition.degraded(
                        "Containers do not start. " + stock.breaker.reason(), "Carafe goes on trying.");
            }
            return stock.members() == 0 && stock.sizer.target() > 0
                    ? Condition.degraded("No container is ready yet.", "Wait a moment.")
                    : Condition.HEALTHY;
        });
    }

    /** What {@link PoolStats} is made of; a moment of this pool. */
    record Report(PoolStats.OnePool pool, Tally.Seen seen, List<PoolStats.OneContainer> containers) {}

    Report report() {
        var condition = condition();
        return locked(() -> {
            var seen = stock.tally.seen();
            var one = new PoolStats.OnePool(
                    language.id(),
                    isolation,
                    house.images().name(language),
                    stock.counts(waiting.size()),
                    seen.timings(),
                    stock.sizer.arrivalsPerSecond(),
                    stock.tally.retired,
                    condition);
            return new Report(one, seen, stock.containers(language.id()));
        });
    }
}
