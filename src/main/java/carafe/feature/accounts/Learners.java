package carafe.feature.accounts;

import carafe.platform.audit.AuditLog;
import carafe.platform.db.Db;
import carafe.platform.db.DbException;
import carafe.platform.db.Ids;
import carafe.platform.db.TextMatch;
import carafe.platform.http.Caller;
import carafe.platform.http.CourseCode;
import carafe.platform.http.Problem;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Accounts for the course API, among them those of open classes, which have a user name and no way to sign in. */
public final class Learners {
    /** What learners of an open class are called who do not say. */
    private static final String LOCAL = "local_user";

    private static final String SELECT = """
            SELECT id, num, coalesce(username, email, name) AS username, name, role, standing,
                CASE WHEN password_hash IS NULL THEN 0 ELSE 1 END AS signs_in, created_at, last_active_at
            FROM account\s""";

    private final Db db;
    private final AccountStore accounts;
    private final AccountChanges changes;
    private final CallerCache cache;
    private final AuditLog audit;
    private final Ids ids;
    private final Clock clock;

    Learners(
            Db db,
            AccountStore accounts,
            AccountChanges changes,
            CallerCache cache,
            AuditLog audit,
            Ids ids,
            Clock clock) {
        this.db = db;
        this.accounts = accounts;
        this.changes = changes;
        this.cache = cache;
        this.audit = audit;
        this.ids = ids;
        this.clock = clock;
    }

    public Optional<Learner> find(long num) {
        return db.one(SELECT + "WHERE num = ? AND deleted_at IS NULL", Learners::read, num);
    }

    public Optional<Learner> find(String id) {
        return db.one(SELECT + "WHERE id = ? AND deleted_at IS NULL", Learners::read, id);
    }

    /** By user name, or by the address that stands for one where an account has none. */
    public Optional<Learner> named(String username) {
        var name = username.toLowerCase(Locale.ROOT);
        return db.one(
                SELECT + "WHERE (lower(username) = ? OR lower(email) = ?) AND deleted_at IS NULL LIMIT 1",
                Learners::read,
                name,
                name);
    }

    /** The first one of an open class, made when there is none. */
    public Learner local() {
        return db.transaction(
                () -> db.one(SELECT + """
                                WHERE password_hash IS NULL AND username IS NOT NULL AND deleted_at IS NULL
                                ORDER BY num LIMIT 1""", Learners::read).orElseGet(() -> insert(LOCAL, LOCAL, localSettings())));
    }

    private static ObjectNode localSettings() {
        var settings = JsonNodeFactory.instance.objectNode().put("theme", "dark");
        settings.putObject("editor").put("fontSize", 14).put("tabSize", 4).put("wordWrap", true);
        return settings;
    }

    /** @throws Problem.Course when the name is taken */
    public Learner create(String username, String fullName, ObjectNode settings) {
        if (!username.matches("[\\p{L}\\p{N}_.@ -]{1,50}") || username.isBlank()) {
            throw new Problem.Unprocessable(
                    "'username' must be 1 to 50 letters, digits, dots, hyphens and underscores.", "username");
        }
        try {
            return db.transaction(() -> {
                if (named(username).isPresent()) {
                    throw taken(username);
                }
                return insert(username, fullName, settings);
            });
        } catch (DbException e) {
            if (e.kind() == DbException.Kind.CONSTRAINT_UNIQUE) {
                throw taken(username);
            }
            throw e;
        }
    }

    private static Problem taken(String username) {
        return new Problem.Course(
                CourseCode.RESOURCE_ALREADY_EXISTS,
                "Username already exists",
                JsonNodeFactory.instance.objectNode().put("resource", "user").put("resource_id", username));
    }

    private Learner insert(String username, String fullName, ObjectNode settings) {
        long now = clock.millis();
        long num = db.one("SELECT coalesce(max(num), 0) + 1 FROM account", row -> row.getLong(1))
                .orElse(1L);
        var id = ids.next();
        var all = JsonNodeFactory.instance.objectNode();
        all.set("course", settings);
        db.update("""
                INSERT INTO account (id, num, username, name, role, settings, created_at, updated_at)
                VALUES (?, ?, ?, ?, 'user', ?, ?, ?)""", id, num, username, fullName, all.toString(), now, now);
        return new Learner(id, num, username, fullName, Caller.Role.USER, Caller.Standing.USUAL, false, now, null);
    }

    /** What the learner's pages keep. */
    public ObjectNode settings(String id) {
        return accounts.settings(id).path("course") instanceof ObjectNode own
                ? own
                : JsonNodeFactory.instance.objectNode();
    }

    void setSettings(String id, ObjectNode settings) {
        db.transaction(() -> {
            var all = accounts.settings(id);
            all.set("course", settings);
            accounts.setSettings(id, all);
            return true;
        });
    }

    void rename(String id, String fullName) {
        changes.person(id, fullName, profile -> {});
    }

    /** Notes that a learner of an open class is there. */
    void saw(String id) {
        db.update("UPDATE account SET last_active_at = ? WHERE id = ?", clock.millis(), id);
    }

    /** @param limit rows at most, in the order of their numbers */
    List<Learner> list(String query, int limit, long offset) {
        var arguments = TextMatch.peoplePatterns(query);
        arguments.addAll(List.of(limit, offset));
        return db.list(
                SELECT + """
                        WHERE deleted_at IS NULL AND %s
                        ORDER BY num LIMIT ? OFFSET ?""".formatted(TextMatch.inPeople("name", "coalesce(username, email, '')")),
                Learners::read,
                arguments.toArray());
    }

    /** Makes somebody guest, user, teacher or admin; it holds from the next request on. */
    Learner appoint(Learner learner, Caller.Role role, Caller.Standing standing, Caller.Person by, String ip) {
        if (learner.role() != role) {
            changes.change(learner.id(), new AccountChanges.Change(null, null, role, null, null), by, ip);
        }
        db.transaction(() -> {
            db.update(
                    "UPDATE account SET standing = ?, updated_at = ? WHERE id = ?",
                    standing == Caller.Standing.USUAL ? "" : standing.name().toLowerCase(Locale.ROOT),
                    clock.millis(),
                    learner.id());
            audit.add(
                    "standing-changed",
                    by.id(),
                    "account:" + learner.id(),
                    ip,
                    JsonNodeFactory.instance
                            .objectNode()
                            .put("from", learner.standing().name().toLowerCase(Locale.ROOT))
                            .put("to", standing.name().toLowerCase(Locale.ROOT)));
            db.afterCommit(() -> cache.forgetAccount(learner.id()));
            return true;
        });
        return find(learner.num()).orElse(learner);
    }

    private static Learner read(ResultSet row) throws SQLException {
        long active = row.getLong("last_active_at");
        var lastLogin = row.wasNull() ? null : active;
        return new Learner(
                row.getString("id"),
                row.getLong("num"),
                row.getString("username"),
                row.getString("name"),
                Caller.Role.valueOf(row.getString("role").toUpperCase(Locale.ROOT)),
                Caller.Standing.of(row.getString("standing")),
                row.getBoolean("signs_in"),
                row.getLong("created_at"),
                lastLogin);
    }
}
