package carafe.platform.http;

import io.javalin.http.Context;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Cross-origin access from configuration ({@code CORS_ALLOW_ORIGIN}): none by default, {@code *} for anybody without
 * credentials, or a list of origins that may also use cookies; in development pages of {@code http://localhost} as well. Source: the Fetch standard, section 3.2.
 */
public final class Cors {
    private final boolean any;
    private static final Pattern LOCAL = Pattern.compile("http://localhost(:[0-9]{1,5})?");

    private final Set<String> origins;
    private final boolean development;

    public Cors(List<String> allowed, boolean development) {
        this.any = allowed.contains("*");
        this.origins = Set.copyOf(allowed);
        this.development = development;
    }

    boolean allowsCredentials(String origin) {
        return (!origin.equals("*") && origins.contains(origin))
                || (development && LOCAL.matcher(origin).matches());
    }

    /** Adds the headers a browser needs; answers true when the request was a preflight and is done. */
    boolean apply(Context ctx) {
        if (development || origins.stream().anyMatch(one -> !one.equals("*"))) {
            ctx.res().addHeader("Vary", "Origin"); // also where there is none: a cache would keep that answer for all
        }
        var origin = ctx.header("Origin");
        if (origin == null || !(any || allowsCredentials(origin))) {
            return false;
        }
        var listed = allowsCredentials(origin);
        ctx.res().setHeader("Access-Control-Allow-Origin", listed ? origin : "*");
        if (listed) {
            ctx.res().setHeader("Access-Control-Allow-Credentials", "true");
        }
        ctx.res()
                .setHeader(
                        "Access-Control-Expose-Headers",
                        "X-Request-ID, X-Execution-Time, Retry-After, X-API-Version, X-Supported-Versions, Deprecation, Link");
        if (!"OPTIONS".equals(ctx.req().getMethod()) || ctx.header("Access-Control-Request-Method") == null) {
            return false;
        }
        ctx.res().setHeader("Access-Control-Allow-Methods", "GET, POST, PUT, PATCH, DELETE");
        var wanted = ctx.header("Access-Control-Request-Headers");
        if (wanted != null && wanted.length() <= 1024) {
            ctx.res().setHeader("Access-Control-Allow-Headers", wanted);
        }
        ctx.res().setHeader("Access-Control-Max-Age", "600");
        ctx.status(204);
        return true;
    }
}
