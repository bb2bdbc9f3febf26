package carafe.feature.code;

import io.javalin.http.Handler;

/** Addresses from before versions: they work, say where they have moved in a link (RFC 8288), and are counted. */
public final class Moved {
    private Moved() {}

    public static Handler to(String successor, RunMeters meters, Handler handler) {
        return ctx -> {
            ctx.header("Deprecation", "true");
            ctx.header("Link", "<" + successor + ">; rel=\"successor-version\"");
            meters.countDeprecated(ctx.endpoint().path);
            handler.handle(ctx);
        };
    }
}
