package carafe.platform.db;

import org.jspecify.annotations.Nullable;

/** Where statements run: which connection, on which thread, in which transaction, and how often they are tried. */
sealed interface Backend permits Sqlite, Postgres {
    Dialect dialect();

    /** One read, in no transaction. */
    <T extends @Nullable Object> T read(Work<T> work) throws Exception;

    /** One statement that writes, committed when this returns. */
    <T extends @Nullable Object> T write(Work<T> work) throws Exception;

    /** Statements that hold together, committed when this returns; {@code work} may run several times. */
    <T extends @Nullable Object> T transaction(Work<T> work) throws Exception;

    /**
     * The same for work that reads and writes only the row of {@code table} with this id and what belongs to it; others who
     * say so of the row wait.
     */
    <T extends @Nullable Object> T transactionOn(String table, String id, Work<T> work) throws Exception;

    /** Runs {@code migration} while no other node can, after {@code backup} when the engine backs itself up. */
    void alone(Runnable migration);

    /** A consistent copy of the whole database as a new file; refused where the engine's own tools do that. */
    void copyTo(java.nio.file.Path target);

    /** Waits for the writes that were accepted, then lets go of every connection. */
    void close();
}
