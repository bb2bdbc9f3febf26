package carafe.feature.chats;

import static carafe.feature.chats.ChatAnswers.account;
import static carafe.feature.chats.ChatAnswers.id;

import carafe.platform.http.Access;
import carafe.platform.http.Body;
import carafe.platform.http.Caller;
import carafe.platform.http.Fields;
import carafe.platform.http.Problem;
import carafe.platform.http.Routes;
import carafe.platform.http.Rule;
import carafe.platform.http.Surface;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.http.Context;
import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;

/**
 * Sharing chats by a link. What is shared is a picture of the chat; it is read by its owner, by administrators and by
 * whom the owner lets in: some accounts, all who are signed in, or anyone with the link.
 */
public final class ChatShareRoutes {
    private static final String CHATS = "/api/v1/chats";
    private static final String CHAT = CHATS + "/{id}";
    private static final Rule USER = Rule.of(Surface.WEBUI, Access.USER);
    private static final int MOST_GRANTS = 500;

    private final ChatStore chats;
    private final ChatAnswers answers;
    private final ChatSaves saves;
    private final ChatShares shares;
    private final ChatReaders readers;
    private final Body body;

    public ChatShareRoutes(
            ChatStore chats, ChatAnswers answers, ChatSaves saves, ChatShares shares, ChatReaders readers, Body body) {
        this.chats = chats;
        this.answers = answers;
        this.saves = saves;
        this.shares = shares;
        this.readers = readers;
        this.body = body;
    }

    /** Before the routes of single chats, whose ids would take these names. */
    public void register(Routes routes) {
        routes.get(CHATS + "/shared", USER, this::list);
        routes.delete(CHATS + "/share/all", USER, ctx -> ctx.json(shares.removeAll(account(ctx))));
        routes.get(CHATS + "/share/{id}", Rule.of(Surface.WEBUI, Access.PUBLIC), this::show);
        routes.get(CHATS + "/shared/{id}/access", USER, this::access);
        routes.post(CHATS + "/shared/{id}/access/update", USER, this::grant);
        routes.post(CHAT + "/share", USER, this::share);
        routes.delete(CHAT + "/share", USER, this::unshare);
        routes.post(CHAT + "/clone/shared", USER, this::copy);
    }

    private void list(Context ctx) {
        var rows = JsonNodeFactory.instance.arrayNode();
        int skip = (ListOrder.page(ctx) - 1) * ChatStore.PAGE;
        for (var share : shares.list(account(ctx), ListOrder.of(ctx), ListOrder.query(ctx), ChatStore.PAGE, skip)) {
            rows.addObject()
                    .put("id", share.id())
                    .put("chat_id", share.chatId())
                    .put("title", share.title())
                    .put("share_id", share.id())
                    .put("updated_at", share.updatedAt() / 1000)
                    .put("created_at", share.createdAt() / 1000);
        }
        ctx.json(rows);
    }

    private void share(Context ctx) throws IOException {
        readers.accounts().permissions().require(Caller.of(ctx).person(), "chat.share");
        var chat = answers.own(ctx);
        shares.put(chat, answers.tree(chat).chatObject());
        answers.write(ctx, answers.own(ctx));
    }

    private void unshare(Context ctx) {
        var chat = answers.own(ctx);
        shares.remove(chat.accountId(), chat.id());
        ctx.json(true);
    }

    // ---- reading ------------------------------------------------------------------------------

    /** One that is not there and one that may not be read answer alike. */
    private ChatShares.Share readable(Context ctx) {
        var caller = Caller.of(ctx);
        return shares.find(id(ctx))
                .filter(share -> mayRead(caller, share))
                .orElseThrow(() -> new Problem.NotYours("chat"));
    }

    private boolean mayRead(Caller caller, ChatShares.Share share) {
        var grants = parsed(share.grants());
        boolean anyone = grants.valueStream()
                .anyMatch(grant -> grant.path("principal_type").asText().equals("anyone"));
        if (anyone) {
            return true;
        }
        if (caller instanceof Caller.Anonymous || caller.person().role() == Caller.Role.PENDING) {
            return false;
        }
        var id = caller.person().id();
        return readers.adminRead(caller)
                || share.accountId().equals(id)
                || to(grants, "user").anyMatch(to -> to.equals("*") || to.equals(id))
                || to(grants, "group").anyMatch(readers.accounts().grants().groupsOf(id)::contains);
    }

    private static Stream<String> to(ArrayNode grants, String type) {
        return grants.valueStream()
                .filter(grant -> grant.path("principal_type").asText().equals(type))
                .map(grant -> grant.path("principal_id").asText());
    }

    private static ArrayNode parsed(String grants) {
        return Wire.parsed("{\"grants\":" + grants + "}").get("grants") instanceof ArrayNode list
                ? list
                : JsonNodeFactory.instance.arrayNode();
    }

    /** A shared one; administrators also find chats by their own ids, as the page of accounts links them. */
    private void show(Context ctx) {
        if (readers.adminRead(Caller.of(ctx)) && shares.find(id(ctx)).isEmpty()) {
            ctx.json(answers.shown(answers.readable(ctx)));
            return;
        }
        var share = readable(ctx);
        var chat = Wire.parsed(share.body());
        boolean own =
                Caller.of(ctx) instanceof Caller.Person person && person.id().equals(share.accountId());
        if (!own) {
            chat.remove(ChatAnswers.PRIVATE);
        }
        chat.putNull("share_mode");
        var answer = JsonNodeFactory.instance
                .objectNode()
                .put("id", share.chatId())
                .put("user_id", share.accountId())
                .put("title", share.title())
                .put("updated_at", share.updatedAt() / 1000)
                .put("created_at", share.createdAt() / 1000)
                .put("share_id", share.id())
                .put("archived", false)
                .put("pinned", false)
                .putNull("folder_id");
        answer.set("chat", chat);
        answer.putObject("meta");
        answer.putObject("variables");
        ctx.json(answer);
    }

    /** A chat of the reader's own with what was shared. */
    private void copy(Context ctx) throws IOException {
        var share = readable(ctx);
        var chat = Wire.parsed(share.body());
        chat.remove(ChatAnswers.PRIVATE);
        chat.put("title", "Clone of " + share.title());
        var request = JsonNodeFactory.instance.objectNode();
        request.set("chat", chat);
        answers.write(ctx, saves.create(account(ctx), new Fields(request, "")));
    }

    // ---- who may read -------------------------------------------------------------------------

    private Chat ownShared(Context ctx) {
        return chats.find(account(ctx), id(ctx)).orElseThrow(() -> new Problem.NotFound("chat"));
    }

    private void access(Context ctx) {
        var chat = ownShared(ctx);
        ctx.json(parsed(shares.grants(chat.accountId(), chat.id()).orElse("[]")));
    }

    private void grant(Context ctx) throws IOException {
        var chat = ownShared(ctx);
        var fields = body.fields(ctx);
        var sent = fields.optionalArray("access_grants").orElseThrow(() -> fields.missing("access_grants"));
        var grants = checked(sent, Caller.of(ctx).person());
        if (!shares.grant(chat.accountId(), chat.id(), grants.toString())) {
            throw new Problem.BadRequest("This chat is not shared; share it first.");
        }
        answers.write(ctx, chat);
    }

    /** Letting everybody in is a right that plain users do not have by default; such grants are left out. */
    private ArrayNode checked(ArrayNode sent, Caller.Person person) {
        var rights = readers.accounts().permissions();
        if (sent.size() > MOST_GRANTS) {
            throw new Problem.Unprocessable("At most " + MOST_GRANTS + " grants can be given.", "access_grants");
        }
        var grants = JsonNodeFactory.instance.arrayNode();
        for (JsonNode grant : sent) {
            var type = grant.path("principal_type").asText();
            var to = grant.path("principal_id").asText();
            var permission = grant.path("permission").asText();
            boolean known = List.of("user", "group", "anyone").contains(type)
                    && List.of("read", "write").contains(permission);
            if (!known || to.isEmpty() || to.length() > 100) {
                throw new Problem.Unprocessable(
                        "'access_grants' must name principal_type, principal_id and permission.", "access_grants");
            }
            var right = type.equals("anyone")
                    ? "sharing.open_chats"
                    : to.equals("*")
                            ? "sharing.public_chats"
                            : type.equals("group") ? "access_grants.allow_groups" : "access_grants.allow_users";
            if (permission.equals("read") && rights.allows(person, right)) {
                ObjectNode kept = grants.addObject();
                kept.put("id", type + ":" + to)
                        .put("principal_type", type)
                        .put("principal_id", to)
                        .put("permission", permission);
            }
        }
        return grants;
    }
}
