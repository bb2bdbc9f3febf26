package carafe.platform.db;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A running transaction: its session, what to do after its commit, and the first failure in it, which dooms it. */
final class Tx {
    private final Session session;
    private final List<Runnable> effects = new ArrayList<>();
    private @Nullable RuntimeException broken;

    Tx(Session session) {
        this.session = session;
    }

    Session session() {
        return session;
    }

    List<Runnable> effects() {
        return effects;
    }

    void breakBy(RuntimeException failure) {
        if (broken == null) {
            broken = failure;
        }
    }

    /** Refuses the commit when a failure inside was swallowed: PostgreSQL would, SQLite alone would not. */
    void check() {
        if (broken != null) {
            throw broken;
        }
    }
}
