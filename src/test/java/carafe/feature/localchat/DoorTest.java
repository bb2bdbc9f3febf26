package carafe.feature.localchat;

import static carafe.TestApp.json;
import static org.assertj.core.api.Assertions.assertThat;

import carafe.FakeProvider;
import carafe.TestApp;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who gets in: accounts, keys, tickets, and strangers where that is allowed. */
class DoorTest {
    @TempDir
    Path folder;

    FakeProvider provider;

    @BeforeEach
    void start() {
        provider = new FakeProvider();
    }

    @AfterEach
    void stop() {
        provider.close();
    }

    private TestApp app(String name, String... settings) {
        var all = new java.util.ArrayList<>(List.of("OPENAI_API_BASE_URLS", provider.url(), "DEFAULT_MODELS", "echo"));
        all.addAll(List.of(settings));
        return TestApp.start(folder.resolve(name), all.toArray(String[]::new));
    }

    @Test
    void socketsAskForAProofBeforeTheyOpen() throws Exception {
        try (var app = app("required")) {
            var ann = app.signUp("ann");
            assertThat(ChatClient.refusal(app, null, "")).isEqualTo(401);
            assertThat(ChatClient.refusal(app, new TestApp.User("", "nonsense"), ""))
                    .isEqualTo(401);
            assertThat(ChatClient.refusal(app, null, "?api_key=sk-0123456789")).isEqualTo(401);
            assertThat(ChatClient.refusal(app, null, "?token=nonsense")).isEqualTo(401);
            // addresses end up in logs: no sign-in is taken from one
            assertThat(ChatClient.refusal(app, null, "?api_key=" + ann.token())).isEqualTo(401);
            assertThat(ChatClient.refusal(app, null, "?token=" + ann.token())).isEqualTo(401);
            assertThat(ChatClient.refusal(app, ann, "?session_id=a%20b")).isEqualTo(400);

            var ticket =
                    json(app.post(ann, "/api/ws/ticket", null)).path("ticket").asText();
            try (var client = ChatClient.open(app, null, "?token=" + ticket)) {
                assertThat(ChatClient.text(client.say("echo", "hello").until("message_stop")))
                        .isEqualTo("hello");
            }
            assertThat(ChatClient.refusal(app, null, "?token=" + ticket)).isEqualTo(401);

            var made = json(app.post(ann, "/api/api-keys", "{\"name\":\"script\"}"));
            var key = made.path("key").asText();
            assertThat(key).matches("sk-[A-Za-z0-9_-]{43}");
            String session;
            try (var client = ChatClient.open(app, null, "?api_key=" + key)) {
                session = client.session;
                client.say("echo", "hello").until("message_stop");
                // a key that is switched off ends its sockets with the next word
                app.post(ann, "/api/api-keys/" + made.path("id").asText() + "/deactivate", null);
                client.next("session_update");
                client.say("echo", "again");
                assertThat(client.next("error").path("type").asText()).isEqualTo("authentication_error");
                assertThat(client.closeCode()).isEqualTo(4000);
            }
            assertThat(ChatClient.refusal(app, null, "?api_key=" + key)).isEqualTo(401);

            var bob = app.signUp("bob");
            try (var foreign = ChatClient.connect(app, bob, "?session_id=" + session)) {
                assertThat(foreign.closeCode()).isEqualTo(4004);
            }
        }
    }

    @Test
    void accountsThatWaitForApprovalWaitHereToo() {
        try (var app = app("pending", "DEFAULT_USER_ROLE", "pending")) {
            app.signUp("ann");
            var pending = app.signUp("pending");
            assertThat(ChatClient.refusal(app, pending, "")).isEqualTo(403);
            assertThat(app.get(pending, "/api/sessions").statusCode()).isEqualTo(403);
        }
        try (var app =
                app("pending-open", "DEFAULT_USER_ROLE", "pending", "LOCAL_CHAT_AUTH", "open", "ENVIRONMENT", "test")) {
            app.signUp("ann");
            var pending = app.signUp("pending");
            assertThat(ChatClient.refusal(app, pending, "")).isEqualTo(403);
            assertThat(app.get(pending, "/api/sessions").statusCode()).isEqualTo(403);
        }
    }

    @Test
    void keysByNameAreShownOnceAndSwitchedOffAndOn() {
        try (var app = app("keys")) {
            var ann = app.signUp("ann");
            var bob = app.signUp("bob");
            var made = json(app.post(ann, "/api/api-keys", "{\"name\":\"script\"}"));
            var id = made.path("id").asText();
            var key = new TestApp.User("", made.path("key").asText());
            assertThat(app.get(key, "/api/sessions").statusCode()).isEqualTo(200);
            var list = app.get(ann, "/api/api-keys");
            assertThat(list.body()).doesNotContain(key.token()).contains("\"name\":\"script\"");
            assertThat(json(app.get(bob, "/api/api-keys")).path("data")).isEmpty();
            // keys make no keys, and others cannot touch them
            assertThat(app.post(key, "/api/api-keys", "{\"name\":\"x\"}").statusCode())
                    .isEqualTo(403);
            assertThat(app.get(null, "/api/api-keys").statusCode()).isEqualTo(401);
            assertThat(app.send(bob, "DELETE", "/api/api-keys/" + id, null).statusCode())
                    .isEqualTo(404);
            assertThat(app.post(bob, "/api/api-keys/" + id + "/deactivate", null)
                            .statusCode())
                    .isEqualTo(404);

            assertThat(json(app.post(ann, "/api/api-keys/" + id + "/deactivate", null))
                            .has("message"))
                    .isTrue();
            assertThat(app.get(key, "/api/sessions").statusCode()).isEqualTo(401);
            app.post(ann, "/api/api-keys/" + id + "/activate", null);
            assertThat(app.get(key, "/api/sessions").statusCode()).isEqualTo(200);
            app.send(ann, "DELETE", "/api/api-keys/" + id, null);
            assertThat(app.get(key, "/api/sessions").statusCode()).isEqualTo(401);
            assertThat(app.post(ann, "/api/api-keys", "{}").statusCode()).isEqualTo(400);
        }
    }

    @Test
    void whereStrangersAreLetInTheyShareWhatTheyDo() throws Exception {
        try (var app = app("open", "LOCAL_CHAT_AUTH", "open", "ENVIRONMENT", "test")) {
            String session;
            try (var client = ChatClient.open(app, null, "")) {
                session = client.session;
                client.say("echo", "hello").until("message_stop");
            }
            assertThat(json(app.get(null, "/api/sessions")).findValuesAsText("id"))
                    .containsExactly(session);
            assertThat(json(app.get(null, "/api/models?session_id=x"))
                            .path("data")
                            .findValuesAsText("id"))
                    .contains("echo");
            assertThat(json(app.post(
                                    null,
                                    "/api/chat/completions?session_id=" + session,
                                    "{\"messages\":[{\"role\":\"user\",\"content\":\"over HTTP\"}]}"))
                            .at("/choices/0/message/content")
                            .asText())
                    .isEqualTo("over HTTP");
            // nothing else is open, and a proof that does not hold is no way in
            assertThat(app.get(null, "/api/models").statusCode()).isEqualTo(401);
            assertThat(app.get(null, "/api/v1/chats/").statusCode()).isEqualTo(401);
            assertThat(app.get(null, "/api/api-keys").statusCode()).isEqualTo(401);
            var forged = new TestApp.User("", "sk-0123456789abcdef0123456789abcdef");
            assertThat(app.get(forged, "/api/sessions").statusCode()).isEqualTo(401);
            assertThat(ChatClient.refusal(app, forged, "")).isEqualTo(401);

            // the first to sign up is an administrator all the same, with sessions of his own
            var ann = app.signUp("ann");
            assertThat(json(app.get(ann, "/api/v1/auths/")).path("role").asText())
                    .isEqualTo("admin");
            assertThat(json(app.get(ann, "/api/sessions"))).isEmpty();
            try (var foreign = ChatClient.connect(app, ann, "?session_id=" + session)) {
                assertThat(foreign.closeCode()).isEqualTo(4004);
            }
            var own = json(app.post(ann, "/api/sessions", "{\"title\":\"mine\"}"))
                    .path("id")
                    .asText();
            assertThat(app.get(null, "/api/sessions/" + own).statusCode()).isEqualTo(404);
        }
    }
}
