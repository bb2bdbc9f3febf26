package carafe.platform.http;

import io.javalin.http.Context;
import java.net.URI;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What every request passes before its handler: method, size, caller, same origin, access and rate limit, in this order. */
final class Guard {
    private static final Set<String> SAFE = Set.of("GET", "HEAD", "OPTIONS");

    private final Authenticator authenticator;
    private final Limits limits;
    private final Networks trustedProxies;
    private final Cors cors;

    Guard(Authenticator authenticator, Limits limits, Networks trustedProxies, Cors cors) {
        this.authenticator = authenticator;
        this.limits = limits;
        this.trustedProxies = trustedProxies;
        this.cors = cors;
    }

    void admit(Context ctx, Rule rule) {
        if (rule.surface() != Surface.PROXY && overridesMethod(ctx)) {
            throw overrideRefused();
        }
        refuseLargeBody(ctx, rule);
        var address = address(ctx);
        ctx.attribute(Caller.ADDRESS, address);
        var credentials = switch (rule.surface()) {
            case PROXY -> Credentials.besideUpstreams(ctx);
            case FLOW ->
                Credentials.ofFlow(ctx, trustedProxies.contains(ctx.req().getRemoteAddr()));
            default -> Credentials.of(ctx);
        };
        var caller = authenticator.authenticate(credentials, address);
        ctx.attribute(Caller.ATTRIBUTE, caller);
        if (credentials.source() == Credentials.Source.COOKIE
                && !SAFE.contains(ctx.req().getMethod())) {
            refuseForeignOrigin(ctx);
        }
        rule.access().check(caller);
        if (rule.permission() != null
                && !(caller instanceof Caller.Anonymous)
                && !rule.permission().heldBy(caller)) {
            throw new Problem.RoleTooLow();
        }
        limits.take(rule.area(), caller.holder());
        if (rule.surface() == Surface.COURSE) {
            limits.take(RateArea.COURSE, caller.holder());
        }
    }

    /**
     * After an answer: who did sign in has guessed nothing. A class behind one address comes at the same minute, and
     * guesses are what the limit is about.
     */
    void answered(Context ctx, Rule rule) {
        if (rule.area() == RateArea.SIGNIN && ctx.statusCode() < 400) {
            limits.giveBack(RateArea.SIGNIN, Caller.of(ctx).holder());
        }
    }

    /** A socket upgrade is a GET with lasting rights: a foreign page must not open one with the reader's cookie. */
    void admitUpgrade(Context ctx, Rule rule) {
        admit(ctx, rule);
        if (Credentials.of(ctx).source() == Credentials.Source.COOKIE) {
            refuseForeignOrigin(ctx);
        }
    }

    /** Javalin routes a POST with this header as the method it names; every proxy and rule in front saw a POST. */
    static boolean overridesMethod(Context ctx) {
        return ctx.req().getHeader("X-HTTP-Method-Override") != null;
    }

    static Problem overrideRefused() {
        return new Problem.BadRequest("X-HTTP-Method-Override is not supported; use the method itself.");
    }

    private static void refuseLargeBody(Context ctx, Rule rule) {
        if (ctx.req().getContentLengthLong() > rule.maxBody()) {
            throw new Problem.TooLarge(rule.maxBody());
        }
    }

    private void refuseForeignOrigin(Context ctx) {
        var site = ctx.header("Sec-Fetch-Site");
        var origin = ctx.header("Origin");
        boolean sameSite = site == null ? origin == null || sameHost(origin, ctx) : site.equals("same-origin");
        if (!sameSite && (origin == null || !cors.allowsCredentials(origin))) {
            throw new Problem.Forbidden("This request came from another site and was refused.");
        }
    }

    private static boolean sameHost(String origin, Context ctx) {
        try {
            var authority = URI.create(origin).getRawAuthority();
            return authority != null && authority.equalsIgnoreCase(ctx.header("Host"));
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /** The peer's address, or behind a trusted proxy the nearest forwarded one that is not such a proxy itself. */
    private String address(Context ctx) {
        var peer = ctx.req().getRemoteAddr();
        @Nullable String forwarded = ctx.header("X-Forwarded-For");
        if (forwarded == null || !trustedProxies.contains(peer)) {
            return peer;
        }
        var hops = forwarded.split(",", -1);
        for (int i = hops.length - 1; i >= 0; i--) {
            var hop = hops[i].trim();
            if (!hop.isEmpty() && !trustedProxies.contains(hop)) {
                return hop.length() > 64 ? peer : hop;
            }
        }
        return peer;
    }
}
