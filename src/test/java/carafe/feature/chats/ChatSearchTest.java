package carafe.feature.chats;

import static org.assertj.core.api.Assertions.assertThat;

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
class ChatSearchTest {
    private final ChatsFixture at;

    ChatSearchTest(TestDatabases engine, @TempDir Path folder) {
        at = new ChatsFixture(engine, folder);
    }

    @AfterEach
    void close() {
        at.close();
    }

    @Test
    void everyWordMustOccurAndTheLastMayGoOn() {
        said("Trip", "We fly to Lisbon in March");
        assertThat(found("lisbon march")).containsExactly("Trip");
        assertThat(found("LISB")).containsExactly("Trip");
        assertThat(found("lisbon april")).isEmpty();
        assertThat(found("isbon")).isEmpty();
    }

    @Test
    void chineseAndJapaneseWordsOfTwoCharactersAreFound() {
        said("one", "我们去北京旅游,看天安门。");
        said("two", "东京は日本の首都です");
        said("three", "京北");
        assertThat(found("北京")).containsExactly("one");
        assertThat(found("旅游 天安")).containsExactly("one");
        assertThat(found("首都")).containsExactly("two");
        assertThat(found("京")).containsExactly("three", "two", "one");
        assertThat(at.search.search("ann", "旅游", 1).getFirst().snippet()).contains("北京旅游");
    }

    @Test
    void titlesAreFoundLikeText() {
        at.chat("Über Wien");
        at.chat("北京计划");
        assertThat(found("uber")).containsExactly("Über Wien");
        assertThat(found("wie ÜBER")).containsExactly("Über Wien");
        assertThat(found("计划")).containsExactly("北京计划");
        assertThat(at.search.search("ann", "wien", 1).getFirst().snippet()).isEmpty();
    }

    @Test
    void whateverIsTypedIsOnlyEverText() {
        said("plain", "alpha \"beta\" gamma-delta C++ NEAR(x)");
        for (var typed : List.of(
                "\"",
                "'",
                "*",
                "a*",
                "alpha OR",
                "AND",
                "NOT alpha",
                "NEAR(",
                "(",
                ")",
                ":",
                "text:",
                "-",
                "^",
                "\\",
                "%",
                "_",
                "{",
                "& | !",
                "<->",
                ":*",
                "\0",
                "\uD83D",
                "a\u0000b",
                "';--",
                "x".repeat(400),
                " ",
                "")) {
            assertThat(at.search.search("ann", typed, 1)).as(typed).hasSizeLessThanOrEqualTo(1);
        }
        assertThat(found("\"beta\" gamma")).containsExactly("plain");
        assertThat(found("gamma-delta")).containsExactly("plain");
        assertThat(found("!!")).isEmpty();
    }

    @Test
    void onlyTheOwnersPresentChatsAreFound() {
        var mine = said("mine", "treasure");
        assertThat(at.search.search("bob", "treasure", 1)).isEmpty();
        at.chats.setArchived("ann", mine.id(), true);
        assertThat(found("treasure")).isEmpty();
        at.chats.setArchived("ann", mine.id(), false);
        at.chats.softDelete("ann", mine.id(), 5);
        assertThat(found("treasure")).isEmpty();
        assertThat(found("mine")).isEmpty();
        at.chats.restore("ann", mine.id(), 0);
        assertThat(found("treasure")).containsExactly("mine");
        at.messages.delete(at.messages.find(mine.id(), "m").orElseThrow().seq());
        assertThat(found("treasure")).isEmpty();
    }

    @Test
    void pagesAreNewestFirstAndAChatComesOnce() {
        for (int i = 1; i <= 70; i++) {
            var chat = said("needle " + i, "a needle here");
            at.add(chat.id(), "m2", "m", "assistant", "another needle");
        }
        assertThat(found("needle")).hasSize(60).startsWith("needle 70");
        assertThat(at.search.search("ann", "needle", 2))
                .hasSize(10)
                .last()
                .extracting(hit -> hit.chat().title())
                .isEqualTo("needle 1");
        assertThat(at.search.search("ann", "needle", 3)).isEmpty();
    }

    @Test
    void aSnippetShowsTheWordInItsSurroundings() {
        var text = "x ".repeat(300) + "the Needle in\n\nthe hay " + "y ".repeat(300);
        assertThat(ChatSearch.snippet(text, "needle"))
                .startsWith("…")
                .endsWith("…")
                .contains("the Needle in the hay");
        assertThat(ChatSearch.snippet("short", "absent")).isEqualTo("short");
    }

    private Chat said(String title, String text) {
        var chat = at.chat(title);
        at.add(chat.id(), "m", null, "user", text);
        return chat;
    }

    private List<String> found(String typed) {
        return at.search.search("ann", typed, 1).stream()
                .map(hit -> hit.chat().title())
                .toList();
    }
}
