package carafe.engine.sandbox;

import carafe.engine.sandbox.Container.State;
import carafe.engine.sandbox.EngineException.Kind;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The containers of one pool: who rests, who works, how many there should be, and what was counted. A container is a
 * member, and counted as created, from its first rest on; being given up ends that, and counts as destroyed. Guarded by
 * the pool's lock; starts and removals happen elsewhere.
 */
final class Stock {
    private static final Logger log = LoggerFactory.getLogger(Stock.class);
    private static final Duration CLEAN_LIMIT = Duration.ofSeconds(5);
    private static final double SLOW_SECONDS = 2;
    private static final int SLOW_RUNS = 10;

    /** What a pool needs of the house around it; {@code hurry} has the pools looked at soon. */
    record House(
            SandboxSettings settings,
            EngineWatch watch,
            Images images,
            Containers containers,
            Slots slots,
            Clock clock,
            Runnable hurry) {}

    private final Pool pool;
    private final House house;
    private final SandboxSettings.Sizing sizing;
    private final ArrayDeque<Container> idle = new ArrayDeque<>();
    private final Set<Container> busy = new LinkedHashSet<>();
    final Sizer sizer;
    final Breaker breaker = new Breaker();
    final Tally tally = new Tally();
    private int starting;
    private int removing;

    Stock(Pool pool, Sizer sizer, House house) {
        this.pool = pool;
        this.house = house;
        this.sizing = house.settings().sizing();
        this.sizer = sizer;
    }

    int members() {
        return idle.size() + busy.size();
    }

    boolean anyIdle() {
        return !idle.isEmpty();
    }

    List<Container> idle() {
        return List.copyOf(idle);
    }

    List<Container> busy() {
        return List.copyOf(busy);
    }

    boolean working() {
        return !busy.isEmpty();
    }

    int starting() {
        return starting;
    }

    /** Takes the one that has rested longest: unused CPU time of a run is the next one's debt. */
    Container take() {
        var container = idle.remove();
        container.ledger.state = State.BUSY;
        container.ledger.since = System.nanoTime();
        busy.add(container);
        return container;
    }

    void rest(Container container) {
        busy.remove(container);
        container.ledger.state = State.IDLE;
        container.ledger.since = System.nanoTime();
        idle.add(container);
    }

    void retire(Container container, String reason) {
        if (container.ledger.state == State.GONE || container.ledger.state == State.BOOTING) {
            return;
        }
        container.ledger.state = State.GONE;
        container.dismiss();
        idle.remove(container);
        busy.remove(container);
        tally.destroyed++;
        tally.retired.merge(reason, 1L, Long::sum);
        log.debug("Container {} of {} is given up: {}", container.shortId(), pool.name(), reason);
        remove(container);
    }

    private void remove(Container container) {
        removing++;
        house.containers().remove(container, pool::removed);
    }

    /** Found dead, unclean or late rather than given up by plan. */
    void retireSick(Container container, String reason) {
        if (container.ledger.state != State.GONE && container.ledger.state != State.BOOTING) {
            tally.healthCheckFailures++;
            retire(container, reason);
        }
    }

    void removed() {
        removing--;
    }

    /** Why a container that is clean again should not take another run; null when it should. */
    @Nullable
    String wornOut(Container container, long now) {
        if (container.tainted()) {
            log.warn("Container {} of {} wrote: {}", container.shortId(), pool.name(), container.crashText());
            return "crash";
        }
        var ledger = container.ledger;
        if (ledger.runs >= sizing.maxRuns()) {
            return "runs";
        }
        if (old(container, now)) {
            return "age";
        }
        return ledger.runs >= SLOW_RUNS && ledger.overheadSeconds / ledger.runs > SLOW_SECONDS ? "slow" : null;
    }

    // ---- starts

    /** A start ended well; false when the container died at once. */
    boolean started(Container container) {
        starting--;
        if (!container.alive()) {
            breaker.failed("Containers end as soon as they are ready.", System.nanoTime());
            remove(container);
            return false;
        }
        tally.created++;
        rest(container);
        return true;
    }

    void startFailed(Container container, EngineException why) {
        starting--;
        remove(container);
        if (why.kind() == Kind.FAILED || why.kind() == Kind.HANGS) {
            breaker.failed(why.text() + " " + why.remedy(), System.nanoTime());
            log.warn("{}: {}", pool.name(), why.text());
        }
    }

    /** Starts what is missing to {@code target}, as far as engine, image, breaker and places allow. */
    void grow(long now, int target) {
        boolean able = house.watch().away() == null
                && house.watch().engine() != null
                && house.images().ready(pool.language())
                && (!house.watch().slow() || members() + starting == 0);
        int missing = Math.min(target - young(now), sizing.max() - members()) - starting;
        for (; able && missing > 0 && breaker.allows(now); missing--) {
            int slot = house.slots().take();
            if (slot < 0) {
                return;
            }
            if (!breaker.closed()) {
                breaker.probe();
            }
            starting++;
            house.containers().start(pool, slot);
        }
    }

    // ---- ends that no event brings

    void retireLate(long now) {
        for (var container : busy()) {
            if (container.ledger.state == State.CLEANING && now - container.ledger.since > CLEAN_LIMIT.toNanos()) {
                retireSick(container, "late");
            }
        }
    }

    /** Old ones go when there are enough others, or no room to start one for each first. */
    void retireOld(long now, int target) {
        for (var container : idle()) {
            if (old(container, now) && (young(now) >= target || members() + starting >= sizing.max())) {
                retire(container, "age");
            }
        }
    }

    /** What has rested for long goes, and one more each time there were too many for that long. */
    void retireSurplus(long now, int target) {
        for (var container : idle()) {
            boolean rested = now - container.ledger.since > sizing.idle().toNanos();
            if (members() > target && (rested || sizer.surplusForLong(now))) {
                retire(container, "idle");
            }
        }
    }

    private boolean old(Container container, long now) {
        return now - container.ledger.createdNanos > sizing.maxAge().toNanos();
    }

    private int young(long now) {
        return (int) idle.stream().filter(one -> !old(one, now)).count() + busy.size();
    }

    // ---- what it shows

    PoolStats.Counts counts(int queueDepth) {
        return new PoolStats.Counts(
                idle.size(),
                busy.size(),
                members(),
                starting,
                removing,
                tally.created,
                tally.destroyed,
                tally.executions,
                tally.resets,
                tally.healthCheckFailures,
                sizer.floor(System.nanoTime()),
                sizing.max(),
                sizer.target(),
                queueDepth);
    }

    List<PoolStats.OneContainer> containers(String language) {
        return Stream.concat(idle.stream(), busy.stream())
                .map(one -> one.ledger.shown(one.shortId(), language))
                .toList();
    }
}
