package carafe.feature.accounts;

import carafe.platform.db.Db;
import carafe.platform.http.Caller;
import carafe.platform.http.Problem;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What is shared with whom: table {@code access_grant}. A grant names a thing, a person, a group or everybody, and
 * whether they may read or write it. Nobody else but owner and admins has access.
 */
public final class Grants {
    /** Enough for anything that people share by hand. */
    private static final int MOST = 500;

    /** To see and use, or also to change. */
    public enum Right {
        READ,
        WRITE
    }

    /** {@code principal} is a user's or group's id, {@code *} for everybody. */
    public record Grant(boolean group, String principal, Right right) {
        /** Whether it is for everybody. */
        public boolean open() {
            return !group && principal.equals("*");
        }
    }

    private final Db db;
    private final TeamStore teams;
    private final Permissions permissions;

    Grants(Db db, TeamStore teams, Permissions permissions) {
        this.db = db;
        this.teams = teams;
        this.permissions = permissions;
    }

    /** @param kind of the thing, for example model */
    public List<Grant> of(String kind, String id) {
        return db.list(
                """
                SELECT principal_kind, principal_id, permission FROM access_grant
                WHERE resource_kind = ? AND resource_id = ? ORDER BY principal_kind, principal_id, permission""",
                row -> new Grant(
                        row.getString(1).equals("group"),
                        row.getString(2),
                        row.getString(3).equals("write") ? Right.WRITE : Right.READ),
                kind,
                id);
    }

    /** The grants of all things of a kind, by their ids. */
    public Map<String, List<Grant>> ofAll(String kind) {
        var all = new HashMap<String, List<Grant>>();
        db.list(
                        """
                        SELECT resource_id, principal_kind, principal_id, permission FROM access_grant
                        WHERE resource_kind = ? ORDER BY resource_id, principal_kind, principal_id, permission""",
                        row -> Map.entry(
                                row.getString(1),
                                new Grant(
                                        row.getString(2).equals("group"),
                                        row.getString(3),
                                        row.getString(4).equals("write") ? Right.WRITE : Right.READ)),
                        kind)
                .forEach(entry -> all.computeIfAbsent(entry.getKey(), id -> new ArrayList<>())
                        .add(entry.getValue()));
        return all;
    }

    /** Call it inside the transaction that changes the thing. */
    public void replace(String kind, String id, List<Grant> grants) {
        delete(kind, id);
        for (var grant : grants) {
            db.update("""
                    INSERT INTO access_grant (resource_kind, resource_id, principal_kind, principal_id, permission)
                    VALUES (?, ?, ?, ?, ?)
                    ON CONFLICT (resource_kind, resource_id, principal_kind, principal_id, permission) DO NOTHING""", kind, id, grant.group() ? "group" : "user", grant.principal(), grant.right());
        }
    }

    public void delete(String kind, String id) {
        db.update("DELETE FROM access_grant WHERE resource_kind = ? AND resource_id = ?", kind, id);
    }

    /** Whether {@code person}, who is not the owner, has the right; to write includes to read. */
    public boolean allow(Caller.Person person, List<Grant> grants, Right right) {
        Set<String> own = null;
        for (var grant : grants) {
            if (grant.right() == right || grant.right() == Right.WRITE) {
                if (grant.open() || (!grant.group() && grant.principal().equals(person.id()))) {
                    return true;
                }
                if (grant.group()) {
                    own = own == null ? groupsOf(person.id()) : own;
                    if (own.contains(grant.principal())) {
                        return true;
                    }
                }
            }
        }
        return false;
    }

    /** The ids of the groups that the account is in, also through groups in them. */
    public Set<String> groupsOf(String accountId) {
        return new LinkedHashSet<>(teams.of(accountId).stream().map(Team::id).toList());
    }

    /**
     * A condition for lists of things: the person owns it, or it is shared with the right. {@code owner} and {@code id}
     * are columns of the caller's, {@link #arguments} has its values.
     */
    public static String visible(String owner, String id) {
        return "(" + owner
                + " = ? OR EXISTS (SELECT 1 FROM access_grant g WHERE g.resource_kind = ? AND g.resource_id = "
                + id + " AND g.permission IN (?, 'write') AND (g.principal_kind = 'user' AND g.principal_id IN (?, '*')"
                + " OR g.principal_kind = 'group' AND g.principal_id IN (" + TeamStore.EFFECTIVE + "))))";
    }

    public static List<Object> arguments(String accountId, String kind, Right right) {
        return List.of(accountId, kind, right, accountId, accountId);
    }

    /**
     * The grants in a request body: {@code access_grants}, or the {@code access_control} of older front ends (null is
     * everybody, {@code {}} nobody). Of what the person may not share, nothing is left.
     *
     * @param sharing the name under {@code sharing} in the tree of permissions, for example models
     * @return null when the body says nothing about it
     */
    public @Nullable List<Grant> read(ObjectNode body, Caller.Person person, String sharing) {
        List<Grant> wanted;
        if (body.get("access_grants") instanceof ArrayNode list) {
            wanted = wire(list);
        } else if (body.hasNonNull("access_grants")) {
            throw new Problem.Unprocessable("'access_grants' must be a list.", "access_grants");
        } else if (body.has("access_control")) {
            wanted = old(body.get("access_control"));
        } else {
            return null;
        }
        return wanted.stream().filter(grant -> mayShare(person, sharing, grant)).toList();
    }

    private boolean mayShare(Caller.Person person, String sharing, Grant grant) {
        if (grant.open()) {
            return permissions.allows(person, "sharing.public_" + sharing);
        }
        return permissions.allows(person, "sharing." + sharing)
                && permissions.allows(
                        person, grant.group() ? "access_grants.allow_groups" : "access_grants.allow_users");
    }

    private static List<Grant> wire(ArrayNode list) {
        if (list.size() > MOST) {
            throw new Problem.Unprocessable("'access_grants' may hold at most " + MOST + " entries.", "access_grants");
        }
        var grants = new ArrayList<Grant>();
        for (var node : list) {
            var kind = node.path("principal_type").asText();
            var principal = node.path("principal_id").asText();
            var right = node.path("permission").asText();
            if (!Set.of("user", "group", "anyone").contains(kind)
                    || !Set.of("read", "write").contains(right)
                    || principal.length() > 100
                    || (principal.isEmpty() && !kind.equals("anyone"))) {
                throw new Problem.Unprocessable(
                        "'access_grants' must name principal_type (user or group), principal_id and permission (read or"
                                + " write).",
                        "access_grants");
            }
            grants.add(new Grant(
                    kind.equals("group"),
                    kind.equals("anyone") ? "*" : principal,
                    right.equals("write") ? Right.WRITE : Right.READ));
        }
        return grants;
    }

    private static List<Grant> old(JsonNode control) {
        if (control.isNull()) {
            return List.of(new Grant(false, "*", Right.READ));
        }
        var list = JsonNodeFactory.instance.arrayNode();
        for (var right : List.of("read", "write")) {
            for (var kind : List.of("user", "group")) {
                control.path(right)
                        .path(kind + "_ids")
                        .forEach(id -> list.addObject()
                                .put("principal_type", kind)
                                .put("principal_id", id.asText())
                                .put("permission", right));
            }
        }
        return wire(list);
    }

    /** In the shape of Open WebUI. */
    public static ArrayNode json(String kind, String id, List<Grant> grants) {
        var list = JsonNodeFactory.instance.arrayNode();
        for (var grant : grants) {
            var principal = grant.group() ? "group" : "user";
            var right = grant.right() == Right.WRITE ? "write" : "read";
            list.addObject()
                    .put("id", principal + ":" + grant.principal() + ":" + right)
                    .put("resource_type", kind)
                    .put("resource_id", id)
                    .put("principal_type", principal)
                    .put("principal_id", grant.principal())
                    .put("permission", right);
        }
        return list;
    }
}
