package carafe.feature.chats.turns;

import static carafe.TestApp.json;
import static org.assertj.core.api.Assertions.assertThat;

import carafe.FakeProvider;
import carafe.TestApp;
import carafe.TestStream;
import carafe.platform.db.TestDatabases;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

@ParameterizedClass
@EnumSource(TestDatabases.class)
class TurnsTest {
    @Parameter
    TestDatabases engine;

    @TempDir
    Path folder;

    FakeProvider provider;
    TestApp app;
    TestApp.User ann;

    @BeforeEach
    void start() {
        provider = new FakeProvider();
        app = TestApp.start(folder, engine, "OPENAI_API_BASE_URLS", provider.url());
        ann = app.signUp("ann");
    }

    @AfterEach
    void stop() {
        app.close();
        provider.close();
    }

    private JsonNode begin(String body) {
        var answer = app.post(ann, "/api/v1/chats/turns", body);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return json(answer);
    }

    private TestStream watch(JsonNode turn) {
        var path = "/api/v1/chats/" + turn.path("chat_id").asText() + "/messages/"
                + turn.path("message_id").asText() + "/stream";
        return new TestStream(app.stream(ann, "GET", path, null).body());
    }

    private JsonNode message(JsonNode turn) {
        return json(app.get(ann, "/api/v1/chats/" + turn.path("chat_id").asText()))
                .path("chat")
                .path("history")
                .path("messages")
                .path(turn.path("message_id").asText());
    }

    @Test
    void aFirstQuestionMakesAChatAndItsAnswerIsStored() throws IOException {
        var turn = begin("{\"model\":\"echo\",\"content\":\"Hello there, carafe\"}");

        try (var stream = watch(turn)) {
            assertThat(stream.next().name()).isEqualTo("snapshot");
            var done = stream.await("done");
            assertThat(done.data().path("state").asText()).isEqualTo("done");
            assertThat(done.data().path("usage").path("output_tokens").asInt()).isEqualTo(7);
        }
        assertThat(message(turn).path("content").asText()).isEqualTo("Hello there, carafe");
        assertThat(message(turn).path("done").asBoolean()).isTrue();
        assertThat(json(app.get(ann, "/api/v1/chats/?page=1"))
                        .path(0)
                        .path("title")
                        .asText())
                .isEqualTo("Hello there, carafe");
        assertThat(json(app.get(ann, "/api/v1/chats/search?text=carafe")).size())
                .isEqualTo(1);
    }

    @Test
    void theModelSeesTheBranchAboveTheQuestionAndTheSystemPrompt() throws Exception {
        var first = begin("{\"model\":\"echo\",\"content\":\"first\"}");
        try (var stream = watch(first)) {
            stream.await("done");
        }
        provider.requests.clear();
        var second = begin("""
                {"model":"echo","chat_id":"%s","parent_id":"%s","content":"second",
                 "params":{"system":"Be brief.","temperature":0.5,"max_tokens":9}}""".formatted(
                        first.path("chat_id").asText(), first.path("message_id").asText()));
        try (var stream = watch(second)) {
            stream.await("done");
        }

        var sent = provider.requests.poll(10, TimeUnit.SECONDS);
        assertThat(sent.path("messages").findValuesAsText("content"))
                .containsExactly("Be brief.", "first", "first", "second");
        assertThat(sent.path("temperature").asDouble()).isEqualTo(0.5);
        assertThat(sent.path("max_tokens").asInt()).isEqualTo(9);
    }

    @Test
    void stopEndsTheUpstreamCallAndKeepsTheText() throws Exception {
        var turn = begin("{\"model\":\"endless\",\"content\":\"go on\"}");
        try (var stream = watch(turn)) {
            while (!stream.next().data().toString().contains("more")) {
                assertThat(provider.left.getCount()).isEqualTo(1);
            }
            app.post(ann, "/api/tasks/chat/" + turn.path("chat_id").asText() + "/stop", "{}");
            assertThat(stream.await("done").data().path("state").asText()).isEqualTo("cancelled");
        }
        assertThat(provider.left.await(20, TimeUnit.SECONDS)).isTrue();
        assertThat(message(turn).path("state").asText()).isEqualTo("cancelled");
        assertThat(message(turn).path("content").asText()).contains("more");
        assertThat(json(app.get(ann, "/api/tasks/chat/" + turn.path("chat_id").asText()))
                        .path("task_ids")
                        .size())
                .isZero();
    }

    @Test
    void aReaderWhoLeavesChangesNothingAndASecondOneSeesTheWholeAnswer() throws Exception {
        var turn = begin("{\"model\":\"endless\",\"content\":\"keep going\"}");
        try (var stream = watch(turn)) {
            stream.await("delta");
        }
        try (var stream = watch(turn)) {
            assertThat(stream.next().data().path("content").asText()).startsWith("keep going");
            stream.await("delta");
        }
        assertThat(provider.left.getCount()).isEqualTo(1);
        app.post(ann, "/api/tasks/chat/" + turn.path("chat_id").asText() + "/stop", "{}");
    }

    @Test
    void aChatHasOneTurnAtATimeAndRegeneratingMakesASibling() throws Exception {
        var turn = begin("{\"model\":\"endless\",\"content\":\"x\"}");
        var again = """
                {"model":"echo","chat_id":"%s","parent_id":"%s"}""".formatted(
                turn.path("chat_id").asText(), turn.path("user_message_id").asText());
        assertThat(app.post(ann, "/api/v1/chats/turns", again).statusCode()).isEqualTo(409);
        app.post(ann, "/api/tasks/chat/" + turn.path("chat_id").asText() + "/stop", "{}");

        var sibling = begin(again);
        try (var stream = watch(sibling)) {
            stream.await("done");
        }
        assertThat(message(sibling).path("parentId").asText())
                .isEqualTo(turn.path("user_message_id").asText());
        var question = json(app.get(ann, "/api/v1/chats/" + turn.path("chat_id").asText()))
                .path("chat")
                .path("history")
                .path("messages")
                .path(turn.path("user_message_id").asText());
        assertThat(question.path("childrenIds").size()).isEqualTo(2);
    }

    @Test
    void anUpstreamsErrorIsStoredWithItsReason() throws Exception {
        var turn = begin("{\"model\":\"fail\",\"content\":\"x\"}");
        try (var stream = watch(turn)) {
            var done = stream.await("done");
            assertThat(done.data().path("state").asText()).isEqualTo("error");
            assertThat(done.data().path("error").path("content").asText()).isEqualTo("slow down");
        }
        assertThat(message(turn).path("error").path("content").asText()).isEqualTo("slow down");
    }

    @Test
    void anAnswerThatBreaksOffKeepsWhatCame() throws Exception {
        for (var model : new String[] {"cut", "garbage"}) {
            var turn = begin("{\"model\":\"%s\",\"content\":\"some good words\"}".formatted(model));
            try (var stream = watch(turn)) {
                assertThat(stream.await("done").data().path("state").asText()).isEqualTo("error");
            }
            assertThat(message(turn).path("content").asText()).contains("good");
        }
    }

    @Test
    void nobodyElseSeesOrTouchesIt() {
        var bob = app.signUp("bob");
        var turn = begin("{\"model\":\"endless\",\"content\":\"private\"}");
        var chat = turn.path("chat_id").asText();
        var stream =
                "/api/v1/chats/" + chat + "/messages/" + turn.path("message_id").asText() + "/stream";

        assertThat(app.get(bob, stream).statusCode()).isEqualTo(401);
        assertThat(app.get(null, stream).statusCode()).isEqualTo(401);
        assertThat(json(app.post(bob, "/api/tasks/chat/" + chat + "/stop", "{}"))
                        .path("message")
                        .asText())
                .isEqualTo("Nothing was running.");
        assertThat(app.post(
                                bob,
                                "/api/v1/chats/turns",
                                "{\"model\":\"echo\",\"chat_id\":\"%s\",\"content\":\"x\"}".formatted(chat))
                        .statusCode())
                .isEqualTo(401);
        assertThat(json(app.get(ann, "/api/tasks/chat/" + chat))
                        .path("task_ids")
                        .size())
                .isEqualTo(1);
        app.post(ann, "/api/tasks/chat/" + chat + "/stop", "{}");
    }

    @Test
    void badTurnsAreRefusedAndNothingIsStored() {
        for (var body : new String[] {
            "{\"model\":\"nope\",\"content\":\"x\"}",
            "{\"content\":\"x\"}",
            "{\"model\":\"echo\"}",
            "{\"model\":\"echo\",\"content\":\"  \"}",
            "{\"model\":\"echo\",\"content\":7}",
            "{\"model\":\"echo\",\"content\":\"x\",\"parent_id\":\"nowhere\"}",
            "{\"model\":\"echo\",\"content\":\"x\",\"params\":{\"temperature\":\"hot\"}}"
        }) {
            assertThat(app.post(ann, "/api/v1/chats/turns", body).statusCode())
                    .as(body)
                    .isBetween(400, 422);
        }
        assertThat(json(app.get(ann, "/api/v1/chats/")).size()).isZero();
    }

    @Test
    void pagesAreToldWhatHappens() throws Exception {
        try (var events =
                new TestStream(app.stream(ann, "GET", "/api/v1/events", null).body())) {
            begin("{\"model\":\"echo\",\"content\":\"news\"}");
            assertThat(events.await("chat").data().path("chat_id").asText()).isNotBlank();
        }
    }
}
