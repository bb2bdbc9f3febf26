package carafe;

import static carafe.TestApp.json;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole program as a process of its own, killed without warning. */
class KillTest {
    @TempDir
    Path folder;

    private ServerProcess serve(String upstream) throws IOException {
        return ServerProcess.start(folder, "", Map.of("OPENAI_API_BASE_URLS", upstream));
    }

    @Test
    void aChatOpensAfterAKillAndSaysWhatHappened() throws Exception {
        try (var provider = new FakeProvider()) {
            var process = serve(provider.url());
            var client = process.client();
            var ann = client.signUp("ann");
            var turn = json(client.post(ann, "/api/v1/chats/turns", "{\"model\":\"endless\",\"content\":\"go on\"}"));
            var chat = "/api/v1/chats/" + turn.path("chat_id").asText();
            var message = turn.path("message_id").asText();
            // wait for a save, so that there is text to keep
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
            while (!stored(client, ann, chat, message).path("content").asText().contains("more")) {
                assertThat(System.nanoTime()).isLessThan(deadline);
            }
            process.kill();

            try (var second = serve(provider.url())) {
                var after = second.client();
                var answer = stored(after, ann, chat, message);
                assertThat(answer.path("state").asText()).isEqualTo("error");
                assertThat(answer.path("content").asText()).contains("more");
                assertThat(answer.path("error").path("content").asText()).contains("stopped while");
                assertThat(json(after.post(ann, "/api/v1/chats/turns", """
                        {"model":"echo","chat_id":"%s","parent_id":"%s","content":"and now?"}""".formatted(
                                                turn.path("chat_id").asText(), message)))
                                .path("message_id")
                                .asText())
                        .isNotEmpty();
            }
        }
    }

    private static com.fasterxml.jackson.databind.JsonNode stored(
            TestApp app, TestApp.User user, String chat, String message) {
        return json(app.get(user, chat))
                .path("chat")
                .path("history")
                .path("messages")
                .path(message);
    }

    @Test
    void aSessionKeepsEveryMessageThatWasStoredBeforeAKill() throws Exception {
        try (var provider = new FakeProvider()) {
            var process = serve(provider.url());
            var client = process.client();
            var ann = client.signUp("ann");
            var session = json(client.post(ann, "/api/sessions", "{\"title\":\"killed\"}"))
                    .path("id")
                    .asText();
            var completions = "/api/chat/completions?session_id=" + session;
            var messages = "/api/sessions/" + session + "/messages";
            for (int i = 0; i < 3; i++) {
                assertThat(client.post(
                                        ann,
                                        completions,
                                        "{\"model\":\"echo\",\"messages\":[{\"role\":\"user\",\"content\":\"stored " + i
                                                + "\"}]}")
                                .statusCode())
                        .isEqualTo(200);
            }
            client.stream(
                    ann,
                    "POST",
                    completions,
                    "{\"model\":\"endless\",\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":\"cut\"}]}");
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
            while (!json(client.get(ann, messages))
                    .path(7)
                    .path("content")
                    .asText()
                    .contains("more")) {
                assertThat(System.nanoTime()).isLessThan(deadline);
            }
            process.kill();

            try (var second = serve(provider.url())) {
                var after = second.client();
                var stored = json(after.get(ann, messages));
                assertThat(stored.findValuesAsText("content").subList(0, 7))
                        .containsExactly("stored 0", "stored 0", "stored 1", "stored 1", "stored 2", "stored 2", "cut");
                assertThat(stored.path(7).path("content").asText()).contains("more");
                assertThat(stored.path(7).at("/metadata_info/finish_reason").asText())
                        .isEqualTo("error");
                // and the session is not taken for busy
                assertThat(after.post(
                                        ann,
                                        completions,
                                        "{\"model\":\"echo\",\"messages\":[{\"role\":\"user\",\"content\":\"on\"}]}")
                                .statusCode())
                        .isEqualTo(200);
            }
        }
    }

    @Test
    void tablesCanBeMadeWithoutServing() throws Exception {
        assertThat(initDb(0)).doesNotContain("in use");
        assertThat(folder.resolve("data/carafe.db")).exists();
        assertThat(initDb(0)).as("again").doesNotContain("in use");
        try (var provider = new FakeProvider();
                var process = serve(provider.url())) {
            process.client();
            assertThat(initDb(1)).as("while a server has the folder").contains("is in use by the process");
        }
        Files.writeString(folder.resolve("data/carafe.db"), "this is no database, whatever its name says".repeat(100));
        assertThat(initDb(1)).as("damaged").isNotEmpty();
    }

    private String initDb(int status) throws Exception {
        try (var process = ServerProcess.start(folder, "init-db", Map.of())) {
            assertThat(process.awaitEnd()).isEqualTo(status);
            return process.log();
        }
    }

    @Test
    void aSecondProcessOnTheSameFolderRefusesToStart() throws Exception {
        try (var provider = new FakeProvider();
                var first = serve(provider.url())) {
            first.client();
            try (var second = serve(provider.url())) {
                assertThat(second.awaitEnd()).isEqualTo(2);
                assertThat(second.log()).contains("is in use by the process with pid " + first.pid());
            }
        }
    }

    @Test
    void everyMistakeInTheConfigurationIsToldAtOnce() throws Exception {
        Files.writeString(folder.resolve(".env"), "DEFAULT_USER_ROLE=king\nOPENAI_API_BASE_URLS=nowhere\n");
        try (var process = ServerProcess.start(folder, "", Map.of("PORT", "http"))) {
            assertThat(process.awaitEnd()).isEqualTo(2);
            assertThat(process.log()).contains("PORT", "DEFAULT_USER_ROLE", "OPENAI_API_BASE_URLS");
        }
        assertThat(folder.resolve("data")).doesNotExist();
    }
}
