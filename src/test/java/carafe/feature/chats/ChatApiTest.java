package carafe.feature.chats;

import static org.assertj.core.api.Assertions.assertThat;

import carafe.feature.accounts.Accounts;
import carafe.platform.config.LiveSettings;
import carafe.platform.config.Secret;
import carafe.platform.config.SecretKeys;
import carafe.platform.db.TestDatabases;
import carafe.platform.http.Body;
import carafe.platform.http.Caller;
import carafe.platform.http.Cors;
import carafe.platform.http.HttpServer;
import carafe.platform.http.Json;
import carafe.platform.http.Limits;
import carafe.platform.http.Networks;
import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

@ParameterizedClass
@EnumSource(TestDatabases.class)
class ChatApiTest {
    private static final String CHATS = "/api/v1/chats/";
    private static final String HELLO = """
            {"chat": {"title": "Greeting", "models": ["m"], "history": {"currentId": "a", "messages": {
              "q": {"id": "q", "parentId": null, "childrenIds": ["a"], "role": "user", "content": "Hello there"},
              "a": {"id": "a", "parentId": "q", "childrenIds": [], "role": "assistant", "content": "General",
                    "model": "m", "done": true}}}}}""";

    private final ChatsFixture at;
    private final HttpServer server;
    private final HttpClient client = HttpClient.newHttpClient();

    ChatApiTest(TestDatabases engine, @TempDir Path folder) {
        at = new ChatsFixture(engine, folder);
        var accounts = accounts();
        var folders = new FolderStore(at.db, at.chats, at.ids, at.clock);
        var readers = new ChatReaders(at.db, at.chats, folders, accounts, true);
        var routes = new ChatRoutes(
                at.chats,
                new ChatAnswers(at.chats, at.messages, new ChatTags(at.db), readers),
                at.saves,
                at.search,
                at.events,
                accounts.permissions(),
                new Body(Json.mapper()),
                at.clock);
        server = new HttpServer(
                new HttpServer.Settings(
                        "127.0.0.1", 0, Duration.ofSeconds(1), Networks.parse(List.of()), new Cors(List.of(), false)),
                Json.mapper(),
                (credentials, address) ->
                        credentials.token().isEmpty() ? new Caller.Anonymous(address) : person(credentials.token()),
                new Limits(area -> 0),
                end -> {},
                routes::register);
        server.start();
    }

    private Accounts accounts() {
        var keys = new SecretKeys(new Secret("a secret for tests"));
        return new Accounts(
                at.db,
                keys,
                new LiveSettings(at.db, keys, Map.of(), at.clock),
                Json.mapper(),
                at.clock,
                new Accounts.Options(false, true, java.util.Optional.empty(), "Carafe", "1", Set.of(), Map.of()));
    }

    private static Caller person(String name) {
        var role = name.equals("new") ? Caller.Role.PENDING : Caller.Role.USER;
        return new Caller.Person(name, 1, name, name + "@example.org", role, "login");
    }

    @AfterEach
    void close() {
        client.close(); // its idle connections would hold up the graceful stop
        server.close();
        at.close();
    }

    @Test
    void aChatIsMadeReadListedFoundAndRenamed() throws Exception {
        var made = ok("ann", "POST", CHATS + "new", HELLO);
        var id = made.path("id").textValue();
        assertThat(made.at("/chat/history/messages/a/parentId").textValue()).isEqualTo("q");
        assertThat(ok("ann", "GET", CHATS + id, "")).isEqualTo(made);
        for (var list : List.of("", "?page=1", "list", "list?page=1", "search?text=hello", "search?text=greet")) {
            var row = ok("ann", "GET", CHATS + list, "").path(0);
            assertThat(row.path("id").textValue()).as(list).isEqualTo(id);
            assertThat(row.path("title").textValue()).isEqualTo("Greeting");
            assertThat(row.path("updated_at").longValue()).isEqualTo(1767225600);
            assertThat(row.path("last_read_at").longValue())
                    .as("who made it has seen it")
                    .isEqualTo(1767225600);
            assertThat(row.path("active").isBoolean()).isTrue();
            assertThat(row.path("active").booleanValue()).isFalse();
            assertThat(row.has("snippet")).isTrue();
        }
        assertThat(ok("ann", "GET", CHATS + "search?text=hello", "")
                        .at("/0/snippet")
                        .textValue())
                .isEqualTo("Hello there");
        assertThat(ok("ann", "GET", CHATS + "?page=2", "").size()).isZero();
        var renamed = ok("ann", "POST", CHATS + id, "{\"chat\": {\"title\": \"Hi\"}}");
        assertThat(renamed.path("title").textValue()).isEqualTo("Hi");
        assertThat(renamed.at("/chat/title").textValue()).isEqualTo("Hi");
        var switched = ok("ann", "POST", CHATS + id, "{\"chat\": {\"history\": {\"currentId\": \"q\"}}}");
        assertThat(switched.at("/chat/messages").size()).isEqualTo(1);
        assertThat(switched.at("/chat/history/messages").size()).isEqualTo(2);
    }

    @Test
    void strangersPendingPeopleAndOtherOwnersAreTurnedAway() throws Exception {
        var id = ok("ann", "POST", CHATS + "new", HELLO).path("id").textValue();
        for (var who : List.of("", "new", "bob")) {
            for (var request : List.of(
                    "GET " + id,
                    "POST " + id,
                    "DELETE " + id,
                    "POST " + id + "/restore",
                    "GET " + id + "/pinned",
                    "POST " + id + "/pin",
                    "POST " + id + "/archive")) {
                var parts = request.split(" ");
                var answer = send(who, parts[0], CHATS + parts[1], "{\"chat\": {\"title\": \"stolen\"}}");
                assertThat(answer.statusCode()).as(who + " " + request).isEqualTo(401);
                assertThat(ChatsFixture.json(answer.body()).path("detail").textValue())
                        .isNotEmpty();
            }
        }
        assertThat(detail("bob", CHATS + id)).isEqualTo(detail("bob", CHATS + "no-such-chat"));
        assertThat(ok("bob", "GET", CHATS, "").size()).isZero();
        assertThat(ok("bob", "GET", CHATS + "search?text=hello", "").size()).isZero();
        assertThat(ok("ann", "GET", CHATS + id, "").path("title").textValue()).isEqualTo("Greeting");
    }

    @Test
    void aDeletionCanBeTakenBackForAnHour() throws Exception {
        var id = ok("ann", "POST", CHATS + "new", HELLO).path("id").textValue();
        assertThat(send("ann", "DELETE", CHATS + id, "").body()).isEqualTo("true");
        assertThat(send("ann", "GET", CHATS + id, "").statusCode()).isEqualTo(401);
        assertThat(send("ann", "DELETE", CHATS + id, "").statusCode()).isEqualTo(401);
        assertThat(ok("ann", "GET", CHATS + "search?text=hello", "").size()).isZero();
        assertThat(ok("ann", "POST", CHATS + id + "/restore", "")
                        .at("/chat/messages")
                        .size())
                .isEqualTo(2);
        assertThat(ok("ann", "GET", CHATS, "").size()).isEqualTo(1);
        ok("ann", "DELETE", CHATS + id, "");
        at.clock.advance(ChatRoutes.UNDO.plusSeconds(1));
        assertThat(send("ann", "POST", CHATS + id + "/restore", "").statusCode())
                .isEqualTo(401);
    }

    @Test
    void theOwnersPagesHearOfEachChange() throws Exception {
        try (var listener = at.events.subscribe("account:ann")) {
            var id = ok("ann", "POST", CHATS + "new", HELLO).path("id").textValue();
            ok("ann", "POST", CHATS + id, "{\"chat\": {\"title\": \"x\"}}");
            ok("ann", "DELETE", CHATS + id, "");
            ok("ann", "POST", CHATS + id + "/restore", "");
            for (int i = 0; i < 4; i++) {
                var event = Objects.requireNonNull(listener.next(10, TimeUnit.SECONDS), "no event came");
                assertThat(event.name()).isEqualTo("chat");
                assertThat(event.data().path("type").textValue()).isEqualTo("chat:list");
                assertThat(event.data().path("chat_id").textValue()).isEqualTo(id);
            }
        }
    }

    @Test
    void pinnedAndArchivedChatsMoveBetweenTheLists() throws Exception {
        var id = ok("ann", "POST", CHATS + "new", HELLO).path("id").textValue();
        assertThat(ok("ann", "GET", CHATS + id + "/pinned", "").booleanValue()).isFalse();
        assertThat(ok("ann", "POST", CHATS + id + "/pin", "").path("pinned").booleanValue())
                .isTrue();
        assertThat(ok("ann", "GET", CHATS + "pinned", "").size()).isEqualTo(1);
        assertThat(ok("ann", "GET", CHATS, "").size()).isZero();
        assertThat(ok("ann", "GET", CHATS + "?include_pinned=true", "").size()).isEqualTo(1);
        assertThat(ok("ann", "POST", CHATS + id + "/archive", "")
                        .path("archived")
                        .booleanValue())
                .isTrue();
        assertThat(ok("ann", "GET", CHATS + "pinned", "").size()).isZero();
        assertThat(ok("ann", "GET", CHATS + "archived?page=1", "").size()).isEqualTo(1);
    }

    @Test
    void badRequestsAreAnsweredInTheShapeOfTheSurface() throws Exception {
        var id = ok("ann", "POST", CHATS + "new", HELLO).path("id").textValue();
        refused(400, "POST", CHATS + "new", "");
        refused(400, "POST", CHATS + "new", "{\"chat\":");
        refused(400, "POST", CHATS + "new", "{\"chat\": {\"x\": " + "[".repeat(10_000) + "]".repeat(10_000) + "}}");
        refused(422, "POST", CHATS + "new", "[]");
        refused(422, "POST", CHATS + "new", "{}");
        refused(422, "POST", CHATS + id, "{\"chat\": {\"history\": {\"messages\": {\"x\": 7}}}}");
        refused(422, "GET", CHATS + "?page=0", "");
        refused(422, "GET", CHATS + "?page=x", "");
        refused(422, "GET", CHATS + "?page=99999999999", "");
        refused(422, "GET", CHATS + "search", "");
        refused(422, "GET", CHATS + "search?text=" + "a".repeat(501), "");
        assertThat(ok("ann", "GET", CHATS + "search?text=%22%20OR%20*", "").size())
                .isZero();
        assertThat(ok("ann", "GET", CHATS, "").size()).isEqualTo(1);
    }

    @Test
    void aLongChatArrivesWhole() throws Exception {
        var chat = at.line("long", 2_000);
        var wire = ok("ann", "GET", CHATS + chat.id(), "");
        assertThat(wire.at("/chat/history/messages").size()).isEqualTo(2_000);
        assertThat(wire.at("/chat/messages").size()).isEqualTo(2_000);
        assertThat(ok("ann", "POST", CHATS + chat.id(), wire.toString())).isEqualTo(wire);
    }

    private String detail(String who, String path) throws Exception {
        return ChatsFixture.json(send(who, "GET", path, "").body())
                .path("detail")
                .asText();
    }

    private void refused(int status, String method, String path, String body) throws Exception {
        var answer = send("ann", method, path, body);
        assertThat(answer.statusCode()).as(method + " " + path).isEqualTo(status);
        assertThat(ChatsFixture.json(answer.body()).path("detail").textValue()).isNotEmpty();
    }

    private JsonNode ok(String who, String method, String path, String body) throws Exception {
        var answer = send(who, method, path, body);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Content-Type").orElse("")).startsWith("application/json");
        return ChatsFixture.json(answer.body());
    }

    private HttpResponse<String> send(String who, String method, String path, String body) throws Exception {
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path))
                .timeout(Duration.ofSeconds(30))
                .header("Content-Type", "application/json");
        if (!who.isEmpty()) {
            request.header("Authorization", "Bearer " + who);
        }
        var publisher =
                method.equals("POST") ? HttpRequest.BodyPublishers.ofString(body) : HttpRequest.BodyPublishers.noBody();
        return client.send(request.method(method, publisher).build(), HttpResponse.BodyHandlers.ofString());
    }
}
