package carafe.feature.models;

import carafe.platform.db.Db;
import java.util.List;

/** Table {@code model_route}: where the models are called whose routes an administrator has set. */
public final class RouteStore {
    /** More than anybody needs; the catalogue reads them all. */
    static final int MOST = 1_000;

    /** As the table has it. */
    public record Row(String model, String connectionId, String upstreamName, int weight, int priority) {}

    private final Db db;

    public RouteStore(Db db) {
        this.db = db;
    }

    public List<Row> all() {
        return db.list(
                """
                SELECT model_id, connection_id, upstream_name, weight, priority FROM model_route
                ORDER BY model_id, priority, weight DESC, connection_id, upstream_name LIMIT\s""" + MOST,
                row -> new Row(
                        row.getString("model_id"),
                        row.getString("connection_id"),
                        row.getString("upstream_name"),
                        row.getInt("weight"),
                        row.getInt("priority")));
    }

    /** All routes of one model; none: it is called where it is offered. */
    void replace(String model, List<Row> routes) {
        db.transaction(() -> {
            int changed = db.update("DELETE FROM model_route WHERE model_id = ?", model);
            for (var row : routes) {
                changed += db.update(
                        "INSERT INTO model_route (model_id, connection_id, upstream_name, weight, priority) VALUES (?, ?, ?, ?, ?)",
                        model,
                        row.connectionId(),
                        row.upstreamName(),
                        row.weight(),
                        row.priority());
            }
            return changed;
        });
    }
}
