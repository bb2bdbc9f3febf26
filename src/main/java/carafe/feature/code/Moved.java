package carafe.feature.code;

import io.javalin.http.Handler;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;

/**
 * Addresses from before versions: they work, say where they have moved in a link (RFC 8288), and are counted. A parameter
 * in braces in the new address is that of the request.
 */
public final class Moved {
    private Moved() {}

    public static Handler to(String successor, RunMeters meters, Handler handler) {
        return ctx -> {
            ctx.header("Deprecation", "true");
            var place = successor;
            for (var named : ctx.pathParamMap().entrySet()) {
                place = place.replace(
                        "{" + named.getKey() + "}",
                        URLEncoder.encode(named.getValue(), StandardCharsets.UTF_8)
                                .replace("+", "%20"));
            }
            ctx.header("Link", "<" + place + ">; rel=\"successor-version\"");
            meters.countDeprecated(ctx.endpoint().path);
            handler.handle(ctx);
        };
    }
}
