package carafe.feature.chats;

import static carafe.feature.chats.ChatAnswers.account;

import carafe.platform.http.Access;
import carafe.platform.http.Body;
import carafe.platform.http.Problem;
import carafe.platform.http.Routes;
import carafe.platform.http.Rule;
import carafe.platform.http.Surface;
import carafe.platform.realtime.Events;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.http.Context;
import java.io.IOException;
import java.util.List;

/** Changes to one chat beside saving it: its messages, copies, folder, tags and what has been read. */
public final class ChatEditRoutes {
    private static final String CHATS = "/api/v1/chats";
    private static final String CHAT = CHATS + "/{id}";
    private static final Rule USER = Rule.of(Surface.WEBUI, Access.USER);
    private static final int MOST_TAGGED = 1_000;

    private final ChatStore chats;
    private final MessageStore messages;
    private final ChatAnswers answers;
    private final ChatSaves saves;
    private final ChatEdits edits;
    private final ChatTags tags;
    private final FolderStore folders;
    private final ChatSockets sockets;
    private final Events events;
    private final Body body;

    public ChatEditRoutes(
            ChatStore chats,
            MessageStore messages,
            ChatAnswers answers,
            ChatSaves saves,
            ChatEdits edits,
            ChatTags tags,
            FolderStore folders,
            ChatSockets sockets,
            Events events,
            Body body) {
        this.chats = chats;
        this.messages = messages;
        this.answers = answers;
        this.saves = saves;
        this.edits = edits;
        this.tags = tags;
        this.folders = folders;
        this.sockets = sockets;
        this.events = events;
        this.body = body;
    }

    public void register(Routes routes) {
        var large = USER.withMaxBody(16 * Rule.MEBIBYTE);
        routes.get(CHATS + "/all/tags", USER, ctx -> ctx.json(wire(tags.all(account(ctx)))));
        routes.post(CHATS + "/tags", USER, this::tagged);
        routes.get(CHAT + "/tags", USER, this::tags);
        routes.post(CHAT + "/tags", USER, this::tag);
        routes.delete(CHAT + "/tags/all", USER, this::untagAll);
        routes.delete(CHAT + "/tags", USER, this::untag);
        routes.patch(CHAT + "/params", USER, this::params);
        routes.post(CHAT + "/messages/{message}", large, this::rewrite);
        routes.delete(CHAT + "/messages/{message}", USER, this::deleteMessage);
        routes.post(CHAT + "/messages/{message}/event", USER, this::event);
        routes.post(CHAT + "/clone", USER, this::copy);
        routes.post(CHAT + "/fork", USER, this::fork);
        routes.post(CHAT + "/folder", USER, this::file);
        routes.post(CHAT + "/unread", USER, this::unread);
    }

    // ---- tags ---------------------------------------------------------------------------------

    private static List<?> wire(List<ChatTags.Tag> tags) {
        return tags.stream().map(ChatTags.Tag::wire).toList();
    }

    /** {@code {name, skip?, limit?}}; the name none finds chats without tags. */
    private void tagged(Context ctx) {
        var fields = body.fields(ctx);
        var tag = ChatTags.idOf(fields.text("name", ChatTags.MAX_NAME));
        int skip = fields.optionalLong("skip", 0, 1_000_000).orElse(0L).intValue();
        int limit = fields.optionalLong("limit", 1, MOST_TAGGED).orElse(50L).intValue();
        ctx.json(ChatAnswers.rows(chats.withTag(account(ctx), tag.equals("none") ? "" : tag, limit, skip)));
    }

    private void tags(Context ctx) {
        var chat = answers.own(ctx);
        ctx.json(wire(tags.of(chat.accountId(), chat.id())));
    }

    private void tag(Context ctx) {
        var chat = answers.own(ctx);
        tags.add(chat.accountId(), chat.id(), body.fields(ctx).text("name", ChatTags.MAX_NAME));
        tags(ctx);
    }

    private void untag(Context ctx) {
        var chat = answers.own(ctx);
        tags.remove(chat.accountId(), chat.id(), body.fields(ctx).text("name", ChatTags.MAX_NAME));
        tags(ctx);
    }

    private void untagAll(Context ctx) {
        var chat = answers.own(ctx);
        tags.removeAll(chat.accountId(), chat.id());
        ctx.json(true);
    }

    // ---- messages -----------------------------------------------------------------------------

    private void params(Context ctx) {
        var chat = answers.own(ctx);
        ctx.json(edits.params(chat, body.object(ctx)));
    }

    private void rewrite(Context ctx) throws IOException {
        var chat = answers.own(ctx);
        var content = body.fields(ctx)
                .optionalText("content", Message.MAX_CONTENT)
                .orElseThrow(() -> new Problem.BadRequest("'content' is required.", "content"));
        var messageId = ctx.pathParam("message");
        var changed = edits.rewrite(chat, messageId, content);
        var event = JsonNodeFactory.instance.objectNode().put("type", "chat:message");
        event.putObject("data")
                .put("chat_id", chat.id())
                .put("message_id", messageId)
                .put("content", content);
        sockets.tell(chat.accountId(), chat.id(), messageId, event, event);
        answers.write(ctx, changed);
    }

    private void deleteMessage(Context ctx) throws IOException {
        answers.write(ctx, edits.deleteMessage(answers.own(ctx), ctx.pathParam("message")));
    }

    /** Passes an event on to the account's own pages. */
    private void event(Context ctx) {
        var chat = answers.own(ctx);
        var fields = body.fields(ctx);
        ObjectNode event = JsonNodeFactory.instance.objectNode().put("type", fields.text("type", 100));
        event.set(
                "data",
                fields.optionalObject("data")
                        .orElseThrow(() -> fields.missing("data"))
                        .node());
        var messageId = ctx.pathParam("message");
        if (!messages.exists(chat.id(), messageId)) {
            throw new Problem.NotYours("message");
        }
        sockets.tell(chat.accountId(), chat.id(), messageId, event, event);
        ctx.json(true);
    }

    // ---- the whole chat -----------------------------------------------------------------------

    private void copy(Context ctx) throws IOException {
        var chat = answers.own(ctx);
        var title = body.fields(ctx)
                .optionalText("title", ChatBlob.MAX_TITLE)
                .filter(text -> !text.isBlank())
                .orElse("Clone of " + chat.title());
        answers.write(ctx, saves.copy(chat, messages.all(chat.id()), title));
    }

    /** A copy of the branch that ends with {@code message_id}, or with what is shown. */
    private void fork(Context ctx) throws IOException {
        var chat = answers.own(ctx);
        var raw = body.bytes(ctx);
        var leaf = raw.length == 0
                ? null
                : body.object(ctx, raw).path("message_id").textValue();
        var last = leaf == null ? chat.currentId() : leaf;
        var path = last == null ? List.<Message>of() : messages.path(chat.id(), last, SentMessages.MOST);
        if (path.isEmpty()) {
            throw new Problem.NotYours("message");
        }
        answers.write(ctx, saves.copy(chat.withCurrent(last), path, chat.title()));
    }

    private void file(Context ctx) throws IOException {
        var chat = answers.own(ctx);
        var folder =
                body.fields(ctx).optionalText("folder_id", SentMessages.MAX_ID).orElse(null);
        if (folder != null && !chats.ownsFolder(chat.accountId(), folder)) {
            throw new Problem.NotFound("folder");
        }
        chats.setFolder(chat.accountId(), chat.id(), folder);
        chats.setPinned(chat.accountId(), chat.id(), false); // it would be in both places
        Wire.announce(events, chat.accountId(), chat.id());
        answers.write(ctx, answers.own(ctx));
    }

    private void unread(Context ctx) {
        var chat = answers.own(ctx);
        chats.setRead(chat.accountId(), chat.id(), 0);
        var answer = JsonNodeFactory.instance
                .objectNode()
                .put("chat_id", chat.id())
                .put("last_read_at", 0)
                .put("folder_id", chat.folderId());
        answer.set("folder_unread_counts", folders.unread(chat.accountId()));
        ctx.json(answer);
    }
}
