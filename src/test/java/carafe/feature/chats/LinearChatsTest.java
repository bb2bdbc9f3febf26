package carafe.feature.chats;

import static org.assertj.core.api.Assertions.assertThat;

import carafe.platform.db.DbException;
import carafe.platform.db.TestDatabases;
import carafe.platform.db.Together;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

@ParameterizedClass
@EnumSource(TestDatabases.class)
class LinearChatsTest {
    private final ChatsFixture at;
    private final LinearChats sessions;

    LinearChatsTest(TestDatabases engine, @TempDir Path folder) {
        at = new ChatsFixture(engine, folder);
        sessions = new LinearChats(at.db, at.chats, at.messages, at.turns, at.events, at.ids, at.clock);
    }

    @AfterEach
    void close() {
        at.close();
    }

    @Test
    void ofManyWhoMakeTheSameSessionAtOnceOneDoesAndAllFindIt() throws Exception {
        var made = new AtomicInteger();
        Together.run(8, n -> {
            try {
                sessions.createNamed("ann", "chosen", "title").ifPresent(chat -> made.incrementAndGet());
            } catch (DbException e) {
                assertThat(e.kind()).isEqualTo(DbException.Kind.BUSY); // too many at once for PostgreSQL
            }
        });
        assertThat(made).hasValue(1);
        assertThat(sessions.find("ann", "chosen")).isPresent();
        assertThat(sessions.createNamed("bob", "chosen", "title")).isEmpty();
    }

    @Test
    void strangersWhoAskAtOnceAreAllAnswered() throws Exception {
        var asking = new LinearTurns(at.db, sessions, at.chats, at.messages, at.turns, at.events, at.ids, at.clock);
        Together.run(24, n -> {
            for (int i = 0; i < 5; i++) {
                var id = n + "-" + i;
                sessions.createNamed("ann", id, "title");
                var turn = asking.begin("ann", id, List.of(new LinearChats.Added("user", "why?", 1, null)), "m");
                var body = JsonNodeFactory.instance.objectNode();
                assertThat(at.turns.finish(turn, new TurnStore.Ending(MessageState.DONE, "because", body, 1)))
                        .isTrue();
                assertThat(at.messages.all(id)).extracting(Message::content).containsExactly("why?", "because");
            }
        });
    }

    @Test
    void whatIsSaidAtOnceInOneSessionIsOneLine() throws Exception {
        sessions.createNamed("ann", "one", "title");
        Together.run(12, n -> {
            for (int i = 0; i < 3; i++) {
                sessions.add("ann", "one", new LinearChats.Added("user", n + "-" + i, 0, null));
            }
        });
        var chat = sessions.find("ann", "one").orElseThrow();
        assertThat(sessions.last(chat, null, 100)).hasSize(36);
        assertThat(at.messages.all("one")).hasSize(36);
    }

    @Test
    void anIdThatWasDeletedStaysTaken() {
        sessions.createNamed("ann", "chosen", "title").orElseThrow();
        assertThat(sessions.delete("ann", "chosen")).isTrue();
        assertThat(sessions.createNamed("ann", "chosen", "title")).isEmpty();
    }
}
