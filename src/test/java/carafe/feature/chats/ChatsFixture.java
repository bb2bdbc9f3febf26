package carafe.feature.chats;

import carafe.platform.db.Db;
import carafe.platform.db.Ids;
import carafe.platform.db.TestDatabase;
import carafe.platform.db.TestDatabases;
import carafe.platform.http.Fields;
import carafe.platform.realtime.Events;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import org.jspecify.annotations.Nullable;

/** The stores of chats on one database, with the accounts {@code ann} and {@code bob} and a clock that tests move. */
final class ChatsFixture implements AutoCloseable {
    /** Stands still until it is moved. */
    static final class TestClock extends Clock {
        private volatile Instant now = Instant.parse("2026-01-01T00:00:00Z");

        void advance(Duration by) {
            now = now.plus(by);
        }

        @Override
        public Instant instant() {
            return now;
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }
    }

    final TestClock clock = new TestClock();
    final Events events = new Events();
    final Ids ids = new Ids(clock);
    final TestDatabase database;
    final Db db;
    final ChatStore chats;
    final MessageStore messages;
    final ChatSaves saves;
    final ChatSearch search;
    final TurnStore turns;

    ChatsFixture(TestDatabases engine, Path folder) {
        database = engine.open(folder);
        db = database.db();
        chats = new ChatStore(db);
        messages = new MessageStore(db);
        saves = new ChatSaves(db, chats, messages, new ChatTags(db), events, ids, clock);
        search = new ChatSearch(db, new FolderStore(db, chats, ids, clock), messages);
        turns = turnsOf("here");
        account("ann", 1);
        account("bob", 2);
    }

    TurnStore turnsOf(String node) {
        return new TurnStore(db, chats, messages, events, ids, clock, node);
    }

    private void account(String id, long num) {
        db.update(
                "INSERT INTO account (id, num, name, role, created_at, updated_at) VALUES (?, ?, ?, 'user', 0, 0)",
                id,
                num,
                id);
    }

    /** A chat of ann's with a second of its own. */
    Chat chat(String title) {
        clock.advance(Duration.ofSeconds(1));
        var chat = Chat.fresh(ids.next(), "ann", title, "{}", clock.millis());
        chats.insert(chat);
        return chat;
    }

    /** A message at rest. */
    Message add(String chatId, String id, @Nullable String parentId, String role, String content) {
        var message = Message.fresh(
                chatId, id, parentId, role, null, content, "{\"timestamp\":1}", MessageState.DONE, clock.millis());
        messages.insert(message);
        return message;
    }

    /** A line of {@code length} messages m1, m2… */
    Chat line(String title, int length) {
        var chat = chat(title);
        for (int from = 1; from <= length; from += 500) {
            int first = from;
            db.transaction(() -> {
                for (int i = first; i < first + 500 && i <= length; i++) {
                    add(
                            chat.id(),
                            "m" + i,
                            i == 1 ? null : "m" + (i - 1),
                            i % 2 == 1 ? "user" : "assistant",
                            "text " + i);
                }
                return chat;
            });
        }
        chats.setCurrent("ann", chat.id(), "m" + length);
        return chats.find("ann", chat.id()).orElseThrow();
    }

    /** What the front end gets. */
    JsonNode wire(String chatId) {
        var chat = chats.find("ann", chatId).orElseThrow();
        var text = new StringWriter();
        try (var out = Wire.MAPPER.createGenerator(text)) {
            new ChatTree(chat, messages.all(chatId)).write(out);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return json(text.toString());
    }

    static JsonNode json(String text) {
        try {
            return Wire.MAPPER.readTree(text);
        } catch (JsonProcessingException e) {
            throw new AssertionError(text, e);
        }
    }

    static Fields fields(String text) {
        return new Fields((ObjectNode) json(text), "");
    }

    @Override
    public void close() {
        database.close();
    }
}
