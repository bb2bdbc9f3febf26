package carafe.feature.files;

import static org.assertj.core.api.Assertions.assertThat;

import carafe.TestApp;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A file whose reading never came to an end says so, and is not processed for ever. */
class KilledReadingTest {
    @TempDir
    Path folder;

    private void sql(String statement) throws SQLException {
        try (var connection = DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("carafe.db"));
                var row = connection.createStatement()) {
            row.executeUpdate(statement);
        }
    }

    private String end(TestApp app, TestApp.User ann, String id) {
        return app.get(ann, "/api/v1/files/" + id + "/process/status?stream=true")
                .body()
                .lines()
                .filter(line -> line.startsWith("data: "))
                .reduce("", (before, line) -> line);
    }

    @Test
    void aDocumentThatKillsItsProcessEveryTimeHasFailed() throws Exception {
        String id = "0190-killed";
        TestApp.User ann;
        try (var app = TestApp.start(folder)) {
            ann = app.signUp("ann");
        }
        var hash = "0".repeat(64);
        sql("INSERT INTO blob (hash, size, created_at) VALUES ('" + hash + "', 3, 0)");
        sql("INSERT INTO file (id, account_id, name, media_type, blob_hash, status, created_at, updated_at) VALUES ('"
                + id + "', '" + ann.id() + "', 'a.pdf', 'application/pdf', '" + hash + "', 'processing', 0, 0)");
        sql(
                "INSERT INTO job (id, kind, payload, state, attempts, run_at, node_id, created_at) VALUES ('j', 'files.read',"
                        + " '{\"file\":\"" + id + "\"}', 'running', 3, 0, 'gone', 0)");
        try (var app = TestApp.start(folder)) {
            assertThat(end(app, ann, id)).contains("\"failed\"").contains("could not be read");
        }
    }

    @Test
    void aFileWhoseBytesAreGoneHasFailedAfterItsTries() throws Exception {
        TestApp.User ann;
        try (var app = TestApp.start(folder)) {
            ann = app.signUp("ann");
        }
        var hash = "1".repeat(64);
        sql("INSERT INTO blob (hash, size, created_at) VALUES ('" + hash + "', 3, 0)");
        sql(
                "INSERT INTO file (id, account_id, name, media_type, blob_hash, status, created_at, updated_at) VALUES ('f', '"
                        + ann.id() + "', 'a.txt', 'text/plain', '" + hash + "', 'pending', 0, 0)");
        sql("INSERT INTO job (id, kind, payload, state, attempts, run_at, created_at) VALUES ('j', 'files.read',"
                + " '{\"file\":\"f\"}', 'ready', 2, 0, 0)");
        try (var app = TestApp.start(folder)) {
            assertThat(Files.exists(folder.resolve("carafe.db"))).isTrue();
            assertThat(end(app, ann, "f")).contains("\"failed\"");
        }
    }
}
