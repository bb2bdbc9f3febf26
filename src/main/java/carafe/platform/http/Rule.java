package carafe.platform.http;

import io.javalin.router.EndpointMetadata;

/**
 * What holds for a route: the protocol whose errors it speaks, who may use it, its rate limit and its largest body in
 * bytes. A route cannot be registered without one.
 */
public record Rule(Surface surface, Access access, RateArea area, long maxBody) implements EndpointMetadata {
    /** The largest JSON body where a route does not say otherwise. */
    public static final long MEBIBYTE = 1 << 20;

    public static Rule of(Surface surface, Access access) {
        return new Rule(surface, access, RateArea.NONE, MEBIBYTE);
    }

    public Rule limitedBy(RateArea newArea) {
        return new Rule(surface, access, newArea, maxBody);
    }

    public Rule withMaxBody(long bytes) {
        return new Rule(surface, access, area, bytes);
    }
}
