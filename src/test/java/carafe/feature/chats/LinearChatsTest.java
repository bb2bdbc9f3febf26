package carafe.feature.chats;

import static org.assertj.core.api.Assertions.assertThat;

import carafe.platform.db.DbException;
import carafe.platform.db.TestDatabases;
import carafe.platform.db.Together;
import java.nio.file.Path;
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
    void anIdThatWasDeletedStaysTaken() {
        sessions.createNamed("ann", "chosen", "title").orElseThrow();
        assertThat(sessions.delete("ann", "chosen")).isTrue();
        assertThat(sessions.createNamed("ann", "chosen", "title")).isEmpty();
    }
}
