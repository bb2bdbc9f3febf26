package carafe.feature.chats.turns;

import static carafe.TestApp.json;
import static org.assertj.core.api.Assertions.assertThat;

import carafe.FakeProvider;
import carafe.TestApp;
import carafe.platform.db.TestDatabases;
import carafe.platform.realtime.socketio.RawClient;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Chat completion requests as Open WebUI's front ends send them, answered on their sockets. */
@ParameterizedClass
@EnumSource(TestDatabases.class)
class FrontEndTurnsTest {
    private static final String NOTHING_BESIDE = "\"background_tasks\":{}";

    private final TestDatabases engine;

    @TempDir
    Path folder;

    FakeProvider provider;
    TestApp app;
    TestApp.User ann;
    RawClient client;
    RawClient.Ws socket;

    FrontEndTurnsTest(TestDatabases engine) {
        this.engine = engine;
    }

    @BeforeEach
    void start() {
        provider = new FakeProvider();
        app = TestApp.start(folder, engine, "OPENAI_API_BASE_URLS", provider.url());
        ann = app.signUp("ann");
        client = new RawClient(app.url("/ws/socket.io/"));
        socket = client.webSocket().connect("{\"token\":\"" + ann.token() + "\"}");
    }

    @AfterEach
    void stop() {
        client.close();
        app.close();
        provider.close();
    }

    private static String question(String id, String parent, String content) {
        return "\"user_message\":{\"id\":\"%s\",\"parentId\":%s,\"childrenIds\":[],\"role\":\"user\",\"content\":\"%s\",\"timestamp\":5,\"models\":[\"echo\"]}"
                .formatted(id, parent == null ? "null" : '"' + parent + '"', content);
    }

    private JsonNode ask(String model, String answerId, String more) {
        var answer = app.post(
                ann,
                "/api/chat/completions",
                "{\"stream\":true,\"session_id\":\"s\",\"model\":\"%s\",\"id\":\"%s\",%s}"
                        .formatted(model, answerId, more));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return json(answer);
    }

    private JsonNode newChat(String model, String content) {
        return ask(model, "a1", "\"parent_id\":null," + question("u1", null, content) + "," + NOTHING_BESIDE);
    }

    private List<JsonNode> eventsUntil(Predicate<JsonNode> last) {
        var events = new ArrayList<JsonNode>();
        while (true) {
            var message = socket.next();
            if (message.startsWith("42[\"events\"")) {
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

    private static Predicate<JsonNode> type(String type) {
        return data -> data.path("type").asText().equals(type);
    }

    private JsonNode chat(String id) {
        return json(app.get(ann, "/api/v1/chats/" + id));
    }

    private JsonNode upload(TestApp.User who, String name, String type, byte[] bytes) throws Exception {
        var body = new ByteArrayOutputStream();
        body.write(("--xyz\r\nContent-Disposition: form-data; name=\"file\"; filename=\"" + name
                        + "\"\r\nContent-Type: " + type + "\r\n\r\n")
                .getBytes(StandardCharsets.UTF_8));
        body.write(bytes);
        body.write("\r\n--xyz--\r\n".getBytes(StandardCharsets.UTF_8));
        var request = HttpRequest.newBuilder(URI.create(app.url("/api/v1/files/")))
                .header("Authorization", "Bearer " + who.token())
                .header("Content-Type", "multipart/form-data; boundary=xyz")
                .POST(HttpRequest.BodyPublishers.ofByteArray(body.toByteArray()))
                .build();
        try (var http = HttpClient.newHttpClient()) {
            var file = json(http.send(request, HttpResponse.BodyHandlers.ofString()));
            var status = app.get(who, "/api/v1/files/" + file.path("id").asText() + "/process/status?stream=true");
            assertThat(status.body()).contains("completed");
            return file;
        }
    }

    @Test
    void attachedFilesAreGivenToTheModelInFullAndOnlyTheOwnOnes() throws Exception {
        var notes = upload(
                        ann, "notes.md", "text/markdown", "The river is called Ybbs.".getBytes(StandardCharsets.UTF_8))
                .path("id")
                .asText();
        byte[] pixel = Base64.getDecoder()
                .decode(
                        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==");
        var picture = upload(ann, "dot.png", "image/png", pixel).path("id").asText();
        var bob = app.signUp("bob");
        var secret = upload(bob, "bob.txt", "text/plain", "Bob's diary".getBytes(StandardCharsets.UTF_8))
                .path("id")
                .asText();
        provider.requests.clear();
        var files =
                "[{\"type\":\"file\",\"id\":\"%s\",\"name\":\"notes.md\"},{\"type\":\"image\",\"url\":\"%s\"},{\"type\":\"file\",\"id\":\"%s\"}]"
                        .formatted(notes, picture, secret);
        ask(
                "echo",
                "a1",
                "\"parent_id\":null,\"files\":" + files + ","
                        + question("u1", null, "Which river?")
                                .replace("\"timestamp\"", "\"files\":" + files + ",\"timestamp\"")
                        + "," + NOTHING_BESIDE);
        eventsUntil(FrontEndTurnsTest::isIdle);

        var sent = provider.requests
                .poll(10, TimeUnit.SECONDS)
                .path("messages")
                .path(0)
                .path("content");
        assertThat(sent.path(0).path("text").asText())
                .isEqualTo("<file name=\"notes.md\">\nThe river is called Ybbs.\n</file>\n\nWhich river?");
        assertThat(sent.path(1).at("/image_url/url").asText())
                .isEqualTo("data:image/png;base64," + Base64.getEncoder().encodeToString(pixel));
        assertThat(sent.size()).isEqualTo(2);
    }

    @Test
    void aNewChatKeepsTheClientsIdsAndIsStoredWhole() {
        var receipt = newChat("echo", "Where do rivers end?");
        assertThat(receipt.path("status").asBoolean()).isTrue();
        assertThat(receipt.path("task_ids").size()).isEqualTo(1);
        assertThat(receipt.path("task_id")).isEqualTo(receipt.at("/task_ids/0"));
        var chatId = receipt.path("chat_id").asText();
        var events = eventsUntil(FrontEndTurnsTest::isIdle);
        assertThat(events)
                .filteredOn(e -> e.has("message_id") && e.path("message_id").isTextual())
                .allMatch(e -> e.path("message_id").asText().equals("a1")
                        && e.path("chat_id").asText().equals(chatId));
        var done = events.stream()
                .map(e -> e.at("/data/data"))
                .filter(d -> d.path("done").asBoolean())
                .findFirst()
                .orElseThrow();
        assertThat(done.at("/output/0/content/0/text").asText()).isEqualTo("Where do rivers end?");
        var stored = chat(chatId).path("chat");
        assertThat(stored.at("/history/currentId").asText()).isEqualTo("a1");
        assertThat(stored.at("/history/messages/u1/childrenIds/0").asText()).isEqualTo("a1");
        assertThat(stored.at("/history/messages/u1/timestamp").asInt()).isEqualTo(5);
        assertThat(stored.at("/history/messages/a1/content").asText()).isEqualTo("Where do rivers end?");
        assertThat(stored.at("/history/messages/a1/done").asBoolean()).isTrue();
        assertThat(stored.at("/models/0").asText()).isEqualTo("echo");
        assertThat(chat(chatId).path("title").asText()).isEqualTo("Where do rivers end?"); // nobody else named it
        assertThat(json(app.get(ann, "/api/tasks/chat/" + chatId))
                        .path("task_ids")
                        .isEmpty())
                .isTrue();
    }

    @Test
    void laterQuestionsHaveTheirHistoryFromTheStoredBranch() throws Exception {
        var chatId = newChat("echo", "one").path("chat_id").asText();
        eventsUntil(FrontEndTurnsTest::isIdle);
        provider.requests.clear();
        ask(
                "echo",
                "a2",
                "\"chat_id\":\"%s\",\"parent_id\":\"a1\",%s,%s,"
                                .formatted(chatId, question("u2", "a1", "two"), NOTHING_BESIDE)
                        + "\"messages\":[{\"role\":\"system\",\"content\":\"You speak to {{USER_NAME}}.\"}],"
                        + "\"variables\":{\"{{USER_NAME}}\":\"Ann\"},"
                        + "\"params\":{\"temperature\":0.5,\"stop\":[\"X\"],\"unknown\":1,\"model_controls\":{}}");
        var sent = provider.requests.poll(20, TimeUnit.SECONDS);
        assertThat(sent.path("messages").toString()).isEqualTo("""
                [{"role":"system","content":"You speak to Ann."},{"role":"user","content":"one"},\
                {"role":"assistant","content":"one"},{"role":"user","content":"two"}]""");
        assertThat(sent.path("temperature").asDouble()).isEqualTo(0.5);
        assertThat(sent.at("/stop/0").asText()).isEqualTo("X");
        assertThat(sent.has("unknown")).isFalse();
        eventsUntil(FrontEndTurnsTest::isIdle);
        // another answer to the first question: a sibling, and the branch of the second is not read
        provider.requests.clear();
        ask(
                "echo",
                "a3",
                "\"chat_id\":\"%s\",\"parent_id\":null,%s,%s"
                        .formatted(chatId, question("u1", null, "one"), NOTHING_BESIDE));
        assertThat(provider.requests.poll(20, TimeUnit.SECONDS).path("messages").size())
                .isEqualTo(1);
        eventsUntil(FrontEndTurnsTest::isIdle);
        assertThat(chat(chatId).at("/chat/history/messages/u1/childrenIds").toString())
                .isEqualTo("[\"a1\",\"a3\"]");
        assertThat(chat(chatId).at("/chat/history/currentId").asText()).isEqualTo("a3");
    }

    @Test
    void severalModelsAnswerSideBySide() {
        var receipt = ask(
                "echo",
                "x",
                "\"parent_id\":null," + question("u1", null, "both") + "," + NOTHING_BESIDE
                        + ",\"message_ids\":[{\"model_id\":\"echo\",\"message_id\":\"a1\",\"modelIdx\":0},{\"model_id\":\"cut\",\"message_id\":\"a2\",\"modelIdx\":1}]");
        assertThat(receipt.path("task_ids").toString()).isEqualTo("[\"a1\",\"a2\"]");
        eventsUntil(FrontEndTurnsTest::isIdle);
        var messages = chat(receipt.path("chat_id").asText()).at("/chat/history/messages");
        assertThat(messages.at("/u1/childrenIds").toString()).isEqualTo("[\"a1\",\"a2\"]");
        assertThat(messages.at("/a1/modelIdx").asInt()).isZero();
        assertThat(messages.at("/a2/modelIdx").asInt()).isEqualTo(1);
        assertThat(messages.at("/a2/error/content").asText()).isNotEmpty(); // it died, and its text stays
        assertThat(messages.at("/a2/content").asText()).isEqualTo("both");
    }

    @Test
    void stopCancelsUpstreamAndKeepsTheText() throws Exception {
        var chatId = newChat("endless", "go on").path("chat_id").asText();
        eventsUntil(data -> data.at("/data/delta").asText().contains("more"));
        assertThat(json(app.get(ann, "/api/tasks/chat/" + chatId))
                        .path("task_ids")
                        .toString())
                .isEqualTo("[\"a1\"]");
        assertThat(json(app.get(ann, "/api/v1/chats/?page=1")).at("/0/active").asBoolean())
                .as("the list shows that it is being written")
                .isTrue();
        assertThat(json(app.get(ann, "/api/v1/chats/search?text=go"))
                        .at("/0/active")
                        .asBoolean())
                .isTrue();
        var bob = app.signUp("bob");
        assertThat(app.post(bob, "/api/tasks/stop/a1", "{}").statusCode()).isEqualTo(404);
        assertThat(json(app.post(bob, "/api/tasks/chat/" + chatId + "/stop", "{}"))
                        .path("message")
                        .asText())
                .contains("Nothing");
        assertThat(app.get(bob, "/api/tasks").statusCode()).isEqualTo(401);
        assertThat(json(app.get(ann, "/api/tasks")).path("tasks").toString()).isEqualTo("[\"a1\"]");
        assertThat(app.post(ann, "/api/tasks/stop/a1", "{}").statusCode()).isEqualTo(200);
        assertThat(provider.left.await(20, TimeUnit.SECONDS)).isTrue();
        var cancelled = eventsUntil(type("chat:tasks:cancel")).getLast();
        assertThat(cancelled.at("/data/data/output/0/status").asText()).isEqualTo("incomplete");
        eventsUntil(FrontEndTurnsTest::isIdle);
        assertThat(json(app.get(ann, "/api/v1/chats/?page=1")).at("/0/active").asBoolean())
                .isFalse();
        assertThat(chat(chatId).at("/chat/history/messages/a1/content").asText())
                .contains("more");
    }

    @Test
    void anAdministratorStopsWhatAnybodyHasBegun() {
        var bob = app.signUp("bob");
        app.post(
                bob,
                "/api/chat/completions",
                "{\"stream\":true,\"session_id\":\"s\",\"model\":\"endless\",\"id\":\"b1\",\"parent_id\":null,"
                        + question("u1", null, "go") + "," + NOTHING_BESIDE + "}");
        assertThat(json(app.get(ann, "/api/tasks")).path("tasks").toString()).isEqualTo("[\"b1\"]");
        assertThat(app.post(ann, "/api/tasks/stop/b1", "{}").statusCode()).isEqualTo(200);
        assertThat(json(app.get(ann, "/api/tasks")).path("tasks").isEmpty()).isTrue();
    }

    @Test
    void plainCallsGiveTheirFilesToTheModelAndNothingThatOnlyWeUnderstand() throws Exception {
        var file = upload(ann, "notes.txt", "text/plain", "the cat is grey".getBytes(StandardCharsets.UTF_8))
                .path("id")
                .asText();
        var request = """
                {"model":"echo","messages":[{"role":"user","content":"which colour?"}],"temperature":0.1,"logit_bias":{"1":2},
                 "files":[{"type":"file","id":"%s"}],"features":{"web_search":false},"variables":{},"tool_ids":[],
                 "params":{"temperature":0.9,"seed":4},"model_item":{"id":"echo"},"background_tasks":{}}""".formatted(file);
        assertThat(app.post(ann, "/api/chat/completions", request).statusCode()).isEqualTo(200);
        var sent = provider.requests.take();
        assertThat(sent.at("/messages/0/content").asText())
                .contains("the cat is grey")
                .endsWith("which colour?");
        assertThat(sent.path("temperature").asDouble()).isEqualTo(0.1);
        assertThat(sent.path("seed").asInt()).isEqualTo(4);
        assertThat(sent.at("/logit_bias/1").asInt())
                .as("what others understand")
                .isEqualTo(2);
        assertThat(sent.properties())
                .extracting(Map.Entry::getKey)
                .doesNotContain(
                        "files", "features", "variables", "tool_ids", "params", "model_item", "background_tasks");

        var bob = app.signUp("bob");
        app.post(bob, "/api/chat/completions", request);
        assertThat(provider.requests.take().toString()).doesNotContain("grey").contains("which colour?");
    }

    @Test
    void readingAChatTellsWhatIsStillUnreadInFolders() {
        var folder = json(app.post(ann, "/api/v1/folders/", "{\"name\":\"Work\"}"))
                .path("id")
                .asText();
        var chatId = ask(
                        "echo",
                        "a1",
                        "\"folder_id\":\"" + folder + "\"," + question("u1", null, "hello") + "," + NOTHING_BESIDE)
                .path("chat_id")
                .asText();
        eventsUntil(FrontEndTurnsTest::isIdle);
        app.post(ann, "/api/v1/chats/" + chatId + "/unread", "{}");
        assertThat(json(app.get(ann, "/api/v1/folders/")).at("/0/unread_count").asInt())
                .isEqualTo(1);
        socket.send("42[\"events:chat\",{\"chat_id\":\"" + chatId + "\",\"data\":{\"type\":\"last_read_at\"}}]");
        var read = eventsUntil(data -> data.at("/data/last_read_at").isNumber()).getLast();
        assertThat(read.at("/data/data/folder_unread_counts").toString()).isEqualTo("{\"" + folder + "\":0}");
    }

    @Test
    void anUpstreamThatRefusesEndsTheTurnWithItsWords() {
        var chatId = newChat("fail", "x").path("chat_id").asText();
        var error = eventsUntil(type("chat:message:error")).getLast();
        assertThat(error.at("/data/data/error/content").asText()).contains("slow down");
        assertThat(error.at("/data/data/done").asBoolean()).isTrue();
        eventsUntil(FrontEndTurnsTest::isIdle);
        assertThat(chat(chatId).at("/chat/history/messages/a1/error/content").asText())
                .contains("slow down");
    }

    @Test
    void temporaryChatsAreAnsweredAndNeverStored() throws Exception {
        for (var chatId : List.of("temporary:s", "local:s")) {
            var receipt = ask(
                    "echo",
                    "a1",
                    "\"chat_id\":\"" + chatId
                            + "\",\"messages\":[{\"role\":\"user\",\"content\":\"psst\",\"id\":\"u1\"}],"
                            + question("u1", null, "psst"));
            assertThat(receipt.path("chat_id").asText()).isEqualTo(chatId);
            var events = eventsUntil(FrontEndTurnsTest::isIdle);
            assertThat(events.toString()).contains("psst").contains("\"chat_id\":\"" + chatId + "\"");
        }
        assertThat(json(app.get(ann, "/api/v1/chats/")).isEmpty()).isTrue();
        assertThat(provider.requests
                        .poll(20, TimeUnit.SECONDS)
                        .at("/messages/0")
                        .toString())
                .isEqualTo("{\"role\":\"user\",\"content\":\"psst\"}");
    }

    @Test
    void aClientThatSavesChatsItselfIsAnsweredInItsPlaceholder() throws Exception {
        var chat = json(app.post(ann, "/api/v1/chats/new", """
                {"chat":{"title":"New Chat","models":["echo"],"history":{"currentId":"a1","messages":{
                 "u1":{"id":"u1","parentId":null,"childrenIds":["a1"],"role":"user","content":"six"},
                 "a1":{"id":"a1","parentId":"u1","childrenIds":[],"role":"assistant","content":"","model":"echo","modelIdx":0}}}}}"""));
        var chatId = chat.path("id").asText();
        var receipt = ask(
                "echo", "a1", "\"chat_id\":\"" + chatId + "\",\"messages\":[{\"role\":\"user\",\"content\":\"six\"}]");
        assertThat(receipt.path("task_id").asText()).isEqualTo("a1");
        eventsUntil(FrontEndTurnsTest::isIdle);
        assertThat(chat(chatId).at("/chat/history/messages/a1/content").asText())
                .isEqualTo("six");
        assertThat(json(app.get(ann, "/api/v1/chats/search?text=six")).size()).isEqualTo(1);
    }

    @Test
    void anAnswerIsContinuedFromWhatItHas() throws Exception {
        var chatId = newChat("echo", "go").path("chat_id").asText();
        eventsUntil(FrontEndTurnsTest::isIdle);
        provider.requests.clear();
        ask(
                "echo",
                "a1",
                "\"chat_id\":\"%s\",\"assistant_message_id\":\"a1\",%s".formatted(chatId, question("u1", null, "go")));
        var sent = provider.requests.poll(20, TimeUnit.SECONDS).path("messages");
        assertThat(sent.get(sent.size() - 1).toString()).isEqualTo("{\"role\":\"assistant\",\"content\":\"go\"}");
        eventsUntil(FrontEndTurnsTest::isIdle);
        assertThat(chat(chatId).at("/chat/history/messages/a1/content").asText())
                .isEqualTo("gogo");
    }

    @Test
    void anotherTabOfTheAccountLearnsOfQuestionAndAnswer() {
        var chatId = newChat("echo", "one").path("chat_id").asText();
        eventsUntil(FrontEndTurnsTest::isIdle);
        ask("echo", "a2", "\"chat_id\":\"%s\",%s".formatted(chatId, question("u2", "a1", "two")));
        var event = eventsUntil(type("chat:messages")).getLast();
        assertThat(event.path("shared").asBoolean()).isTrue();
        assertThat(event.at("/data/data/currentId").asText()).isEqualTo("a2");
        assertThat(event.at("/data/data/messages/u2/content").asText()).isEqualTo("two");
        assertThat(event.at("/data/data/messages/a2/done").asBoolean(true)).isFalse();
        assertThat(event.at("/data/data/messages/a1/childrenIds/0").asText()).isEqualTo("u2");
    }

    @Test
    void aModelsOwnMarksOfThoughtAreNoText() {
        var chatId = newChat("echo", "<think>first this</think> then that")
                .path("chat_id")
                .asText();
        var done =
                eventsUntil(data -> data.at("/data/done").asBoolean()).getLast().at("/data/data");
        assertThat(done.path("content").asText()).isEqualTo("then that");
        assertThat(done.at("/output/0/type").asText()).isEqualTo("reasoning");
        assertThat(done.at("/output/0/content/0/text").asText()).isEqualTo("first this");
        assertThat(chat(chatId).at("/chat/history/messages/a1/content").asText())
                .isEqualTo("then that");
    }

    @Test
    void aModelNamesTheChatTagsItAndProposesWhatToAsk() {
        // echo answers with its prompt, in which the wanted JSON stands with "…" for the values
        var chatId = ask(
                        "echo",
                        "a1",
                        "\"parent_id\":null," + question("u1", null, "one")
                                + ",\"background_tasks\":{\"title_generation\":true,\"tags_generation\":true,\"follow_up_generation\":true}")
                .path("chat_id")
                .asText();
        var events = eventsUntil(type("chat:tags"));
        assertThat(events.getLast().at("/data/data").toString()).isEqualTo("[\"…\"]");
        // it is looked for on a thread of its own, which may be the last
        var named = type("chat:title");
        if (events.stream().noneMatch(event -> named.test(event.path("data")))) {
            eventsUntil(named);
        }
        assertThat(events.toString()).contains("\"follow_ups\":[\"…\"]");
        assertThat(provider.requests.stream()
                        .filter(sent -> !sent.path("stream").asBoolean(true))
                        .count())
                .isEqualTo(3);
        assertThat(chat(chatId).path("title").asText()).isEqualTo("…");
        assertThat(chat(chatId).at("/meta/tags/0").asText()).isEqualTo("…");
        assertThat(chat(chatId).at("/chat/history/messages/a1/followUps/0").asText())
                .isEqualTo("…");
    }

    @Test
    void whatDoesNotFitIsRefusedAndLeavesNothing() {
        var chatId = newChat("echo", "one").path("chat_id").asText();
        eventsUntil(FrontEndTurnsTest::isIdle);
        var before = chat(chatId);
        record Case(int status, String body) {}
        for (var bad : List.of(
                new Case(400, "\"model\":\"nope\",\"id\":\"x\"," + question("u9", "a1", "x")),
                new Case(404, "\"model\":\"echo\",\"id\":\"x\",\"chat_id\":\"unknown\"," + question("u9", null, "x")),
                new Case(404, "\"model\":\"echo\",\"id\":\"x\",\"chat_id\":\"channel:1\"," + question("u9", null, "x")),
                new Case(
                        422,
                        "\"model\":\"echo\",\"id\":\"x\",\"chat_id\":\"" + chatId + "\","
                                + question("u9", "gone", "x")),
                new Case(
                        422,
                        "\"model\":\"echo\",\"id\":\"u1\",\"chat_id\":\"" + chatId + "\"," + question("u9", "a1", "x")),
                new Case(
                        422,
                        "\"model\":\"echo\",\"id\":\"u9\",\"chat_id\":\"" + chatId + "\"," + question("u9", "a1", "x")),
                new Case(422, "\"model\":\"echo\",\"id\":\"new\",\"chat_id\":\"" + chatId + "\""),
                new Case(
                        422,
                        "\"model\":\"echo\",\"id\":\"x y\",\"chat_id\":\"" + chatId + "\","
                                + question("u9", "a1", "x")),
                new Case(
                        422,
                        "\"model\":\"echo\",\"id\":\"x\",\"params\":{\"temperature\":9}," + question("u9", null, "x")),
                new Case(
                        422,
                        "\"model\":\"echo\",\"id\":\"x\",\"chat_id\":\"temporary:s\"," + question("u9", null, "x")))) {
            var answer = app.post(ann, "/api/chat/completions", "{\"session_id\":\"s\"," + bad.body() + "}");
            assertThat(answer.statusCode()).as(bad.body() + answer.body()).isEqualTo(bad.status());
            assertThat(json(answer).path("detail").asText()).isNotEmpty();
        }
        var bob = app.signUp("bob");
        var foreign = app.post(
                bob,
                "/api/chat/completions",
                "{\"session_id\":\"s\",\"model\":\"echo\",\"id\":\"x\",\"chat_id\":\"" + chatId + "\","
                        + question("u9", "a1", "x") + "}");
        assertThat(foreign.statusCode()).isEqualTo(404);
        assertThat(chat(chatId)).isEqualTo(before);
        assertThat(json(app.get(ann, "/api/v1/chats/")).size()).isEqualTo(1);
    }

    @Test
    void plainCallsOfTheApiAreAnsweredInPlace() {
        var answer = app.post(
                ann,
                "/api/v1/chat/completions",
                "{\"model\":\"echo\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}");
        assertThat(json(answer).at("/choices/0/message/content").asText()).isEqualTo("hi");
        assertThat(app.post(null, "/api/chat/completions", "{}").statusCode()).isEqualTo(401);
    }
}
