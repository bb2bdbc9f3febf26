package carafe.platform.db;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sqlite.SQLiteJDBCLoader;

/**
 * All SQL goes through here. A call inside {@link #transaction} takes part in it; outside, each statement stands alone.
 * Arguments: String, Long, Integer, Double, Boolean (0/1), byte[], Instant (epoch milliseconds), enum (its name in lower case),
 * null. Every failure is a {@link DbException}. Safe for use by any number of threads.
 */
public final class Db implements AutoCloseable {
    /** Told of all that ran, on the caller's thread; a transaction is one operation, whatever it holds. */
    public interface Watcher {
        Watcher NOBODY = (operation, nanos, failure) -> {};

        /** {@code operation} is {@code read}, {@code write} or {@code transaction}; the time includes the wait for a turn. */
        void ran(String operation, long nanos, @Nullable RuntimeException failure);
    }

    private static final Logger LOG = LoggerFactory.getLogger(Db.class);

    private final ScopedValue<Tx> current = ScopedValue.newInstance();
    private final Backend backend;
    private final Watcher watcher;
    private final LongAdder begun = new LongAdder();
    private final LongAdder ended = new LongAdder();
    private final LongAdder statements = new LongAdder();

    private Db(Backend backend, Watcher watcher) {
        this.backend = backend;
        this.watcher = watcher;
    }

    /** Loads SQLite's native library on a thread beside the start, which has other things to do meanwhile. */
    public static void loadSqliteEarly() {
        Thread.ofPlatform().daemon().name("sqlite-library").start(() -> {
            try {
                SQLiteJDBCLoader.initialize();
            } catch (Exception e) {
                LOG.debug("opening the database will tell why", e);
            }
        });
    }

    /** Connects; the tables are the work of {@link Migrations}. */
    public static Db open(DbConfig config) {
        return open(config, Watcher.NOBODY);
    }

    public static Db open(DbConfig config, Watcher watcher) {
        return new Db(
                switch (config.place()) {
                    case DbConfig.File file -> new Sqlite(file.path(), config);
                    case DbConfig.Server server -> new Postgres(server, config);
                },
                watcher);
    }

    /** How many operations are under way or wait for their turn. */
    public long active() {
        return Math.max(0, begun.sum() - ended.sum());
    }

    public Dialect dialect() {
        return backend.dialect();
    }

    /** Every row; a query that may find many names its LIMIT. */
    public <T> List<T> list(String sql, RowReader<T> reader, @Nullable Object... args) {
        return read(session -> session.list(sql, reader, Integer.MAX_VALUE, args));
    }

    /** The first row. */
    public <T> Optional<T> one(String sql, RowReader<T> reader, @Nullable Object... args) {
        return read(session -> session.list(sql, reader, 1, args)).stream().findFirst();
    }

    /** Writes; the number of rows changed. */
    public int update(String sql, @Nullable Object... args) {
        return write(session -> session.update(sql, args));
    }

    /** The first row of a statement that writes and has a RETURNING clause. */
    public <T> Optional<T> returning(String sql, RowReader<T> reader, @Nullable Object... args) {
        return write(session -> session.list(sql, reader, 1, args)).stream().findFirst();
    }

    /**
     * All or nothing. {@code work} holds SQL only, no waiting for anything else: on SQLite it runs on the one writer
     * thread, and it may run several times. A nested call joins, and a failure in it fails the whole. Checked exceptions
     * of {@code work} arrive as the cause of a {@link DbException}, others as they are.
     */
    public <T extends @Nullable Object> T transaction(Callable<T> work) {
        return transaction(work, backend::transaction);
    }

    /**
     * As {@link #transaction}, for work that reads and writes only the row of {@code table} with this id and what belongs to
     * it. PostgreSQL then keeps others off that row, instead of watching pages that strangers' rows share: what many people
     * do at the same moment belongs here. Whoever writes what belongs to the row without this writes the row, too.
     */
    public <T extends @Nullable Object> T transactionOn(String table, String id, Callable<T> work) {
        return transaction(work, whole -> backend.transactionOn(table, id, whole));
    }

    /** How the backend runs a transaction. */
    @FunctionalInterface
    private interface Runner<T extends @Nullable Object> {
        Outcome<T> run(Work<Outcome<T>> work) throws Exception;
    }

    private <T extends @Nullable Object> T transaction(Callable<T> work, Runner<T> runner) {
        if (current.isBound()) {
            return within(current.get(), session -> work.call());
        }
        Outcome<T> outcome = watched("transaction", () -> runner.run(session -> attempt(session, work)));
        outcome.effects().forEach(Db::runEffect);
        return outcome.value();
    }

    /** Runs {@code effect} in the caller's thread once the running transaction is committed, never if it is not. */
    public void afterCommit(Runnable effect) {
        if (current.isBound()) {
            current.get().effects().add(effect);
        } else {
            effect.run();
        }
    }

    /**
     * SQLite keeps the pages of deleted rows: this gives some of them back to the disk, and tells how many are left.
     * PostgreSQL does it by itself: 0.
     */
    public long giveBack(int pages) {
        if (dialect() != Dialect.SQLITE) {
            return 0;
        }
        int _ = write(session -> session.script("PRAGMA incremental_vacuum(" + pages + ")"));
        return one("PRAGMA freelist_count", row -> row.getLong(1)).orElse(0L);
    }

    /** Writes that were accepted are finished first. */
    @Override
    public void close() {
        backend.close();
    }

    /** For migrations: {@code migration} runs on one node at a time. */
    void alone(Runnable migration) {
        backend.alone(migration);
    }

    void copyTo(Path target) {
        backend.copyTo(target);
    }

    private record Outcome<T extends @Nullable Object>(T value, List<Runnable> effects) {}

    private <T extends @Nullable Object> Outcome<T> attempt(Session session, Callable<T> work) throws Exception {
        var tx = new Tx(session);
        T value = ScopedValue.where(current, tx).call(work::call);
        tx.check();
        return new Outcome<>(value, tx.effects());
    }

    /** How many statements have been run so far, not counting transactions themselves. */
    public long statements() {
        return statements.sum();
    }

    private <T> T read(Work<T> work) {
        statements.increment();
        return current.isBound() ? within(current.get(), work) : watched("read", () -> backend.read(work));
    }

    private <T> T write(Work<T> work) {
        statements.increment();
        return current.isBound() ? within(current.get(), work) : watched("write", () -> backend.write(work));
    }

    private <T extends @Nullable Object> T watched(String operation, Callable<T> call) {
        long began = System.nanoTime();
        begun.increment();
        RuntimeException failure = null;
        try {
            return rethrowing(call);
        } catch (RuntimeException e) {
            failure = e;
            throw e;
        } finally {
            ended.increment();
            watcher.ran(operation, System.nanoTime() - began, failure);
        }
    }

    private static <T extends @Nullable Object> T within(Tx tx, Work<T> work) {
        try {
            return rethrowing(() -> work.run(tx.session()));
        } catch (RuntimeException e) {
            tx.breakBy(e);
            throw e;
        }
    }

    private static <T extends @Nullable Object> T rethrowing(Callable<T> call) {
        try {
            return call.call();
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new DbException(DbException.Kind.OTHER, "transaction failed: " + e, e);
        }
    }

    private static void runEffect(Runnable effect) {
        try {
            effect.run();
        } catch (RuntimeException e) {
            LOG.error("an effect of a committed transaction failed", e);
        }
    }
}
