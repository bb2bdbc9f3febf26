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
    /** What of a chat is its owner's business. */
    static final List<String> PRIVATE = List.of("params", "system", "tool_servers", "tool_ids", "filter_ids");

    private final ChatStore chats;
    private final MessageStore messages;
    private final ChatTags tags;
    private final ChatReaders readers;

    public ChatAnswers(ChatStore chats, MessageStore messages, ChatTags tags, ChatReaders readers) {
        this.chats = chats;
        this.messages = messages;
        this.tags = tags;
        this.readers = readers;
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

    /** The chat of this address for whoever may read it. @throws Problem.NotYours for all others, as for none */
    Chat readable(Context ctx) {
        return readers.find(Caller.of(ctx).person(), id(ctx)).orElseThrow(() -> new Problem.NotYours("chat"));
    }

    /** As its reader sees it: what is only its owner's business is left out for others. */
    void writeRead(Context ctx, Chat chat) throws IOException {
        if (chat.accountId().equals(account(ctx))) {
            write(ctx, chat);
        } else {
            ctx.json(shown(chat));
        }
    }

    /** ChatResponse without what is only its owner's business. */
    ObjectNode shown(Chat chat) {
        var body = tree(chat).chatObject();
        var node = Wire.parsed(body);
        node.remove(PRIVATE);
        node.putNull("share_mode");
        var answer = JsonNodeFactory.instance
                .objectNode()
                .put("id", chat.id())
                .put("user_id", chat.accountId())
                .put("title", chat.title())
                .put("updated_at", chat.updatedAt() / 1000)
                .put("created_at", chat.createdAt() / 1000)
                .putNull("share_id")
                .put("archived", chat.archived())
                .put("pinned", false)
                .put("folder_id", chat.folderId());
        answer.set("chat", node);
        answer.putObject("meta");
        answer.putObject("variables");
        return answer;
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
                .put("archived", chat.archived())
                .put("active", chat.active())
                .putNull("snippet");
        var read = chat.lastReadAt();
        return read == null ? row.putNull("last_read_at") : row.put("last_read_at", read / 1000);
    }
}
