package carafe.feature.chats;

import carafe.platform.db.Db;
import carafe.platform.db.Ids;
import carafe.platform.http.Fields;
import carafe.platform.http.Problem;
import carafe.platform.realtime.Events;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Stores chats that clients send whole or in part. Only rows that differ are written, and a chat is seen complete or not
 * at all. Messages of running turns are the server's: no client changes or removes them.
 */
public final class ChatSaves {
    private final Db db;
    /** Chats in one import; a body holds no more in practice. */
    private static final int MOST_AT_ONCE = 5_000;

    private static final int MOST_TAGS = 50;
    private static final long MAX_SECONDS = 253_402_300_799L;

    private final ChatStore chats;
    private final MessageStore messages;
    private final ChatTags tags;
    private final Events events;
    private final Ids ids;
    private final Clock clock;

    public ChatSaves(
            Db db, ChatStore chats, MessageStore messages, ChatTags tags, Events events, Ids ids, Clock clock) {
        this.db = db;
        this.chats = chats;
        this.messages = messages;
        this.tags = tags;
        this.events = events;
        this.ids = ids;
        this.clock = clock;
    }

    /** A chat that is ready to be stored. */
    private record Whole(Chat chat, List<Message> messages, List<String> tags) {}

    /** A new chat from {@code {chat, folder_id?}}. @throws Problem naming what is wrong */
    public Chat create(String accountId, Fields request) {
        var folder = folder(request);
        if (folder.isPresent() && !chats.ownsFolder(accountId, folder.get())) {
            throw new Problem.NotYours("folder");
        }
        var whole = read(accountId, request, clock.millis());
        return store(new Whole(whole.chat().withFolder(folder.orElse(null)), whole.messages(), whole.tags()));
    }

    private static Optional<String> folder(Fields request) {
        return request.optionalText("folder_id", SentMessages.MAX_ID);
    }

    /**
     * Chats from elsewhere: {@code {chats: [{chat, folder_id?, meta?, pinned?, archived?, created_at?, updated_at?}]}},
     * times in seconds. Nothing is stored unless all of it can be; a folder that is not here files the chat nowhere.
     */
    List<Chat> importAll(String accountId, Fields request) {
        var sent = request.optionalArray("chats").orElseThrow(() -> request.missing("chats"));
        if (sent.size() > MOST_AT_ONCE) {
            throw new Problem.Unprocessable("At most " + MOST_AT_ONCE + " chats can be imported at once.", "chats");
        }
        var all = new ArrayList<Whole>();
        for (int i = 0; i < sent.size(); i++) {
            if (!(sent.get(i) instanceof ObjectNode node)) {
                throw new Problem.Unprocessable("'chats[" + i + "]' must be an object.", "chats");
            }
            all.add(past(accountId, new Fields(node, "chats[" + i + "].")));
        }
        return all.stream().map(this::store).toList();
    }

    /** One chat, as front ends before 0.12 send it: what {@link #importAll} takes in a list, alone. */
    Chat importOne(String accountId, Fields request) {
        return store(past(accountId, request));
    }

    private Whole past(String accountId, Fields sent) {
        long now = clock.millis();
        var whole = read(accountId, sent, now);
        long created = sent.optionalLong("created_at", 0, MAX_SECONDS)
                .map(s -> s * 1000)
                .orElse(now);
        long updated = sent.optionalLong("updated_at", 0, MAX_SECONDS)
                .map(s -> s * 1000)
                .orElse(created);
        var names = new ArrayList<String>();
        sent.optionalObject("meta")
                .flatMap(meta -> meta.optionalArray("tags"))
                .ifPresent(list -> list.forEach(tag -> {
                    var name = tag.asText().strip();
                    if (ChatTags.isName(name) && name.length() <= ChatTags.MAX_NAME && names.size() < MOST_TAGS) {
                        names.add(name);
                    }
                }));
        var chat = whole.chat()
                .withPast(
                        sent.optionalBool("pinned").orElse(false),
                        sent.optionalBool("archived").orElse(false),
                        created,
                        updated)
                .withFolder(folder(sent)
                        .filter(id -> chats.ownsFolder(accountId, id))
                        .orElse(null));
        return new Whole(chat, whole.messages(), names);
    }

    private Whole read(String accountId, Fields request, long now) {
        var id = ids.next();
        var blob = ChatBlob.parse(request, id, now);
        var meta = Wire.MAPPER.createObjectNode();
        meta.set("chat", blob.rest());
        var sent = blob.messages().orElse(List.of()).stream()
                .map(ChatSaves::atRest)
                .toList();
        var all = new HashSet<String>();
        sent.forEach(m -> all.add(m.id()));
        var chat = Chat.fresh(
                        id,
                        accountId,
                        blob.title().filter(t -> !t.isBlank()).orElse(Chat.UNTITLED),
                        Wire.sorted(meta),
                        now)
                .withCurrent(
                        leaf(blob, all, sent.isEmpty() ? null : sent.getLast().id()));
        return new Whole(chat, sent, List.of());
    }

    /** A copy of a chat with its messages, as far as they are written, and its tags. */
    Chat copy(Chat original, List<Message> messages, String title) {
        long now = clock.millis();
        var id = ids.next();
        var chat = Chat.fresh(id, original.accountId(), title, original.meta(), now)
                .withCurrent(original.currentId())
                .withFolder(original.folderId());
        var copies = messages.stream().map(m -> atRest(m.inChat(id))).toList();
        var names = tags.of(original.accountId(), original.id()).stream()
                .map(ChatTags.Tag::name)
                .toList();
        return store(new Whole(chat, copies, names));
    }

    private Chat store(Whole whole) {
        store(whole.chat(), whole.messages());
        whole.tags()
                .forEach(name -> tags.add(whole.chat().accountId(), whole.chat().id(), name));
        Wire.announce(events, whole.chat().accountId(), whole.chat().id());
        return whole.chat();
    }

    /** Several transactions when it is long, so that nobody else waits for all of it; hidden until the last one. */
    private void store(Chat chat, List<Message> sent) {
        int first = Math.min(MessageStore.CHUNK, sent.size());
        boolean inOne = first == sent.size();
        var start = ready(sent.subList(0, first));
        db.transaction(() -> {
            if (inOne) {
                chats.insert(chat);
            } else {
                chats.insertHidden(chat);
            }
            start.forEach(messages::insert);
            return first;
        });
        for (int from = first; from < sent.size(); from += MessageStore.CHUNK) {
            var chunk = ready(sent.subList(from, Math.min(from + MessageStore.CHUNK, sent.size())));
            boolean last = from + MessageStore.CHUNK >= sent.size();
            db.transaction(() -> {
                chunk.forEach(messages::insert);
                if (last) {
                    chats.reveal(chat.accountId(), chat.id());
                }
                return last;
            });
        }
    }

    private static List<MessageStore.Ready> ready(List<Message> sent) {
        return sent.stream().map(MessageStore::ready).toList();
    }

    /** Changes a chat by {@code {chat: {part}}}: each key that is there replaces what is stored. */
    public Chat update(String accountId, String chatId, Fields request) {
        long now = clock.millis();
        var blob = ChatBlob.parse(request, chatId, now);
        var sent = blob.messages().map(all -> compared(chatId, all));
        return chats.transaction(chatId, () -> {
            var chat = chats.find(accountId, chatId).orElseThrow(() -> new Problem.NotYours("chat"));
            boolean changed = sent.isPresent() && merge(chatId, sent.get());
            if (changed) {
                chats.touch(accountId, chatId, now);
            }
            if (changed || blob.current().isPresent()) {
                show(chat, blob, changed);
            }
            blob.title().filter(title -> !title.isBlank()).ifPresent(title -> chats.rename(accountId, chatId, title));
            if (!blob.rest().isEmpty()) {
                keepRest(chat, blob);
            }
            db.afterCommit(() -> Wire.announce(events, accountId, chatId));
            return chats.find(accountId, chatId).orElseThrow(() -> new Problem.NotYours("chat"));
        });
    }

    private void keepRest(Chat chat, ChatBlob blob) {
        var meta = Wire.parsed(chat.meta());
        var rest = Wire.object(meta, "chat");
        rest.setAll(blob.rest());
        meta.set("chat", rest);
        var text = Wire.sorted(meta);
        if (!text.equals(chat.meta())) {
            chats.setMeta(chat.accountId(), chat.id(), text);
        }
    }

    /** After a merge the leaf may be gone; a mere switch of the branch reads one key. */
    private void show(Chat chat, ChatBlob blob, boolean changed) {
        var wanted = blob.current().map(ChatBlob.Current::id).orElse(null);
        if (!changed && wanted != null && messages.exists(chat.id(), wanted)) {
            chats.setCurrent(chat.accountId(), chat.id(), wanted);
            return;
        }
        var stored = new HashSet<String>();
        String last = null;
        for (var stub : messages.stubs(chat.id())) {
            stored.add(stub.id());
            last = stub.id();
        }
        var kept = chat.currentId() != null && stored.contains(chat.currentId()) ? chat.currentId() : last;
        chats.setCurrent(chat.accountId(), chat.id(), leaf(blob, stored, kept));
    }

    /** A message of a client; {@code ready} where it seemed to differ from what is stored. */
    private record Sent(Message message, long hash, MessageStore.@Nullable Ready ready) {
        MessageStore.Ready toStore() {
            return ready == null ? MessageStore.ready(atRest(message)) : ready;
        }
    }

    /** Outside the transaction, which looks again: hashing and spacing long texts would hold up every writer. */
    private List<Sent> compared(String chatId, List<Message> all) {
        var stored = new HashMap<String, Long>();
        messages.stubs(chatId).forEach(stub -> stored.put(stub.id(), stub.hash()));
        return all.stream()
                .map(m -> {
                    long hash = m.hash();
                    boolean same = Objects.equals(stored.get(m.id()), hash);
                    return new Sent(m, hash, same ? null : MessageStore.ready(atRest(m)));
                })
                .toList();
    }

    /** Writes what differs; true when anything did. */
    private boolean merge(String chatId, List<Sent> sent) {
        var stored = new LinkedHashMap<String, MessageStore.Stub>();
        messages.stubs(chatId).forEach(stub -> stored.put(stub.id(), stub));
        var result = new LinkedHashMap<String, @Nullable String>();
        var kept = keptForTurns(stored);
        kept.forEach(id -> result.put(id, parentOf(stored, id)));
        int writes = 0;
        var named = new HashSet<String>();
        for (var one : sent) {
            var message = one.message();
            named.add(message.id());
            var stub = stored.get(message.id());
            if (stub == null) {
                result.put(message.id(), message.parentId());
                messages.insert(one.toStore());
                writes++;
            } else if (isOlder(stub, message)) {
                result.put(stub.id(), stub.parentId());
            } else {
                result.put(message.id(), message.parentId());
                if (stub.hash() != one.hash()) {
                    messages.replace(stub.seq(), one.toStore());
                    writes++;
                }
            }
        }
        for (var stub : stored.values()) {
            if (!named.contains(stub.id()) && !kept.contains(stub.id())) {
                messages.delete(stub.seq());
                writes++;
            }
        }
        SentMessages.order(result, Map.of());
        return writes > 0;
    }

    /** A client that loaded the answer while it was being written must not put its half back over the whole. */
    private static boolean isOlder(MessageStore.Stub stub, Message message) {
        return stub.state() == MessageState.STREAMING || message.state() == MessageState.STREAMING;
    }

    /** Streaming messages and all above them. */
    private static Set<String> keptForTurns(Map<String, MessageStore.Stub> stored) {
        var kept = new HashSet<String>();
        for (var stub : stored.values()) {
            var at = stub.state() == MessageState.STREAMING ? stub : null;
            while (at != null && kept.add(at.id())) {
                at = at.parentId() == null ? null : stored.get(at.parentId());
            }
        }
        return kept;
    }

    private static @Nullable String parentOf(Map<String, MessageStore.Stub> stored, String id) {
        var stub = stored.get(id);
        return stub == null ? null : stub.parentId();
    }

    private static @Nullable String leaf(ChatBlob blob, Set<String> known, @Nullable String otherwise) {
        var wanted = blob.current().map(ChatBlob.Current::id).orElse(null);
        if (wanted != null && !known.contains(wanted)) {
            throw new Problem.Unprocessable(
                    "'chat.history.currentId' names a message that is not there.", "chat.history.currentId");
        }
        return wanted == null ? otherwise : wanted;
    }

    /** What a client says is being written is, without a turn of ours, as complete as it will get. */
    private static Message atRest(Message m) {
        return m.state() != MessageState.STREAMING
                ? m
                : new Message(
                        m.seq(),
                        m.chatId(),
                        m.id(),
                        m.parentId(),
                        m.role(),
                        m.model(),
                        m.content(),
                        m.body(),
                        MessageState.DONE,
                        m.tokens(),
                        m.createdAt(),
                        m.updatedAt());
    }
}
