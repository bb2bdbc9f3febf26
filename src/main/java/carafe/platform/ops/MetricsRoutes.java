package carafe.platform.ops;

import carafe.platform.config.Secret;
import carafe.platform.http.Access;
import carafe.platform.http.Caller;
import carafe.platform.http.Problem;
import carafe.platform.http.Routes;
import carafe.platform.http.Rule;
import carafe.platform.http.Surface;
import io.javalin.http.Context;

/**
 * {@code GET /metrics} for administrators, and for whoever sends {@code Authorization: Bearer} with METRICS_TOKEN.
 * Nobody is let in by address: behind a proxy on the same machine everybody comes from loopback.
 */
public final class MetricsRoutes {
    private final Metrics metrics;
    private final Secret token;

    public MetricsRoutes(Metrics metrics, Secret token) {
        this.metrics = metrics;
        this.token = token;
    }

    public void register(Routes routes) {
        routes.get("/metrics", Rule.of(Surface.WEBUI, Access.PUBLIC), this::show); // public: the token is no account
    }

    private void show(Context ctx) {
        if (!Caller.of(ctx).isAdmin() && !carriesToken(ctx)) {
            throw new Problem.Unauthenticated("Metrics are for administrators, or for METRICS_TOKEN as bearer token.");
        }
        ctx.contentType("text/plain; version=0.0.4; charset=utf-8");
        ctx.result(metrics.scrape());
    }

    private boolean carriesToken(Context ctx) {
        var given = ctx.header("Authorization");
        return token.isSet()
                && given != null
                && given.regionMatches(true, 0, "Bearer ", 0, 7)
                && token.matches(given.substring(7).strip());
    }
}
