package carafe.platform.http;

import io.javalin.router.EndpointMetadata;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What holds for a route: the protocol whose errors it speaks, who may use it, its rate limit, its largest body in
 * bytes, whether that goes to disk as it arrives and takes no memory, on the course surface the permission behind
 * {@code access}, and of an old address the new one, which every answer then names, refusals too. A parameter in braces in
 * {@code successor} is that of the request. A route cannot be registered without a rule.
 */
public record Rule(
        Surface surface,
        Access access,
        RateArea area,
        long maxBody,
        boolean spooled,
        @Nullable Permission permission,
        @Nullable String successor)
        implements EndpointMetadata {
    /** Written out, since what a record makes of its fields is worked out when it is first asked for. */
    @Override
    public int hashCode() {
        return Objects.hash(surface, access, area, permission);
    }

    /** The largest JSON body where a route does not say otherwise. */
    public static final long MEBIBYTE = 1 << 20;

    /** The request attribute with the rule of a variant (see {@link Routes#withQuery}). */
    static final String ATTRIBUTE = "carafe.rule";

    /** For routes that pass a body on as it comes and keep none of it. */
    public static final long ANY_LENGTH = Long.MAX_VALUE;

    public static Rule of(Surface surface, Access access) {
        return new Rule(surface, access, RateArea.NONE, MEBIBYTE, false, null, null);
    }

    /** A route of the code and course API; where {@code open}, strangers have what users have. */
    public static Rule of(Permission permission, boolean open) {
        var access = open && permission.isForStrangers() ? Access.PUBLIC : permission.access();
        return new Rule(Surface.COURSE, access, RateArea.NONE, MEBIBYTE, false, permission, null);
    }

    public Rule limitedBy(RateArea newArea) {
        return new Rule(surface, access, newArea, maxBody, spooled, permission, successor);
    }

    public Rule withMaxBody(long bytes) {
        return new Rule(surface, access, area, bytes, spooled, permission, successor);
    }

    /** A body of at most so many bytes that its handler reads in pieces. */
    public Rule withSpooledBody(long bytes) {
        return new Rule(surface, access, area, bytes, true, permission, successor);
    }

    public Rule movedTo(String newAddress) {
        return new Rule(surface, access, area, maxBody, spooled, permission, newAddress);
    }
}
