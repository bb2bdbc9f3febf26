package carafe.platform.ops;

import carafe.platform.db.Db;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One thing the server depends on. A check may block and may throw: it runs by itself under a deadline. */
public interface HealthCheck {
    /** How a component does, best first. */
    enum Status {
        HEALTHY,
        DEGRADED,
        UNHEALTHY;

        String wire() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }
    }

    /**
     * @param details shown to everybody: no host names, no credentials
     * @param error shown to administrators only
     * @param figures shown to everybody, under their names
     */
    record Result(
            Status status,
            @Nullable String details,
            @Nullable String error,
            Map<String, Integer> figures) {
        public Result(Status status, @Nullable String details, @Nullable String error) {
            this(status, details, error, Map.of());
        }

        public static Result healthy() {
            return new Result(Status.HEALTHY, null, null);
        }

        public static Result degraded(String details) {
            return new Result(Status.DEGRADED, details, null);
        }
    }

    /** The body of a check. */
    @FunctionalInterface
    interface Body {
        Result run() throws Exception;
    }

    String name();

    /** Other names under which the same result is shown. */
    List<String> aliases();

    /** What a failure or a missed deadline of this check means for the whole. */
    Status onFailure();

    Result check() throws Exception;

    /** Without it nothing works: its failure makes the server unhealthy and not ready. */
    static HealthCheck essential(String name, Body body) {
        return new Named(name, List.of(), Status.UNHEALTHY, body);
    }

    /** Whether the database answers. */
    static HealthCheck database(Db db) {
        return essential(
                "database",
                () -> db.one("SELECT 1", row -> row.getInt(1)).isPresent()
                        ? Result.healthy()
                        : new Result(Status.UNHEALTHY, null, "SELECT 1 gave no row"));
    }

    /** Its failure makes the server degraded. */
    static HealthCheck optional(String name, List<String> aliases, Body body) {
        return new Named(name, aliases, Status.DEGRADED, body);
    }

    /** A check made of its parts. */
    record Named(String name, List<String> aliases, Status onFailure, Body body) implements HealthCheck {
        public Named {
            aliases = List.copyOf(aliases);
        }

        @Override
        public Result check() throws Exception {
            return body.run();
        }
    }
}
