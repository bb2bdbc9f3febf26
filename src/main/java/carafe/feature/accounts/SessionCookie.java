package carafe.feature.accounts;

import io.javalin.http.Context;

/** The cookie {@code token}: scripts cannot read it, other sites cannot send it with a POST. */
final class SessionCookie {
    /** The longest that browsers keep a cookie: 400 days. */
    private static final long LONGEST = 34_560_000;

    private final boolean secure;

    SessionCookie(boolean secure) {
        this.secure = secure;
    }

    void set(Context ctx, String token, long seconds) {
        add(ctx, "token", token, Math.min(seconds, LONGEST));
    }

    /** Also those that single sign-on of Open WebUI leaves behind. */
    void clear(Context ctx) {
        add(ctx, "token", "", 0);
        add(ctx, "oauth_id_token", "", 0);
        add(ctx, "oauth_session_id", "", 0);
    }

    private void add(Context ctx, String name, String value, long seconds) {
        ctx.res()
                .addHeader(
                        "Set-Cookie",
                        name + "=" + value + "; Path=/; Max-Age=" + seconds + "; HttpOnly; SameSite=Lax"
                                + (secure ? "; Secure" : ""));
    }
}
