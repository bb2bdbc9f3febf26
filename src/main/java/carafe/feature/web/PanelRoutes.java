package carafe.feature.web;

import carafe.platform.http.Access;
import carafe.platform.http.Problem;
import carafe.platform.http.Routes;
import carafe.platform.http.Rule;
import carafe.platform.http.Surface;
import io.javalin.http.Context;
import io.javalin.http.Handler;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The pages of the proxy's panel on the proxy's own port, under {@code /admin}. A path whose last part has no dot is a
 * view; one with a dot is a file, and there are no others than those of the list.
 */
public final class PanelRoutes {
    private static final Rule PUBLIC = Rule.of(Surface.WEBUI, Access.PUBLIC);

    /** Words between single slashes: neither a file, nor a climb, nor an absolute path. */
    private static final Pattern VIEW = Pattern.compile("[\\w-]{1,64}(/[\\w-]{1,64}){0,8}/?");

    private final BooleanSupplier on;
    private final Map<String, Asset> fixed = Map.of(
            "favicon.svg", WebAssets.fixed("favicon.svg"),
            "manifest.webmanifest", WebAssets.fixed("proxy.webmanifest"));
    private @Nullable WebAssets loaded;

    /** @param on whether the panel is switched on */
    public PanelRoutes(BooleanSupplier on) {
        this.on = on;
    }

    public void register(Routes routes) {
        both(
                routes,
                "/admin/assets/{hash}/<path>",
                ctx -> Sent.asset(
                        ctx,
                        assets().file(ctx.pathParam("hash"), ctx.pathParam("path"))
                                .orElseThrow(PanelRoutes::missing),
                        Sent.FOR_EVER));
        both(routes, "/admin", ctx -> Sent.page(ctx, assets(), WebAssets.Page.PROXY));
        both(routes, "/admin/<path>", this::view);
    }

    private void both(Routes routes, String path, Handler handler) {
        Handler guarded = ctx -> {
            if (!on.getAsBoolean()) {
                throw new Problem.Forbidden("Dashboard is disabled");
            }
            handler.handle(ctx);
        };
        routes.get(path, PUBLIC, guarded);
    }

    private static Problem missing() {
        return new Problem.NotFound("file_not_found", "File not found", null);
    }

    private void view(Context ctx) {
        var path = ctx.pathParam("path");
        var asset = fixed.get(path);
        if (asset != null) {
            Sent.asset(ctx, asset, Sent.ONE_DAY);
        } else if (VIEW.matcher(path).matches()) {
            Sent.page(ctx, assets(), WebAssets.Page.PROXY);
        } else {
            throw missing();
        }
    }

    private synchronized WebAssets assets() {
        var known = loaded;
        if (known == null) {
            known = WebAssets.load("/admin");
            loaded = known;
        }
        return known;
    }
}
