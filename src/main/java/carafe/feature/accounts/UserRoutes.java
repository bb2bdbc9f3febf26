package carafe.feature.accounts;

import carafe.platform.http.Access;
import carafe.platform.http.Body;
import carafe.platform.http.Caller;
import carafe.platform.http.Problem;
import carafe.platform.http.Routes;
import carafe.platform.http.Rule;
import carafe.platform.http.Surface;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.http.Context;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.Locale;
import java.util.Map;

/** What signed-in people read about each other, and what their clients keep; Open WebUI's {@code /api/v1/users}. */
final class UserRoutes {
    private static final Rule USER = Rule.of(Surface.WEBUI, Access.USER);
    private static final String NO_PICTURE = """
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64"><rect width="64" height="64" fill="#8a8f98"/>\
            <circle cx="32" cy="25" r="11" fill="#fff"/><path d="M10 60a22 22 0 0 1 44 0z" fill="#fff"/></svg>""";

    private final AccountStore accounts;
    private final AccountChanges changes;
    private final AccountJson json;
    private final Permissions permissions;
    private final TeamStore teams;
    private final Body body;
    private final Clock clock;

    UserRoutes(
            AccountStore accounts,
            AccountChanges changes,
            AccountJson json,
            Permissions permissions,
            TeamStore teams,
            Body body,
            Clock clock) {
        this.accounts = accounts;
        this.changes = changes;
        this.json = json;
        this.permissions = permissions;
        this.teams = teams;
        this.body = body;
        this.clock = clock;
    }

    static String imagePath(String accountId) {
        return "/api/v1/users/" + accountId + "/profile/image";
    }

    void register(Routes routes) {
        routes.get("/api/v1/users/user/settings", USER, this::settings);
        routes.post("/api/v1/users/user/settings/update", USER, this::updateSettings);
        routes.get("/api/v1/users/user/info", USER, this::ownInfo);
        routes.post("/api/v1/users/user/info/update", USER, this::updateOwnInfo);
        routes.get("/api/v1/users/user/status", USER, this::status);
        routes.post("/api/v1/users/user/status/update", USER, this::updateStatus);
        routes.get("/api/v1/users/search", USER, this::search);
        routes.get(
                "/api/v1/users/groups",
                USER,
                ctx -> ctx.json(GroupRoutes.list(
                        GroupRoutes.asked(ctx, teams, Caller.of(ctx).person().id()))));
        routes.get(
                "/api/v1/users/permissions",
                USER,
                ctx -> ctx.json(permissions.of(Caller.of(ctx).person().id())));
        routes.get("/api/v1/users/{id}/info", USER, this::info);
        routes.get("/api/v1/users/{id}/active", USER, this::active);
        routes.get("/api/v1/users/{id}/profile/image", USER, this::image);
        routes.get("/api/v1/utils/gravatar", USER, UserRoutes::gravatar);
    }

    private void settings(Context ctx) {
        var stored = accounts.settings(Caller.of(ctx).person().id());
        ctx.json(stored.isEmpty() ? JsonNodeFactory.instance.nullNode() : stored);
    }

    private void updateSettings(Context ctx) {
        var fields = body.fields(ctx);
        var patch = fields.node();
        if (fields.optionalObject("ui").isEmpty()) {
            patch.remove("ui"); // null stands for nothing to change
        }
        var person = Caller.of(ctx).person();
        if (patch.get("ui") instanceof ObjectNode ui
                && !(permissions.allows(person, "chat.controls") && permissions.allows(person, "chat.system_prompt"))) {
            ui.remove("system"); // the page sends all of its fields together: the rest is kept
        }
        ctx.json(changes.patchSettings(person.id(), patch));
    }

    private void ownInfo(Context ctx) {
        var info = accounts.profile(Caller.of(ctx).person().id()).get("info");
        ctx.json(info == null ? JsonNodeFactory.instance.nullNode() : info);
    }

    private void updateOwnInfo(Context ctx) {
        var patch = body.object(ctx);
        var id = Caller.of(ctx).person().id();
        changes.profile(id, profile -> {
            var known = profile.get("info") instanceof ObjectNode old ? old : profile.putObject("info");
            AccountChanges.merge(known, patch);
            if (known.toString().length() > 64 * 1024) {
                throw new Problem.BadRequest("This is more than can be kept here (64 kB).");
            }
        });
        ownInfo(ctx);
    }

    private void info(Context ctx) {
        var account = account(ctx);
        var profile = accounts.profile(account.id());
        var answer = AccountJson.status(json.info(account), profile);
        AccountJson.about(answer, profile).put("last_active_at", AccountJson.lastActive(account));
        GroupRoutes.name(answer.putArray("groups"), teams.directly(account.id()));
        ctx.json(answer);
    }

    private void status(Context ctx) {
        var profile = accounts.profile(Caller.of(ctx).person().id());
        ctx.json(AccountJson.status(JsonNodeFactory.instance.objectNode(), profile));
    }

    /** {@code status_expires_at} is epoch seconds; what is not sent is taken away. */
    private void updateStatus(Context ctx) {
        var fields = body.fields(ctx);
        var emoji = fields.optionalText("status_emoji", 100).orElse(null);
        var message = fields.optionalText("status_message", 500).orElse(null);
        var until = fields.optionalLong("status_expires_at", 0, Long.MAX_VALUE).orElse(null);
        changes.profile(
                Caller.of(ctx).person().id(),
                profile -> profile.put("status_emoji", emoji)
                        .put("status_message", message)
                        .put("status_expires_at", until));
        status(ctx);
    }

    private void search(Context ctx) {
        var page = accounts.list(UserAdminRoutes.listing(ctx, UserAdminRoutes.PAGE));
        var answer = JsonNodeFactory.instance.objectNode().put("total", page.total());
        var users = answer.putArray("users");
        page.accounts().forEach(account -> users.add(json.info(account)));
        ctx.json(answer);
    }

    private void active(Context ctx) {
        ctx.json(Map.of("active", account(ctx).isActive(clock.millis())));
    }

    /** The address of somebody's picture at Gravatar; nothing is asked there. Source: docs.gravatar.com, "Hash". */
    private static void gravatar(Context ctx) {
        var email = ctx.queryParam("email");
        if (email == null) {
            throw new Problem.Unprocessable("'email' is required.", "email");
        }
        ctx.json(JsonNodeFactory.instance.textNode("https://www.gravatar.com/avatar/"
                + TokenHash.of(email.strip().toLowerCase(Locale.ROOT)).hex() + "?d=mp"));
    }

    private Account account(Context ctx) {
        return accounts.find(ctx.pathParam("id")).orElseThrow(() -> new Problem.NotFound("account"));
    }

    private void image(Context ctx) {
        var stored =
                accounts.profile(account(ctx).id()).path("profile_image_url").asText("");
        if (stored.isEmpty() || stored.equals(ctx.path())) {
            ctx.header("Cache-Control", "private, max-age=60");
            ctx.header("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; sandbox");
            ctx.contentType("image/svg+xml").result(NO_PICTURE.getBytes(StandardCharsets.UTF_8));
        } else {
            Pictures.send(ctx, stored, "/static/user.png");
        }
    }
}
