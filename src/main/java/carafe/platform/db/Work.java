package carafe.platform.db;

import org.jspecify.annotations.Nullable;

/** SQL to run on a session; may be run again from the start when the engine gave the transaction up. */
@FunctionalInterface
interface Work<T extends @Nullable Object> {
    T run(Session session) throws Exception;
}
