package carafe;

import static carafe.TestApp.json;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole program as a process of its own, killed without warning. */
class KillTest {
    @TempDir
    Path folder;

    private Process serve(String upstream, Path log) throws IOException {
        var java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        var builder = new ProcessBuilder(List.of(
                java,
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                "carafe.Main"));
        builder.environment().clear();
        builder.environment().put("PORT", "0");
        builder.environment().put("HOST", "127.0.0.1");
        builder.environment().put("DATA_DIR", folder.resolve("data").toString());
        builder.environment().put("OPENAI_API_BASE_URLS", upstream);
        builder.directory(folder.toFile());
        return builder.redirectErrorStream(true).redirectOutput(log.toFile()).start();
    }

    /** The port it tells in its log. */
    private static int port(Process process, Path log) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (System.nanoTime() < deadline) {
            var line = Files.readString(log)
                    .lines()
                    .filter(l -> l.contains("Carafe is ready on port"))
                    .findFirst();
            if (line.isPresent()) {
                return Integer.parseInt(line.get().replaceAll(".*ready on port (\\d+).*", "$1"));
            }
            if (process.waitFor(50, TimeUnit.MILLISECONDS)) {
                break;
            }
        }
        throw new AssertionError("not ready: " + Files.readString(log));
    }

    @Test
    void aChatOpensAfterAKillAndSaysWhatHappened() throws Exception {
        try (var provider = new FakeProvider()) {
            var log = folder.resolve("1.log");
            var process = serve(provider.url(), log);
            var client = TestApp.at("http://127.0.0.1:" + port(process, log));
            var ann = client.signUp("ann");
            var turn = json(client.post(ann, "/api/v1/chats/turns", "{\"model\":\"endless\",\"content\":\"go on\"}"));
            var chat = "/api/v1/chats/" + turn.path("chat_id").asText();
            var message = turn.path("message_id").asText();
            // wait for a save, so that there is text to keep
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
            while (!stored(client, ann, chat, message).path("content").asText().contains("more")) {
                assertThat(System.nanoTime()).isLessThan(deadline);
            }
            process.destroyForcibly().waitFor();

            var again = folder.resolve("2.log");
            var second = serve(provider.url(), again);
            try {
                var after = TestApp.at("http://127.0.0.1:" + port(second, again));
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
            } finally {
                second.destroyForcibly().waitFor();
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
            var log = folder.resolve("1.log");
            var process = serve(provider.url(), log);
            var client = TestApp.at("http://127.0.0.1:" + port(process, log));
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
            process.destroyForcibly().waitFor();

            var again = folder.resolve("2.log");
            var second = serve(provider.url(), again);
            try {
                var after = TestApp.at("http://127.0.0.1:" + port(second, again));
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
            } finally {
                second.destroyForcibly().waitFor();
            }
        }
    }

    @Test
    void tablesCanBeMadeWithoutServing() throws Exception {
        var log = folder.resolve("init.log");
        assertThat(initDb(log)).isZero();
        assertThat(folder.resolve("data/carafe.db")).exists();
        assertThat(initDb(log)).as("again").isZero();
        try (var provider = new FakeProvider()) {
            var process = serve(provider.url(), folder.resolve("1.log"));
            try {
                port(process, folder.resolve("1.log"));
                assertThat(initDb(log)).as("while a server has the folder").isEqualTo(1);
                assertThat(Files.readString(log)).contains("is in use by the process");
            } finally {
                process.destroyForcibly().waitFor();
            }
        }
        Files.writeString(folder.resolve("data/carafe.db"), "this is no database, whatever its name says".repeat(100));
        assertThat(initDb(log)).as("damaged").isEqualTo(1);
    }

    private int initDb(Path log) throws Exception {
        var java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        var builder = new ProcessBuilder(
                java,
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                "carafe.Main",
                "init-db");
        builder.environment().clear();
        builder.environment().put("DATA_DIR", folder.resolve("data").toString());
        return builder.directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start()
                .waitFor();
    }

    @Test
    void aSecondProcessOnTheSameFolderRefusesToStart() throws Exception {
        try (var provider = new FakeProvider()) {
            var log = folder.resolve("1.log");
            var first = serve(provider.url(), log);
            try {
                port(first, log);
                var other = folder.resolve("2.log");
                var second = serve(provider.url(), other);
                assertThat(second.waitFor()).isEqualTo(2);
                assertThat(Files.readString(other)).contains("is in use by the process with pid " + first.pid());
            } finally {
                first.destroyForcibly().waitFor();
            }
        }
    }

    @Test
    void everyMistakeInTheConfigurationIsToldAtOnce() throws Exception {
        var log = folder.resolve("1.log");
        Files.writeString(folder.resolve(".env"), "PORT=http\nDEFAULT_USER_ROLE=king\nOPENAI_API_BASE_URLS=nowhere\n");
        var java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        var builder = new ProcessBuilder(java, "-cp", System.getProperty("java.class.path"), "carafe.Main");
        builder.environment().clear();
        var process = builder.directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();

        assertThat(process.waitFor()).isEqualTo(2);
        assertThat(Files.readString(log)).contains("PORT", "DEFAULT_USER_ROLE", "OPENAI_API_BASE_URLS");
        assertThat(folder.resolve("data")).doesNotExist();
    }
}
