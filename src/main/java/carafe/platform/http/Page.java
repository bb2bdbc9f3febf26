package carafe.platform.http;

import io.javalin.http.Context;
import java.util.Optional;

/** Page and search words of a list, from the query string. */
public final class Page {
    private static final int MAX_QUERY = 200;

    private Page() {}

    /** {@code query} without the blanks around it, or empty. */
    public static String query(Context ctx) {
        var query = Optional.ofNullable(ctx.queryParam("query")).orElse("").strip();
        if (query.length() > MAX_QUERY) {
            throw new Problem.Unprocessable("'query' is longer than " + MAX_QUERY + " characters.", "query");
        }
        return query;
    }

    /** How many rows come before {@code page}, which counts from 1. */
    public static long offset(Context ctx, int size) {
        return (page(ctx) - 1) * size;
    }

    private static long page(Context ctx) {
        var text = Optional.ofNullable(ctx.queryParam("page")).orElse("1");
        if (!text.matches("[1-9]\\d{0,8}")) {
            throw new Problem.Unprocessable("'page' must be a whole number from 1.", "page");
        }
        return Long.parseLong(text);
    }
}
