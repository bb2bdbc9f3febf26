package carafe.platform.db;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.pool.HikariPool;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import org.postgresql.ds.PGSimpleDataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A PostgreSQL server: transactions run in the caller's thread, SERIALIZABLE or on a locked row, and again when they collide. */
final class Postgres implements Backend {
    private static final Logger LOG = LoggerFactory.getLogger(Postgres.class);
    private static final int RERUNS = 12;
    private static final int LONGEST_SHIFT = 4;
    private static final int WAIT_MS = 5_000;
    private static final long MIGRATION_LOCK = 0x63_61_72_61_66_65L; // "carafe"

    private final PGSimpleDataSource source = new PGSimpleDataSource();
    private final HikariDataSource pool;

    Postgres(DbConfig.Server server, DbConfig config) {
        source.setURL(server.jdbcUrl());
        if (!server.user().isEmpty()) {
            source.setUser(server.user());
            source.setPassword(server.password());
        }
        source.setApplicationName("carafe");
        source.setTcpKeepAlive(true);
        source.setConnectTimeout(5);
        source.setLogServerErrorDetail(false); // the detail quotes people's data
        var hikari = new HikariConfig();
        hikari.setDataSource(source);
        hikari.setPoolName("postgres");
        hikari.setMaximumPoolSize(config.connections());
        hikari.setMinimumIdle(Math.min(2, config.connections()));
        hikari.setConnectionTimeout(WAIT_MS);
        try {
            pool = new HikariDataSource(hikari);
        } catch (HikariPool.PoolInitializationException e) {
            throw new DbException(
                    DbException.Kind.OTHER, "no connection to the database " + server + ": " + e.getMessage(), e);
        }
    }

    @Override
    public Dialect dialect() {
        return Dialect.POSTGRESQL;
    }

    @Override
    public <T extends @Nullable Object> T read(Work<T> work) throws Exception {
        return borrowing(work);
    }

    @Override
    public <T extends @Nullable Object> T write(Work<T> work) throws Exception {
        return rerunning(work);
    }

    @Override
    public <T extends @Nullable Object> T transaction(Work<T> work) throws Exception {
        return within("BEGIN ISOLATION LEVEL SERIALIZABLE", work);
    }

    /** READ COMMITTED: what is read after the row is locked is what others left behind, and strangers cannot collide. */
    @Override
    public <T extends @Nullable Object> T transactionOn(String table, String id, Work<T> work) throws Exception {
        return within("BEGIN ISOLATION LEVEL READ COMMITTED", session -> {
            session.list("SELECT 1 FROM " + table + " WHERE id = ? FOR NO KEY UPDATE", row -> true, 1, id);
            return work.run(session);
        });
    }

    private <T extends @Nullable Object> T within(String begin, Work<T> work) throws Exception {
        return rerunning(session -> {
            session.update(begin);
            boolean done = false;
            try {
                T result = work.run(session);
                session.update("COMMIT");
                done = true;
                return result;
            } finally {
                if (!done) {
                    rollback(session);
                }
            }
        });
    }

    /** The lock lives in its own session: taken inside the migration it would wait with a stale snapshot. */
    @Override
    public void alone(Runnable migration) {
        try (var connection = source.getConnection()) {
            var session = new Session(connection, 0);
            session.list("SELECT pg_advisory_lock(?)", row -> true, 1, MIGRATION_LOCK);
            migration.run();
        } catch (SQLException e) {
            throw DbException.of(e, "waiting for the migration lock");
        }
    }

    @Override
    public void copyTo(Path target) {
        throw new UnsupportedOperationException("pg_dump copies a PostgreSQL database");
    }

    @Override
    public void close() {
        pool.close();
    }

    private <T extends @Nullable Object> T rerunning(Work<T> work) throws Exception {
        for (int run = 0; ; run++) {
            var collision = new boolean[1];
            try {
                return borrowing(session -> {
                    try {
                        return work.run(session);
                    } finally {
                        collision[0] = session.lost() != null;
                    }
                });
            } catch (Exception e) {
                if (!collision[0] || run == RERUNS) {
                    throw e;
                }
                LOG.debug("transactions collided, run again run={}", run + 1);
            }
            int shift = Math.min(2 * run, LONGEST_SHIFT);
            Thread.sleep(ThreadLocalRandom.current().nextLong(2, 10) << shift); // 2–10, 8–40, then 32–160 ms
        }
    }

    private <T extends @Nullable Object> T borrowing(Work<T> work) throws Exception {
        try (var connection = pool.getConnection()) {
            return work.run(new Session(connection, 0));
        } catch (SQLException e) {
            throw DbException.of(e, "waiting for a connection");
        }
    }

    private void rollback(Session session) {
        try {
            session.rollback();
        } catch (DbException e) {
            LOG.warn("rollback failed, the connection is dropped", e);
            pool.evictConnection(session.connection());
        }
    }
}
