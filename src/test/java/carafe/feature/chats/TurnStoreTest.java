package carafe.feature.chats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import carafe.platform.db.TestDatabases;
import carafe.platform.db.Together;
import carafe.platform.http.Problem;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

@ParameterizedClass
@EnumSource(TestDatabases.class)
class TurnStoreTest {
    private final ChatsFixture at;

    TurnStoreTest(TestDatabases engine, @TempDir Path folder) {
        at = new ChatsFixture(engine, folder);
    }

    @AfterEach
    void close() {
        at.close();
    }

    @Test
    void aFirstQuestionMakesAChatWithBothMessagesAndTellsTheOwner() throws Exception {
        try (var listener = at.events.subscribe("account:ann")) {
            var turn = at.turns.begin(ask(null, null, "Why is the sky blue?"));
            assertThat(turn.newChat()).isTrue();
            var all = at.messages.all(turn.chatId());
            assertThat(all).extracting(Message::role).containsExactly("user", "assistant");
            assertThat(all.getLast().state()).isEqualTo(MessageState.STREAMING);
            assertThat(all.getLast().parentId()).isEqualTo(turn.userMessageId());
            var chat = at.chats.find("ann", turn.chatId()).orElseThrow();
            assertThat(chat.currentId()).isEqualTo(turn.messageId());
            assertThat(at.wire(turn.chatId()).at("/chat/models/0").textValue()).isEqualTo("m");
            var event = Objects.requireNonNull(listener.next(10, TimeUnit.SECONDS), "no event came");
            assertThat(event.data().toString())
                    .isEqualTo("{\"type\":\"chat:list\",\"chat_id\":\"" + turn.chatId() + "\"}");
            assertThat(at.turns.running("ann", turn.chatId())).containsExactly(turn.messageId());
            assertThat(at.turns.running("bob", turn.chatId())).isEmpty();
        }
    }

    @Test
    void aSecondTurnOfTheChatIsRefusedUntilTheFirstHasEnded() {
        var turn = at.turns.begin(ask(null, null, "one"));
        assertThatThrownBy(() -> at.turns.begin(ask(turn.chatId(), turn.messageId(), "two")))
                .isInstanceOf(Problem.Conflict.class);
        assertThat(at.messages.all(turn.chatId())).hasSize(2);
        assertThat(at.turns.finish(turn, done("answer"))).isTrue();
        var next = at.turns.begin(ask(turn.chatId(), turn.messageId(), "two"));
        assertThat(at.messages.path(turn.chatId(), next.messageId(), 100))
                .extracting(Message::content)
                .containsExactly("one", "answer", "two", "");
    }

    @Test
    void ofManyTurnsAtOnceExactlyOneBegins() throws Exception {
        var first = at.turns.begin(ask(null, null, "one"));
        at.turns.finish(first, done("answer"));
        var begun = new AtomicInteger();
        var refused = new AtomicInteger();
        Together.run(8, n -> {
            try {
                at.turns.begin(ask(first.chatId(), first.messageId(), "more"));
                begun.incrementAndGet();
            } catch (Problem.Conflict e) {
                refused.incrementAndGet();
            }
        });
        assertThat(begun).hasValue(1);
        assertThat(at.messages.all(first.chatId())).hasSize(4);
        assertThat(refused).hasValue(7);
    }

    @Test
    void answeringAgainMakesASiblingAndAnEditABranch() {
        var turn = at.turns.begin(ask(null, null, "one"));
        at.turns.finish(turn, done("first"));
        var again = at.turns.begin(new TurnStore.NewTurn("ann", turn.chatId(), turn.userMessageId(), null, "m", ""));
        at.turns.finish(again, done("second"));
        assertThat(again.userMessageId()).isEqualTo(turn.userMessageId());
        assertThat(at.messages.children(turn.chatId(), turn.userMessageId(), 10))
                .extracting(Message::content)
                .containsExactly("first", "second");
        var edited = at.turns.begin(ask(turn.chatId(), null, "one, edited"));
        assertThat(at.messages.path(turn.chatId(), edited.messageId(), 10)).hasSize(2);
        assertThat(at.messages.children(turn.chatId(), null, 10)).hasSize(2);
    }

    @Test
    void whatCannotBeAnsweredIsRefusedWithoutATrace() {
        var turn = at.turns.begin(ask(null, null, "one"));
        at.turns.finish(turn, done("first"));
        assertThatThrownBy(() -> at.turns.begin(ask(turn.chatId(), "nowhere", "x")))
                .isInstanceOf(Problem.Unprocessable.class);
        assertThatThrownBy(() ->
                        at.turns.begin(new TurnStore.NewTurn("ann", turn.chatId(), turn.messageId(), null, "m", "")))
                .isInstanceOf(Problem.Unprocessable.class);
        assertThatThrownBy(() -> at.turns.begin(new TurnStore.NewTurn(
                        "bob",
                        turn.chatId(),
                        turn.messageId(),
                        new TurnStore.Question("x", Wire.MAPPER.createObjectNode()),
                        "m",
                        "")))
                .isInstanceOf(Problem.NotYours.class);
        assertThatThrownBy(() -> at.turns.begin(new TurnStore.NewTurn("ann", null, null, null, "m", "")))
                .isInstanceOf(Problem.Unprocessable.class);
        assertThat(at.messages.all(turn.chatId())).hasSize(2);
        assertThat(at.chats.count("ann")).isEqualTo(1);
        assertThat(at.turns.running("ann", turn.chatId())).isEmpty();
    }

    @Test
    void progressIsKeptAndSearchableOnlyAtTheEnd() {
        var turn = at.turns.begin(ask(null, null, "question"));
        assertThat(at.turns.save(turn, "about whales", body().put("reasoning", "hm")))
                .isTrue();
        assertThat(at.wire(turn.chatId()).at("/chat/messages/1/content").textValue())
                .isEqualTo("about whales");
        assertThat(at.wire(turn.chatId()).at("/chat/messages/1/done").booleanValue())
                .isFalse();
        assertThat(at.search.search("ann", "whales", 1)).isEmpty();
        assertThat(at.search.search("ann", "question", 1)).hasSize(1);
        var ending = new TurnStore.Ending(MessageState.CANCELLED, "about whales and", body().put("reasoning", "hm"), 7);
        assertThat(at.turns.finish(turn, ending)).isTrue();
        assertThat(at.turns.finish(turn, ending)).isFalse();
        assertThat(at.turns.save(turn, "late", body())).isFalse();
        assertThat(at.search.search("ann", "whales", 1)).hasSize(1);
        var answer = at.wire(turn.chatId()).at("/chat/messages/1");
        assertThat(answer.path("state").textValue()).isEqualTo("cancelled");
        assertThat(answer.path("reasoning").textValue()).isEqualTo("hm");
        assertThat(answer.path("timestamp").longValue()).isEqualTo(turn.startedAt() / 1000);
        assertThat(at.turns.running("ann", turn.chatId())).isEmpty();
    }

    @Test
    void turnsOfANodeThatIsGoneEndWithAnErrorAndKeepTheirText() {
        var gone = at.turnsOf("gone");
        var living = at.turnsOf("living");
        at.db.update("INSERT INTO node (id, address, version, started_at, seen_at) VALUES ('living', '', '', 1, 500)");
        var lost = gone.begin(ask(null, null, "lost"));
        gone.save(lost, "half an answer", body().put("reasoning", "hm"));
        var theirs = living.begin(ask(null, null, "theirs"));
        var ours = at.turns.begin(ask(null, null, "ours"));

        assertThat(at.turns.recover(500)).isEqualTo(1);
        var message = at.messages.find(lost.chatId(), lost.messageId()).orElseThrow();
        assertThat(message.state()).isEqualTo(MessageState.ERROR);
        assertThat(message.content()).isEqualTo("half an answer");
        assertThat(at.wire(lost.chatId()).at("/chat/messages/1/error/content").textValue())
                .isEqualTo(TurnStore.STOPPED);
        assertThat(message.body()).contains("\"reasoning\":\"hm\"");
        assertThat(gone.save(lost, "ghost", body())).isFalse();
        assertThat(gone.finish(lost, done("ghost"))).isFalse();

        assertThat(at.turns.recover(Long.MAX_VALUE)).isEqualTo(1);
        assertThat(living.save(theirs, "x", body())).isFalse();
        assertThat(at.turns.save(ours, "x", body())).isTrue();
    }

    @Test
    void anAnswerForSomebodyWhoseAccountIsDeletedIsNotGoneOnWith() {
        var turn = at.turns.begin(ask(null, null, "question"));
        var other = at.turns.begin(
                new TurnStore.NewTurn("bob", null, null, new TurnStore.Question("question", body()), "m", ""));
        at.db.update("UPDATE account SET deleted_at = 1 WHERE id = 'ann'");

        assertThat(at.turns.save(turn, "for nobody", body())).isFalse();
        assertThat(at.turns.save(other, "for bob", body())).isTrue();
    }

    @Test
    void aTurnOfADeletedChatEndsQuietly() {
        var turn = at.turns.begin(ask(null, null, "one"));
        at.chats.softDelete("ann", turn.chatId(), at.clock.millis());
        assertThat(at.turns.save(turn, "half", body())).isTrue();
        assertThat(at.turns.finish(turn, done("whole"))).isTrue();
        assertThat(at.search.search("ann", "whole", 1)).isEmpty();
        assertThat(at.chats.restore("ann", turn.chatId(), 0)).isTrue();
        assertThat(at.search.search("ann", "whole", 1)).hasSize(1);
    }

    private static TurnStore.NewTurn ask(@Nullable String chat, @Nullable String parent, String content) {
        return new TurnStore.NewTurn("ann", chat, parent, new TurnStore.Question(content, body()), "m", "New Chat");
    }

    private static TurnStore.Ending done(String content) {
        return new TurnStore.Ending(MessageState.DONE, content, body(), 1);
    }

    private static ObjectNode body() {
        return Wire.MAPPER.createObjectNode();
    }
}
