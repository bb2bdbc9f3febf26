package carafe.platform.ops;

import carafe.platform.db.Db;
import carafe.platform.db.DbException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** How long the database takes and how it fails, under the names of the contract. */
public final class DbMeters implements Db.Watcher {
    private static final double[] SECONDS = {.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1};

    private final Histogram durations;
    private final Tally errors;

    public DbMeters(Metrics metrics) {
        this.durations = metrics.histogram(
                "db_query_duration_seconds", "Time of database operations with their wait.", "operation", SECONDS);
        this.errors = metrics.counter("db_query_errors", "Database operations that failed.", "operation", "error_type");
    }

    @Override
    public void ran(String operation, long nanos, @Nullable RuntimeException failure) {
        durations.record(operation, nanos);
        if (failure instanceof DbException e) {
            errors.add(1, operation, e.kind().name().toLowerCase(Locale.ROOT));
        }
    }
}
