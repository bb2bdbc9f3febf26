package carafe.feature.accounts;

import carafe.platform.audit.AuditLog;
import carafe.platform.db.Db;
import carafe.platform.db.Ids;
import carafe.platform.http.Access;
import carafe.platform.http.Body;
import carafe.platform.http.Caller;
import carafe.platform.http.Fields;
import carafe.platform.http.Page;
import carafe.platform.http.Problem;
import carafe.platform.http.Routes;
import carafe.platform.http.Rule;
import carafe.platform.http.Surface;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.http.Context;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Groups, at the paths and with the shapes of Open WebUI ({@code /api/v1/groups}); times there are epoch seconds. */
final class GroupRoutes {
    private static final Rule USER = Rule.of(Surface.WEBUI, Access.USER);
    private static final Rule ADMIN = Rule.of(Surface.WEBUI, Access.ADMIN);
    private static final String GROUP = "/api/v1/groups/id/{id}";
    private static final int MAX_NAME = 200;
    private static final int MAX_DATA = 16 * 1024;
    private static final int MOST_IDS = 1_000;

    private final Db db;
    private final TeamStore teams;
    private final Permissions permissions;
    private final AccountJson json;
    private final CallerCache cache;
    private final AuditLog audit;
    private final Body body;
    private final Ids ids;

    GroupRoutes(
            Db db,
            TeamStore teams,
            Permissions permissions,
            AccountJson json,
            CallerCache cache,
            AuditLog audit,
            Body body,
            Ids ids) {
        this.db = db;
        this.teams = teams;
        this.permissions = permissions;
        this.json = json;
        this.cache = cache;
        this.audit = audit;
        this.body = body;
        this.ids = ids;
    }

    void register(Routes routes) {
        routes.get("/api/v1/groups/", USER, this::list);
        routes.post("/api/v1/groups/create", ADMIN, this::create);
        routes.get(GROUP, ADMIN, ctx -> ctx.json(full(team(ctx))));
        routes.get(GROUP + "/info", USER, this::info);
        routes.get(GROUP + "/export", ADMIN, this::export);
        routes.get(GROUP + "/members", ADMIN, this::members);
        routes.post(GROUP + "/users", ADMIN, this::users);
        routes.post(GROUP + "/users/add", ADMIN, this::addUsers);
        routes.post(GROUP + "/users/remove", ADMIN, this::removeUsers);
        routes.post(GROUP + "/update", ADMIN, this::update);
        routes.delete(GROUP + "/delete", ADMIN, this::delete);
    }

    /** Admins see all groups, others their own, and with {@code share} also those that anybody may share with. */
    private void list(Context ctx) {
        var person = Caller.of(ctx).person();
        var share = ctx.queryParam("share");
        boolean admin = person.role() == Caller.Role.ADMIN;
        var own = teams.of(person.id()).stream().map(Team::id).toList();
        var answer = JsonNodeFactory.instance.arrayNode();
        for (var team : teams.all()) {
            var policy = team.data().at("/config/share").asText("true");
            boolean shareable =
                    policy.equals("true") || (policy.equals("members") && (admin || own.contains(team.id())));
            boolean wanted = share == null
                    ? admin || own.contains(team.id())
                    : Boolean.parseBoolean(share) == shareable && (admin || shareable || own.contains(team.id()));
            if (wanted) {
                answer.add(admin ? full(team) : basics(team));
            }
        }
        ctx.json(answer);
    }

    private record Form(
            String name,
            String description,
            ObjectNode permissions,
            ObjectNode data,
            @Nullable String parentId) {}

    private Form form(Fields fields) {
        var name = fields.text("name", MAX_NAME).strip();
        if (name.isEmpty()) {
            throw new Problem.Unprocessable("'name' must not be empty.", "name");
        }
        var data = fields.optionalObject("data").map(Fields::node).orElseGet(JsonNodeFactory.instance::objectNode);
        if (data.toString().length() > MAX_DATA) {
            throw new Problem.Unprocessable("'data' is more than can be kept here (16 kB).", "data");
        }
        return new Form(
                name,
                fields.optionalText("description", 4_000).orElse(""),
                fields.optionalObject("permissions")
                        .map(given -> permissions.trimmed(given.node()))
                        .orElseGet(JsonNodeFactory.instance::objectNode),
                data,
                fields.optionalText("parent_group_id", 100)
                        .filter(text -> !text.isEmpty())
                        .orElse(null));
    }

    /** @throws Problem where the parent is not there, or is the group or in it, or lies too deep */
    private void putInto(String id, @Nullable String parentId) {
        if (parentId != null) {
            if (teams.find(parentId).isEmpty()) {
                throw new Problem.BadRequest("There is no group to put this one into.", "parent_group_id");
            }
            var below = teams.below(id);
            if (below.contains(parentId)) {
                throw new Problem.BadRequest("A group cannot be put into itself.", "parent_group_id");
            }
            int lowest = below.stream().mapToInt(teams::depth).max().orElse(1) - teams.depth(id) + 1;
            if (teams.depth(parentId) + lowest > TeamStore.DEEPEST) {
                throw new Problem.BadRequest(
                        "Groups can be at most " + TeamStore.DEEPEST + " deep.", "parent_group_id");
            }
        }
        teams.setParent(id, parentId);
    }

    private void create(Context ctx) {
        var by = Caller.of(ctx).person();
        var form = form(body.fields(ctx));
        var id = ids.next();
        var ip = Caller.addressOf(ctx);
        db.transaction(() -> {
            if (teams.count() >= TeamStore.MOST) {
                throw new Problem.BadRequest("There are " + TeamStore.MOST + " groups already, which is the most.");
            }
            refuseTaken(form.name(), "");
            teams.insert(id, by.id(), form.name(), form.description(), form.permissions(), form.data());
            putInto(id, form.parentId());
            audit("group-created", by.id(), id, ip);
            return id;
        });
        ctx.json(full(found(id)));
    }

    private void update(Context ctx) {
        var old = team(ctx);
        var by = Caller.of(ctx).person().id();
        var fields = body.fields(ctx);
        var form = form(fields);
        var ip = Caller.addressOf(ctx);
        db.transaction(() -> {
            refuseTaken(form.name(), old.id());
            teams.update(
                    old.id(),
                    form.name(),
                    form.description(),
                    fields.has("permissions") ? form.permissions() : old.permissions(),
                    fields.has("data") ? form.data() : old.data());
            if (fields.node().has("parent_group_id")) {
                putInto(old.id(), form.parentId());
            }
            audit("group-changed", by, old.id(), ip);
            return true;
        });
        tellMembers(teams.effectiveMemberIds(old.id()));
        ctx.json(full(found(old.id())));
    }

    private void delete(Context ctx) {
        var team = team(ctx);
        var by = Caller.of(ctx).person().id();
        var ip = Caller.addressOf(ctx);
        var members = teams.effectiveMemberIds(team.id());
        db.transaction(() -> {
            db.update("DELETE FROM access_grant WHERE principal_kind = 'group' AND principal_id = ?", team.id());
            audit("group-deleted", by, team.id(), ip);
            return teams.delete(team.id());
        });
        tellMembers(members);
        ctx.json(true);
    }

    private void addUsers(Context ctx) {
        var team = team(ctx);
        var wanted = userIds(body.fields(ctx));
        changeMembers(ctx, team, wanted, () -> teams.addMembers(team.id(), wanted));
    }

    private void removeUsers(Context ctx) {
        var team = team(ctx);
        var wanted = userIds(body.fields(ctx));
        changeMembers(ctx, team, wanted, () -> teams.removeMembers(team.id(), wanted));
    }

    private void changeMembers(Context ctx, Team team, List<String> accountIds, Runnable change) {
        var by = Caller.of(ctx).person().id();
        var ip = Caller.addressOf(ctx);
        db.transaction(() -> {
            change.run();
            audit("group-members-changed", by, team.id(), ip);
            return true;
        });
        tellMembers(accountIds);
        ctx.json(full(found(team.id())));
    }

    /** Their open pages ask anew what they may. */
    private void tellMembers(List<String> accountIds) {
        accountIds.forEach(cache::forgetAccount);
    }

    private static List<String> userIds(Fields fields) {
        var ids = new ArrayList<String>();
        var given = fields.optionalArray("user_ids").orElseGet(JsonNodeFactory.instance::arrayNode);
        if (given.size() > MOST_IDS) {
            throw new Problem.Unprocessable(
                    "'user_ids' may name at most " + MOST_IDS + " accounts at once.", "user_ids");
        }
        for (var id : given) {
            if (!id.isTextual()) {
                throw new Problem.Unprocessable("'user_ids' must be a list of ids.", "user_ids");
            }
            ids.add(id.textValue());
        }
        return ids;
    }

    private void info(Context ctx) {
        var person = Caller.of(ctx).person();
        var team = team(ctx);
        boolean member = teams.of(person.id()).stream().anyMatch(own -> own.id().equals(team.id()));
        boolean open = team.data().at("/config/share").asText("true").equals("true");
        if (!member && !open && person.role() != Caller.Role.ADMIN) {
            throw new Problem.NotFound("group");
        }
        ctx.json(basics(team));
    }

    private void export(Context ctx) {
        var team = team(ctx);
        var answer = full(team);
        teams.memberIds(team.id()).forEach(answer.putArray("user_ids")::add);
        ctx.json(answer);
    }

    private void members(Context ctx) {
        var team = team(ctx);
        var query = Page.query(ctx);
        var membership = switch (String.valueOf(ctx.queryParam("membership"))) {
            case "inherited" -> TeamStore.Membership.INHERITED;
            case "effective" -> TeamStore.Membership.EFFECTIVE;
            default -> TeamStore.Membership.DIRECT;
        };
        var found = teams.members(
                team.id(), membership, query, UserAdminRoutes.PAGE, Page.offset(ctx, UserAdminRoutes.PAGE));
        var groups = teams.idsOf(found.accounts());
        var via = teams.via(team.id(), found.accounts());
        var answer = JsonNodeFactory.instance.objectNode();
        var items = answer.putArray("items");
        for (var account : found.accounts()) {
            boolean direct = groups.getOrDefault(account.id(), List.of()).contains(team.id());
            var item = json.full(account).put("membership_type", direct ? "direct" : "inherited");
            via.getOrDefault(account.id(), List.of()).forEach(item.putArray("via_group_ids")::add);
            items.add(item);
        }
        answer.put("total", found.total());
        answer.putObject("counts")
                .put("direct", team.members())
                .put("effective", teams.members(team.id(), TeamStore.Membership.EFFECTIVE))
                .put("inherited", teams.members(team.id(), TeamStore.Membership.INHERITED));
        ctx.json(answer);
    }

    private void users(Context ctx) {
        var answer = JsonNodeFactory.instance.arrayNode();
        teams.members(team(ctx).id(), TeamStore.Membership.DIRECT, "", MOST_IDS, 0)
                .accounts()
                .forEach(account -> answer.add(json.info(account)));
        ctx.json(answer);
    }

    private void refuseTaken(String name, String exceptId) {
        if (teams.isTaken(name, exceptId)) {
            throw new Problem.BadRequest("There is a group of this name already.", "name");
        }
    }

    private Team team(Context ctx) {
        return found(ctx.pathParam("id"));
    }

    private Team found(String id) {
        return teams.find(id).orElseThrow(() -> new Problem.NotFound("group"));
    }

    private void audit(String action, String by, String id, String ip) {
        audit.add(action, by, "group:" + id, ip, JsonNodeFactory.instance.objectNode());
    }

    /** What everybody may know of a group. */
    static ObjectNode basics(Team team) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("id", team.id())
                .put("user_id", team.accountId() == null ? "" : team.accountId())
                .put("parent_group_id", team.parentId())
                .put("name", team.name())
                .put("description", team.description())
                .put("member_count", team.members())
                .put("created_at", team.createdAt() / 1000)
                .put("updated_at", team.updatedAt() / 1000);
    }

    /** As admins see it. */
    static ObjectNode full(Team team) {
        var body = basics(team);
        body.set("permissions", team.permissions());
        body.set("data", team.data());
        return body.putNull("meta");
    }

    /** The groups of an account, and with {@code include_inherited} those that they are in. */
    static List<Team> asked(Context ctx, TeamStore teams, String accountId) {
        boolean inherited = "true".equals(ctx.queryParam("include_inherited"));
        return inherited ? teams.of(accountId) : teams.directly(accountId);
    }

    /** No more than what the groups are called. */
    static void name(ArrayNode into, List<Team> teams) {
        teams.forEach(team -> into.addObject().put("id", team.id()).put("name", team.name()));
    }

    static ArrayNode list(List<Team> teams) {
        var answer = JsonNodeFactory.instance.arrayNode();
        teams.forEach(team -> answer.add(full(team)));
        return answer;
    }
}
