package carafe.feature.accounts;

import carafe.platform.http.Access;
import carafe.platform.http.Body;
import carafe.platform.http.Caller;
import carafe.platform.http.Problem;
import carafe.platform.http.Routes;
import carafe.platform.http.Rule;
import carafe.platform.http.Surface;
import com.fasterxml.jackson.databind.node.NullNode;
import io.javalin.http.Context;
import java.time.LocalDate;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Map;

/** What people change about themselves: profile, password, time zone and API key. */
final class ProfileRoutes {
    /** Free texts of a profile. */
    static final List<String> ABOUT = List.of("bio", "gender", "date_of_birth");

    private static final Rule SESSION = Rule.of(Surface.WEBUI, Access.ANY_SESSION);

    private final AccountChanges changes;
    private final AccountStore accounts;
    private final AccountJson json;
    private final Body body;

    ProfileRoutes(AccountChanges changes, AccountStore accounts, AccountJson json, Body body) {
        this.changes = changes;
        this.accounts = accounts;
        this.json = json;
        this.body = body;
    }

    void register(Routes routes) {
        routes.post("/api/v1/auths/update/profile", Rule.of(Surface.WEBUI, Access.USER), this::updateProfile);
        routes.post("/api/v1/auths/update/password", SESSION.withMaxBody(64 * 1024), this::updatePassword);
        routes.post("/api/v1/auths/update/timezone", Rule.of(Surface.WEBUI, Access.ANY), this::updateTimezone);
        routes.post("/api/v1/auths/api_key", SESSION, this::makeKey);
        routes.get("/api/v1/auths/api_key", SESSION, this::showKey);
        routes.delete("/api/v1/auths/api_key", SESSION, this::deleteKey);
    }

    private void updateProfile(Context ctx) {
        var person = Caller.of(ctx).person();
        var fields = body.fields(ctx);
        var name = NewAccount.name(fields.text("name", NewAccount.MAX_NAME));
        var image = NewAccount.optionalImage(fields);
        fields.optionalText("date_of_birth", 2000).ifPresent(ProfileRoutes::date);
        // clients send back the address that they were given; it does not mean a new picture
        boolean newImage = fields.has("profile_image_url") && !image.equals(UserRoutes.imagePath(person.id()));
        var account = changes.person(person.id(), name, profile -> {
            ABOUT.stream().filter(fields.node()::has).forEach(about -> {
                profile.set(about, NullNode.getInstance()); // what is emptied comes as null
                fields.optionalText(about, 2000).ifPresent(text -> profile.put(about, text));
            });
            if (newImage) {
                profile.put("profile_image_url", image);
            }
        });
        ctx.json(json.basics(account));
    }

    private static void date(String text) {
        try {
            LocalDate.parse(text);
        } catch (DateTimeParseException e) {
            throw new Problem.Unprocessable("'date_of_birth' must be a date such as 2001-12-31.", "date_of_birth");
        }
    }

    private void updatePassword(Context ctx) {
        var fields = body.fields(ctx);
        changes.ownPassword(
                Caller.of(ctx).person(),
                fields.text("password", NewAccount.MAX_PASSWORD),
                fields.text("new_password", NewAccount.MAX_PASSWORD),
                Caller.addressOf(ctx));
        ctx.json(true);
    }

    private void updateTimezone(Context ctx) {
        var person = Caller.of(ctx).person();
        var zone = body.fields(ctx).text("timezone", 64);
        if (!zone.equals(accounts.profile(person.id()).path("timezone").asText())) {
            changes.profile(person.id(), profile -> profile.put("timezone", zone));
        }
        ctx.json(Map.of("status", true));
    }

    private void makeKey(Context ctx) {
        var key = changes.newKey(Caller.of(ctx).person(), Caller.addressOf(ctx));
        ctx.header("Cache-Control", "no-store");
        ctx.json(Map.of("api_key", key.reveal()));
    }

    private void showKey(Context ctx) {
        var key = changes.key(Caller.of(ctx).person())
                .orElseThrow(() -> new Problem.NotFound("no_api_key", "You have no API key yet.", null));
        ctx.header("Cache-Control", "no-store");
        ctx.json(Map.of("api_key", key.reveal()));
    }

    private void deleteKey(Context ctx) {
        ctx.json(changes.deleteKey(Caller.of(ctx).person(), Caller.addressOf(ctx)));
    }
}
