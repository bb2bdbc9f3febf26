package carafe.feature.chats.turns;

import static carafe.TestApp.json;
import static org.assertj.core.api.Assertions.assertThat;

import carafe.FakeProvider;
import carafe.TestApp;
import carafe.platform.realtime.socketio.RawClient;
import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the sockets of Open WebUI's front ends are told of chats and their answers. */
class TurnSocketsTest {
    @TempDir
    Path folder;

    FakeProvider provider;
    TestApp app;
    TestApp.User ann;
    RawClient client;

    @BeforeEach
    void start() {
        provider = new FakeProvider();
        app = TestApp.start(folder, "OPENAI_API_BASE_URLS", provider.url());
        ann = app.signUp("ann");
        client = new RawClient(app.url("/ws/socket.io/"));
    }

    @AfterEach
    void stop() {
        client.close();
        app.close();
        provider.close();
    }

    private RawClient.Ws socket(TestApp.User user) {
        return client.webSocket().connect("{\"token\":\"" + user.token() + "\"}");
    }

    private JsonNode begin(String model, String content) {
        return json(
                app.post(ann, "/api/v1/chats/turns", "{\"model\":\"" + model + "\",\"content\":\"" + content + "\"}"));
    }

    /** The events called {@code name} until one fits, which is the last. */
    private static List<JsonNode> eventsUntil(RawClient.Ws socket, String name, Predicate<JsonNode> last) {
        var events = new ArrayList<JsonNode>();
        while (true) {
            var message = socket.next();
            if (message.startsWith("42[\"" + name + "\"")) {
                var event = RawClient.json(message.substring(2)).path(1);
                events.add(event);
                if (last.test(event.path("data"))) {
                    return events;
                }
            }
        }
    }

    private static boolean isIdle(JsonNode data) {
        return data.path("type").asText().equals("chat:active")
                && !data.at("/data/active").asBoolean();
    }

    private static String deltas(List<JsonNode> events) {
        var text = new StringBuilder();
        events.stream()
                .map(event -> event.at("/data/data"))
                .filter(data -> data.path("type").asText().equals("response.output_text.delta"))
                .forEach(data -> text.append(data.path("delta").asText()));
        return text.toString();
    }

    private static List<String> types(List<JsonNode> events) {
        return events.stream()
                .map(event -> event.at("/data/type").asText())
                .distinct()
                .toList();
    }

    @Test
    void anAnswerGrowsOnEverySocketOfItsAccountAndOnNoOther() {
        var bob = app.signUp("bob");
        var first = socket(ann);
        var second = socket(ann);
        var foreign = socket(bob);
        var turn = begin("echo", "Where do rivers end?");

        for (var socket : List.of(first, second)) {
            var events = eventsUntil(socket, "events", TurnSocketsTest::isIdle);
            assertThat(types(events))
                    .containsExactlyInAnyOrder("chat:list", "chat:active", "response:completion", "chat:completion");
            assertThat(deltas(events)).isEqualTo("Where do rivers end?");
            var done = events.get(events.size() - 2);
            assertThat(done.path("chat_id")).isEqualTo(turn.path("chat_id"));
            assertThat(done.path("message_id")).isEqualTo(turn.path("message_id"));
            assertThat(done.at("/data/data/done").asBoolean()).isTrue();
            assertThat(done.at("/data/data/content").asText()).isEqualTo("Where do rivers end?");
            assertThat(done.at("/data/data/output/0/content/0/text").asText()).isEqualTo("Where do rivers end?");
            assertThat(done.at("/data/data/usage/completion_tokens").asInt()).isEqualTo(7);
        }
        foreign.send("421[\"user-join\",{}]");
        assertThat(foreign.next()).startsWith("431[{\"id\"");
    }

    @Test
    void frontEndsBefore012GetPlainContent() {
        var socket = socket(ann);
        begin("echo", "Where do rivers end?");
        var events = eventsUntil(socket, "chat-events", TurnSocketsTest::isIdle);
        var text = new StringBuilder();
        events.forEach(event ->
                text.append(event.at("/data/data/choices/0/delta/content").asText("")));
        assertThat(text.toString()).isEqualTo("Where do rivers end?");
        var done = events.get(events.size() - 2).at("/data/data");
        assertThat(done.path("content").asText()).isEqualTo("Where do rivers end?");
        assertThat(done.has("output")).isFalse();
    }

    @Test
    void aTabThatComesLaterGetsTheWholeTextFirst() throws Exception {
        var turn = begin("endless", "go on");
        var early = socket(ann);
        var seen = eventsUntil(early, "events", data -> data.toString().contains("more"));
        assertThat(seen).isNotEmpty();
        var late = socket(ann);
        var events = eventsUntil(late, "events", data -> data.path("data").has("content"));
        var snapshot = events.getLast().at("/data/data");
        assertThat(snapshot.path("content").asText()).contains("more");
        assertThat(snapshot.at("/output/0/content/0/text")).isEqualTo(snapshot.path("content"));
        assertThat(snapshot.at("/output/0/status").asText()).isEqualTo("in_progress");

        app.post(ann, "/api/tasks/chat/" + turn.path("chat_id").asText() + "/stop", "{}");
        var end = eventsUntil(late, "events", TurnSocketsTest::isIdle);
        var cancelled = end.get(end.size() - 2).path("data");
        assertThat(cancelled.path("type").asText()).isEqualTo("chat:tasks:cancel");
        assertThat(cancelled.at("/data/output/0/status").asText()).isEqualTo("incomplete");
        assertThat(cancelled.at("/data/output/0/content/0/text").asText())
                .isEqualTo(snapshot.path("content").asText() + deltas(end));
    }

    @Test
    void anUpstreamThatFailsEndsTheAnswerWithItsError() {
        var socket = socket(ann);
        begin("fail", "hello");
        var events = eventsUntil(socket, "events", TurnSocketsTest::isIdle);
        var failed = events.get(events.size() - 2).path("data");
        assertThat(failed.path("type").asText()).isEqualTo("chat:message:error");
        assertThat(failed.at("/data/error/content").asText()).contains("slow down");
        assertThat(failed.at("/data/done").asBoolean()).isTrue();
    }

    @Test
    void aStrangerHearsOfItsAccountOnceItHasJoined() {
        var socket = client.webSocket().connect("{}");
        assertThat(socket.send("421[\"user-join\",{\"auth\":{\"token\":\"forged\"}}]")
                        .next())
                .isEqualTo("431[]");
        assertThat(socket.send("422[\"usage\",{\"action\":\"chat\",\"model\":\"echo\"}]")
                        .next())
                .isEqualTo("432[]");
        assertThat(json(app.get(ann, "/api/usage")).path("model_ids")).isEmpty();
        var joined = socket.send("423[\"user-join\",{\"auth\":{\"token\":\"" + ann.token() + "\"}}]")
                .next();
        assertThat(RawClient.json(joined.substring(3)).at("/0/id").asText()).isEqualTo(ann.id());
        assertThat(RawClient.json(joined.substring(3)).at("/0/name").asText()).isEqualTo("ann");
        assertThat(socket.send("424[\"usage\",{\"action\":\"chat\",\"model\":\"echo\"}]")
                        .next())
                .isEqualTo("434[]");
        assertThat(json(app.get(ann, "/api/usage")).path("model_ids").toString())
                .isEqualTo("[\"echo\"]");
        assertThat(socket.send("425[\"heartbeat\",{}]").next()).isEqualTo("435[]");
        begin("echo", "hello");
        assertThat(eventsUntil(socket, "events", TurnSocketsTest::isIdle)).isNotEmpty();
    }

    @Test
    void onlyAnOwnChatCanBeJoined() {
        var chat = begin("echo", "hello").path("chat_id").asText();
        var join = "[\"events:chat\",{\"chat_id\":\"" + chat + "\",\"data\":{\"type\":\"join\"}}]";
        var bob = socket(app.signUp("bob"));
        assertThat(bob.send("421" + join).next()).isEqualTo("431[false]");
        assertThat(client.webSocket().connect("{}").send("421" + join).next()).isEqualTo("431[]");
        var own = client.webSocket();
        own.connect("{\"token\":\"" + ann.token() + "\"}").send("421" + join);
        for (var message = own.next(); ; message = own.next()) {
            if (message.startsWith("431")) {
                assertThat(message).isEqualTo("431[true]");
                return;
            }
        }
    }

    @Test
    void signingOutMakesTheSocketAStranger() {
        var socket = socket(ann);
        app.post(ann, "/api/v1/auths/signout", "{}");
        assertThat(socket.next()).isEqualTo("42[\"access:updated\",{}]");
        assertThat(socket.send("421[\"user-join\",{\"auth\":{\"token\":\"" + ann.token() + "\"}}]")
                        .next())
                .isEqualTo("431[]");
    }

    @Test
    void anApiKeyIsNoSignIn() {
        var key = json(app.post(ann, "/api/v1/auths/api_key", "{}"))
                .path("api_key")
                .asText();
        assertThat(key).startsWith("sk-");
        var socket = client.webSocket().connect("{\"token\":\"" + key + "\"}");
        assertThat(socket.send("421[\"user-join\",{}]").next()).isEqualTo("431[]");
    }

    @Test
    void anAccountThatLosesItsRoleIsTold() {
        var bob = app.signUp("bob");
        var socket = socket(bob);
        app.post(ann, "/api/v1/users/" + bob.id() + "/update", "{\"role\":\"pending\"}");
        assertThat(socket.next()).isEqualTo("42[\"access:updated\",{}]");
        assertThat(socket.send("421[\"usage\",{\"model\":\"x\"}]").next()).isEqualTo("431[]");
        assertThat(json(app.get(ann, "/api/usage")).path("model_ids")).isEmpty();
    }

    @Test
    void theConfigurationTellsTheTruthAboutWebSockets() {
        assertThat(json(app.get(ann, "/api/config"))
                        .at("/features/enable_websocket")
                        .asBoolean())
                .isTrue();
    }
}
