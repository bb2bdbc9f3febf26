package carafe.platform.db;

import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/** A statement or transaction failed and nothing of it stays; {@link #kind} is what callers may act on. */
public final class DbException extends RuntimeException {
    /** What failed, the same on both engines. */
    public enum Kind {
        /** A row with this key exists. */
        CONSTRAINT_UNIQUE,
        /** The row pointed to does not exist, or is still pointed to. */
        CONSTRAINT_FOREIGN_KEY,
        /** Too much at once: a full queue, no free connection, or transactions in each other's way. */
        BUSY,
        /** The disk, or the database's allowance, is full. */
        FULL,
        OTHER
    }

    private final Kind kind;

    DbException(Kind kind, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.kind = kind;
    }

    /** {@code sql} holds placeholders only, so naming it in the message tells no data. */
    static DbException of(SQLException cause, String sql) {
        var kind = kindOf(cause);
        return new DbException(kind, kind + ": " + cause.getMessage() + " in: " + shortened(sql), cause);
    }

    public Kind kind() {
        return kind;
    }

    /** Whether the engine gave up the whole transaction, so that running it again may succeed. */
    static boolean losesTransaction(SQLException e) {
        if (e instanceof SQLiteException sqlite) {
            return switch (primary(sqlite)) {
                case SQLITE_FULL, SQLITE_IOERR, SQLITE_NOMEM, SQLITE_INTERRUPT, SQLITE_BUSY -> true;
                default -> false;
            };
        }
        return "40001".equals(e.getSQLState()) || "40P01".equals(e.getSQLState());
    }

    private static Kind kindOf(SQLException e) {
        if (e instanceof SQLiteException sqlite) {
            return switch (sqlite.getResultCode()) {
                case SQLITE_CONSTRAINT_UNIQUE, SQLITE_CONSTRAINT_PRIMARYKEY, SQLITE_CONSTRAINT_ROWID ->
                    Kind.CONSTRAINT_UNIQUE;
                case SQLITE_CONSTRAINT_FOREIGNKEY, SQLITE_CONSTRAINT_TRIGGER -> Kind.CONSTRAINT_FOREIGN_KEY;
                default ->
                    switch (primary(sqlite)) {
                        case SQLITE_BUSY, SQLITE_LOCKED -> Kind.BUSY;
                        case SQLITE_FULL -> Kind.FULL;
                        default -> Kind.OTHER;
                    };
            };
        }
        if (e instanceof SQLTransientConnectionException) {
            return Kind.BUSY;
        }
        String state = e.getSQLState();
        return switch (state == null ? "" : state) {
            case "23505" -> Kind.CONSTRAINT_UNIQUE;
            case "23503", "23001" -> Kind.CONSTRAINT_FOREIGN_KEY;
            case "40001", "40P01", "55P03", "53300" -> Kind.BUSY;
            case "53100" -> Kind.FULL;
            default -> Kind.OTHER;
        };
    }

    private static SQLiteErrorCode primary(SQLiteException e) {
        return SQLiteErrorCode.getErrorCode(e.getResultCode().code & 0xff);
    }

    private static String shortened(String sql) {
        var line = sql.strip().replaceAll("\\s+", " ");
        return line.length() <= 120 ? line : line.substring(0, 120) + "…";
    }
}
