package carafe.feature.chats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import carafe.platform.db.TestDatabases;
import carafe.platform.db.Together;
import carafe.platform.http.Problem;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

@ParameterizedClass
@EnumSource(TestDatabases.class)
class ChatSavesTest {
    private static final String BRANCHES = """
            {"chat": {"id": "", "title": "Trip", "models": ["m"], "params": {"temperature": 0.7}, "extra": {"x": [1]},
              "history": {"currentId": "a2", "messages": {
                "q":  {"id": "q", "parentId": null, "childrenIds": ["a2", "a1"], "role": "user", "content": "Where?",
                       "timestamp": 1767225600, "models": ["m"]},
                "a1": {"id": "a1", "parentId": "q", "childrenIds": [], "role": "assistant", "content": "Rome",
                       "model": "m", "done": true, "usage": {"total_tokens": 12.5}, "timestamp": 1767225601},
                "a2": {"id": "a2", "parentId": "q", "childrenIds": [], "role": "assistant", "content": "", "model": "m",
                       "error": {"content": "no answer"}, "timestamp": 1767225602}}},
              "messages": [{"ignored": true}], "timestamp": 1767225600000}}""";

    private final ChatsFixture at;

    ChatSavesTest(TestDatabases engine, @TempDir Path folder) {
        at = new ChatsFixture(engine, folder);
    }

    @AfterEach
    void close() {
        at.close();
    }

    @Test
    void aNewChatComesBackAsTheTreeItWas() {
        var chat = at.saves.create("ann", ChatsFixture.fields(BRANCHES));
        var wire = at.wire(chat.id());
        assertThat(wire.path("title").textValue()).isEqualTo("Trip");
        assertThat(wire.path("user_id").textValue()).isEqualTo("ann");
        assertThat(wire.path("created_at").longValue()).isEqualTo(1767225600);
        var blob = wire.path("chat");
        assertThat(blob.path("extra").toString()).isEqualTo("{\"x\":[1]}");
        assertThat(blob.path("models").toString()).isEqualTo("[\"m\"]");
        assertThat(blob.path("history").path("currentId").textValue()).isEqualTo("a2");
        assertThat(blob.path("history")
                        .path("messages")
                        .path("q")
                        .path("childrenIds")
                        .toString())
                .isEqualTo("[\"a2\",\"a1\"]");
        var answer = blob.path("history").path("messages").path("a1");
        assertThat(answer.path("usage").toString()).isEqualTo("{\"total_tokens\":12.5}");
        assertThat(answer.path("done").booleanValue()).isTrue();
        assertThat(answer.path("state").textValue()).isEqualTo("done");
        assertThat(answer.path("timestamp").longValue()).isEqualTo(1767225601);
        assertThat(blob.path("history")
                        .path("messages")
                        .path("a2")
                        .path("state")
                        .textValue())
                .isEqualTo("error");
        assertThat(blob.path("messages").findValuesAsText("id")).containsExactly("q", "a2");
    }

    @Test
    void sendingBackWhatWasReadWritesNoMessage() {
        var chat = at.saves.create("ann", ChatsFixture.fields(BRANCHES));
        var before = rows(chat.id());
        at.clock.advance(Duration.ofMinutes(5));
        at.saves.update("ann", chat.id(), ChatsFixture.fields(at.wire(chat.id()).toString()));
        assertThat(rows(chat.id())).isEqualTo(before);
        assertThat(at.chats.find("ann", chat.id()).orElseThrow().updatedAt()).isEqualTo(chat.updatedAt());
    }

    @Test
    void onlyTheChangedRowIsWritten() {
        var chat = at.saves.create("ann", ChatsFixture.fields(BRANCHES));
        var before = at.messages.all(chat.id());
        at.clock.advance(Duration.ofMinutes(5));
        var sent = (ObjectNode) at.wire(chat.id());
        message(sent, "a1").put("content", "Paris").put("favorite", true);
        at.saves.update("ann", chat.id(), ChatsFixture.fields(sent.toString()));
        var after = at.messages.all(chat.id());
        assertThat(after.stream().filter(m -> !before.contains(m)))
                .singleElement()
                .satisfies(m -> {
                    assertThat(m.content()).isEqualTo("Paris");
                    assertThat(m.body()).contains("\"favorite\":true");
                    assertThat(m.seq())
                            .isEqualTo(before.stream()
                                    .filter(b -> b.id().equals("a1"))
                                    .findFirst()
                                    .orElseThrow()
                                    .seq());
                });
        assertThat(at.search.search("ann", "paris", 1)).hasSize(1);
        assertThat(at.search.search("ann", "rome", 1)).isEmpty();
    }

    @Test
    void aMessageThatIsNoLongerSentIsRemoved() {
        var chat = at.saves.create("ann", ChatsFixture.fields(BRANCHES));
        var sent = (ObjectNode) at.wire(chat.id());
        ((ObjectNode) sent.at("/chat/history/messages")).remove("a2");
        ((ObjectNode) sent.at("/chat/history")).put("currentId", "a1");
        at.saves.update("ann", chat.id(), ChatsFixture.fields(sent.toString()));
        assertThat(at.messages.all(chat.id())).extracting(Message::id).containsExactly("q", "a1");
        assertThat(at.wire(chat.id()).at("/chat/history/currentId").textValue()).isEqualTo("a1");
    }

    @Test
    void titleAndBranchChangeAloneAndTheListKeepsItsOrder() {
        var chat = at.saves.create("ann", ChatsFixture.fields(BRANCHES));
        at.clock.advance(Duration.ofMinutes(5));
        update(chat, "{\"chat\": {\"title\": \"Holiday\"}}");
        update(chat, "{\"chat\": {\"history\": {\"currentId\": \"a1\"}}}");
        update(chat, "{\"chat\": {\"files\": [{\"id\": \"f\"}]}}");
        var found = at.chats.find("ann", chat.id()).orElseThrow();
        assertThat(found.title()).isEqualTo("Holiday");
        assertThat(found.currentId()).isEqualTo("a1");
        assertThat(found.updatedAt()).isEqualTo(chat.updatedAt());
        assertThat(at.wire(chat.id()).at("/chat/files/0/id").textValue()).isEqualTo("f");
        assertThat(at.wire(chat.id()).at("/chat/extra/x/0").intValue()).isEqualTo(1);
        assertThat(at.messages.all(chat.id())).hasSize(3);
    }

    @Test
    void aStaleCopyDoesNotTouchTheAnswerThatIsBeingWrittenNorTheFinishedOne() {
        var turn = at.turns.begin(new TurnStore.NewTurn(
                "ann", null, null, new TurnStore.Question("Hi", Wire.MAPPER.createObjectNode()), "m", "Hi"));
        var whileWriting = at.wire(turn.chatId()).toString();
        at.turns.save(turn, "half", Wire.MAPPER.createObjectNode());
        update(turn.chatId(), whileWriting);
        update(turn.chatId(), "{\"chat\": {\"history\": {\"messages\": {}, \"currentId\": null}}}");
        assertThat(at.messages.all(turn.chatId())).extracting(Message::content).containsExactly("Hi", "half");
        at.turns.finish(turn, new TurnStore.Ending(MessageState.DONE, "whole", Wire.MAPPER.createObjectNode(), 3));
        update(turn.chatId(), whileWriting);
        assertThat(at.messages.all(turn.chatId())).extracting(Message::content).containsExactly("Hi", "whole");
    }

    @Test
    void whatIsWrongIsNamedAndNothingIsWritten() {
        var chat = at.saves.create("ann", ChatsFixture.fields(BRANCHES));
        var before = rows(chat.id());
        refused(chat, "{}", "chat");
        refused(chat, "{\"chat\": []}", "chat");
        refused(chat, "{\"chat\": {\"title\": 7}}", "chat.title");
        refused(chat, "{\"chat\": {\"history\": []}}", "chat.history");
        refused(chat, "{\"chat\": {\"history\": {\"messages\": []}}}", "chat.history.messages");
        refused(chat, "{\"chat\": {\"history\": {\"currentId\": \"x\"}}}", "chat.history.currentId");
        refused(chat, "{\"chat\": {\"history\": {\"currentId\": 5}}}", "chat.history.currentId");
        refused(chat, messages("\"x\": 1"), "chat.history.messages.x");
        refused(chat, messages("\"\": {\"role\": \"user\"}"), "chat.history.messages");
        refused(chat, messages("\"x\": {\"content\": \"no role\"}"), "chat.history.messages.x.role");
        refused(chat, messages("\"x\": {\"role\": \"user\", \"content\": []}"), "chat.history.messages.x.content");
        refused(chat, messages("\"x\": {\"id\": \"y\", \"role\": \"user\"}"), "chat.history.messages.x.id");
        refused(
                chat,
                messages("\"n\": {\"role\": \"user\"}, \"x\": {\"parentId\": \"z\", \"role\": \"user\"}"),
                "chat.history.messages.x.parentId");
        refused(
                chat,
                messages("\"n\": {\"role\": \"user\"}, \"x\": {\"parentId\": \"y\", \"role\": \"user\"},"
                        + " \"y\": {\"parentId\": \"x\", \"role\": \"user\"}"),
                "chat.history.messages.x.parentId");
        refused(chat, messages("\"x\": {\"parentId\": \"x\", \"role\": \"user\"}"), "chat.history.messages.x.parentId");
        var giant = "a".repeat(Message.MAX_CONTENT + 1);
        refused(
                chat,
                messages("\"x\": {\"role\": \"user\", \"content\": \"" + giant + "\"}"),
                "chat.history.messages.x.content");
        refused(chat, line(SentMessages.MOST + 1), "chat.history.messages");
        assertThat(rows(chat.id())).isEqualTo(before);
        assertThat(at.chats.find("ann", chat.id())).contains(chat);
    }

    @Test
    void aCurrentMessageThatIsNotThereTakesTheWholeSaveBack() {
        var chat = at.saves.create("ann", ChatsFixture.fields(BRANCHES));
        var before = rows(chat.id());
        refused(chat, """
                {"chat": {"title": "New", "history": {"currentId": "gone",
                  "messages": {"n": {"role": "user", "content": "x"}}}}}""", "chat.history.currentId");
        assertThat(rows(chat.id())).isEqualTo(before);
        assertThat(at.chats.find("ann", chat.id())).contains(chat);
    }

    @Test
    void strangersCannotChangeAChat() {
        var chat = at.saves.create("ann", ChatsFixture.fields(BRANCHES));
        assertThatThrownBy(
                        () -> at.saves.update("bob", chat.id(), ChatsFixture.fields("{\"chat\": {\"title\": \"x\"}}")))
                .isInstanceOf(Problem.NotYours.class);
        assertThatThrownBy(() ->
                        at.saves.create("bob", ChatsFixture.fields("{\"chat\": {}, \"folder_id\": \"nobody's\"}")))
                .isInstanceOf(Problem.NotYours.class);
    }

    @Test
    void aLongChatIsStoredInPiecesAndSeenWhole() {
        var chat = at.saves.create("ann", ChatsFixture.fields(line(1_700)));
        assertThat(at.messages.all(chat.id())).hasSize(1_700);
        assertThat(at.messages.path(chat.id(), "m1700", 5_000)).hasSize(1_700);
        assertThat(at.chats.find("ann", chat.id()).orElseThrow().currentId()).isEqualTo("m1700");
        var copy = at.saves.create("ann", ChatsFixture.fields(at.wire(chat.id()).toString()));
        assertThat(at.messages.all(copy.id()))
                .hasSize(1_700)
                .extracting(Message::id)
                .contains("m1");
        assertThat(at.messages.all(chat.id())).hasSize(1_700);
    }

    @Test
    void twoSaversOfOneChatLeaveATreeThatHolds() throws Exception {
        var chat = at.saves.create("ann", ChatsFixture.fields(BRANCHES));
        Together.run(2, n -> {
            for (int i = 0; i < 15; i++) {
                update(
                        chat.id(),
                        messages("\"q\": {\"role\": \"user\", \"content\": \"" + n + "\"}, \"n" + n
                                + "\": {\"parentId\": \"q\", \"role\": \"assistant\", \"content\": \"" + n + "\"}"));
            }
        });
        var all = at.messages.all(chat.id());
        assertThat(all).hasSize(2);
        assertThat(all.getLast().parentId()).isEqualTo("q");
        assertThat(all.getLast().content()).isEqualTo(all.getFirst().content());
    }

    private Map<String, Message> rows(String chatId) {
        return at.messages.all(chatId).stream().collect(Collectors.toMap(Message::id, m -> m));
    }

    private void update(Chat chat, String request) {
        update(chat.id(), request);
    }

    private void update(String chatId, String request) {
        at.saves.update("ann", chatId, ChatsFixture.fields(request));
    }

    private void refused(Chat chat, String request, String where) {
        assertThatThrownBy(() -> update(chat, request))
                .as(request.length() > 300 ? where : request)
                .isInstanceOfSatisfying(Problem.Unprocessable.class, p -> {
                    assertThat(p.where()).isEqualTo(where);
                    assertThat(p.explain()).isNotEmpty();
                });
    }

    private static String messages(String entries) {
        return "{\"chat\": {\"history\": {\"messages\": {" + entries + "}}}}";
    }

    private static String line(int length) {
        var entries = new StringBuilder();
        for (int i = 1; i <= length; i++) {
            entries.append(i == 1 ? "" : ", ")
                    .append("\"m")
                    .append(i)
                    .append("\": {\"role\": \"user\", \"content\": \"x\"");
            entries.append(i == 1 ? "}" : ", \"parentId\": \"m" + (i - 1) + "\"}");
        }
        return messages(entries.toString());
    }

    private static ObjectNode message(ObjectNode wire, String id) {
        return (ObjectNode) wire.at("/chat/history/messages/" + id);
    }
}
