package carafe.feature.chats.turns;

import static carafe.TestApp.json;
import static org.assertj.core.api.Assertions.assertThat;

import carafe.FakeProvider;
import carafe.TestApp;
import carafe.TestStream;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UnstoredAnswerTest {
    @TempDir
    Path folder;

    private void change(String sql) throws SQLException {
        try (var database = DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("carafe.db"));
                var statement = database.createStatement()) {
            statement.execute("PRAGMA busy_timeout = 20000");
            statement.execute(sql);
        }
    }

    @Test
    void anAnswerThatCannotBeStoredNowIsStoredLaterAndItsChatGoesOn() throws Exception {
        try (var provider = new FakeProvider();
                var app = TestApp.start(folder, "OPENAI_API_BASE_URLS", provider.url())) {
            var ann = app.signUp("ann");
            change("CREATE TRIGGER broken BEFORE DELETE ON turn BEGIN SELECT RAISE(ABORT, 'broken'); END");
            var turn = json(app.post(ann, "/api/v1/chats/turns", "{\"model\":\"echo\",\"content\":\"hello\"}"));
            var chat = "/api/v1/chats/" + turn.path("chat_id").asText();
            var id = turn.path("message_id").asText();
            try (var stream = new TestStream(app.stream(ann, "GET", chat + "/messages/" + id + "/stream", null)
                    .body())) {
                stream.await("done");
            }
            var more = "{\"model\":\"echo\",\"chat_id\":\"%s\",\"parent_id\":\"%s\",\"content\":\"more\"}"
                    .formatted(turn.path("chat_id").asText(), id);
            assertThat(app.post(ann, "/api/v1/chats/turns", more).statusCode()).isEqualTo(409);
            change("DROP TRIGGER broken");
            var stored = "/chat/history/messages/" + id;
            long end = System.nanoTime() + 60_000_000_000L;
            while (!json(app.get(ann, chat)).at(stored + "/done").asBoolean()) {
                assertThat(System.nanoTime()).isLessThan(end);
                Thread.sleep(50);
            }
            assertThat(json(app.get(ann, chat)).at(stored + "/content").asText())
                    .isEqualTo("hello");
            assertThat(app.post(ann, "/api/v1/chats/turns", more).statusCode()).isEqualTo(200);
        }
    }
}
