package carafe.feature.prompts;

import carafe.feature.accounts.Grants;
import carafe.platform.db.Db;
import carafe.platform.http.Caller;
import carafe.platform.http.Json;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Table {@code prompt}, with the grants of each. */
final class PromptStore {
    /** More than anybody types commands for. */
    static final int MOST = 5_000;

    /** What a list is asked for; {@code order} is a column of ours, never text from outside. */
    record Listing(
            Caller.Person person, String query, String tag, View view, Order order, boolean ascending, long offset) {}

    enum View {
        ALL,
        CREATED,
        SHARED
    }

    enum Order {
        UPDATED_AT,
        CREATED_AT,
        NAME,
        COMMAND
    }

    private static final ObjectMapper MAPPER = Json.mapper();
    private static final String SELECT = """
            SELECT p.id, p.account_id, p.command, p.name, p.content, p.data, p.meta, p.tags, p.active, p.created_at,
                   p.updated_at
            FROM prompt p\s""";

    private final Db db;
    private final Grants grants;
    private final Clock clock;

    PromptStore(Db db, Grants grants, Clock clock) {
        this.db = db;
        this.grants = grants;
        this.clock = clock;
    }

    Optional<Prompt> find(String id) {
        return db.one(SELECT + "WHERE p.id = ?", PromptStore::read, id).map(this::withGrants);
    }

    Optional<Prompt> byCommand(String command) {
        return db.one(SELECT + "WHERE p.command = ?", PromptStore::read, command)
                .map(this::withGrants);
    }

    /** Those the person may use and that are switched on, for the menu behind the slash; without their grants. */
    List<Prompt> usable(Caller.Person person) {
        var args = new ArrayList<Object>();
        var where = "p.active = 1 AND " + visible(person, args);
        return db.list(
                SELECT + "WHERE " + where + " ORDER BY p.command LIMIT " + MOST, PromptStore::read, args.toArray());
    }

    List<Prompt> page(Listing listing, int size) {
        var args = new ArrayList<Object>();
        var where = where(listing, args);
        var direction = listing.ascending() ? " ASC" : " DESC";
        args.add(size);
        args.add(listing.offset());
        return db
                .list(
                        SELECT + "WHERE " + where + " ORDER BY p."
                                + listing.order().name().toLowerCase(Locale.ROOT) + direction + ", p.id" + direction
                                + " LIMIT ? OFFSET ?",
                        PromptStore::read,
                        args.toArray())
                .stream()
                .map(this::withGrants)
                .toList();
    }

    long count(Listing listing) {
        var args = new ArrayList<Object>();
        var where = where(listing, args);
        return db.one("SELECT count(*) FROM prompt p WHERE " + where, row -> row.getLong(1), args.toArray())
                .orElse(0L);
    }

    long count() {
        return db.one("SELECT count(*) FROM prompt", row -> row.getLong(1)).orElse(0L);
    }

    private static String where(Listing listing, List<Object> args) {
        var where = new StringBuilder(visible(listing.person(), args));
        if (!listing.query().isEmpty()) {
            where.append(" AND (lower(p.name) LIKE ? ESCAPE '!' OR lower(p.command) LIKE ? ESCAPE '!'")
                    .append(" OR lower(p.content) LIKE ? ESCAPE '!')");
            var pattern = "%" + listing.query().toLowerCase(Locale.ROOT).replaceAll("([!%_])", "!$1") + "%";
            args.addAll(List.of(pattern, pattern, pattern));
        }
        if (!listing.tag().isEmpty()) {
            where.append(" AND p.tags LIKE ? ESCAPE '!'");
            args.add("%"
                    + MAPPER.getNodeFactory().textNode(listing.tag()).toString().replaceAll("([!%_])", "!$1") + "%");
        }
        if (listing.view() != View.ALL) {
            where.append(listing.view() == View.CREATED ? " AND p.account_id = ?" : " AND p.account_id <> ?");
            args.add(listing.person().id());
        }
        return where.toString();
    }

    private static String visible(Caller.Person person, List<Object> args) {
        if (person.role() == Caller.Role.ADMIN) {
            return "1 = 1";
        }
        args.addAll(Grants.arguments(person.id(), Prompt.KIND, Grants.Right.READ));
        return Grants.visible("p.account_id", "p.id");
    }

    void insert(Prompt prompt) {
        db.update(
                """
                INSERT INTO prompt (id, account_id, command, name, content, data, meta, tags, active, created_at, updated_at)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
                prompt.id(),
                prompt.accountId(),
                prompt.command(),
                prompt.name(),
                prompt.content(),
                prompt.data().toString(),
                prompt.meta().toString(),
                prompt.tags().toString(),
                prompt.active(),
                clock.millis(),
                clock.millis());
        grants.replace(Prompt.KIND, prompt.id(), prompt.grants());
    }

    void update(Prompt prompt) {
        db.update(
                """
                UPDATE prompt SET command = ?, name = ?, content = ?, data = ?, meta = ?, tags = ?, active = ?,
                    updated_at = ? WHERE id = ?""",
                prompt.command(),
                prompt.name(),
                prompt.content(),
                prompt.data().toString(),
                prompt.meta().toString(),
                prompt.tags().toString(),
                prompt.active(),
                clock.millis(),
                prompt.id());
        grants.replace(Prompt.KIND, prompt.id(), prompt.grants());
    }

    /** The version that the prompt shows; empty for one that is older than versions are kept. */
    Optional<String> version(String id) {
        return db.one(
                "SELECT version_id FROM prompt WHERE id = ? AND version_id IS NOT NULL",
                row -> row.getString("version_id"),
                id);
    }

    void setVersion(String id, String version) {
        db.update("UPDATE prompt SET version_id = ? WHERE id = ?", version, id);
    }

    void delete(String id) {
        db.update("DELETE FROM prompt WHERE id = ?", id);
        grants.delete(Prompt.KIND, id);
    }

    private Prompt withGrants(Prompt p) {
        return new Prompt(
                p.id(),
                p.accountId(),
                p.command(),
                p.name(),
                p.content(),
                p.data(),
                p.meta(),
                p.tags(),
                p.active(),
                p.createdAt(),
                p.updatedAt(),
                grants.of(Prompt.KIND, p.id()));
    }

    private static Prompt read(ResultSet row) throws SQLException {
        return new Prompt(
                row.getString("id"),
                row.getString("account_id"),
                row.getString("command"),
                row.getString("name"),
                row.getString("content"),
                (ObjectNode) json(row.getString("data")),
                (ObjectNode) json(row.getString("meta")),
                (ArrayNode) json(row.getString("tags")),
                row.getInt("active") != 0,
                row.getLong("created_at"),
                row.getLong("updated_at"),
                List.of());
    }

    private static JsonNode json(String text) {
        try {
            return MAPPER.readTree(text);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a JSON column holds something else", e);
        }
    }
}
