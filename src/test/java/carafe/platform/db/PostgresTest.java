package carafe.platform.db;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What only several connections, and several nodes, can get wrong. */
class PostgresTest {
    @TempDir
    Path folder;

    TestDatabase database;
    Db db;

    @BeforeEach
    void open() {
        database = TestDatabases.POSTGRESQL.empty(folder);
        db = database.db();
        db.update("CREATE TABLE item (id TEXT PRIMARY KEY, n BIGINT NOT NULL)");
        db.update("INSERT INTO item (id, n) VALUES ('a', 0)");
    }

    @AfterEach
    void close() {
        database.close();
    }

    @Test
    void aTransactionThatCollidesRunsAgainAndOnlyTheLastRunHasEffects() throws Exception {
        var runs = new AtomicInteger();
        var effects = new CopyOnWriteArrayList<Integer>();
        db.transaction(() -> {
            int run = runs.incrementAndGet();
            db.afterCommit(() -> effects.add(run));
            long n = read();
            if (run == 1) {
                var other = Thread.ofVirtual().start(() -> db.update("UPDATE item SET n = n + 10"));
                other.join();
            }
            return db.update("UPDATE item SET n = ?", n + 1);
        });
        assertThat(runs).hasValue(2);
        assertThat(effects).containsExactly(2);
        assertThat(read()).isEqualTo(11);
    }

    @Test
    void aTransactionThatAlwaysCollidesFailsAsBusyAfterTwelveReruns() {
        var runs = new AtomicInteger();
        assertThatThrownBy(() -> db.transaction(() -> {
                    runs.incrementAndGet();
                    long n = read();
                    var other = Thread.ofVirtual().start(() -> db.update("UPDATE item SET n = n + 10"));
                    other.join();
                    return db.update("UPDATE item SET n = ?", n + 1);
                }))
                .isInstanceOfSatisfying(
                        DbException.class, e -> assertThat(e.kind()).isEqualTo(DbException.Kind.BUSY));
        assertThat(runs).hasValue(13);
        assertThat(read()).isEqualTo(130);
    }

    @Test
    void nodesThatStartAtOnceMigrateOnce() throws Exception {
        Together.run(4, n -> {
            try (var node = Db.open(DbConfig.of(database.url()))) {
                Migrations.MAIN.apply(node, folder, Clock.systemUTC());
                Migrations.LOG_TABLES.apply(node, folder, Clock.systemUTC());
            }
        });
        assertThat(db.list("SELECT name FROM migration", row -> row.getString("name")))
                .isEqualTo(List.of(
                        "0001_start",
                        "0002_chat_share",
                        "0030_workspace",
                        "0040_routing",
                        "0045_openwebui",
                        "0050_local_chat",
                        "0060_courses",
                        "0070_workflows",
                        "0071_workflow_run_lists"));
    }

    @Test
    void whatPeopleStoredIsNotInTheMessageOfAFailure() {
        assertThatThrownBy(() -> db.update("INSERT INTO item (id, n) VALUES (?, ?)", "a", 1))
                .isInstanceOf(DbException.class)
                .hasMessageNotContaining("(a)")
                .hasMessageContaining("VALUES (?, ?)");
    }

    @Test
    void aServerThatIsNotThereIsNamedWithoutThePassword() {
        assertThatThrownBy(() -> Db.open(DbConfig.of("postgresql://ann:secret@127.0.0.1:1/carafe")))
                .isInstanceOf(DbException.class)
                .hasMessageContaining("127.0.0.1:1/carafe")
                .hasMessageNotContaining("secret");
    }

    private long read() {
        return db.one("SELECT n FROM item WHERE id = 'a'", row -> row.getLong("n"))
                .orElseThrow();
    }
}
