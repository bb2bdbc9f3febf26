package carafe.feature.accounts;

import carafe.platform.db.Db;
import carafe.platform.db.TextMatch;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Tables {@code team} and {@code team_member}: Open WebUI's groups. */
final class TeamStore {
    /** More than anybody needs. */
    static final int MOST = 1_000;
    /** Groups in groups, at most so many above each other. */
    static final int DEEPEST = 10;

    /** The groups an account is in, and those that they are in; its argument is the account. A loop cannot hang it. */
    static final String EFFECTIVE = """
            WITH RECURSIVE mine (id) AS (
                SELECT team_id FROM team_member WHERE account_id = ?
                UNION SELECT t.parent_id FROM team t JOIN mine ON t.id = mine.id WHERE t.parent_id IS NOT NULL)
            SELECT id FROM mine""";

    /** The groups within one, itself included; its argument is the group. */
    private static final String BELOW = """
            WITH RECURSIVE below (id) AS (
                SELECT id FROM team WHERE id = ?
                UNION SELECT t.id FROM team t JOIN below ON t.parent_id = below.id)
            SELECT id FROM below""";

    private static final String SELECT = """
            SELECT t.id, t.account_id, t.parent_id, t.name, t.description, t.permissions, t.data, t.created_at, t.updated_at,
                   (SELECT count(*) FROM team_member m JOIN account a ON a.id = m.account_id
                    WHERE m.team_id = t.id AND a.deleted_at IS NULL) AS members
            FROM team t\s""";

    private final Db db;
    private final Clock clock;

    TeamStore(Db db, Clock clock) {
        this.db = db;
        this.clock = clock;
    }

    List<Team> all() {
        return db.list(SELECT + "ORDER BY lower(t.name), t.id LIMIT " + MOST, TeamStore::read);
    }

    /** The groups that the account is in, also as a member of a group in them. */
    List<Team> of(String accountId) {
        return db.list(
                SELECT + "WHERE t.id IN (" + EFFECTIVE + ") ORDER BY lower(t.name), t.id LIMIT " + MOST,
                TeamStore::read,
                accountId);
    }

    /** Only those that somebody put the account into. */
    List<Team> directly(String accountId) {
        return db.list(
                SELECT + "JOIN team_member own ON own.team_id = t.id AND own.account_id = ? "
                        + "ORDER BY lower(t.name), t.id LIMIT " + MOST,
                TeamStore::read,
                accountId);
    }

    /** The group and the groups in it. */
    List<String> below(String id) {
        return db.list(BELOW + " LIMIT " + MOST, row -> row.getString(1), id);
    }

    /** How many groups lie above it, itself included. */
    int depth(String id) {
        return Math.toIntExact(db.one("""
                        WITH RECURSIVE up (id) AS (
                            SELECT id FROM team WHERE id = ?
                            UNION SELECT t.parent_id FROM team t JOIN up ON t.id = up.id WHERE t.parent_id IS NOT NULL)
                        SELECT count(*) FROM up""", row -> row.getLong(1), id).orElse(0L));
    }

    void setParent(String id, @Nullable String parentId) {
        db.update("UPDATE team SET parent_id = ? WHERE id = ?", parentId, id);
    }

    Optional<Team> find(String id) {
        return db.one(SELECT + "WHERE t.id = ?", TeamStore::read, id);
    }

    boolean isTaken(String name, String exceptId) {
        return db.one("SELECT 1 FROM team WHERE lower(name) = lower(?) AND id <> ?", row -> true, name, exceptId)
                .isPresent();
    }

    long count() {
        return db.one("SELECT count(*) FROM team", row -> row.getLong(1)).orElse(0L);
    }

    void insert(String id, String by, String name, String description, ObjectNode permissions, ObjectNode data) {
        long now = clock.millis();
        db.update("""
                INSERT INTO team (id, account_id, name, description, permissions, data, created_at, updated_at)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?)""", id, by, name, description, permissions.toString(), data.toString(), now, now);
    }

    /** Whether the row was still there. */
    boolean update(String id, String name, String description, ObjectNode permissions, ObjectNode data) {
        return db.update(
                        "UPDATE team SET name = ?, description = ?, permissions = ?, data = ?, updated_at = ? WHERE id = ?",
                        name,
                        description,
                        permissions.toString(),
                        data.toString(),
                        clock.millis(),
                        id)
                > 0;
    }

    /** What is in it moves up to where it was. */
    boolean delete(String id) {
        db.update("UPDATE team SET parent_id = (SELECT parent_id FROM team WHERE id = ?) WHERE parent_id = ?", id, id);
        return db.update("DELETE FROM team WHERE id = ?", id) > 0;
    }

    /** Accounts that are not there are left out. */
    void addMembers(String id, Collection<String> accountIds) {
        for (var accountId : accountIds) {
            db.update("""
                    INSERT INTO team_member (team_id, account_id)
                    SELECT ?, id FROM account WHERE id = ? AND deleted_at IS NULL
                    ON CONFLICT (team_id, account_id) DO NOTHING""", id, accountId);
        }
    }

    void removeMembers(String id, Collection<String> accountIds) {
        for (var accountId : accountIds) {
            db.update("DELETE FROM team_member WHERE team_id = ? AND account_id = ?", id, accountId);
        }
    }

    List<String> memberIds(String id) {
        return db.list(
                "SELECT account_id FROM team_member WHERE team_id = ? ORDER BY account_id LIMIT 100000",
                row -> row.getString(1),
                id);
    }

    /** Whom a change of the group touches: its members and those of the groups in it. */
    List<String> effectiveMemberIds(String id) {
        return db.list(
                "SELECT DISTINCT account_id FROM team_member WHERE team_id IN (" + BELOW
                        + ") ORDER BY account_id LIMIT 100000",
                row -> row.getString(1),
                id);
    }

    /** Which accounts a list of members shows. */
    enum Membership {
        DIRECT("m.team_id = ?", 1),
        INHERITED(
                "m.team_id IN (" + BELOW + ") AND NOT EXISTS"
                        + " (SELECT 1 FROM team_member d WHERE d.team_id = ? AND d.account_id = a.id)",
                2),
        EFFECTIVE("m.team_id IN (" + BELOW + ")", 1);

        private final String condition;
        private final int arguments;

        Membership(String condition, int arguments) {
            this.condition = condition;
            this.arguments = arguments;
        }
    }

    /** The groups through which each account is in {@code id}, but for itself. At most a page of accounts. */
    Map<String, List<String>> via(String id, List<Account> accounts) {
        var below = below(id);
        var via = idsOf(accounts);
        via.replaceAll((account, teams) -> teams.stream()
                .filter(team -> !team.equals(id) && below.contains(team))
                .toList());
        return via;
    }

    long members(String id, Membership membership) {
        var arguments =
                java.util.Collections.nCopies(membership.arguments, (Object) id).toArray();
        return db.one(
                        "SELECT count(DISTINCT a.id) FROM account a JOIN team_member m ON m.account_id = a.id"
                                + " WHERE a.deleted_at IS NULL AND " + membership.condition,
                        row -> row.getLong(1),
                        arguments)
                .orElse(0L);
    }

    AccountStore.Page members(String id, Membership membership, String query, int limit, long offset) {
        var where = "FROM account a WHERE a.deleted_at IS NULL AND EXISTS (SELECT 1 FROM team_member m WHERE"
                + " m.account_id = a.id AND " + membership.condition
                + ") AND " + TextMatch.inPeople("a.name", "a.email") + " ";
        var arguments = new java.util.ArrayList<Object>(java.util.Collections.nCopies(membership.arguments, id));
        arguments.addAll(TextMatch.peoplePatterns(query));
        long total = db.one("SELECT count(*) " + where, row -> row.getLong(1), arguments.toArray())
                .orElse(0L);
        arguments.addAll(List.of(limit, offset));
        var rows = db.list(
                "SELECT a.id, a.num, a.email, a.name, a.role, a.last_active_at, a.created_at, a.updated_at " + where
                        + "ORDER BY lower(a.name), a.id LIMIT ? OFFSET ?",
                AccountStore::read,
                arguments.toArray());
        return new AccountStore.Page(rows, total);
    }

    /** The ids of each account's groups; accounts in none are missing. At most a page of accounts. */
    Map<String, List<String>> idsOf(List<Account> accounts) {
        var found = new HashMap<String, List<String>>();
        if (accounts.isEmpty()) {
            return found;
        }
        var marks = String.join(", ", java.util.Collections.nCopies(accounts.size(), "?"));
        db.list(
                        "SELECT account_id, team_id FROM team_member WHERE account_id IN (" + marks
                                + ") ORDER BY account_id, team_id",
                        row -> List.of(row.getString(1), row.getString(2)),
                        accounts.stream().map(Account::id).toArray())
                .forEach(pair -> found.computeIfAbsent(pair.getFirst(), id -> new java.util.ArrayList<>())
                        .add(pair.getLast()));
        return found;
    }

    private static Team read(ResultSet row) throws SQLException {
        return new Team(
                row.getString("id"),
                row.getString("account_id"),
                row.getString("parent_id"),
                row.getString("name"),
                row.getString("description"),
                Texts.object(row.getString("permissions")),
                Texts.object(row.getString("data")),
                row.getLong("members"),
                row.getLong("created_at"),
                row.getLong("updated_at"));
    }
}
