package carafe.feature.localchat;

import carafe.platform.http.Problem;
import io.javalin.http.Context;

/** Numbers and switches of a query string. */
final class Query {
    private static final int MOST_ROWS = 500;
    private static final int ROWS = 100;

    private Query() {}

    static int skip(Context ctx) {
        return number(ctx, "skip", 0, 0);
    }

    /** At most {@value #MOST_ROWS}, whatever is asked for. */
    static int limit(Context ctx) {
        return Math.min(MOST_ROWS, number(ctx, "limit", ROWS, 1));
    }

    private static int number(Context ctx, String name, int fallback, int min) {
        var text = ctx.queryParam(name);
        if (text == null) {
            return fallback;
        }
        if (!text.matches("\\d{1,9}") || Integer.parseInt(text) < min) {
            throw new Problem.Unprocessable("'" + name + "' must be a whole number from " + min + ".", name);
        }
        return Integer.parseInt(text);
    }

    static boolean flag(Context ctx, String name, boolean fallback) {
        var text = ctx.queryParam(name);
        return switch (text == null ? "" : text.toLowerCase(java.util.Locale.ROOT)) {
            case "" -> fallback;
            case "true", "1", "yes", "on" -> true;
            case "false", "0", "no", "off" -> false;
            default -> throw new Problem.Unprocessable("'" + name + "' must be true or false.", name);
        };
    }
}
