package carafe.feature.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import carafe.platform.db.TestDatabases;
import carafe.platform.http.Problem;
import carafe.platform.jobs.TestClock;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.ByteArrayInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

@ParameterizedClass
@EnumSource(TestDatabases.class)
class BlobsTest {
    private final TestDatabases engine;

    BlobsTest(TestDatabases engine) {
        this.engine = engine;
    }

    @Test
    void bytesLiveAsLongAsAFileNamesThem(@TempDir Path folder) throws Exception {
        try (var database = engine.open(folder)) {
            var clock = new TestClock();
            var blobs = new Blobs(folder.resolve("blobs"), database.db(), clock);
            var files = new FileStore(database.db(), clock);
            database.db()
                    .update(
                            "INSERT INTO account (id, num, name, role, created_at, updated_at) VALUES ('a', 1, 'a', 'user', 0, 0)");
            var kept = blobs.store(new ByteArrayInputStream("same".getBytes()), 10);
            assertThat(blobs.store(new ByteArrayInputStream("same".getBytes()), 10))
                    .isEqualTo(kept);
            var orphan = blobs.store(new ByteArrayInputStream("other".getBytes()), 10);
            assertThatThrownBy(() -> blobs.store(new ByteArrayInputStream(new byte[11]), 10))
                    .isInstanceOf(Problem.TooLarge.class);
            files.insert(new StoredFile(
                    "f",
                    "a",
                    "n",
                    "text/plain",
                    kept.hash(),
                    4,
                    StoredFile.Status.COMPLETED,
                    null,
                    JsonNodeFactory.instance.objectNode(),
                    0,
                    0));

            blobs.sweep();
            assertThat(blobs.place(orphan.hash())).exists(); // an upload may be under way
            clock.pass(Duration.ofHours(2));
            blobs.sweep();
            assertThat(blobs.place(orphan.hash())).doesNotExist();
            assertThat(blobs.place(kept.hash())).hasContent("same");

            files.delete("f");
            blobs.sweep();
            assertThat(blobs.place(kept.hash())).exists();
            clock.pass(Duration.ofHours(2));
            blobs.sweep();
            assertThat(blobs.place(kept.hash())).doesNotExist();
            try (var left = Files.walk(folder.resolve("blobs"))) {
                assertThat(left.filter(Files::isRegularFile)).isEmpty();
            }
        }
    }
}
