package carafe.platform.db;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** One connection and the statements kept prepared on it, for one thread at a time. */
final class Session {
    private final Connection connection;
    private final int keep;
    private final LinkedHashMap<String, PreparedStatement> kept = new LinkedHashMap<>();
    private @Nullable DbException lost;
    private String lastSql = "";

    /** @param keep how many statements stay prepared; 0 where the driver keeps them itself */
    Session(Connection connection, int keep) {
        this.connection = connection;
        this.keep = keep;
    }

    void close() {
        try {
            connection.close();
        } catch (SQLException e) {
            throw DbException.of(e, "closing a connection");
        }
    }

    Connection connection() {
        return connection;
    }

    /** Why the engine gave up the running transaction, or null while it stands. */
    @Nullable
    DbException lost() {
        return lost;
    }

    void forgetLoss() {
        lost = null;
    }

    String lastSql() {
        return lastSql;
    }

    /** Ends the transaction if the engine has not done so; {@link #lost} still tells why it was given up. */
    void rollback() {
        var why = lost;
        lost = null;
        try {
            update("ROLLBACK");
        } finally {
            lost = why;
        }
    }

    /** At most {@code limit} rows, in the order of the query. */
    <T> List<T> list(String sql, RowReader<T> reader, int limit, @Nullable Object... args) {
        return run(sql, statement -> {
            bind(statement, args);
            try (var rows = statement.executeQuery()) {
                var result = new ArrayList<T>();
                while (result.size() < limit && rows.next()) {
                    result.add(reader.read(rows));
                }
                return result;
            }
        });
    }

    /** The number of rows changed. */
    int update(String sql, @Nullable Object... args) {
        return run(sql, statement -> {
            bind(statement, args);
            return statement.executeUpdate();
        });
    }

    /** Runs to its end a statement without rows that takes several steps, which a prepared one would not. */
    int script(String sql) {
        lastSql = sql;
        try (var statement = connection.createStatement()) {
            return statement.executeUpdate(sql);
        } catch (SQLException e) {
            var failure = DbException.of(e, sql);
            if (DbException.losesTransaction(e)) {
                lost = failure;
            }
            throw failure;
        }
    }

    private interface Use<T> {
        T of(PreparedStatement statement) throws SQLException;
    }

    private <T> T run(String sql, Use<T> use) {
        if (lost != null) {
            throw lost; // SQLite has rolled back already: what ran now would stay by itself
        }
        lastSql = sql;
        try {
            // out of the map while in use: a row reader may run the same statement again
            var statement = kept.remove(sql);
            if (statement == null) {
                statement = connection.prepareStatement(sql);
            }
            boolean sound = false;
            try {
                T result = use.of(statement);
                sound = true;
                return result;
            } finally {
                giveBack(sql, statement, sound);
            }
        } catch (SQLException e) {
            var failure = DbException.of(e, sql);
            if (DbException.losesTransaction(e)) {
                lost = failure;
            }
            throw failure;
        }
    }

    private void giveBack(String sql, PreparedStatement statement, boolean sound) throws SQLException {
        if (keep == 0 || !sound) {
            statement.close();
            return;
        }
        statement.clearParameters();
        var twin = kept.put(sql, statement);
        if (twin != null) {
            twin.close();
        } else if (kept.size() > keep) {
            kept.pollFirstEntry().getValue().close();
        }
    }

    private void bind(PreparedStatement statement, @Nullable Object... args) throws SQLException {
        // SQLite would take NULL for what is missing; the driver of PostgreSQL counts for itself
        if (keep > 0 && statement.getParameterMetaData().getParameterCount() != args.length) {
            throw new IllegalArgumentException(args.length + " arguments do not fit: " + lastSql);
        }
        for (int i = 0; i < args.length; i++) {
            switch (args[i]) {
                case null -> statement.setNull(i + 1, Types.NULL);
                case String s -> statement.setString(i + 1, storable(s));
                case Long n -> statement.setLong(i + 1, n);
                case Integer n -> statement.setInt(i + 1, n);
                case Double n -> statement.setDouble(i + 1, n);
                case Boolean b -> statement.setInt(i + 1, b ? 1 : 0);
                case Instant t -> statement.setLong(i + 1, t.toEpochMilli());
                case Enum<?> e -> statement.setString(i + 1, e.name().toLowerCase(Locale.ROOT));
                case byte[] b -> statement.setBytes(i + 1, b);
                case Object o ->
                    throw new IllegalArgumentException(
                            "no column type for " + o.getClass().getName());
            }
        }
    }

    /** PostgreSQL has no NUL in text; both engines store U+FFFD instead. */
    private static String storable(String text) {
        return text.indexOf('\0') < 0 ? text : text.replace('\0', '\uFFFD');
    }
}
