package carafe.feature.chats;

import static org.assertj.core.api.Assertions.assertThat;

import carafe.platform.db.TestDatabases;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

@ParameterizedClass
@EnumSource(TestDatabases.class)
class ChatStoreTest {
    private final ChatsFixture at;

    ChatStoreTest(TestDatabases engine, @TempDir Path folder) {
        this.at = new ChatsFixture(engine, folder);
    }

    @AfterEach
    void close() {
        at.close();
    }

    @Test
    void theListIsNewestFirstInPagesOfSixty() {
        for (int i = 1; i <= 125; i++) {
            at.chat("chat " + i);
        }
        assertThat(at.chats.latest("ann", 1))
                .hasSize(60)
                .first()
                .extracting(ChatRow::title)
                .isEqualTo("chat 125");
        assertThat(at.chats.latest("ann", 3))
                .extracting(ChatRow::title)
                .containsExactly("chat 5", "chat 4", "chat 3", "chat 2", "chat 1");
        assertThat(at.chats.latest("ann", 4)).isEmpty();
        assertThat(at.chats.count("ann")).isEqualTo(125);
    }

    @Test
    void nobodyElseFindsListsOrChangesAChat() {
        var chat = at.chat("mine");
        assertThat(at.chats.find("bob", chat.id())).isEmpty();
        assertThat(at.chats.latest("bob", 1)).isEmpty();
        assertThat(at.chats.rename("bob", chat.id(), "stolen")).isFalse();
        assertThat(at.chats.touch("bob", chat.id(), 9)).isFalse();
        assertThat(at.chats.setCurrent("bob", chat.id(), "x")).isFalse();
        assertThat(at.chats.softDelete("bob", chat.id(), 9)).isFalse();
        assertThat(at.chats.restore("bob", chat.id(), 0)).isFalse();
        assertThat(at.chats.find("ann", chat.id())).contains(chat);
    }

    @Test
    void aDeletedChatIsGoneUntilItIsRestoredInTime() {
        var chat = at.chat("short-lived");
        assertThat(at.chats.softDelete("ann", chat.id(), 1_000)).isTrue();
        assertThat(at.chats.softDelete("ann", chat.id(), 2_000)).isFalse();
        assertThat(at.chats.find("ann", chat.id())).isEmpty();
        assertThat(at.chats.latest("ann", 1)).isEmpty();
        assertThat(at.chats.restore("ann", chat.id(), 1_001)).isFalse();
        assertThat(at.chats.restore("ann", chat.id(), 1_000)).isTrue();
        assertThat(at.chats.find("ann", chat.id())).contains(chat);
    }

    @Test
    void archivedChatsHaveTheirOwnListAndPinnedOnesCanBeLeftOut() {
        var plain = at.chat("plain");
        var pinned = at.chat("pinned");
        var archived = at.chat("archived");
        at.chats.setPinned("ann", pinned.id(), true);
        at.chats.setArchived("ann", archived.id(), true);
        assertThat(at.chats.latest("ann", 1)).extracting(ChatRow::id).containsExactly(pinned.id(), plain.id());
        assertThat(at.chats.list("ann", new ChatStore.Filter(false, false), 60, 0))
                .extracting(ChatRow::id)
                .containsExactly(plain.id());
        assertThat(at.chats.pinned("ann", 60)).extracting(ChatRow::id).containsExactly(pinned.id());
        assertThat(at.chats.archived("ann", 1)).extracting(ChatRow::id).containsExactly(archived.id());
    }

    @Test
    void purgingRemovesOnlyWhatWasDeletedLongAgo() {
        var old = at.line("old", 1_200);
        var recent = at.line("recent", 3);
        at.chats.softDelete("ann", old.id(), at.clock.millis());
        at.clock.advance(ChatPurge.KEPT.plus(Duration.ofMinutes(1)));
        at.chats.softDelete("ann", recent.id(), at.clock.millis());
        new ChatPurge(at.db, at.clock).run();
        assertThat(at.messages.all(old.id())).isEmpty();
        assertThat(at.messages.all(recent.id())).hasSize(3);
        assertThat(at.chats.restore("ann", old.id(), 0)).isFalse();
        assertThat(at.chats.restore("ann", recent.id(), 0)).isTrue();
    }
}
