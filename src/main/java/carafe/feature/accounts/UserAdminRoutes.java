package carafe.feature.accounts;

import carafe.platform.http.Access;
import carafe.platform.http.Body;
import carafe.platform.http.Caller;
import carafe.platform.http.Fields;
import carafe.platform.http.Page;
import carafe.platform.http.Problem;
import carafe.platform.http.Routes;
import carafe.platform.http.Rule;
import carafe.platform.http.Surface;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.http.Context;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Accounts in the hands of admins: list, add, change, end sign-ins, delete. */
final class UserAdminRoutes {
    static final int PAGE = 30;
    private static final int ALL = 1_000;
    private static final Rule ADMIN = Rule.of(Surface.WEBUI, Access.ADMIN);

    private final AccountStore accounts;
    private final AccountChanges changes;
    private final SignIn signIn;
    private final AccountJson json;
    private final Permissions permissions;
    private final TeamStore teams;
    private final Body body;

    UserAdminRoutes(
            AccountStore accounts,
            AccountChanges changes,
            SignIn signIn,
            AccountJson json,
            Permissions permissions,
            TeamStore teams,
            Body body) {
        this.accounts = accounts;
        this.changes = changes;
        this.signIn = signIn;
        this.json = json;
        this.permissions = permissions;
        this.teams = teams;
        this.body = body;
    }

    /** After {@link UserRoutes}: {@code /users/{id}} would take its fixed words for ids. */
    void register(Routes routes) {
        routes.post("/api/v1/auths/add", ADMIN, this::add);
        routes.get("/api/v1/users/", ADMIN, ctx -> list(ctx, PAGE));
        routes.get("/api/v1/users/all", ADMIN, ctx -> list(ctx, ALL));
        routes.get("/api/v1/users/default/permissions", ADMIN, ctx -> ctx.json(permissions.ofEverybody()));
        routes.post("/api/v1/users/default/permissions", ADMIN, this::setPermissions);
        routes.get("/api/v1/users/default/permissions/defaults", ADMIN, ctx -> ctx.json(permissions.defaults()));
        routes.get("/api/v1/users/{id}", ADMIN, this::show);
        routes.get("/api/v1/users/{id}/groups", ADMIN, this::groups);
        routes.post("/api/v1/users/{id}/update", ADMIN, this::update);
        routes.post("/api/v1/users/{id}/sessions/revoke", ADMIN, this::endSessions);
        routes.delete("/api/v1/users/{id}", ADMIN, this::delete);
    }

    private void list(Context ctx, int limit) {
        var page = accounts.list(listing(ctx, limit));
        var answer = JsonNodeFactory.instance.objectNode().put("total", page.total());
        var users = answer.putArray("users");
        var groups = teams.idsOf(page.accounts());
        page.accounts()
                .forEach(account -> users.add(withGroups(account, groups.getOrDefault(account.id(), List.of()))));
        ctx.json(answer);
    }

    private ObjectNode withGroups(Account account, List<String> groupIds) {
        var full = json.full(account);
        groupIds.forEach(full.putArray("group_ids")::add);
        return full;
    }

    private void setPermissions(Context ctx) {
        ctx.json(permissions.set(body.object(ctx), Caller.of(ctx).person().id()));
    }

    private void groups(Context ctx) {
        var account = accounts.find(ctx.pathParam("id")).orElseThrow(() -> new Problem.NotFound("account"));
        ctx.json(GroupRoutes.list(GroupRoutes.asked(ctx, teams, account.id())));
    }

    /** Page, query and order of a list from the query string; unknown orders fall back to the time of sign-up. */
    static AccountStore.Listing listing(Context ctx, int limit) {
        var query = Page.query(ctx);
        var asked = Optional.ofNullable(ctx.queryParam("order_by")).orElse("").toUpperCase(Locale.ROOT);
        var order = AccountStore.Order.CREATED_AT;
        for (var known : AccountStore.Order.values()) {
            order = known.name().equals(asked) ? known : order;
        }
        boolean ascending = !"desc".equalsIgnoreCase(ctx.queryParam("direction"));
        return new AccountStore.Listing(query, order, ascending, limit, Page.offset(ctx, limit));
    }

    private void add(Context ctx) {
        var fields = body.fields(ctx);
        var role = fields.optionalText("role", 20).map(UserAdminRoutes::role).orElse(Caller.Role.PENDING);
        var account = signIn.add(NewAccount.read(fields), role, Caller.of(ctx).person(), Caller.addressOf(ctx));
        ctx.json(json.basics(account));
    }

    private void show(Context ctx) {
        var account = accounts.find(ctx.pathParam("id")).orElseThrow(() -> new Problem.NotFound("account"));
        var own = teams.directly(account.id());
        var answer = withGroups(account, own.stream().map(Team::id).toList());
        GroupRoutes.name(answer.putArray("groups"), own);
        var profile = accounts.profile(account.id());
        ProfileRoutes.ABOUT.forEach(about -> answer.set(about, profile.get(about)));
        ctx.json(AccountJson.about(AccountJson.status(answer, profile), profile));
    }

    private void update(Context ctx) {
        var id = ctx.pathParam("id");
        var change = change(id, body.fields(ctx));
        var account = changes.change(id, change, Caller.of(ctx).person(), Caller.addressOf(ctx));
        ctx.json(json.full(account));
    }

    private static AccountChanges.Change change(String id, Fields fields) {
        var image = NewAccount.optionalImage(fields);
        boolean newImage = fields.has("profile_image_url") && !image.equals(UserRoutes.imagePath(id));
        // an empty password is the page's way to say: leave it
        var password = fields.optionalText("password", NewAccount.MAX_PASSWORD)
                .filter(text -> !text.isEmpty())
                .orElse(null);
        return new AccountChanges.Change(
                fields.has("name") ? NewAccount.name(fields.text("name", NewAccount.MAX_NAME)) : null,
                fields.has("email") ? NewAccount.optionalEmail(fields) : null,
                fields.optionalText("role", 20).map(UserAdminRoutes::role).orElse(null),
                password,
                newImage ? image : null);
    }

    private static Caller.Role role(String wire) {
        for (var role : Caller.Role.values()) {
            if (role.wire().equals(wire)) {
                return role;
            }
        }
        throw new Problem.Unprocessable("'role' must be pending, user or admin.", "role");
    }

    private void endSessions(Context ctx) {
        changes.endSessions(ctx.pathParam("id"), Caller.of(ctx).person(), Caller.addressOf(ctx));
        ctx.json(true);
    }

    private void delete(Context ctx) {
        changes.delete(ctx.pathParam("id"), Caller.of(ctx).person(), Caller.addressOf(ctx));
        ctx.json(true);
    }
}
