package carafe.platform.http;

import io.javalin.http.Context;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;

/** Addresses that work still and have a new one: each answer says so (RFC 9745) and links there (RFC 8288). */
final class Moved {
    private Moved() {}

    static void announce(Context ctx, String successor) {
        var place = successor;
        for (var named : ctx.pathParamMap().entrySet()) {
            place = place.replace(
                    "{" + named.getKey() + "}",
                    URLEncoder.encode(named.getValue(), StandardCharsets.UTF_8).replace("+", "%20"));
        }
        ctx.header("Deprecation", "true");
        ctx.header("Link", "<" + place + ">; rel=\"successor-version\"");
    }
}
