package carafe.feature.web;

import carafe.platform.http.Access;
import carafe.platform.http.Problem;
import carafe.platform.http.Routes;
import carafe.platform.http.Rule;
import carafe.platform.http.Surface;
import io.javalin.http.Context;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Serves Carafe's own pages under {@code /} and {@code /carafe/}, under the latter only where another front end has the
 * former, and the documentation of the code and course API. Only known addresses answer with HTML, so a wrong one
 * under an API stays an error of that API; files come from a fixed set, so no path can leave it.
 */
public final class WebRoutes {
    private static final Rule PUBLIC = Rule.of(Surface.WEBUI, Access.PUBLIC);
    private static final Rule COURSE = Rule.of(Surface.COURSE, Access.PUBLIC);
    private static final List<String> VIEWS = List.of(
            "/c/{id}",
            "/run",
            "/learn",
            "/learn/{course}",
            "/learn/{course}/{lesson}",
            "/teach/{course}",
            "/teach/{course}/{tab}",
            "/workflows",
            "/workflows/{id}",
            "/workflows/{id}/{tab}",
            "/settings",
            "/settings/{tab}",
            "/admin",
            "/admin/{tab}",
            "/signin");

    private final String version;
    private final @Nullable FrontEnd other;
    private final Clock clock;
    private @Nullable WebAssets loaded;
    private @Nullable Asset document;

    /** @param other the front end at {@code /}, null for our own pages */
    public WebRoutes(String version, @Nullable FrontEnd other, Clock clock) {
        this.version = version;
        this.other = other;
        this.clock = clock;
    }

    // with the first page and not with the start, which it would make a tenth of a second longer
    private synchronized WebAssets assets() {
        var known = loaded;
        if (known == null) {
            known = WebAssets.load("/carafe");
            loaded = known;
        }
        return known;
    }

    private synchronized Asset document() {
        var known = document;
        if (known == null) {
            known = new Asset("openapi.json", ApiDocument.write(version));
            document = known;
        }
        return known;
    }

    public void register(Routes routes) {
        routes.get("/carafe/assets/{hash}/<path>", PUBLIC, this::asset);
        routes.get("/carafe", PUBLIC, this::page);
        VIEWS.forEach(view -> routes.get("/carafe" + view, PUBLIC, this::page));
        routes.get("/api/v1/openapi.json", COURSE, this::apiDocument);
        routes.get("/api/v1/docs", COURSE, this::apiPage);
        routes.get("/api/v1/redoc", COURSE, this::apiPage);
        fixed(routes, "favicon.svg", "/carafe/favicon.svg");
        fixed(routes, "manifest.webmanifest", "/carafe/manifest.webmanifest");
        if (other != null) {
            routes.elsewhere(other::serve);
            return;
        }
        routes.get("/", PUBLIC, this::root);
        VIEWS.forEach(view -> routes.get(view, PUBLIC, this::page));
        fixed(routes, "favicon.svg", "/favicon.svg", "/favicon.ico");
        fixed(routes, "robots.txt", "/robots.txt");
    }

    private static void fixed(Routes routes, String name, String... paths) {
        var asset = WebAssets.fixed(name);
        for (var path : paths) {
            routes.get(path, PUBLIC, ctx -> Sent.asset(ctx, asset, Sent.ONE_DAY));
        }
    }

    /** Programs that ask for the root get a few facts, browsers the pages. */
    private void root(Context ctx) {
        ctx.res().addHeader("Vary", "Accept");
        var accept = ctx.header("Accept");
        if (accept != null && accept.contains("text/html")) {
            page(ctx);
        } else {
            ctx.json(Map.of(
                    "name",
                    "Carafe",
                    "version",
                    version,
                    "status",
                    "ok",
                    "message",
                    "Carafe is running here",
                    "api",
                    "/v1",
                    "timestamp",
                    clock.instant().toString()));
        }
    }

    private void page(Context ctx) {
        Sent.page(ctx, assets(), WebAssets.Page.CARAFE);
    }

    private void apiPage(Context ctx) {
        Sent.page(ctx, assets(), WebAssets.Page.API);
    }

    private void apiDocument(Context ctx) {
        Sent.asset(ctx, document(), Sent.ASK_AGAIN);
    }

    private void asset(Context ctx) {
        var asset = assets().file(ctx.pathParam("hash"), ctx.pathParam("path"))
                .orElseThrow(() -> new Problem.NotFound("file"));
        Sent.asset(ctx, asset, Sent.FOR_EVER);
    }
}
