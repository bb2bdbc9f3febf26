package carafe.feature.accounts;

import carafe.platform.http.Access;
import carafe.platform.http.Body;
import carafe.platform.http.Caller;
import carafe.platform.http.Credentials;
import carafe.platform.http.Problem;
import carafe.platform.http.RateArea;
import carafe.platform.http.Routes;
import carafe.platform.http.Rule;
import carafe.platform.http.Surface;
import io.javalin.http.Context;
import java.time.Clock;
import java.util.Map;

/** Sign-up, sign-in, sign-out and the question who one is; the paths of Open WebUI under {@code /api/v1/auths}. */
final class SignInRoutes {
    private static final Rule PUBLIC = Rule.of(Surface.WEBUI, Access.PUBLIC);

    private final SignIn signIn;
    private final AccountStore accounts;
    private final Tokens tokens;
    private final AccountJson json;
    private final SessionCookie cookie;
    private final Body body;
    private final Clock clock;
    private final boolean auth;

    SignInRoutes(
            SignIn signIn,
            AccountStore accounts,
            Tokens tokens,
            AccountJson json,
            SessionCookie cookie,
            Body body,
            Clock clock,
            boolean auth) {
        this.signIn = signIn;
        this.accounts = accounts;
        this.tokens = tokens;
        this.json = json;
        this.cookie = cookie;
        this.body = body;
        this.clock = clock;
        this.auth = auth;
    }

    void register(Routes routes) {
        routes.get("/api/v1/auths/", Rule.of(Surface.WEBUI, Access.ANY_SESSION), this::whoAmI);
        routes.post("/api/v1/auths/signup", PUBLIC.limitedBy(RateArea.SIGNUP), this::signUp);
        routes.post("/api/v1/auths/signin", PUBLIC.limitedBy(RateArea.SIGNIN).withMaxBody(64 * 1024), this::signIn);
        routes.post("/api/v1/auths/signout", PUBLIC, this::signOut);
        // older front ends of Open WebUI
        routes.get("/api/v1/auths/signout", PUBLIC, this::signOut);
    }

    private void signUp(Context ctx) {
        answer(ctx, signIn.signUp(NewAccount.read(body.fields(ctx)), origin(ctx)));
    }

    private void signIn(Context ctx) {
        if (!auth) {
            answer(ctx, signIn.withoutPassword(origin(ctx)));
            return;
        }
        var fields = body.fields(ctx);
        var email = NewAccount.normal(fields.text("email", 254));
        answer(ctx, signIn.signIn(email, fields.text("password", NewAccount.MAX_PASSWORD), origin(ctx)));
    }

    private void answer(Context ctx, SignIn.Opened opened) {
        long seconds = (opened.session().expiresAt() - clock.millis()) / 1000;
        cookie.set(ctx, opened.token(), seconds);
        ctx.header("Cache-Control", "no-store");
        ctx.json(json.session(opened.account(), opened.session(), opened.token()));
    }

    private void signOut(Context ctx) {
        if (Caller.of(ctx) instanceof Caller.Person person) {
            signIn.signOut(person);
        }
        cookie.clear(ctx);
        ctx.json(Map.of("status", true));
    }

    private void whoAmI(Context ctx) {
        var person = Caller.of(ctx).person();
        var account = accounts.find(person.id()).orElseThrow(() -> new Problem.Unauthenticated("Sign in first."));
        var token = Credentials.of(ctx).token();
        var session = tokens.read(token).orElseThrow(() -> new Problem.Unauthenticated("Sign in first."));
        var profile = accounts.profile(person.id());
        var answer = AccountJson.status(json.session(account, session, token), profile);
        for (var name : ProfileRoutes.ABOUT) {
            answer.set(name, profile.get(name));
        }
        var image = profile.path("profile_image_url").asText("");
        if (!image.isEmpty()) {
            answer.put("profile_image_url", image);
        }
        ctx.header("Cache-Control", "no-store");
        ctx.json(answer);
    }

    static SignIn.Origin origin(Context ctx) {
        var agent = ctx.userAgent();
        var shown = agent == null ? "" : agent.substring(0, Math.min(agent.length(), 300));
        return new SignIn.Origin(Caller.addressOf(ctx), shown);
    }
}
