package carafe.platform.http;

import io.javalin.http.Context;
import org.jspecify.annotations.Nullable;

/**
 * The proof of identity a request carries. Order: {@code Authorization: Bearer}, {@code x-api-key}, cookie
 * {@code token}; the first that is present counts, so that a stale cookie never overrides an explicit header.
 */
public record Credentials(Source source, String token) {
    /** Where the proof came from; a cookie is sent by browsers on their own and needs the same-origin check. */
    public enum Source {
        NONE,
        BEARER,
        API_KEY_HEADER,
        COOKIE,
        SOCKET,
        /** The query of an address: those end up in logs and histories, so no sign-in travels there. */
        QUERY,
        /** The name of an app that a trusted gateway vouches for. */
        GATEWAY;

        /** Whether it may be an API key: cookies and sockets are the place of a sign-in. */
        public boolean mayBeKey() {
            return this == BEARER || this == API_KEY_HEADER || this == QUERY;
        }

        /** Whether it may be the token of a sign-in. */
        public boolean mayBeSession() {
            return this != QUERY;
        }
    }

    /** What a client sent when it connected its socket. */
    public static Credentials ofSocket(String token) {
        return bounded(Source.SOCKET, token);
    }

    /** A key in the query of an address, where a client can send no header. */
    public static Credentials ofQueryKey(String key) {
        return bounded(Source.QUERY, key.trim());
    }

    public static Credentials of(Context ctx) {
        var authorization = ctx.header("Authorization");
        if (authorization != null && authorization.regionMatches(true, 0, "Bearer ", 0, 7)) {
            return bounded(Source.BEARER, authorization.substring(7).trim());
        }
        var apiKey = ctx.header("x-api-key");
        if (apiKey != null) {
            return bounded(Source.API_KEY_HEADER, apiKey.trim());
        }
        var cookie = cookie(ctx);
        return cookie == null ? new Credentials(Source.NONE, "") : bounded(Source.COOKIE, cookie);
    }

    /**
     * Of the workflow API: {@code X-Consumer-Username} names the app where the request comes from a gateway that is
     * {@code trusted}; from anybody else the header says nothing.
     */
    static Credentials ofFlow(Context ctx, boolean trusted) {
        var name = ctx.header("X-Consumer-Username");
        return trusted && name != null && !name.isBlank() ? bounded(Source.GATEWAY, name.strip()) : of(ctx);
    }

    /** Where {@code Authorization} and {@code x-api-key} are meant for somebody else: {@code X-Carafe-Key}, then the cookie. */
    static Credentials besideUpstreams(Context ctx) {
        var key = ctx.header("X-Carafe-Key");
        if (key != null) {
            return bounded(Source.API_KEY_HEADER, key.trim());
        }
        var cookie = cookie(ctx);
        return cookie == null ? new Credentials(Source.NONE, "") : bounded(Source.COOKIE, cookie);
    }

    private static @Nullable String cookie(Context ctx) {
        return ctx.header("Cookie") == null ? null : ctx.cookie("token");
    }

    private static Credentials bounded(Source source, String token) {
        return token.isEmpty() || token.length() > 4096
                ? new Credentials(Source.NONE, "")
                : new Credentials(source, token);
    }
}
