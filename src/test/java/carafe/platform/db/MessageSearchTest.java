package carafe.platform.db;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

@ParameterizedClass
@EnumSource(TestDatabases.class)
class MessageSearchTest {
    private final TestDatabases engine;

    @TempDir
    Path folder;

    TestDatabase database;
    Db db;

    MessageSearchTest(TestDatabases engine) {
        this.engine = engine;
    }

    @BeforeEach
    void open() {
        database = engine.open(folder);
        db = database.db();
        db.update(
                "INSERT INTO account (id, num, name, role, created_at, updated_at) VALUES ('a', 1, 'A', 'user', 0, 0)");
        db.update("INSERT INTO chat (id, account_id, kind, title, created_at, updated_at)"
                + " VALUES ('c', 'a', 'chat', 'T', 0, 0)");
    }

    @AfterEach
    void close() {
        database.close();
    }

    @Test
    void chineseWordsOfTwoCharactersAreFoundAndOnlyThose() {
        say("m1", "我在北京工作");
        say("m2", "北方的京城");
        say("m3", "東京タワーとがく");
        assertThat(found("北京")).containsExactly("m1");
        assertThat(found("京")).containsExactly("m1", "m2", "m3");
        assertThat(found("北京 工作")).containsExactly("m1");
        assertThat(found("タワー")).containsExactly("m3");
        assertThat(found("がく")).containsExactly("m3");
        assertThat(found("上海")).isEmpty();
    }

    @Test
    void wordsAreFoundInAnyCaseWithoutAccentsByTheirBeginning() {
        say("m1", "Grüße aus dem Café, user@example.com/path-to");
        say("m2", "Привет, हिन्दी 한국어 x1y2");
        assertThat(found("cafe GRUSSE")).isEmpty();
        assertThat(found("cafe grüß")).containsExactly("m1");
        assertThat(found("exam")).containsExactly("m1");
        assertThat(found("user@example.com")).containsExactly("m1");
        assertThat(found("path-to")).containsExactly("m1");
        assertThat(found("прив")).containsExactly("m2");
        assertThat(found("हिन्दी")).containsExactly("m2");
        assertThat(found("한국어")).containsExactly("m2");
        assertThat(found("x1y2")).containsExactly("m2");
    }

    @Test
    void nothingThatPeopleTypeIsSyntax() {
        say("m1", "AND OR NOT near 1.5e3 it's \"quoted\"");
        for (var typed : List.of(
                "AND",
                "or NOT",
                "\"",
                "'",
                "a\"b",
                "it's",
                "(",
                "near(",
                "*",
                ":",
                "& | !",
                "<->",
                "1.5e3",
                "\\",
                "\"quoted",
                "{{}}",
                "-",
                "^a",
                "text:near",
                "\uD83D\uDE00",
                "\uD800",
                "a\0b")) {
            var query = db.dialect().searchFor(typed);
            assertThat(query.isEmpty() ? List.of() : found(typed)).hasSizeLessThan(2);
        }
        assertThat(found("it's")).containsExactly("m1");
        assertThat(found("1.5e3")).containsExactly("m1");
        assertThat(found("and not")).containsExactly("m1");
    }

    @Test
    void aChangedMessageIsFoundByItsNewTextAloneAndADeletedOneNotAtAll() {
        long seq = say("m1", "first words");
        index(seq, "second thoughts");
        assertThat(found("first")).isEmpty();
        assertThat(found("thoughts")).containsExactly("m1");
        db.update("DELETE FROM account");
        assertThat(db.list(
                        engine == TestDatabases.SQLITE
                                ? "SELECT rowid FROM message_search WHERE message_search MATCH 'thoughts'"
                                : "SELECT seq FROM message_search",
                        row -> row.getLong(1)))
                .isEmpty();
    }

    @Test
    void aMessageOfAMegabyteIsIndexedByItsBeginning() {
        say("m1", "needle " + "many different words ".repeat(50_000) + "x".repeat(100_000));
        say("m2", "w".repeat(90_000));
        var distinct = new StringBuilder("distinct");
        for (int i = 0; distinct.length() < 200_000; i++) {
            distinct.append(' ').append(Integer.toString(i, 36));
        }
        say("m3", distinct.toString());
        assertThat(found("needle")).containsExactly("m1");
        assertThat(found("distinct")).containsExactly("m3");
    }

    private long say(String id, String text) {
        long seq = db.returning(
                        "INSERT INTO message (chat_id, id, role, content, state, created_at, updated_at)"
                                + " VALUES ('c', ?, 'user', ?, 'done', 0, 0) RETURNING seq",
                        row -> row.getLong("seq"),
                        id,
                        text)
                .orElseThrow();
        index(seq, text);
        return seq;
    }

    private void index(long seq, String text) {
        db.update(db.dialect().indexMessage(), seq, SearchText.spaced(text));
    }

    private List<String> found(String typed) {
        return db.list(
                "SELECT m.id FROM message m WHERE " + db.dialect().matchesMessage() + " ORDER BY m.seq",
                row -> row.getString("id"),
                db.dialect().searchFor(typed));
    }
}
