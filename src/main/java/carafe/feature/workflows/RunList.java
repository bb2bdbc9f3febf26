package carafe.feature.workflows;

import carafe.platform.db.Db;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Lists of runs, the newest first, without what went in and came out. */
final class RunList {
    static final Set<String> STATES = Set.of("running", "waiting", "done", "failed", "cancelled");

    /**
     * What is looked for.
     *
     * @param flowId of one workflow; null: of all that {@code party} may see
     * @param status one of {@link #STATES}; empty: any
     * @param before the creation time in milliseconds and the id that the page before ended with
     */
    record Query(Party party, @Nullable String flowId, String status, long before, String beforeId, int limit) {}

    private final Db db;
    private final ObjectMapper mapper;

    RunList(Db db, ObjectMapper mapper) {
        this.db = db;
        this.mapper = mapper;
    }

    List<ObjectNode> find(Query query) {
        var where = new ArrayList<String>();
        var args = new ArrayList<Object>();
        var flowId = query.flowId();
        var account = query.party().accountId();
        if (flowId != null) {
            where.add("r.flow_id = ?");
            args.add(flowId);
        } else if (!query.party().all()) {
            where.add("(r.account_id = ? OR r.flow_id IN (SELECT id FROM wf_flow WHERE account_id = ?))");
            args.add(account == null ? "" : account);
            args.add(account == null ? "" : account);
        }
        if (!query.status().isEmpty()) {
            where.add("r.status = ?");
            args.add(query.status());
        }
        where.add("(r.created_at < ? OR (r.created_at = ? AND r.id < ?))");
        args.add(query.before());
        args.add(query.before());
        args.add(query.beforeId());
        args.add(query.limit());
        return db.list(
                """
                SELECT r.id, r.sid, r.flow_id, f.name AS flow_name, r.version, r.mode, r.kind, r.parent_id, r.status, r.code,
                    r.message, r.app_id, r.uid, r.chat_id, r.tokens_in, r.tokens_out, r.micro_usd, r.created_at, r.updated_at
                FROM wf_run r LEFT JOIN wf_flow f ON f.id = r.flow_id WHERE\s""" + String.join(" AND ", where) + " ORDER BY r.created_at DESC, r.id DESC LIMIT ?",
                this::row,
                args.toArray());
    }

    private ObjectNode row(ResultSet row) throws SQLException {
        return mapper.createObjectNode()
                .put("id", row.getString("id"))
                .put("sid", row.getString("sid"))
                .put("flow_id", row.getString("flow_id"))
                .put("flow_name", row.getString("flow_name"))
                .put("version", row.getString("version"))
                .put("mode", row.getString("mode"))
                .put("kind", row.getString("kind"))
                .put("parent_id", row.getString("parent_id"))
                .put("status", row.getString("status"))
                .put("code", row.getInt("code"))
                .put("message", row.getString("message"))
                .put("app_id", row.getString("app_id"))
                .put("uid", row.getString("uid"))
                .put("chat_id", row.getString("chat_id"))
                .put("prompt_tokens", row.getLong("tokens_in"))
                .put("completion_tokens", row.getLong("tokens_out"))
                .put("micro_usd", row.getLong("micro_usd"))
                .put("created_at", row.getLong("created_at"))
                .put("updated_at", row.getLong("updated_at"));
    }
}
