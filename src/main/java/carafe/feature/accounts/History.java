package carafe.feature.accounts;

import carafe.platform.audit.Versions;
import carafe.platform.http.Json;
import carafe.platform.http.Problem;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

/** The versions of one kind of thing in the shape of Open WebUI: who made what of it, when. Times there are seconds. */
public final class History {
    /** Versions on one page. */
    public static final int PAGE = 20;

    private static final ObjectMapper MAPPER = Json.mapper();

    private final String kind;
    private final String field;
    private final Versions versions;
    private final AccountStore accounts;

    /** @param field under which the thing's id stands, for example prompt_id */
    public History(String kind, String field, Versions versions, AccountStore accounts) {
        this.kind = kind;
        this.field = field;
        this.versions = versions;
        this.accounts = accounts;
    }

    /**
     * Adds a version unless it says what {@code live} says. Call it in the transaction that changes the thing.
     *
     * @return the version that says {@code snapshot}
     */
    public String add(String thingId, @Nullable String live, Maker by, ObjectNode snapshot) {
        var text = snapshot.toString();
        boolean known = live != null
                && versions.find(kind, thingId, live)
                        .filter(version -> version.snapshot().equals(text))
                        .isPresent();
        return known && live != null ? live : versions.add(kind, thingId, live, by.accountId(), by.message(), text);
    }

    /** Who makes a version, and what they say about it. */
    public record Maker(String accountId, String message) {}

    /** The latest first. */
    public ArrayNode page(String thingId, long offset, boolean whole) {
        var list = JsonNodeFactory.instance.arrayNode();
        versions.page(kind, thingId, PAGE, offset).forEach(version -> list.add(json(thingId, version, whole)));
        return list;
    }

    public ObjectNode show(String thingId, String id) {
        return json(thingId, found(thingId, id), true);
    }

    public ObjectNode snapshot(String thingId, String id) {
        return parsed(found(thingId, id).snapshot());
    }

    /** @param live the one that cannot be deleted */
    public void delete(String thingId, String id, @Nullable String live) {
        found(thingId, id);
        if (id.equals(live)) {
            throw new Problem.BadRequest("This version is in use; choose another one first.", "version_id");
        }
        versions.delete(kind, thingId, id);
    }

    public void forget(String thingId) {
        versions.forget(kind, thingId);
    }

    public void forgetAll() {
        versions.forgetAll(kind);
    }

    private Versions.Version found(String thingId, String id) {
        return versions.find(kind, thingId, id).orElseThrow(() -> new Problem.NotFound("version"));
    }

    private ObjectNode json(String thingId, Versions.Version version, boolean whole) {
        var node = JsonNodeFactory.instance
                .objectNode()
                .put("id", version.id())
                .put(field, thingId)
                .put("parent_id", version.parentId())
                .put("user_id", version.accountId() == null ? "" : version.accountId())
                .put("commit_message", version.message().isEmpty() ? null : version.message())
                .put("created_at", version.createdAt() / 1000);
        if (whole) {
            node.set("snapshot", parsed(version.snapshot()));
        }
        var by = version.accountId() == null
                ? null
                : accounts.find(version.accountId()).orElse(null);
        if (by == null) {
            return node.putNull("user");
        }
        node.putObject("user")
                .put("id", by.id())
                .put("name", by.name())
                .put("role", by.role().wire())
                .put("email", by.email());
        return node;
    }

    private static ObjectNode parsed(String json) {
        try {
            return (ObjectNode) MAPPER.readTree(json);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a JSON column holds something else", e);
        }
    }
}
