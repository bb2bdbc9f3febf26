package carafe.feature.workflows;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import carafe.engine.workflow.Flow;
import carafe.engine.workflow.FlowCode;
import carafe.engine.workflow.Services;
import carafe.engine.workflow.Usage;
import carafe.platform.config.Secret;
import carafe.platform.config.SecretKeys;
import carafe.platform.db.Db;
import carafe.platform.db.DbException;
import carafe.platform.db.Ids;
import carafe.platform.db.TestDatabase;
import carafe.platform.db.TestDatabases;
import carafe.platform.jobs.Nodes;
import carafe.platform.jobs.TestClock;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of a run while the disk is full: a database that may not grow stands for one. */
class FullDiskTest {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final int UNLIMITED = 1_000_000;

    @TempDir
    Path folder;

    private final TestClock clock = new TestClock();
    private final AtomicInteger calls = new AtomicInteger();
    private volatile Runnable meanwhile = () -> {};
    private TestDatabase database;
    private Db db;
    private RunStore store;
    private Nodes nodes;
    private Runner runner;
    private FrameStream frames;
    private String hash;

    @BeforeEach
    void open() {
        database = TestDatabases.SQLITE.open(folder);
        db = database.db();
        var ids = new Ids(clock);
        nodes = new Nodes(db, ids, clock, "", "");
        nodes.start();
        var flows = new FlowStore(db, clock);
        var plans = new Plans(flows, new Secrets(new SecretKeys(new Secret("s"))), MAPPER);
        store = new RunStore(db, new RunValues(folder.resolve("values")), MAPPER, clock, nodes.id());
        runner = new Runner(nodes, store, plans, run -> services(), ids, clock, Duration.ofSeconds(5), part -> {});
        frames = new FrameStream(store, runner, MAPPER, clock);
        hash = flows.define(Flow.fromStart()
                .node(
                        "ifly-code::c",
                        "out:string",
                        "x=node-start::s.AGENT_USER_INPUT",
                        "{'code':'c','appId':'a','uid':'u'}")
                .end("o=ifly-code::c.out", "{{o}}")
                .edges("node-start::s>ifly-code::c ifly-code::c>node-end::e")
                .json()
                .toString());
    }

    @AfterEach
    void close() {
        limitTo(UNLIMITED);
        runner.close();
        nodes.close();
        database.close();
    }

    /** Code whose result is large for a row, and during which something happens. */
    private Services services() {
        return new Services(
                (asked, sink, stop) -> new Services.Answer("", "", Usage.NONE),
                (program, arguments, limit, stop) -> {
                    calls.incrementAndGet();
                    meanwhile.run();
                    return JsonNodeFactory.instance.objectNode().put("out", "x".repeat(9_000));
                },
                (call, stop) -> new Services.Reply(200, Map.of(), new byte[0]),
                (operation, arguments, limit, stop) -> arguments,
                (query, top, kind, match, limit, stop) -> JsonNodeFactory.instance.arrayNode(),
                (url, allowed, stop) -> {},
                new Services.Variables() {
                    @Override
                    public Optional<JsonNode> get(String flowId, String name) {
                        return Optional.empty();
                    }

                    @Override
                    public void set(String flowId, Map<String, JsonNode> values) {
                        throw new AssertionError("there is no such node");
                    }
                },
                clock);
    }

    private void limitTo(int pages) {
        assertThat(db.returning("PRAGMA max_page_count = " + pages, row -> row.getInt(1)))
                .isPresent();
    }

    private void fill() {
        limitTo(db.one("PRAGMA page_count", row -> row.getInt(1)).orElseThrow());
    }

    private Run run(String id) {
        ObjectNode input = JsonNodeFactory.instance.objectNode();
        input.putObject("parameters").put("AGENT_USER_INPUT", "y".repeat(9_000));
        return new Run(
                id,
                "sid",
                "1",
                "draft",
                hash,
                JsonNodeFactory.instance.objectNode(),
                "app",
                null,
                "",
                "",
                "debug",
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
                clock.millis());
    }

    private Run whenIs(String id, String status) throws InterruptedException {
        for (int i = 0; i < 3_000; i++) {
            var run = store.find(id).orElseThrow();
            if (run.status().equals(status) && runner.live(id).isEmpty()) {
                return run;
            }
            Thread.sleep(10);
        }
        throw new AssertionError("the run is not " + status);
    }

    @Test
    void aRunThatCannotBeStoredDoesNotBegin() {
        fill();
        assertThatThrownBy(() -> runner.begin(run("r")))
                .isInstanceOfSatisfying(
                        DbException.class, e -> assertThat(e.kind()).isEqualTo(DbException.Kind.FULL));
        assertThat(runner.running()).isZero();
        assertThat(calls).hasValue(0);
    }

    @Test
    void aRunThatMeetsAFullDiskTellsItsClientAndGoesOnWhenThereIsRoom() throws Exception {
        meanwhile = this::fill;
        var part = runner.begin(run("r"));
        var answer = frames.whole(part, 0);
        assertThat(answer.path("code").asInt()).as(answer.toString()).isEqualTo(FlowCode.DATABASE.number());
        assertThat(answer.path("choices").path(0).path("finish_reason").asText())
                .isEqualTo("stop");
        assertThat(store.find("r").orElseThrow().status()).isEqualTo("running");
        assertThat(store.steps("r")).extracting("nodeId").doesNotContain("ifly-code::c");
        meanwhile = () -> {};
        limitTo(UNLIMITED);
        clock.pass(Duration.ofSeconds(30));
        runner.takeUp();
        assertThat(whenIs("r", "done").code()).isZero();
        assertThat(calls).as("what was not stored is done again").hasValue(2);
        assertThat(store.steps("r")).extracting("nodeId").containsOnlyOnce("ifly-code::c");
    }

    @Test
    void itIsTakenUpAfterPausesThatGrowAndEndsAfterSomeTimes() throws Exception {
        meanwhile = this::fill;
        var part = runner.begin(run("r"));
        part.awaitEnd();
        for (int i = 1; i < 8; i++) {
            limitTo(UNLIMITED);
            int before = calls.get();
            assertThat(before).isEqualTo(i);
            runner.takeUp();
            assertThat(runner.live("r")).as("it waits").isEmpty();
            clock.pass(Duration.ofMinutes(5));
            runner.takeUp();
            while (calls.get() == before || runner.live("r").isPresent()) {
                Thread.sleep(10);
            }
        }
        limitTo(UNLIMITED);
        clock.pass(Duration.ofMinutes(5));
        runner.takeUp();
        var over = whenIs("r", "failed");
        assertThat(over.code()).isEqualTo(21000);
        assertThat(calls).as("tries").hasValue(8);
    }

    @Test
    void aPauseIsKept() {
        var setbacks = new Setbacks(clock);
        setbacks.add("r");
        assertThat(setbacks.isOver("r")).isFalse();
        clock.pass(Duration.ofSeconds(10));
        assertThat(setbacks.isOver("r")).isTrue();
        setbacks.add("r");
        clock.pass(Duration.ofSeconds(19));
        assertThat(setbacks.isOver("r")).isFalse();
        clock.pass(Duration.ofSeconds(1));
        assertThat(setbacks.isOver("r")).isTrue();
        assertThat(setbacks.isOver("another")).isTrue();
    }
}
