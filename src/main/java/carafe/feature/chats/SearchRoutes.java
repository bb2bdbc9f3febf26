package carafe.feature.chats;

import static carafe.feature.chats.ChatAnswers.account;

import carafe.platform.http.Access;
import carafe.platform.http.Problem;
import carafe.platform.http.Routes;
import carafe.platform.http.Rule;
import carafe.platform.http.Surface;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.http.Context;
import java.util.List;
import java.util.Objects;

/** The search of Open WebUI's front end from 0.12 on, which asks for everything at once; here there are chats. */
public final class SearchRoutes {
    private static final int MAX_TEXT = 500;

    private final ChatStore chats;
    private final ChatSearch search;

    public SearchRoutes(ChatStore chats, ChatSearch search) {
        this.chats = chats;
        this.search = search;
    }

    public void register(Routes routes) {
        routes.get("/api/v1/search", Rule.of(Surface.WEBUI, Access.USER), this::search);
    }

    /** {@code ?q&kind&sharing&page}; without words the newest chats. */
    private void search(Context ctx) {
        var text = Objects.requireNonNullElse(ctx.queryParam("q"), "");
        if (text.length() > MAX_TEXT) {
            throw new Problem.Unprocessable("'q' is longer than " + MAX_TEXT + " characters.", "q");
        }
        int page = ListOrder.page(ctx);
        var kind = Objects.requireNonNullElse(ctx.queryParam("kind"), "all");
        var sharing = Objects.requireNonNullElse(ctx.queryParam("sharing"), "all");
        boolean chatsWanted = List.of("all", "", "chat").contains(kind) && !sharing.equals("shared");
        var hits = chatsWanted ? hits(account(ctx), text, page) : List.<ChatSearch.Hit>of();
        var answer = JsonNodeFactory.instance.objectNode();
        var items = answer.putArray("items");
        hits.forEach(hit -> items.add(item(hit)));
        answer.put("has_more", hits.size() == ChatStore.PAGE);
        answer.putArray("scopes");
        answer.putArray("kinds").add("chat");
        ctx.json(answer);
    }

    private List<ChatSearch.Hit> hits(String accountId, String text, int page) {
        if (!text.isBlank()) {
            return search.search(accountId, text, page);
        }
        return chats.latest(accountId, page).stream()
                .map(row -> new ChatSearch.Hit(row, ""))
                .toList();
    }

    private static ObjectNode item(ChatSearch.Hit hit) {
        var chat = hit.chat();
        return JsonNodeFactory.instance
                .objectNode()
                .put("id", chat.id())
                .put("kind", "chat")
                .put("title", chat.title())
                .put("context", "")
                .put("snippet", hit.snippet())
                .put("preview", hit.snippet())
                .put("url", "/c/" + chat.id())
                .put("updated_at", chat.updatedAt() / 1000)
                .put("shared", false)
                .put("pinned", false);
    }
}
