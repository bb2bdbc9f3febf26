package carafe.feature.chats;

import carafe.platform.http.Problem;
import io.javalin.http.Context;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** How a list of chats is sorted, and which page of it is wanted; from the query of a request. */
record ListOrder(Column column, boolean ascending) {
    static final ListOrder NEWEST = new ListOrder(Column.UPDATED_AT, false);
    private static final int MAX_PAGE = 1_000_000;
    private static final int MAX_QUERY = 500;

    enum Column {
        UPDATED_AT,
        CREATED_AT,
        TITLE
    }

    /** A column and its direction, of the tables chat and chat_share alike. */
    String sql() {
        return column.name().toLowerCase(Locale.ROOT) + (ascending ? " ASC" : " DESC");
    }

    /** {@code sort_by} and {@code sort_dir}, or {@code order_by} and {@code direction}; both names are in use. */
    static ListOrder of(Context ctx) {
        var by = first(ctx, "sort_by", "order_by");
        var direction = first(ctx, "sort_dir", "direction");
        return new ListOrder(column(by), direction != null && direction.equalsIgnoreCase("asc"));
    }

    private static Column column(@Nullable String name) {
        return switch (name == null ? "" : name) {
            // the front end's own order: by what is unread first, which the page does itself
            case "", "updated_at", "unread_updated_at" -> Column.UPDATED_AT;
            case "created_at" -> Column.CREATED_AT;
            case "title" -> Column.TITLE;
            default ->
                throw new Problem.Unprocessable("Lists can be sorted by updated_at, created_at or title.", "sort_by");
        };
    }

    private static @Nullable String first(Context ctx, String one, String other) {
        var value = ctx.queryParam(one);
        return value == null ? ctx.queryParam(other) : value;
    }

    /** {@code page}, which counts from 1. */
    static int page(Context ctx) {
        var text = ctx.queryParam("page");
        if (text == null) {
            return 1;
        }
        try {
            int page = Integer.parseInt(text);
            if (page >= 1 && page <= MAX_PAGE) {
                return page;
            }
        } catch (NumberFormatException e) {
            throw new Problem.Unprocessable("'page' must be a whole number.", "page");
        }
        throw new Problem.Unprocessable("'page' must be from 1 to " + MAX_PAGE + ".", "page");
    }

    /** {@code query}, empty for everything. */
    static String query(Context ctx) {
        var text = ctx.queryParam("query");
        if (text != null && text.length() > MAX_QUERY) {
            throw new Problem.Unprocessable("'query' is longer than " + MAX_QUERY + " characters.", "query");
        }
        return text == null ? "" : text;
    }
}
