package carafe.platform.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import carafe.platform.db.Db;
import carafe.platform.db.Ids;
import carafe.platform.db.TestDatabase;
import carafe.platform.db.TestDatabases;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

@ParameterizedClass
@EnumSource(TestDatabases.class)
class JobsTest {
    private final TestDatabases engine;
    private final TestClock clock = new TestClock();
    private final BlockingQueue<String> seen = new LinkedBlockingQueue<>();
    private final Deque<AutoCloseable> started = new ArrayDeque<>();

    @TempDir
    Path folder;

    TestDatabase database;
    Db db;

    JobsTest(TestDatabases engine) {
        this.engine = engine;
    }

    @BeforeEach
    void open() {
        database = engine.open(folder);
        db = database.db();
        db.update("CREATE TABLE done (id TEXT NOT NULL)");
    }

    @AfterEach
    void close() throws Exception {
        while (!started.isEmpty()) {
            started.pop().close();
        }
        database.close();
    }

    @Test
    void aJobRunsOnceItsTransactionIsCommittedAndThenIsGone() throws Exception {
        var jobs = start(4, job -> seen.add(job.kind() + " " + job.payload() + " " + job.attempt()));
        assertThatThrownBy(() -> db.transaction(() -> {
                    jobs.enqueue("mail", null, "{\"never\":1}", clock.instant());
                    throw new IllegalStateException("rolled back");
                }))
                .isInstanceOf(IllegalStateException.class);
        db.transaction(() -> jobs.enqueue("mail", null, "{\"to\":1}", clock.instant()));
        assertThat(next()).isEqualTo("mail {\"to\":1} 1");
        until(() -> rows().isEmpty());
        assertThat(seen).isEmpty();
    }

    @Test
    void aJobOfLaterRunsLater() throws Exception {
        var jobs = start(4, job -> seen.add(job.payload()));
        jobs.enqueue("mail", null, "\"later\"", clock.instant().plusSeconds(60));
        jobs.enqueue("mail", null, "\"now\"", clock.instant());
        assertThat(next()).isEqualTo("\"now\"");
        until(() -> rows().size() == 1);
        assertThat(seen).isEmpty();
        clock.pass(Duration.ofSeconds(60));
        assertThat(next()).isEqualTo("\"later\"");
    }

    @Test
    void ofOneKindAndKeyOnlyOneWaitsOrRuns() throws Exception {
        var go = new CountDownLatch(1);
        var jobs = start(4, job -> {
            seen.add(job.payload());
            assertThat(go.await(30, TimeUnit.SECONDS)).isTrue();
        });
        assertThat(jobs.enqueue("mail", "k", "1", clock.instant())).isPresent();
        assertThat(next()).isEqualTo("1");
        assertThat(jobs.enqueue("mail", "k", "2", clock.instant())).isEmpty();
        assertThat(jobs.startHere("mail", "k", "3")).isEmpty();
        assertThat(jobs.enqueue("mail", "other", "4", clock.instant())).isPresent();
        assertThat(next()).isEqualTo("4");
        go.countDown();
        until(() -> rows().isEmpty());
        assertThat(jobs.enqueue("mail", "k", "5", clock.instant())).isPresent();
        assertThat(next()).isEqualTo("5");
    }

    @Test
    void failuresAreTriedAgainWithLongerAndLongerPausesUntilTheJobFails() throws Exception {
        var jobs = start(4, job -> {
            seen.add("" + job.attempt());
            throw new IllegalStateException("no. " + job.attempt());
        });
        jobs.enqueue("mail", "k", "{}", clock.instant());
        long before = 0;
        for (int attempt = 1; attempt < 5; attempt++) {
            assertThat(next()).isEqualTo("" + attempt);
            until(() -> rows().getFirst().startsWith("ready"));
            long pause = db.one("SELECT run_at FROM job", row -> row.getLong("run_at"))
                            .orElseThrow()
                    - clock.millis();
            assertThat(pause).isBetween(750L << (attempt - 1), 1_250L << (attempt - 1));
            assertThat(pause).isGreaterThan(before);
            before = pause;
            clock.pass(Duration.ofMillis(pause));
        }
        assertThat(next()).isEqualTo("5");
        until(() -> rows().getFirst().startsWith("failed"));
        assertThat(db.one("SELECT error FROM job", row -> row.getString("error"))
                        .orElseThrow())
                .contains("no. 5");
        assertThat(jobs.enqueue("mail", "k", "{}", clock.instant())).isPresent();
    }

    @Test
    void neverMoreRunAtOnceThanThereArePlaces() throws Exception {
        var atOnce = new AtomicInteger();
        var most = new AtomicInteger();
        var jobs = start(3, job -> {
            most.accumulateAndGet(atOnce.incrementAndGet(), Math::max);
            db.update("INSERT INTO done (id) VALUES (?)", job.id());
            atOnce.decrementAndGet();
        });
        for (int i = 0; i < 40; i++) {
            if (i % 2 == 0) {
                jobs.enqueue("mail", null, "{}", clock.instant());
            } else {
                jobs.startHere("mail", "k" + i, "{}");
            }
        }
        until(() -> rows().isEmpty());
        assertThat(count()).isEqualTo(40);
        assertThat(most.get()).isBetween(1, 3);
    }

    @Test
    void aKindWithABoundLeavesTheOtherPlacesToOthers() throws Exception {
        var go = new CountDownLatch(1);
        var atOnce = new AtomicInteger();
        var most = new AtomicInteger();
        var node = node();
        node.start();
        started.push(node);
        var jobs = jobs(node, 4, job -> seen.add(job.payload()));
        jobs.handle("regrade", new JobHandler() {
            @Override
            public void run(Job job) throws Exception {
                most.accumulateAndGet(atOnce.incrementAndGet(), Math::max);
                assertThat(go.await(30, TimeUnit.SECONDS)).isTrue();
                atOnce.decrementAndGet();
            }

            @Override
            public int mostAtOnce() {
                return 2;
            }
        });
        for (int i = 0; i < 10; i++) { // due before anything else, and more than the queue is asked for at once
            jobs.enqueue("regrade", null, "{}", clock.instant());
        }
        jobs.start();
        started.push(jobs);
        jobs.startHere("regrade", "here", "{}");
        until(() -> most.get() == 2);
        clock.pass(Duration.ofSeconds(1));
        jobs.enqueue("mail", null, "queued", clock.instant());
        assertThat(next()).isEqualTo("queued");
        jobs.startHere("mail", "k", "here");
        assertThat(next()).isEqualTo("here");
        assertThat(atOnce.get()).isEqualTo(2);
        go.countDown();
        until(() -> rows().isEmpty());
        assertThat(most.get()).isEqualTo(2);
    }

    @Test
    void aJobStartedHereFinishesTogetherWithItsResult() throws Exception {
        var jobs = start(4, job -> {
            job.finish(() -> db.update("INSERT INTO done (id) VALUES (?)", job.id()));
            seen.add("finished");
        });
        db.transaction(() -> {
            jobs.startHere("mail", "k", "{}");
            return db.update("INSERT INTO done (id) VALUES ('submission')");
        });
        assertThat(next()).isEqualTo("finished");
        assertThat(count()).isEqualTo(2);
        assertThat(rows()).isEmpty();
    }

    @Test
    void whatADeadNodeLeftIsTakenOverAndTheDeadOneCanCommitNothing() throws Exception {
        var stuck = new LinkedBlockingQueue<Job>();
        var resume = new CountDownLatch(1);
        var dead = node();
        // one place, which the first job holds: a dead process takes nothing new, this one still could
        var theirs = jobs(dead, 1, job -> {
            stuck.add(job);
            assertThat(resume.await(60, TimeUnit.SECONDS)).isTrue();
            job.finish(() -> db.update("INSERT INTO done (id) VALUES ('dead')"));
        });
        dead.beat();
        theirs.start();
        theirs.enqueue("mail", "k", "{}", clock.instant());
        var job = stuck.poll(30, TimeUnit.SECONDS);
        assertThat(job).isNotNull();

        clock.pass(Duration.ofSeconds(16)); // without a heartbeat of the first
        start(4, again -> {
            seen.add("attempt " + again.attempt());
            again.finish(() -> db.update("INSERT INTO done (id) VALUES ('alive')"));
        });
        assertThat(next()).isEqualTo("attempt 2");
        until(() -> rows().isEmpty());
        assertThatThrownBy(() -> job.commit(() -> db.update("INSERT INTO done (id) VALUES ('late')")))
                .isInstanceOf(JobLost.class);
        resume.countDown();
        theirs.stop(Duration.ofSeconds(30));
        assertThat(db.list("SELECT id FROM done", row -> row.getString("id"))).containsExactly("alive");
    }

    @Test
    void aJobThatKillsItsProcessEveryTimeFailsInTheEnd() throws Exception {
        db.update("""
                INSERT INTO job (id, kind, payload, state, attempts, run_at, node_id, created_at)
                VALUES ('j', 'mail', '{}', 'running', 5, 0, 'gone', 0)""");
        start(4, job -> seen.add("ran"));
        until(() -> rows().getFirst().startsWith("failed"));
        assertThat(seen).isEmpty();
    }

    @Test
    void stoppingWaitsForWhatRunsAndGivesBackWhatDoesNotEnd() throws Exception {
        var jobs = start(4, job -> {
            seen.add(job.payload());
            if (job.payload().equals("\"endless\"")) {
                new CountDownLatch(1).await();
            }
            db.update("INSERT INTO done (id) VALUES (?)", job.payload());
        });
        jobs.enqueue("mail", null, "\"endless\"", clock.instant());
        assertThat(next()).isEqualTo("\"endless\"");
        jobs.enqueue("mail", null, "\"short\"", clock.instant());
        assertThat(next()).isEqualTo("\"short\"");
        jobs.stop(Duration.ofMillis(300));
        assertThat(rows()).containsExactly("ready 0");
        assertThat(count()).isEqualTo(1);
        jobs.enqueue("mail", null, "\"after\"", clock.instant());
        assertThat(rows()).containsExactly("ready 0", "ready 0");
    }

    @Test
    void aNodeIsAliveWhileItBeatsAndGoneAfterwards() {
        var one = node();
        one.beat();
        clock.pass(Duration.ofSeconds(10));
        var two = node();
        two.beat();
        assertThat(two.alive()).extracting(Nodes.Node::id).containsExactly(one.id(), two.id());
        clock.pass(Duration.ofSeconds(6));
        assertThat(two.alive()).extracting(Nodes.Node::id).containsExactly(two.id());
        one.beat();
        assertThat(two.alive()).hasSize(2);
        two.close();
        assertThat(one.alive()).extracting(Nodes.Node::id).containsExactly(one.id());
    }

    @Test
    void onSqliteEveryOtherNodeIsGoneAtTheStart() {
        var before = node();
        before.beat();
        var after = node();
        after.start();
        started.push(after);
        assertThat(after.alive()).hasSize(engine == TestDatabases.SQLITE ? 1 : 2);
    }

    private Nodes node() {
        return new Nodes(db, new Ids(clock), clock, "", "test");
    }

    private Jobs jobs(Nodes node, int places, JobHandler handler) {
        var jobs = new Jobs(db, node, new Ids(clock), clock, places);
        jobs.handle("mail", handler);
        return jobs;
    }

    private Jobs start(int places, JobHandler handler) {
        var node = node();
        node.start();
        started.push(node);
        var jobs = jobs(node, places, handler);
        jobs.start();
        started.push(jobs);
        return jobs;
    }

    private String next() throws InterruptedException {
        var value = seen.poll(30, TimeUnit.SECONDS);
        return value == null ? "nothing came" : value;
    }

    private List<String> rows() {
        return db.list(
                "SELECT state, attempts FROM job ORDER BY id",
                row -> row.getString("state") + " " + row.getInt("attempts"));
    }

    private long count() {
        return db.one("SELECT count(*) FROM done", row -> row.getLong(1)).orElseThrow();
    }

    /** Rows are changed by other threads: looked at until they are as expected, with a generous deadline. */
    private static void until(BooleanSupplier condition) {
        var deadline = Instant.now().plusSeconds(30);
        while (!condition.getAsBoolean()) {
            assertThat(Instant.now()).isBefore(deadline);
            LockSupport.parkNanos(2_000_000);
        }
    }
}
