package carafe.feature.chats;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Writes a chat as front ends expect it (Open WebUI 0.6 and 0.12): {@code history} with the tree, {@code messages} with
 * the shown branch. Bodies go from column to client without becoming objects.
 */
final class ChatTree {
    private static final Set<String> LISTS = Set.of("models", "files", "tags");

    private final Chat chat;
    private final List<String> tags;
    private final Map<String, Message> messages = new LinkedHashMap<>();
    private final Map<String, List<String>> children = new HashMap<>();

    ChatTree(Chat chat, List<Message> all) {
        this(chat, all, List.of());
    }

    /**
     * @param all the messages of {@code chat}, siblings in their order
     * @param tags the ids of its tags
     */
    ChatTree(Chat chat, List<Message> all, List<String> tags) {
        this.chat = chat;
        this.tags = tags;
        all.forEach(m -> messages.put(m.id(), m));
        for (var m : all) {
            var parent = parent(m);
            if (parent != null) {
                children.computeIfAbsent(parent, p -> new ArrayList<>()).add(m.id());
            }
        }
    }

    /** ChatResponse of the contract; times in seconds. */
    void write(JsonGenerator out) throws IOException {
        var meta = Wire.parsed(chat.meta());
        out.writeStartObject();
        out.writeStringField("id", chat.id());
        out.writeStringField("user_id", chat.accountId());
        out.writeStringField("title", chat.title());
        out.writeFieldName("chat");
        writeChat(out, Wire.object(meta, "chat"));
        out.writeNumberField("updated_at", chat.updatedAt() / 1000);
        out.writeNumberField("created_at", chat.createdAt() / 1000);
        out.writeStringField("share_id", chat.shareId());
        out.writeBooleanField("archived", chat.archived());
        out.writeBooleanField("pinned", chat.pinned());
        out.writeFieldName("meta");
        meta.remove("chat");
        var names = meta.putArray("tags");
        tags.forEach(names::add);
        out.writeTree(meta);
        out.writeStringField("folder_id", chat.folderId());
        out.writeStringField("current_message_id", current());
        var read = chat.lastReadAt();
        if (read == null) {
            out.writeNullField("last_read_at");
        } else {
            out.writeNumberField("last_read_at", read / 1000);
        }
        out.writeObjectFieldStart("variables");
        out.writeEndObject();
        for (var absent : List.of("tasks", "summary", "context_usage")) {
            out.writeNullField(absent);
        }
        out.writeEndObject();
    }

    /** The chat object alone, which is what others get of a chat. */
    String chatObject() {
        var text = new StringWriter();
        try (var out = Wire.MAPPER.createGenerator(text)) {
            writeChat(out, Wire.object(Wire.parsed(chat.meta()), "chat"));
        } catch (IOException e) {
            throw new UncheckedIOException("memory does not fail to write", e);
        }
        return text.toString();
    }

    private void writeChat(JsonGenerator out, ObjectNode rest) throws IOException {
        out.writeStartObject();
        out.writeStringField("id", chat.id());
        out.writeStringField("title", chat.title());
        for (var field : rest.properties()) {
            out.writeFieldName(field.getKey());
            out.writeTree(field.getValue());
        }
        for (var list : LISTS) {
            if (!rest.has(list)) {
                out.writeArrayFieldStart(list);
                out.writeEndArray();
            }
        }
        if (!rest.has("params")) {
            out.writeObjectFieldStart("params");
            out.writeEndObject();
        }
        out.writeObjectFieldStart("history");
        out.writeStringField("currentId", current());
        out.writeObjectFieldStart("messages");
        for (var m : messages.values()) {
            out.writeFieldName(m.id());
            writeMessage(out, m);
        }
        out.writeEndObject();
        out.writeEndObject();
        out.writeArrayFieldStart("messages");
        for (var m : branch()) {
            writeMessage(out, m);
        }
        out.writeEndArray();
        out.writeNumberField("timestamp", chat.createdAt());
        out.writeEndObject();
    }

    private void writeMessage(JsonGenerator out, Message m) throws IOException {
        out.writeStartObject();
        out.writeStringField("id", m.id());
        out.writeStringField("parentId", parent(m));
        out.writeArrayFieldStart("childrenIds");
        for (var child : children.getOrDefault(m.id(), List.of())) {
            out.writeString(child);
        }
        out.writeEndArray();
        out.writeStringField("role", m.role());
        out.writeStringField("content", m.content());
        if (m.model() != null) {
            out.writeStringField("model", m.model());
        }
        boolean unfinished = copyBody(out, m.body());
        writeOutput(out, m);
        out.writeBooleanField("done", m.state() != MessageState.STREAMING && !unfinished);
        out.writeStringField("state", m.state().wire());
        out.writeEndObject();
    }

    /** Front ends from 0.12 on show thoughts only as an item of {@code output}; it is made where none is stored. */
    private static void writeOutput(JsonGenerator out, Message m) throws IOException {
        if (!m.body().contains("\"reasoning\":") || m.body().contains("\"output\":")) {
            return;
        }
        var body = Wire.parsed(m.body());
        var thought = body.path("reasoning").asText();
        var items = JsonNodeFactory.instance.arrayNode();
        var reasoning = items.addObject()
                .put("type", "reasoning")
                .put("id", "r_" + m.id())
                .put("status", "completed")
                .put("start_tag", "<think>")
                .put("end_tag", "</think>");
        reasoning.putArray("content").addObject().put("type", "output_text").put("text", thought);
        reasoning.put("duration", body.path("reasoning_seconds").asLong()).putNull("summary");
        var message = items.addObject()
                .put("type", "message")
                .put("id", "msg_" + m.id())
                .put("status", m.state() == MessageState.DONE ? "completed" : "incomplete")
                .put("role", "assistant");
        message.putArray("content").addObject().put("type", "output_text").put("text", m.content());
        out.writeFieldName("output");
        out.writeTree(items);
    }

    /** Copies the fields of a body; true when it says {@code "done": false}. */
    private static boolean copyBody(JsonGenerator out, String body) throws IOException {
        boolean unfinished = false;
        try (var in = Wire.MAPPER.createParser(body)) {
            in.nextToken();
            while (in.nextToken() == JsonToken.FIELD_NAME) {
                if (in.currentName().equals("done")) {
                    unfinished = in.nextToken() == JsonToken.VALUE_FALSE;
                } else {
                    out.copyCurrentStructureExact(in);
                }
            }
        }
        return unfinished;
    }

    /** The messages from the root to the leaf that is shown. */
    private Iterable<Message> branch() {
        var path = new ArrayDeque<Message>();
        var at = current();
        while (at != null && path.size() < messages.size()) {
            var message = messages.get(at);
            if (message == null) {
                break;
            }
            path.addFirst(message);
            at = parent(message);
        }
        return path;
    }

    private @Nullable String current() {
        var id = chat.currentId();
        return id != null && messages.containsKey(id) ? id : null;
    }

    private @Nullable String parent(Message m) {
        return m.parentId() != null && messages.containsKey(m.parentId()) ? m.parentId() : null;
    }
}
