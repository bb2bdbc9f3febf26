package carafe.feature.accounts;

import carafe.platform.http.Problem;
import io.javalin.http.Context;
import java.util.Base64;
import java.util.regex.Pattern;

/** Pictures of people and models: data URIs of raster images, paths here, or https addresses. */
public final class Pictures {
    /** The longest text of one. */
    public static final int MAX = 512 * 1024;

    private static final Pattern DATA = Pattern.compile("data:image/(png|jpeg|gif|webp);base64,[A-Za-z0-9+/]++={0,2}");
    private static final Pattern PLACE = Pattern.compile("(/(?![/\\\\])|https://)[\\x21-\\x7e&&[^\\\\\"<>]]{0,2000}");

    private Pictures() {}

    /**
     * Empty, or what a page may show without danger.
     *
     * @throws Problem.BadRequest for anything else, naming {@code profile_image_url}
     */
    public static String checked(String text) {
        if (text.isEmpty()
                || DATA.matcher(text).matches()
                || PLACE.matcher(text).matches()) {
            return text;
        }
        throw new Problem.BadRequest(
                "The picture must be a PNG, JPEG, GIF or WebP data URI or an https address.", "profile_image_url");
    }

    /** Answers with the picture, or by sending on to its place; {@code nothing} where there is none. */
    public static void send(Context ctx, String stored, String nothing) {
        ctx.header("Cache-Control", "private, max-age=60");
        ctx.header("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; sandbox");
        if (DATA.matcher(stored).matches()) {
            var type = stored.substring("data:".length(), stored.indexOf(';'));
            try {
                ctx.contentType(type).result(Base64.getDecoder().decode(stored.substring(stored.indexOf(',') + 1)));
            } catch (IllegalArgumentException e) {
                throw new Problem.NotFound("picture");
            }
        } else if (stored.isEmpty()
                || stored.equals(ctx.path())
                || !PLACE.matcher(stored).matches()) {
            ctx.redirect(nothing);
        } else {
            ctx.redirect(stored);
        }
    }
}
