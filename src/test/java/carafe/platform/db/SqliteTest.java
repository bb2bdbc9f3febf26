package carafe.platform.db;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What only the one file and its one writer can get wrong. */
class SqliteTest {
    @TempDir
    Path folder;

    Db db;

    @BeforeEach
    void open() {
        db = Db.open(DbConfig.of("sqlite:" + folder.resolve("carafe.db")));
        db.update("CREATE TABLE item (id TEXT PRIMARY KEY, text TEXT)");
    }

    @AfterEach
    void close() {
        db.close();
    }

    @Test
    void aFullDiskFailsWhatDoesNotFitAndNothingBesideIt() throws Exception {
        limitFileTo(60);
        var results = new LinkedBlockingQueue<String>();
        withTheWriterHeld(() -> {
            var callers = List.of(
                    caller(results, "a", () -> insert("a", 10)),
                    caller(results, "big", () -> insert("big", 10_000_000)),
                    caller(results, "b", () -> insert("b", 10)),
                    caller(
                            results,
                            "swallows",
                            () -> db.transaction(() -> {
                                insert("half", 10);
                                try {
                                    return insert("big2", 10_000_000);
                                } catch (DbException e) {
                                    return insert("other half", 10);
                                }
                            })),
                    caller(results, "c", () -> db.transaction(() -> insert("c1", 10) + insert("c2", 10))));
            return callers;
        });
        assertThat(results).containsExactlyInAnyOrder("a ok", "big FULL", "b ok", "swallows FULL", "c ok");
        assertThat(ids()).containsExactly("a", "b", "c1", "c2");
        limitFileTo(1_000_000);
        assertThat(insert("afterwards", 10_000_000)).isEqualTo(1);
    }

    @Test
    void readsGoOnDuringALongWriteAndSeeWhatWasBefore() throws Exception {
        insert("before", 10);
        withTheWriterHeld(() -> {
            Together.run(16, n -> assertThat(ids()).containsExactly("before"));
            return List.of();
        });
    }

    @Test
    void aReadThatGetsNoConnectionFailsAsBusy() throws Exception {
        var release = new CountDownLatch(1);
        var held = new CountDownLatch(4);
        insert("a", 1);
        var readers = new ArrayList<Thread>();
        for (int i = 0; i < 4; i++) {
            readers.add(Thread.ofVirtual()
                    .start(() -> db.list("SELECT id FROM item", row -> {
                        held.countDown();
                        awaited(release);
                        return row.getString("id");
                    })));
        }
        assertThat(held.await(30, TimeUnit.SECONDS)).isTrue();
        assertThat(outcome(this::ids)).isEqualTo("BUSY");
        release.countDown();
        for (var reader : readers) {
            reader.join();
        }
        assertThat(ids()).containsExactly("a");
    }

    @Test
    void closingFinishesWhatWasAccepted() throws Exception {
        var acknowledged = new AtomicInteger();
        var results = new LinkedBlockingQueue<String>();
        withTheWriterHeld(() -> {
            var callers = new ArrayList<Thread>();
            for (int i = 0; i < 300; i++) {
                var id = "i" + i;
                callers.add(caller(results, id, () -> {
                    insert(id, 10);
                    acknowledged.incrementAndGet();
                }));
            }
            callers.add(Thread.ofVirtual().start(db::close));
            return callers;
        });
        assertThat(acknowledged).hasValue(300);
        assertThatThrownBy(() -> insert("late", 1))
                .isInstanceOf(DbException.class)
                .hasMessageContaining("closed");
        db = Db.open(DbConfig.of("sqlite:" + folder.resolve("carafe.db")));
        assertThat(ids()).hasSize(300);
    }

    @Test
    void aFullQueueRefusesAtOnce() throws Exception {
        var results = new LinkedBlockingQueue<String>();
        withTheWriterHeld(() -> {
            var callers = new ArrayList<Thread>();
            for (int i = 0; i < 4_500; i++) {
                var id = "i" + i;
                callers.add(Thread.ofVirtual().start(() -> results.add(outcome(() -> insert(id, 1)))));
            }
            for (int refused = 0; refused < 4_500 - 4_096; refused++) {
                assertThat(results.poll(30, TimeUnit.SECONDS)).isEqualTo("BUSY");
            }
            return callers;
        });
        assertThat(ids()).hasSize(4_096);
    }

    @Test
    void acknowledgedWritesSurviveAKill() throws Exception {
        db.close();
        var file = folder.resolve("carafe.db");
        var child = Child.start("write", file.toString());
        var acknowledged = new ArrayList<String>();
        try (var lines = child.inputReader()) {
            while (acknowledged.size() < 2_000) {
                var line = String.valueOf(lines.readLine());
                assertThat(line).isNotEqualTo("null");
                if (line.startsWith("w-")) {
                    acknowledged.add(line);
                }
            }
            assertThat(child.toHandle().destroyForcibly()).isTrue(); // unlike that of Process it leaves the pipe open
            lines.lines().filter(line -> line.startsWith("w-")).forEach(acknowledged::add);
        }
        assertThat(child.waitFor()).isEqualTo(128 + 9);
        acknowledged.removeLast(); // may be cut in the middle
        db = Db.open(DbConfig.of("sqlite:" + file));
        assertThat(ids()).containsAll(acknowledged);
        assertThat(db.one("PRAGMA integrity_check", row -> row.getString(1))).contains("ok");
        assertThat(db.one("SELECT count(*) FROM item WHERE text = 'pair'", row -> row.getInt(1) % 2))
                .contains(0);
    }

    @Test
    void aSecondProcessOnTheFolderIsToldWhoHoldsIt() throws Exception {
        try (var mine = DataFolder.own(folder)) {
            var child = Child.start("own", mine.path().toString());
            var said = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(child.waitFor()).isEqualTo(1);
            assertThat(said)
                    .contains(folder.toAbsolutePath().toString())
                    .contains("pid " + ProcessHandle.current().pid());
            assertThatThrownBy(() -> DataFolder.own(folder)).isInstanceOf(IllegalStateException.class);
        }
        DataFolder.own(folder).close();
    }

    @Test
    void theFileIsOpenedAsDecided() {
        var pragmas = List.of("journal_mode", "synchronous", "foreign_keys", "auto_vacuum", "temp_store", "mmap_size");
        assertThat(pragmas.stream()
                        .map(name -> db.returning("PRAGMA " + name, row -> row.getString(1))
                                .orElse("?")))
                .containsExactly("wal", "1", "1", "2", "2", "268435456");
        assertThat(db.one("PRAGMA query_only", row -> row.getInt(1))).contains(1);
        assertThat(db.one("PRAGMA foreign_keys", row -> row.getInt(1))).contains(1);
    }

    @Test
    void anUpgradeLeavesACopyOfWhatWasBeforeAndTheNewestThreeStay() throws IOException {
        var backup = folder.resolve("backup");
        var both = new Migrations("migration", List.of(MigrationsTest.ONE, MigrationsTest.TWO));
        new Migrations("migration", List.of(MigrationsTest.ONE)).apply(db, backup, Clock.systemUTC());
        assertThat(backup).doesNotExist();
        for (int i = 0; i < 5; i++) {
            db.update("INSERT INTO one (id) VALUES (?)", "before " + i);
            both.apply(db, backup, Clock.systemUTC());
            both.undo(db);
        }
        try (var files = Files.list(backup)) {
            var copies = files.sorted().toList();
            assertThat(copies).hasSize(3);
            try (var copy = Db.open(DbConfig.of("sqlite:" + copies.getLast()))) {
                assertThat(copy.list("SELECT id FROM one", row -> row.getString("id")))
                        .containsExactly("before 4");
            }
        }
    }

    private static void awaited(CountDownLatch latch) {
        try {
            assertThat(latch.await(60, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private interface Callers {
        List<Thread> start() throws Exception;
    }

    /** Starts the callers while a transaction keeps the writer, so that they all end up in its next batch. */
    private void withTheWriterHeld(Callers callers) throws Exception {
        var held = new CountDownLatch(1);
        var release = new CountDownLatch(1);
        var holder = Thread.ofVirtual()
                .start(() -> db.transaction(() -> {
                    held.countDown();
                    return release.await(60, TimeUnit.SECONDS);
                }));
        assertThat(held.await(30, TimeUnit.SECONDS)).isTrue();
        var threads = callers.start();
        release.countDown();
        holder.join();
        for (var thread : threads) {
            thread.join();
        }
    }

    /** Returns once the caller waits for the writer. */
    private static Thread caller(BlockingQueue<String> results, String name, Runnable write) {
        var thread = Thread.ofVirtual().start(() -> results.add(name + " " + outcome(write)));
        while (thread.getState() != Thread.State.WAITING && thread.isAlive()) {
            Thread.onSpinWait();
        }
        return thread;
    }

    private static String outcome(Runnable write) {
        var failure = catchThrowableOfType(DbException.class, write::run);
        return failure == null ? "ok" : failure.kind().name();
    }

    private void limitFileTo(int pages) {
        assertThat(db.returning("PRAGMA max_page_count = " + pages, row -> row.getInt(1)))
                .contains(pages);
    }

    private int insert(String id, int bytes) {
        return db.update("INSERT INTO item (id, text) VALUES (?, ?)", id, "x".repeat(bytes));
    }

    private List<String> ids() {
        return db.list("SELECT id FROM item ORDER BY id", row -> row.getString("id"));
    }
}
