package carafe.platform.db;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

@ParameterizedClass
@EnumSource(TestDatabases.class)
class DbTest {
    private final TestDatabases engine;

    @TempDir
    Path folder;

    TestDatabase database;
    Db db;

    DbTest(TestDatabases engine) {
        this.engine = engine;
    }

    @BeforeEach
    void open() {
        database = engine.empty(folder);
        db = database.db();
        db.update("CREATE TABLE item (id TEXT PRIMARY KEY, n BIGINT NOT NULL)");
        db.update("CREATE TABLE part (id TEXT PRIMARY KEY, item_id TEXT NOT NULL REFERENCES item (id))");
    }

    @AfterEach
    void close() {
        database.close();
    }

    @Test
    void everyKindOfArgumentComesBackAsItWas() {
        db.update(db.dialect()
                .fill("CREATE TABLE kinds (seq {{seq}}, s TEXT, n BIGINT, b INTEGER, bytes {{bytes}}, empty TEXT)"));
        var at = Instant.ofEpochMilli(1_800_000_000_123L);
        long seq = db.returning(
                        "INSERT INTO kinds (s, n, b, bytes, empty) VALUES (?, ?, ?, ?, ?) RETURNING seq",
                        row -> row.getLong("seq"),
                        "北京 \uD83D\uDE00 a\0b",
                        at,
                        true,
                        new byte[] {0, -1},
                        null)
                .orElseThrow();
        var row = db.one(
                        "SELECT s, n, b, bytes, empty FROM kinds WHERE seq = ?",
                        r -> List.of(
                                r.getString("s"),
                                r.getLong("n"),
                                r.getBoolean("b"),
                                List.of(r.getBytes("bytes")[0], r.getBytes("bytes")[1]),
                                r.getString("empty") == null),
                        seq)
                .orElseThrow();
        assertThat(row)
                .isEqualTo(List.of(
                        "北京 \uD83D\uDE00 a\uFFFDb", at.toEpochMilli(), true, List.of((byte) 0, (byte) -1), true));
    }

    @Test
    void aMissingArgumentIsNotTakenForNull() {
        insert("a");
        assertThatThrownBy(() -> db.update("UPDATE item SET n = ? WHERE id = ?", 1))
                .isInstanceOf(RuntimeException.class);
        assertThatThrownBy(() -> db.update("UPDATE item SET n = ?", 1, "a")).isInstanceOf(RuntimeException.class);
        assertThat(insert("b")).isEqualTo(1);
    }

    @Test
    void aReadCannotWrite() {
        if (engine == TestDatabases.SQLITE) {
            assertThatThrownBy(() ->
                            db.one("INSERT INTO item (id, n) VALUES ('x', 1) RETURNING n", row -> row.getLong("n")))
                    .isInstanceOf(DbException.class);
        }
        assertThat(count()).isZero();
    }

    @Test
    void aTransactionSeesItsOwnWritesAndOthersSeeThemAfterTheCommit() {
        long inside = db.transaction(() -> {
            insert("a");
            return count();
        });
        assertThat(inside).isEqualTo(1);
        assertThat(count()).isEqualTo(1);
    }

    @Test
    void anExceptionTakesBackTheWholeTransactionAndArrivesAsItIs() {
        var thrown = new IllegalArgumentException("no");
        assertThatThrownBy(() -> db.transaction(() -> {
                    insert("a");
                    throw thrown;
                }))
                .isSameAs(thrown);
        assertThat(count()).isZero();
    }

    @Test
    void aNestedTransactionJoinsTheOuterOne() {
        assertThatThrownBy(() -> db.transaction(() -> {
                    insert("a");
                    db.transaction(() -> insert("b"));
                    throw new IllegalStateException("after the inner one");
                }))
                .isInstanceOf(IllegalStateException.class);
        assertThat(count()).isZero();
    }

    @Test
    void aFailureThatIsSwallowedInsideStillFailsTheWhole() {
        insert("a");
        assertThatThrownBy(() -> db.transaction(() -> {
                    insert("b");
                    try {
                        insert("a");
                    } catch (DbException e) {
                        assertThat(e.kind()).isEqualTo(DbException.Kind.CONSTRAINT_UNIQUE);
                    }
                    return true;
                }))
                .isInstanceOf(DbException.class);
        assertThat(count()).isEqualTo(1);
    }

    @Test
    void failuresHaveTheSameKindOnBothEngines() {
        insert("a");
        assertThat(kindOf(() -> insert("a"))).contains(DbException.Kind.CONSTRAINT_UNIQUE);
        assertThat(kindOf(() -> db.update("INSERT INTO part (id, item_id) VALUES ('p', 'none')")))
                .contains(DbException.Kind.CONSTRAINT_FOREIGN_KEY);
        db.update("INSERT INTO part (id, item_id) VALUES ('p', 'a')");
        assertThat(kindOf(() -> db.update("DELETE FROM item"))).contains(DbException.Kind.CONSTRAINT_FOREIGN_KEY);
        assertThat(kindOf(() -> db.update("SELECT nonsense FROM nowhere"))).contains(DbException.Kind.OTHER);
        assertThat(db.transaction(() -> kindOf(() -> db.transaction(() -> insert("b")))))
                .isEmpty();
    }

    @Test
    void effectsRunInOrderAfterTheCommitAndNeverAfterARollback() {
        var seen = new ArrayList<String>();
        db.transaction(() -> {
            db.afterCommit(() -> seen.add("first, rows " + count()));
            db.transaction(() -> {
                db.afterCommit(() -> seen.add("second"));
                return insert("a");
            });
            db.afterCommit(() -> {
                throw new IllegalStateException("an effect that fails harms nobody");
            });
            db.afterCommit(() -> seen.add("third"));
            return seen.add("inside");
        });
        assertThatThrownBy(() -> db.transaction(() -> {
                    db.afterCommit(() -> seen.add("never"));
                    throw new IllegalStateException("rolled back");
                }))
                .isInstanceOf(IllegalStateException.class);
        db.afterCommit(() -> seen.add("at once"));
        assertThat(seen).containsExactly("inside", "first, rows 1", "second", "third", "at once");
    }

    @Test
    void aFailingWriteDoesNotHarmThoseBesideIt() throws Exception {
        insert("taken");
        var refused = new AtomicInteger();
        Together.run(300, n -> {
            try {
                db.transaction(() -> {
                    insert("t" + n);
                    return n % 3 == 0 ? insert("taken") : insert("u" + n);
                });
            } catch (DbException e) {
                refused.incrementAndGet();
            }
        });
        assertThat(refused).hasValue(100);
        assertThat(count()).isEqualTo(401);
    }

    @Test
    void concurrentIncrementsLoseNothing() throws Exception {
        insert("counter");
        var done = new AtomicInteger();
        Together.run(40, n -> {
            for (int k = 0; k < 5; k++) {
                if (increment()) {
                    done.incrementAndGet();
                }
            }
        });
        assertThat(db.one("SELECT n FROM item WHERE id = 'counter'", row -> row.getInt("n")))
                .contains(done.get());
        assertThat(done.get()).isGreaterThan(engine == TestDatabases.SQLITE ? 199 : 20);
    }

    /** Read, then write: loses updates unless transactions are serialised. False when they collided too often. */
    private boolean increment() {
        try {
            return db.transaction(() -> {
                long n = db.one("SELECT n FROM item WHERE id = 'counter'", row -> row.getLong("n"))
                        .orElseThrow();
                return db.update("UPDATE item SET n = ? WHERE id = 'counter'", n + 1) == 1;
            });
        } catch (DbException e) {
            assertThat(e.kind()).isEqualTo(DbException.Kind.BUSY);
            return false;
        }
    }

    private int insert(String id) {
        return db.update("INSERT INTO item (id, n) VALUES (?, ?)", id, 0);
    }

    private long count() {
        return db.one("SELECT count(*) FROM item", row -> row.getLong(1)).orElseThrow();
    }

    private static Optional<DbException.Kind> kindOf(Runnable statement) {
        return Optional.ofNullable(catchThrowableOfType(DbException.class, statement::run))
                .map(DbException::kind);
    }
}
