package carafe.platform.db;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteConfig.Pragma;
import org.sqlite.SQLiteDataSource;

/** One file: some readers that can only read, and one writer. */
final class Sqlite implements Backend {
    private static final int KEPT_STATEMENTS = 100;
    private static final int WRITER_CACHE_KB = 16_384;
    private static final int READERS_CACHE_KB = 16_384; // all readers together
    private static final long MMAP_BYTES = 268_435_456; // the page cache of the system, shared by all connections

    private final Path file;
    private final Connection writerConnection;
    private final Writer writer;
    private final Readers readers;

    Sqlite(Path file, DbConfig config) {
        this.file = file.toAbsolutePath();
        try {
            Files.createDirectories(this.file.resolveSibling("."));
            writerConnection = openWriter(config.durable());
        } catch (IOException e) {
            throw new UncheckedIOException("no folder for the database " + this.file, e);
        } catch (SQLException e) {
            throw DbException.of(e, "opening " + this.file);
        }
        writer = new Writer(new Session(writerConnection, KEPT_STATEMENTS), this.file.getFileName() + "-writer");
        int count = config.connections();
        readers = new Readers(this.file.getFileName() + "-reader", count, () -> openReader(READERS_CACHE_KB / count));
    }

    @Override
    public Dialect dialect() {
        return Dialect.SQLITE;
    }

    @Override
    public <T extends @Nullable Object> T read(Work<T> work) throws Exception {
        return readers.run(work);
    }

    @Override
    public <T extends @Nullable Object> T write(Work<T> work) throws Exception {
        return writer.run(work, false);
    }

    @Override
    public <T extends @Nullable Object> T transaction(Work<T> work) throws Exception {
        return writer.run(work, true);
    }

    /** One writes at a time as it is. */
    @Override
    public <T extends @Nullable Object> T transactionOn(String table, String id, Work<T> work) throws Exception {
        return transaction(work);
    }

    /** The lock on the data folder keeps every other process out already. */
    @Override
    public void alone(Runnable migration) {
        migration.run();
    }

    @Override
    public void copyTo(Path target) {
        try (var connection = source(0).getConnection()) {
            new Session(connection, 0).update("VACUUM INTO ?", target.toString());
        } catch (SQLException e) {
            throw DbException.of(e, "opening " + file);
        }
    }

    @Override
    public void close() {
        writer.close();
        readers.close();
        try {
            writerConnection.close(); // the last to go: it moves the write-ahead log into the file
        } catch (SQLException e) {
            throw DbException.of(e, "closing " + file);
        }
    }

    private Connection openWriter(boolean durable) throws SQLException {
        var config = common(WRITER_CACHE_KB);
        config.setSynchronous(durable ? SQLiteConfig.SynchronousMode.FULL : SQLiteConfig.SynchronousMode.NORMAL);
        var connection = config.createConnection("jdbc:sqlite:" + file);
        try (var statement = connection.createStatement()) {
            statement.execute("PRAGMA auto_vacuum = INCREMENTAL"); // only before the first table, and before WAL
            statement.execute("PRAGMA journal_mode = WAL");
            statement.execute("PRAGMA journal_size_limit = 67108864");
        }
        return connection;
    }

    private Session openReader(int cacheKb) {
        try {
            var session = new Session(source(cacheKb).getConnection(), KEPT_STATEMENTS);
            session.update("PRAGMA query_only = ON");
            return session;
        } catch (SQLException e) {
            throw DbException.of(e, "opening " + file);
        }
    }

    private SQLiteDataSource source(int cacheKb) {
        var source = new SQLiteDataSource(common(cacheKb));
        source.setUrl("jdbc:sqlite:" + file);
        return source;
    }

    private static SQLiteConfig common(int cacheKb) {
        var config = new SQLiteConfig();
        config.enforceForeignKeys(true);
        config.setBusyTimeout(5_000);
        config.setCacheSize(-cacheKb);
        config.setTempStore(SQLiteConfig.TempStore.MEMORY);
        config.setPragma(Pragma.MMAP_SIZE, Long.toString(MMAP_BYTES));
        config.setGetGeneratedKeys(false); // one query less per insert: RETURNING serves
        return config;
    }
}
