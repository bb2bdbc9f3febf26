package carafe.feature.workflows;

import carafe.engine.workflow.Services;
import carafe.platform.db.Db;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Clock;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Table {@code wf_variable}: what workflows remember for one conversation of one person of one account's app. */
final class VariableStore {
    private final Db db;
    private final ObjectMapper mapper;
    private final Clock clock;

    VariableStore(Db db, ObjectMapper mapper, Clock clock) {
        this.db = db;
        this.mapper = mapper;
        this.clock = clock;
    }

    /** Those of a run. */
    Services.Variables of(Run run) {
        return new Services.Variables() {
            @Override
            public Optional<JsonNode> get(String flowId, String name) {
                return db.one(
                                """
                                SELECT value FROM wf_variable
                                WHERE flow_id = ? AND app_id = ? AND uid = ? AND chat_id = ? AND name = ?""",
                                row -> row.getString("value"),
                                flowId.isEmpty() ? run.flowId() : flowId,
                                whose(run),
                                run.uid(),
                                run.chatId(),
                                name)
                        .map(VariableStore.this::read);
            }

            @Override
            public void set(String flowId, Map<String, JsonNode> values) {
                store(run, flowId.isEmpty() ? run.flowId() : flowId, values);
            }
        };
    }

    /** The app with its account: accounts share the app that is there from the start, and can name any workflow in a node. */
    private static String whose(Run run) {
        return run.accountId() == null ? run.appId() : run.appId() + " " + run.accountId();
    }

    private void store(Run run, String flowId, Map<String, JsonNode> values) {
        var texts = new HashMap<String, String>();
        values.forEach((name, value) -> texts.put(name, write(value)));
        db.transaction(() -> {
            texts.forEach((name, value) ->
                    db.update("""
                    INSERT INTO wf_variable (flow_id, app_id, uid, chat_id, name, value, updated_at)
                    VALUES (?, ?, ?, ?, ?, ?, ?)
                    ON CONFLICT (flow_id, app_id, uid, chat_id, name)
                    DO UPDATE SET value = excluded.value, updated_at = excluded.updated_at""", flowId, whose(run), run.uid(), run.chatId(), name, value, clock.millis()));
            return true;
        });
    }

    private JsonNode read(String json) {
        try {
            return mapper.readTree(json);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a stored value that is no JSON", e);
        }
    }

    private String write(JsonNode json) {
        try {
            return mapper.writeValueAsString(json);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree that cannot be written", e);
        }
    }
}
