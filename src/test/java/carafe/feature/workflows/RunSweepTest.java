package carafe.feature.workflows;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import carafe.engine.workflow.Journal;
import carafe.engine.workflow.Usage;
import carafe.platform.config.Secret;
import carafe.platform.config.SecretKeys;
import carafe.platform.db.Db;
import carafe.platform.db.TestDatabase;
import carafe.platform.db.TestDatabases;
import carafe.platform.jobs.TestClock;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

@ParameterizedClass
@EnumSource(TestDatabases.class)
class RunSweepTest {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final String LARGE = "x".repeat(20_000);
    private static final int KEPT = 3;

    @TempDir
    Path folder;

    @Parameter
    TestDatabases engine;

    private final TestClock clock = new TestClock();
    private TestDatabase database;
    private Db db;
    private RunStore store;
    private FlowFiles files;
    private RunSweep sweep;

    @BeforeEach
    void open() {
        database = engine.open(folder);
        db = database.db();
        var values = new RunValues(folder.resolve("values"));
        store = new RunStore(db, values, MAPPER, clock, "me");
        files = new FlowFiles(db, folder.resolve("files"), new SecretKeys(new Secret("s")), Duration.ofDays(7), clock);
        sweep = new RunSweep(db, values, files, Duration.ofDays(30), KEPT, clock);
    }

    @AfterEach
    void close() {
        database.close();
    }

    private void begin(String id, String flow, String text) {
        var input = JsonNodeFactory.instance.objectNode().put("text", text);
        store.insert(new Run(
                id,
                "sid-" + id,
                flow,
                "v1.0",
                "hash-" + flow,
                JsonNodeFactory.instance.objectNode(),
                "app",
                null,
                "",
                "",
                "release",
                true,
                "run",
                null,
                "running",
                "event-" + id,
                input,
                null,
                0,
                "",
                Usage.NONE,
                clock.millis(),
                clock.millis()));
    }

    private void end(String id, Journal.State state) {
        var ending = new Journal.Ending(
                state, 0, "", JsonNodeFactory.instance.objectNode().put("out", LARGE), LARGE, "", Usage.NONE);
        store.keep(id, 0, new Journal.Entry(List.of(), List.of(), null, ending));
    }

    private List<String> runs() {
        return db.list("SELECT id FROM wf_run ORDER BY id", row -> row.getString("id"));
    }

    private boolean hasValues(String id) {
        return Files.exists(folder.resolve("values").resolve(id));
    }

    @Test
    void runsThatAreOverGoByAgeWithTheirValuesAndThoseThatAreNotStay() throws IOException {
        for (var state : List.of(Journal.State.DONE, Journal.State.FAILED, Journal.State.CANCELLED)) {
            begin("old " + state, "f" + state, LARGE);
            end("old " + state, state);
        }
        begin("old running", "f", LARGE);
        begin("old waiting", "f", LARGE);
        end("old waiting", Journal.State.WAITING);
        clock.pass(Duration.ofDays(29));
        begin("young", "f", LARGE);
        end("young", Journal.State.DONE);
        assertThat(sweep.run()).isZero();
        clock.pass(Duration.ofDays(1).plusMillis(1));
        assertThat(hasValues("old DONE")).isTrue();
        assertThat(sweep.run()).isEqualTo(3);
        assertThat(runs()).containsExactly("old running", "old waiting", "young");
        assertThat(hasValues("old DONE")).isFalse();
        assertThat(hasValues("old running")).isTrue();
        assertThat(store.find("old running").orElseThrow().input().path("text").asText())
                .isEqualTo(LARGE);
    }

    @Test
    void ofEachWorkflowTheNewestStay() throws IOException {
        for (int i = 0; i < KEPT + 2; i++) {
            for (var flow : List.of("f", "g")) {
                begin(flow + i, flow, "");
                end(flow + i, Journal.State.DONE);
                clock.pass(Duration.ofSeconds(1));
            }
        }
        begin("h0", "h", "");
        end("h0", Journal.State.DONE);
        assertThat(sweep.run()).isEqualTo(4);
        assertThat(runs()).containsExactly("f2", "f3", "f4", "g2", "g3", "g4", "h0");
    }

    @Test
    void moreThanOneChunkGoesAtOnceAndTheDatabaseGetsSmaller() throws IOException {
        for (int i = 0; i < 250; i++) {
            begin("r" + i, "f", "y".repeat(9_000));
            end("r" + i, Journal.State.DONE);
        }
        long before = pages();
        assertThat(sweep.run()).isEqualTo(250 - KEPT);
        assertThat(runs()).hasSize(KEPT);
        assertThat(folder.resolve("values").toFile().list()).hasSize(KEPT);
        assertThat(pages()).isLessThan(before / 2);
    }

    /** How large the database is; PostgreSQL gives room back by itself, later, so there it is not looked at. */
    private long pages() {
        return engine == TestDatabases.SQLITE
                ? db.one("PRAGMA page_count", row -> row.getLong(1)).orElseThrow()
                : runs().size();
    }

    @Test
    void descriptionsThatNothingNeedsGoHoweverManyTheyAre() throws IOException {
        var flows = new FlowStore(db, clock);
        for (int i = 0; i < 250; i++) {
            flows.define("{\"n\":" + i + "}");
        }
        var hash = flows.define("{\"needed\":true}");
        begin("run", "f", "");
        db.update("UPDATE wf_run SET hash = ?", hash);
        clock.pass(Duration.ofHours(2));
        sweep.run();
        assertThat(db.list("SELECT hash FROM wf_definition", row -> row.getString("hash")))
                .containsExactly(hash);
    }

    @Test
    void whatAProcessLeftWhenItDiedGoesToo() throws IOException {
        begin("there", "f", LARGE);
        var values = folder.resolve("values");
        for (var id : List.of("gone", "fresh")) {
            Files.createDirectories(values.resolve(id));
            Files.writeString(values.resolve(id).resolve("half"), "…");
        }
        var upload = files.store("u", "app", "a.txt", "text/plain", new ByteArrayInputStream(new byte[9]), 100);
        Files.writeString(folder.resolve("files").resolve("MultiPart123"), "half of an upload");
        clock.pass(Duration.ofDays(9));
        for (var file : List.of(
                values.resolve("there"),
                values.resolve("gone"),
                folder.resolve("files").resolve("MultiPart123"))) {
            Files.setLastModifiedTime(file, FileTime.from(clock.instant().minus(Duration.ofDays(9))));
        }
        Files.setLastModifiedTime(values.resolve("fresh"), FileTime.from(clock.instant()));
        sweep.run();
        assertThat(values.toFile().list()).containsExactlyInAnyOrder("there", "fresh");
        assertThat(folder.resolve("files")).isEmptyDirectory();
        assertThat(upload.size()).isEqualTo(9);
    }

    @Test
    void oneAppDoesNotFillTheDiskWithUploadsAndTheyGoAfterAWeek() throws IOException {
        for (int i = 0; i < 100; i++) {
            upload("u" + i, "greedy");
        }
        assertThatThrownBy(() -> upload("more", "greedy")).hasMessageContaining("900 bytes");
        upload("other", "modest");
        clock.pass(Duration.ofDays(7).plusMillis(1));
        sweep.run();
        assertThat(folder.resolve("files")).isEmptyDirectory();
        upload("more", "greedy");
    }

    private void upload(String id, String app) throws IOException {
        files.store(id, app, "a.txt", "text/plain", new ByteArrayInputStream(new byte[9]), 9);
    }
}
