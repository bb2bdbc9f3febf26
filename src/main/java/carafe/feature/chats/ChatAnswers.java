package carafe.feature.chats;

import carafe.platform.http.Caller;
import carafe.platform.http.Problem;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.http.Context;
import java.io.IOException;
import java.util.List;

/** What the routes of chats have in common: finding the caller's chat, and writing chats in the shapes of the contract. */
public final class ChatAnswers {
    private final ChatStore chats;
    private final MessageStore messages;
    private final ChatTags tags;

    public ChatAnswers(ChatStore chats, MessageStore messages, ChatTags tags) {
        this.chats = chats;
        this.messages = messages;
        this.tags = tags;
    }

    static String account(Context ctx) {
        return Caller.of(ctx).person().id();
    }

    static String id(Context ctx) {
        return ctx.pathParam("id");
    }

    /** The caller's chat of this address. @throws Problem.NotYours for another's as for none */
    Chat own(Context ctx) {
        return chats.find(account(ctx), id(ctx)).orElseThrow(() -> new Problem.NotYours("chat"));
    }

    /** Written as it is made: a long chat is never one more string. */
    void write(Context ctx, Chat chat) throws IOException {
        try (var out = open(ctx)) {
            tree(chat).write(out);
        }
    }

    JsonGenerator open(Context ctx) throws IOException {
        ctx.res().setContentType("application/json");
        return Wire.MAPPER.createGenerator(ctx.res().getOutputStream());
    }

    ChatTree tree(Chat chat) {
        var ids = tags.of(chat.accountId(), chat.id()).stream()
                .map(ChatTags.Tag::id)
                .toList();
        return new ChatTree(chat, messages.all(chat.id()), ids);
    }

    static ArrayNode rows(List<ChatRow> chats) {
        var rows = JsonNodeFactory.instance.arrayNode();
        chats.forEach(chat -> rows.add(row(chat)));
        return rows;
    }

    /** ChatTitleIdResponse of the contract; times in seconds. */
    static ObjectNode row(ChatRow chat) {
        var row = JsonNodeFactory.instance
                .objectNode()
                .put("id", chat.id())
                .put("title", chat.title())
                .put("updated_at", chat.updatedAt() / 1000)
                .put("created_at", chat.createdAt() / 1000)
                .put("archived", chat.archived());
        var read = chat.lastReadAt();
        return read == null ? row.putNull("last_read_at") : row.put("last_read_at", read / 1000);
    }
}
