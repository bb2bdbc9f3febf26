package carafe.feature.localchat;

import static carafe.TestApp.json;
import static org.assertj.core.api.Assertions.assertThat;

import carafe.FakeProvider;
import carafe.ScriptedUpstream;
import carafe.ScriptedUpstream.Answer;
import carafe.TestApp;
import carafe.platform.db.Together;
import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Protocol 1 over real sockets: the order of events, and the rules of the contract. */
class SocketTest {
    private static final List<String> WHOLE = List.of(
            "message_start",
            "content_block_start",
            "content_block_delta",
            "content_block_stop",
            "message_delta",
            "message_stop");

    @TempDir
    static Path folder;

    static FakeProvider provider;
    static ScriptedUpstream scripted;
    static TestApp app;
    static TestApp.User ann;
    static TestApp.User bob;

    @BeforeAll
    static void start() {
        provider = new FakeProvider();
        scripted = new ScriptedUpstream("scripted");
        app = TestApp.start(
                folder,
                "OPENAI_API_BASE_URLS",
                provider.url() + ";" + scripted.url() + "/v1",
                "DEFAULT_MODELS",
                "echo");
        ann = app.signUp("ann");
        bob = app.signUp("bob");
    }

    @AfterAll
    static void stop() {
        app.close();
        scripted.close();
        provider.close();
    }

    private static JsonNode messages(String session) {
        return json(app.get(ann, "/api/sessions/" + session + "/messages"));
    }

    @Test
    void anAnswerHasAllItsEventsInOrder() throws Exception {
        try (var client = ChatClient.open(app, ann, "")) {
            assertThat(client.start.path("protocol").asInt()).isEqualTo(1);
            assertThat(client.start.path("resumed").asBoolean(true)).isFalse();
            assertThat(client.start.path("title").asText()).isEqualTo("WebSocket " + client.session.substring(0, 8));
            assertThat(client.start.path("model").asText()).isEqualTo("echo");

            var frames = client.say("echo", "Name two primes").until("message_stop");

            assertThat(ChatClient.names(frames)).isEqualTo(WHOLE);
            assertThat(ChatClient.text(frames)).isEqualTo("Name two primes");
            var start = frames.getFirst().path("data");
            assertThat(start.path("model").asText()).isEqualTo("echo");
            assertThat(start.path("user_message_id").asText()).isNotEmpty();
            assertThat(start.path("created").asLong()).isPositive();
            for (var frame : frames) {
                assertThat(frame.at("/data/message_id")).isEqualTo(start.path("message_id"));
                assertThat(frame.at("/data/client_id").asText()).isEqualTo("c1");
            }
            var delta = frames.get(frames.size() - 2).path("data");
            assertThat(delta.at("/delta/finish_reason").asText()).isEqualTo("stop");
            assertThat(delta.path("usage").toString()).isEqualTo("{\"input_tokens\":5,\"output_tokens\":7}");
            assertThat(client.next("session_update").path("title").asText()).isEqualTo("Name two primes");

            var stored = messages(client.session);
            assertThat(stored.findValuesAsText("role")).containsExactly("user", "assistant");
            assertThat(stored.findValuesAsText("content")).containsOnly("Name two primes");
            assertThat(stored.get(0).path("id")).isEqualTo(start.path("user_message_id"));
            assertThat(stored.get(1).path("id")).isEqualTo(start.path("message_id"));
            assertThat(stored.get(1).path("tokens").asInt()).isEqualTo(7);
        }
    }

    @Test
    void theSecondQuestionIsAskedWithTheFirstBefore() throws Exception {
        try (var client = ChatClient.open(app, ann, "")) {
            client.say("echo", "first question").until("message_stop");
            client.next("session_update");
            provider.requests.clear();
            client.send("""
                            {"type":"chat.message","content":"second question","system":"Be short.","temperature":0,\
                            "max_tokens":9,"stop":"END"}""").until("message_stop");

            var request = provider.requests.poll(30, TimeUnit.SECONDS);
            assertThat(request.path("messages").findValuesAsText("content"))
                    .containsExactly("Be short.", "first question", "first question", "second question");
            assertThat(request.path("messages").findValuesAsText("role"))
                    .containsExactly("system", "user", "assistant", "user");
            assertThat(request.path("max_tokens").asInt()).isEqualTo(9);
            assertThat(request.path("temperature").asDouble(1)).isZero();
            assertThat(request.path("stop").toString()).isEqualTo("[\"END\"]");
        }
    }

    @Test
    void stopClosesTheUpstreamAndKeepsWhatThereIs() throws Exception {
        try (var upstream = new FakeProvider();
                var own = TestApp.start(folder.resolve("stop"), "OPENAI_API_BASE_URLS", upstream.url())) {
            var user = own.signUp("ann");
            try (var client = ChatClient.open(own, user, "")) {
                var frames = client.say("endless", "go on").untilText();
                client.send("{\"type\":\"chat.stop\"}");
                frames.addAll(client.until("message_stop"));

                assertThat(ChatClient.names(frames)).isEqualTo(WHOLE);
                assertThat(frames.get(frames.size() - 2)
                                .at("/data/delta/finish_reason")
                                .asText())
                        .isEqualTo("cancelled");
                assertThat(upstream.left.await(30, TimeUnit.SECONDS)).isTrue();
                var stored = json(own.get(user, "/api/sessions/" + client.session + "/messages"))
                        .get(1);
                assertThat(stored.path("content").asText()).isEqualTo(ChatClient.text(frames));
                assertThat(stored.at("/metadata_info/finish_reason").asText()).isEqualTo("cancelled");
                client.next("session_update");
                client.send("{\"type\":\"ping\",\"ts\":1}").next("pong"); // and nothing of the old answer before it
            }
        }
    }

    @Test
    void aStopForAnAnswerThatIsOverOrAnotherDoesNothing() throws Exception {
        try (var client = ChatClient.open(app, ann, "")) {
            client.send("{\"type\":\"chat.stop\"}");
            var first = client.say("echo", "one").until("message_stop").getFirst();
            client.next("session_update");
            client.send("{\"type\":\"chat.stop\"}");
            var over = first.at("/data/message_id").asText();
            var running = client.say("endless", "two").untilText().getFirst().at("/data/message_id");
            client.send("{\"type\":\"chat.stop\",\"message_id\":\"" + over + "\"}");
            client.untilText();
            client.send("{\"type\":\"chat.stop\",\"message_id\":\"" + running.asText() + "\"}");
            client.until("message_stop");
        }
    }

    @Test
    void aStopBeforeTheFirstWordStoresNoAnswer() throws Exception {
        try (var upstream = new FakeProvider();
                var own = TestApp.start(folder.resolve("early"), "OPENAI_API_BASE_URLS", upstream.url())) {
            var user = own.signUp("ann");
            try (var client = ChatClient.open(own, user, "")) {
                client.say("hang", "are you there?").next("message_start");
                assertThat(upstream.requests.poll(30, TimeUnit.SECONDS)).isNotNull();
                var frames = client.send("{\"type\":\"chat.stop\"}").until("message_stop");
                assertThat(ChatClient.names(frames))
                        .containsExactly("content_block_start", "content_block_stop", "message_delta", "message_stop");
                var path = "/api/sessions/" + client.session + "/messages";
                assertThat(json(own.get(user, path)).findValuesAsText("role")).containsExactly("user");
                client.next("session_update");
                // the question can be answered all the same
                client.send("{\"type\":\"chat.regenerate\",\"model\":\"echo\"}").until("message_stop");
                assertThat(json(own.get(user, path)).findValuesAsText("content"))
                        .containsExactly("are you there?", "are you there?");
            }
        }
    }

    @Test
    void failuresEndWithTheirEvents() throws Exception {
        try (var client = ChatClient.open(app, ann, "")) {
            var early = client.say("fail", "now").until("message_stop");
            assertThat(ChatClient.names(early)).containsExactly("message_start", "error", "message_stop");
            var error = early.get(1).path("data");
            assertThat(error.path("type").asText()).isEqualTo("rate_limit_error");
            assertThat(error.path("retry_after").asInt()).isEqualTo(7);
            assertThat(error.path("client_id").asText()).isEqualTo("c1");
            client.next("session_update");
            assertThat(messages(client.session).findValuesAsText("role")).containsExactly("user");

            var midway = client.say("cut", "half an answer").until("message_stop");
            assertThat(ChatClient.names(midway))
                    .containsExactly(
                            "message_start",
                            "content_block_start",
                            "content_block_delta",
                            "content_block_stop",
                            "error",
                            "message_delta",
                            "message_stop");
            assertThat(midway.get(midway.size() - 3).at("/data/type").asText()).isEqualTo("upstream_error");
            assertThat(midway.get(midway.size() - 2)
                            .at("/data/delta/finish_reason")
                            .asText())
                    .isEqualTo("error");
            var stored = messages(client.session).get(2);
            assertThat(stored.path("content").asText()).isEqualTo("half an answer");
            assertThat(stored.at("/metadata_info/finish_reason").asText()).isEqualTo("error");
            // the session works on
            client.say("echo", "again").until("message_stop");
        }
    }

    @Test
    void oneAnswerAtATimeOverAllConnectionsAndRest() throws Exception {
        try (var client = ChatClient.open(app, ann, "");
                var other = ChatClient.open(app, ann, "?session_id=" + client.session)) {
            client.say("endless", "go on").untilText();
            other.untilText();
            other.send("{\"type\":\"chat.message\",\"id\":\"x\",\"content\":\"me too\"}");
            var refused = other.until("error").getLast().path("data");
            assertThat(refused.path("type").asText()).isEqualTo("session_busy");
            assertThat(refused.path("client_id").asText()).isEqualTo("x");
            other.send("{\"type\":\"chat.regenerate\"}");
            assertThat(other.until("error").getLast().at("/data/type").asText()).isEqualTo("session_busy");
            var rest = app.post(
                    ann,
                    "/api/chat/completions?session_id=" + client.session,
                    "{\"messages\":[{\"role\":\"user\",\"content\":\"and me\"}]}");
            assertThat(rest.statusCode()).isEqualTo(409);
            assertThat(json(rest).at("/error/type").asText()).isEqualTo("session_busy");
            assertThat(app.post(ann, "/api/sessions/" + client.session + "/stop", null)
                            .body())
                    .isEqualTo("{\"stopped\":true}");
            client.until("message_stop");
            assertThat(messages(client.session).findValuesAsText("role")).containsExactly("user", "assistant");
            assertThat(app.post(ann, "/api/sessions/" + client.session + "/stop", null)
                            .body())
                    .isEqualTo("{\"stopped\":false}");
        }
    }

    @Test
    void everyTabHearsTheWholeAnswerAndOnlyTheSenderItsOwnId() throws Exception {
        try (var sender = ChatClient.open(app, ann, "");
                var early = ChatClient.open(app, ann, "?session_id=" + sender.session)) {
            var asked = sender.say("endless", "go on").untilText();
            try (var late = ChatClient.open(app, ann, "?session_id=" + sender.session)) {
                assertThat(late.start.path("resumed").asBoolean()).isTrue();
                var heardLate = late.untilText();
                sender.send("{\"type\":\"chat.stop\"}");
                asked.addAll(sender.until("message_stop"));
                heardLate.addAll(late.until("message_stop"));
                var heard = early.until("message_stop");
                for (var frames : List.of(asked, heard, heardLate)) {
                    assertThat(ChatClient.names(frames)).isEqualTo(WHOLE);
                    assertThat(ChatClient.text(frames)).isEqualTo(ChatClient.text(asked));
                }
                assertThat(heard).allMatch(frame -> frame.at("/data/client_id").isMissingNode());
                assertThat(heardLate)
                        .allMatch(frame -> frame.at("/data/client_id").isMissingNode());
            }
        }
    }

    @Test
    void answersThatAreAskedForOverRestAreHeardToo() throws Exception {
        try (var client = ChatClient.open(app, ann, "")) {
            app.post(ann, "/api/chat/completions?session_id=" + client.session, """
                    {"model":"echo","messages":[{"role":"user","content":"over there"}]}""");
            var frames = client.until("message_stop");
            assertThat(ChatClient.names(frames)).isEqualTo(WHOLE);
            assertThat(ChatClient.text(frames)).isEqualTo("over there");
        }
    }

    @Test
    void thoughtsAreABlockBeforeTheText() throws Exception {
        scripted.on("/chat/completions", Answer.events("""
                data: {"choices":[{"delta":{"reasoning_content":"hm "}}]}

                """, """
                data: {"choices":[{"delta":{"reasoning_content":"well"}}]}

                """, """
                data: {"choices":[{"delta":{"content":"yes \\ud83d"}}]}

                """, """
                data: {"choices":[{"delta":{"content":"\\ude00"}}]}

                """, """
                data: {"choices":[{"delta":{},"finish_reason":"length"}]}

                """, "data: [DONE]\n\n"));
        try (var client = ChatClient.open(app, ann, "")) {
            var frames = client.say("scripted", "think").until("message_stop");
            assertThat(ChatClient.names(frames))
                    .containsExactly(
                            "message_start",
                            "content_block_start",
                            "content_block_delta",
                            "content_block_stop",
                            "content_block_start",
                            "content_block_delta",
                            "content_block_stop",
                            "message_delta",
                            "message_stop");
            assertThat(frames.get(1).at("/data/type").asText()).isEqualTo("reasoning");
            assertThat(frames.get(1).at("/data/index").asInt(9)).isZero();
            assertThat(ChatClient.text(frames, "reasoning_delta")).isEqualTo("hm well");
            assertThat(frames.get(2).at("/data/delta/reasoning_content").asText())
                    .isNotEmpty();
            assertThat(ChatClient.text(frames)).isEqualTo("yes 😀");
            var text = frames.stream()
                    .filter(frame -> frame.at("/data/delta/type").asText().equals("text_delta"))
                    .toList();
            assertThat(text).allMatch(frame -> frame.at("/data/index").asInt() == 1);
            assertThat(text)
                    .noneMatch(frame -> Character.isHighSurrogate(frame.at("/data/delta/text")
                            .asText()
                            .charAt(frame.at("/data/delta/text").asText().length() - 1)));
            var delta = frames.get(frames.size() - 2).path("data");
            assertThat(delta.at("/delta/finish_reason").asText()).isEqualTo("length");
            assertThat(delta.at("/usage/estimated").asBoolean()).isTrue();
        }
    }

    @Test
    void regenerateReplacesTheLastAnswer() throws Exception {
        try (var client = ChatClient.open(app, ann, "")) {
            client.send("{\"type\":\"chat.regenerate\"}");
            assertThat(client.next("error").path("type").asText()).isEqualTo("invalid_request_error");
            client.say("echo", "once more").until("message_stop");
            client.next("session_update");
            provider.requests.clear();
            client.send("{\"type\":\"chat.regenerate\",\"id\":\"r\"}").until("message_stop");
            assertThat(provider.requests
                            .poll(30, TimeUnit.SECONDS)
                            .path("messages")
                            .findValuesAsText("role"))
                    .containsExactly("user");
            var stored = messages(client.session);
            assertThat(stored.findValuesAsText("role")).containsExactly("user", "assistant", "assistant");
            assertThat(stored.get(1).at("/metadata_info/replaced").asBoolean()).isTrue();
            assertThat(stored.get(2).path("metadata_info").isNull()).isTrue();
            assertThat(json(app.get(ann, "/api/sessions/" + client.session + "/history")))
                    .hasSize(2);
        }
    }

    @Test
    void historyComesInPages() throws Exception {
        try (var client = ChatClient.open(app, ann, "")) {
            for (var text : List.of("one", "two", "three")) {
                client.say("echo", text).until("message_stop");
            }
            try (var again = ChatClient.open(app, ann, "?session_id=" + client.session)) {
                var last = again.send("{\"type\":\"chat.history\",\"limit\":4}").next("history");
                assertThat(last.path("messages").findValuesAsText("content"))
                        .containsExactly("two", "two", "three", "three");
                assertThat(last.path("has_more").asBoolean()).isTrue();
                var first = again.send("{\"type\":\"chat.history\",\"limit\":4,\"before\":\"%s\"}"
                                .formatted(last.at("/messages/0/id").asText()))
                        .next("history");
                assertThat(first.path("messages").findValuesAsText("content")).containsExactly("one", "one");
                assertThat(first.path("has_more").asBoolean(true)).isFalse();
                again.send("{\"type\":\"chat.history\",\"before\":\"nowhere\"}");
                assertThat(again.next("error").path("type").asText()).isEqualTo("not_found_error");
            }
        }
    }

    @Test
    void framesThatCannotBeUnderstoodAreToldAndTenInARowAreTheEnd() throws Exception {
        try (var client = ChatClient.open(app, ann, "")) {
            var bad = List.of(
                    "{",
                    "[]",
                    "{}",
                    "{\"type\":7}",
                    "{\"type\":\"chat.dance\"}",
                    "{\"type\":\"chat.message\"}",
                    "{\"type\":\"chat.message\",\"content\":\" \\n\"}",
                    "{\"type\":\"chat.message\",\"content\":\"x\",\"temperature\":\"hot\"}",
                    "{\"type\":\"chat.history\",\"limit\":1000}");
            for (var frame : bad) {
                var error = client.send(frame).next("error");
                assertThat(error.path("type").asText()).isEqualTo("invalid_request_error");
                assertThat(error.path("message").asText()).isNotEmpty();
            }
            var pong = client.send("{\"type\":\"ping\",\"ts\":17.5}").next("pong");
            assertThat(pong.toString()).isEqualTo("{\"ts\":17.5}");
            // counted from the beginning again; a model that is not there is no broken frame
            client.say("nobody", "x");
            assertThat(client.next("error").path("code").asText()).isEqualTo("model_not_found");
            client.sendBinary();
            client.next("error");
            for (var frame : bad) {
                client.send(frame).next("error");
            }
            assertThat(client.closeCode()).isEqualTo(1008);
        }
    }

    @Test
    void tabsThatOpenANewSessionAtOnceAreAllLetIn() throws Exception {
        for (int round = 0; round < 5; round++) {
            var query = "?session_id=" + java.util.UUID.randomUUID();
            Together.run(6, n -> {
                try (var client = ChatClient.open(app, ann, query)) {
                    assertThat(query).endsWith(client.session);
                    client.send("{\"type\":\"ping\",\"ts\":1}").next("pong");
                }
            });
        }
    }

    @Test
    void framesAreHandledWhileAnAnswerIsWritten() throws Exception {
        try (var client = ChatClient.open(app, ann, "")) {
            client.say("endless", "go on").untilText();
            assertThat(client.send("{\"type\":\"ping\",\"ts\":\"a\"}")
                            .until("pong")
                            .getLast()
                            .at("/data/ts")
                            .asText())
                    .isEqualTo("a");
            var history = client.send("{\"type\":\"chat.history\"}")
                    .until("history")
                    .getLast()
                    .path("data");
            assertThat(history.path("messages").findValuesAsText("content")).containsExactly("go on");
            client.send("{\"type\":\"chat.stop\"}").until("message_stop");
        }
    }

    @Test
    void aFrameThatIsTooLargeClosesTheConnection() throws Exception {
        try (var client = ChatClient.open(app, ann, "")) {
            client.send("{\"type\":\"ping\",\"ts\":\"" + "x".repeat(1 << 20) + "\"}");
            assertThat(client.closeCode()).isEqualTo(1009);
        }
    }

    @Test
    void theLastToLeaveEndsTheAnswer() throws Exception {
        try (var upstream = new FakeProvider();
                var own = TestApp.start(folder.resolve("leave"), "OPENAI_API_BASE_URLS", upstream.url())) {
            var user = own.signUp("ann");
            var client = ChatClient.open(own, user, "");
            var other = ChatClient.open(own, user, "?session_id=" + client.session);
            client.say("endless", "go on").untilText();
            client.cut();
            other.untilText();
            other.untilText();
            other.untilText();
            assertThat(upstream.left.getCount()).isOne();
            other.cut();
            assertThat(upstream.left.await(30, TimeUnit.SECONDS)).isTrue();
            var answer = awaitRest(own, user, client.session);
            assertThat(answer.path("content").asText()).contains("more");
            assertThat(answer.at("/metadata_info/finish_reason").asText()).isEqualTo("cancelled");
            try (var again = ChatClient.open(own, user, "?session_id=" + client.session)) {
                assertThat(again.start.path("resumed").asBoolean()).isTrue();
                assertThat(again.send("{\"type\":\"chat.history\"}")
                                .next("history")
                                .path("messages"))
                        .hasSize(2);
            }
        }
    }

    private static JsonNode awaitRest(TestApp own, TestApp.User user, String session) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        JsonNode answer;
        do {
            assertThat(System.nanoTime()).isLessThan(end);
            answer = json(own.get(user, "/api/sessions/" + session + "/messages"))
                    .path(1);
        } while (answer.isMissingNode() || answer.at("/metadata_info/streaming").asBoolean());
        return answer;
    }

    @Test
    void anAnswerMayBeFinishedForNobody() throws Exception {
        try (var upstream = new ScriptedUpstream("slow");
                var own = TestApp.start(
                        folder.resolve("finish"),
                        "OPENAI_API_BASE_URLS",
                        upstream.url() + "/v1",
                        "LOCAL_CHAT_ON_DISCONNECT",
                        "finish")) {
            upstream.on("/chat/completions", Answer.events("""
                    data: {"choices":[{"delta":{"content":"first "}}]}

                    """, "HANG", """
                    data: {"choices":[{"delta":{"content":"last"},"finish_reason":"stop"}]}

                    """, "data: [DONE]\n\n"));
            var user = own.signUp("ann");
            var client = ChatClient.open(own, user, "");
            client.say("slow", "go on").untilText();
            client.cut();
            awaitNobody(own, user);
            upstream.release();
            var answer = awaitRest(own, user, client.session);
            assertThat(answer.path("content").asText()).isEqualTo("first last");
            assertThat(answer.path("metadata_info").isNull()).isTrue();
        }
    }

    private static void awaitNobody(TestApp own, TestApp.User user) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (!own.get(user, "/metrics").body().contains("ws_connections 0")) {
            assertThat(System.nanoTime()).isLessThan(end);
        }
    }

    @Test
    void aServerThatStopsSaysGoodbye() throws Exception {
        var own = TestApp.start(folder.resolve("stopping"), "OPENAI_API_BASE_URLS", provider.url());
        var user = own.signUp("ann");
        var idle = ChatClient.open(own, user, "");
        own.app().close();
        assertThat(idle.closeCode()).isEqualTo(1001);
        own.close();
    }

    @Test
    void aSessionThatIsDeletedClosesItsSockets() throws Exception {
        try (var client = ChatClient.open(app, ann, "")) {
            client.say("endless", "go on").untilText();
            assertThat(app.send(ann, "DELETE", "/api/sessions/" + client.session, null)
                            .statusCode())
                    .isEqualTo(200);
            assertThat(client.closeCode()).isEqualTo(4004);
            // its id is not given away again
            try (var again = ChatClient.connect(app, ann, "?session_id=" + client.session)) {
                assertThat(again.closeCode()).isEqualTo(4004);
            }
        }
    }
}
