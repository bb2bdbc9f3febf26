package carafe.feature.chats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import carafe.platform.db.DbException;
import carafe.platform.db.TestDatabases;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

@ParameterizedClass
@EnumSource(TestDatabases.class)
class MessageStoreTest {
    private final TestDatabases engine;
    private final ChatsFixture at;

    MessageStoreTest(TestDatabases engine, @TempDir Path folder) {
        this.engine = engine;
        this.at = new ChatsFixture(engine, folder);
    }

    @AfterEach
    void close() {
        at.close();
    }

    @Test
    void aPathLeadsFromTheRootToTheLeafPastOtherBranches() {
        var chat = at.chat("branches");
        at.add(chat.id(), "q", null, "user", "question");
        at.add(chat.id(), "a1", "q", "assistant", "first answer");
        at.add(chat.id(), "a2", "q", "assistant", "second answer");
        at.add(chat.id(), "q2", "a1", "user", "more");
        assertThat(at.messages.path(chat.id(), "q2", 100))
                .extracting(Message::id)
                .containsExactly("q", "a1", "q2");
        assertThat(at.messages.path(chat.id(), "a2", 100))
                .extracting(Message::id)
                .containsExactly("q", "a2");
        assertThat(at.messages.path(chat.id(), "q2", 2)).extracting(Message::id).containsExactly("a1", "q2");
        assertThat(at.messages.path(chat.id(), "nobody", 100)).isEmpty();
        assertThat(at.messages.children(chat.id(), "q", 10))
                .extracting(Message::id)
                .containsExactly("a1", "a2");
        assertThat(at.messages.children(chat.id(), null, 10))
                .extracting(Message::id)
                .containsExactly("q");
    }

    @Test
    void twoChatsMayHaveMessagesOfTheSameId() {
        var one = at.line("one", 3);
        var two = at.line("two", 2);
        assertThat(at.messages.path(one.id(), "m3", 100))
                .hasSize(3)
                .allMatch(m -> m.chatId().equals(one.id()));
        assertThat(at.messages.path(two.id(), "m2", 100))
                .hasSize(2)
                .allMatch(m -> m.chatId().equals(two.id()));
        assertThatThrownBy(() -> at.add(one.id(), "m1", null, "user", "again"))
                .isInstanceOfSatisfying(
                        DbException.class, e -> assertThat(e.kind()).isEqualTo(DbException.Kind.CONSTRAINT_UNIQUE));
        assertThat(at.messages.all(one.id())).hasSize(3);
    }

    @Test
    void allMessagesComeByAgeAlsoFromSeveralPages() {
        var chat = at.line("long", 1_203);
        var all = at.messages.all(chat.id());
        assertThat(all).hasSize(1_203).isSortedAccordingTo((a, b) -> Long.compare(a.seq(), b.seq()));
        assertThat(all.getLast().id()).isEqualTo("m1203");
    }

    @Test
    void halfACharacterDoesNotMakeAChatUnreadable() {
        var chat = at.chat("broken");
        at.add(chat.id(), "m", null, "user", "a\uD83D b \uD83D\uDE00 \0");
        assertThat(at.messages.find(chat.id(), "m").orElseThrow().content()).isEqualTo("a\uFFFD b \uD83D\uDE00 \uFFFD");
    }

    /** What one save reads and writes, as the engine itself counts it: PostgreSQL per transaction, SQLite by its plans. */
    @Test
    void savingOneMessageTouchesNoMoreRowsInALongChatThanInAShortOne() {
        var small = at.line("short", 10);
        var large = at.line("long", 2_000);
        for (int i = 0; i < 10; i++) {
            copy(large, at.chat("neighbour " + i)); // as many as make an engine's planner take the size seriously
        }
        at.db.update("ANALYZE message");
        var counts = touched(large, 2_000);
        assertThat(counts.getLast()).isLessThanOrEqualTo(touched(small, 10).getLast());
        assertThat(counts.getFirst()).as("rows read by scanning the table").isZero();
        if (engine == TestDatabases.SQLITE) {
            assertThat(plan(MessageStore.PATH, large.id(), "m2000", large.id(), 100))
                    .noneMatch(step -> step.contains("SCAN m") || step.contains("SCAN p"))
                    .anyMatch(step -> step.contains("SEARCH p USING INDEX"));
            assertThat(plan(MessageStore.SAVE, "x", "{}", 1L, large.id(), "m1"))
                    .allMatch(step -> step.startsWith("SEARCH message USING INDEX"));
        }
    }

    private void copy(Chat from, Chat to) {
        at.db.update("""
                INSERT INTO message (chat_id, id, parent_id, role, content, state, created_at, updated_at)
                SELECT ?, id, parent_id, role, content, state, created_at, updated_at FROM message WHERE chat_id = ?""", to.id(), from.id());
    }

    private List<Long> touched(Chat chat, int length) {
        var counted = engine == TestDatabases.POSTGRESQL
                ? "SELECT seq_tup_read AS a, idx_tup_fetch + n_tup_ins + n_tup_upd + n_tup_del AS b"
                        + " FROM pg_stat_xact_user_tables WHERE relname = 'message' AND schemaname = current_schema()"
                : "SELECT 0 AS a, total_changes() AS b";
        return at.db.transaction(() -> {
            var before = count(counted);
            var id = at.ids.next();
            at.messages.insert(
                    Message.fresh(chat.id(), id, "m" + length, "assistant", null, "", "{}", MessageState.STREAMING, 1));
            at.messages.updateStreaming(chat.id(), id, "half", "{}", 2);
            at.messages.path(chat.id(), id, 5);
            var after = count(counted);
            at.messages.delete(at.messages.find(chat.id(), id).orElseThrow().seq());
            return List.of(after.getFirst() - before.getFirst(), after.getLast() - before.getLast());
        });
    }

    private List<Long> count(String sql) {
        return at.db.one(sql, row -> List.of(row.getLong("a"), row.getLong("b")))
                .orElseThrow();
    }

    private List<String> plan(String sql, Object... args) {
        return at.db.list("EXPLAIN QUERY PLAN " + sql, row -> row.getString("detail"), args);
    }
}
