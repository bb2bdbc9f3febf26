package carafe.feature.accounts;

import carafe.platform.db.Db;
import carafe.platform.db.TextMatch;
import carafe.platform.http.Caller;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Table {@code account}. Deleted accounts keep their row until it is purged, and nothing here finds them. */
public final class AccountStore {
    /** The account that strangers share where a feature lets them in; nobody signs in to it. */
    static final String STRANGERS = "strangers";

    /** A page of accounts. */
    public record Page(List<Account> accounts, long total) {}

    /** What sign-in needs to know. */
    record Stored(Account account, @Nullable String passwordHash) {}

    /** How a list is searched and sorted; {@code order} is a column of ours, never text from outside. */
    record Listing(String query, Order order, boolean ascending, int limit, long offset) {}

    /** What a list may be sorted by. */
    enum Order {
        CREATED_AT,
        NAME,
        EMAIL,
        ROLE,
        LAST_ACTIVE_AT,
        UPDATED_AT
    }

    private static final String COLUMNS = "id, num, email, name, role, last_active_at, created_at, updated_at";
    private static final String SELECT = "SELECT " + COLUMNS + " FROM account ";

    private final Db db;
    private final ObjectMapper json;
    private final Clock clock;

    public AccountStore(Db db, ObjectMapper json, Clock clock) {
        this.db = db;
        this.json = json;
        this.clock = clock;
    }

    /**
     * Whether anybody has ever signed up; the learners of an open class, who cannot sign in, are nobody here. The last
     * admin cannot go, so this never turns back.
     */
    boolean any() {
        return db.one(
                        "SELECT 1 FROM account WHERE id <> ?"
                                + " AND (role <> 'user' OR coalesce(email, '') <> '' OR password_hash IS NOT NULL) LIMIT 1",
                        row -> true,
                        STRANGERS)
                .isPresent();
    }

    /** The account of strangers; made where it is not there, or was deleted. */
    Account strangers() {
        return db.transaction(() -> {
            db.update("UPDATE account SET deleted_at = NULL WHERE id = ? AND deleted_at IS NOT NULL", STRANGERS);
            return find(STRANGERS).orElseGet(() -> {
                long now = clock.millis();
                long num = nextNum();
                db.update("""
                        INSERT INTO account (id, num, name, role, profile, created_at, updated_at)
                        VALUES (?, ?, 'Strangers', 'user', '{}', ?, ?)""", STRANGERS, num, now, now);
                return new Account(STRANGERS, num, "", "Strangers", Caller.Role.USER, null, now, now);
            });
        });
    }

    private long nextNum() {
        return db.one("SELECT coalesce(max(num), 0) + 1 FROM account", row -> row.getLong(1))
                .orElse(1L);
    }

    /** Call it inside a transaction: the number is one more than the largest. */
    Account insert(String id, String email, String name, Caller.Role role, String passwordHash, ObjectNode profile) {
        long now = clock.millis();
        long num = nextNum();
        db.update("""
                INSERT INTO account (id, num, email, name, role, password_hash, profile, last_active_at, created_at, updated_at)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""", id, num, email, name, role, passwordHash, profile.toString(), now, now, now);
        return new Account(id, num, email, name, role, now, now, now);
    }

    public Optional<Account> find(String id) {
        return db.one(SELECT + "WHERE id = ? AND deleted_at IS NULL", AccountStore::read, id);
    }

    Optional<Stored> stored(String id) {
        return db.one(
                "SELECT password_hash, " + COLUMNS + " FROM account WHERE id = ? AND deleted_at IS NULL",
                AccountStore::readStored,
                id);
    }

    Optional<Stored> byEmail(String email) {
        return db.one(
                "SELECT password_hash, " + COLUMNS + " FROM account WHERE lower(email) = ? AND deleted_at IS NULL",
                AccountStore::readStored,
                email);
    }

    Optional<Account> firstAdmin() {
        return db.one(SELECT + "WHERE role = 'admin' AND deleted_at IS NULL ORDER BY num LIMIT 1", AccountStore::read);
    }

    /** Admins beside {@code id}. */
    long otherAdmins(String id) {
        return count("SELECT count(*) FROM account WHERE role = 'admin' AND deleted_at IS NULL AND id <> ?", id);
    }

    long activeSince(long time) {
        return count("SELECT count(*) FROM account WHERE deleted_at IS NULL AND last_active_at >= ?", time);
    }

    Page list(Listing listing) {
        var where = "WHERE deleted_at IS NULL AND " + TextMatch.inPeople("name", "email") + " ";
        var patterns = TextMatch.peoplePatterns(listing.query());
        var arguments = new ArrayList<>(patterns);
        arguments.addAll(List.of(listing.limit(), listing.offset()));
        var column = listing.order().name().toLowerCase(Locale.ROOT);
        var direction = listing.ascending() ? "ASC" : "DESC";
        var rows = db.list(
                SELECT + where + "ORDER BY " + column + " " + direction + ", id " + direction + " LIMIT ? OFFSET ?",
                AccountStore::read,
                arguments.toArray());
        return new Page(rows, count("SELECT count(*) FROM account " + where, patterns.toArray()));
    }

    private long count(String sql, Object... args) {
        return db.one(sql, row -> row.getLong(1), args).orElse(0L);
    }

    void update(Account account) {
        db.update(
                "UPDATE account SET email = ?, name = ?, role = ?, updated_at = ? WHERE id = ? AND deleted_at IS NULL",
                account.email().isEmpty() ? null : account.email(), // learners of an open class have none
                account.name(),
                account.role(),
                clock.millis(),
                account.id());
    }

    void setPassword(String id, String hash) {
        db.update("UPDATE account SET password_hash = ?, updated_at = ? WHERE id = ?", hash, clock.millis(), id);
    }

    /** Whether it was still there. Its e-mail address is free again at once. */
    boolean delete(String id) {
        return db.update("UPDATE account SET deleted_at = ? WHERE id = ? AND deleted_at IS NULL", clock.millis(), id)
                > 0;
    }

    /** Picture, biography, time zone and what clients keep under {@code info}. */
    ObjectNode profile(String id) {
        return object("profile", id);
    }

    void setProfile(String id, ObjectNode profile) {
        db.update(
                "UPDATE account SET profile = ?, updated_at = ? WHERE id = ?", profile.toString(), clock.millis(), id);
    }

    /** What the person's clients keep. */
    ObjectNode settings(String id) {
        return object("settings", id);
    }

    void setSettings(String id, ObjectNode settings) {
        db.update("UPDATE account SET settings = ? WHERE id = ?", settings.toString(), id);
    }

    private ObjectNode object(String column, String id) {
        return db.one(
                        "SELECT " + column + " FROM account WHERE id = ? AND deleted_at IS NULL",
                        row -> row.getString(1),
                        id)
                .map(this::parsed)
                .orElseGet(json::createObjectNode);
    }

    private ObjectNode parsed(String text) {
        try {
            return (ObjectNode) json.readTree(text);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a JSON column holds something else", e);
        }
    }

    private static Stored readStored(ResultSet row) throws SQLException {
        return new Stored(read(row), row.getString("password_hash"));
    }

    static Account read(ResultSet row) throws SQLException {
        long active = row.getLong("last_active_at");
        var lastActive = row.wasNull() ? null : active;
        var email = row.getString("email");
        return new Account(
                row.getString("id"),
                row.getLong("num"),
                email == null ? "" : email,
                row.getString("name"),
                Caller.Role.valueOf(row.getString("role").toUpperCase(Locale.ROOT)),
                lastActive,
                row.getLong("created_at"),
                row.getLong("updated_at"));
    }
}
