package carafe.feature.workflows;

import static carafe.TestApp.json;
import static org.assertj.core.api.Assertions.assertThat;

import carafe.FakeProvider;
import carafe.ServerProcess;
import carafe.TestApp;
import carafe.engine.workflow.Flow;
import carafe.engine.workflow.RandomGraph;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs of any shape in a server that is killed at any moment, again and again, end as undisturbed ones. */
class RandomKillTest {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final int LONGEST_LIFE_MS = 400;

    @TempDir
    Path folder;

    @Test
    void fiftyGraphs() throws Exception {
        tryGraphs(50, 1, 3);
    }

    @Test
    @Tag("long")
    void aThousandGraphs() throws Exception {
        tryGraphs(1_000, 20, 5);
    }

    private record Drawn(String id, String input, RandomGraph.Calm calm) {}

    private void tryGraphs(int count, int kills, long seed) throws Exception {
        var random = new Random(seed);
        try (var provider = new FakeProvider()) {
            var settings = Map.of("OPENAI_API_BASE_URLS", provider.url());
            TestApp.User ann;
            var graphs = new ArrayList<Drawn>();
            var server = ServerProcess.start(folder, "", settings);
            try {
                ann = server.client().signUp("ann");
                for (int i = 0; i < count; i++) {
                    graphs.add(store(server.client(), ann, RandomGraph.draw(random), "in" + i));
                }
                for (int i = 0; i < kills; i++) {
                    var batch = graphs.subList(count * i / kills, count * (i + 1) / kills);
                    begin(server.client(), ann, batch);
                    awaitFirst(server.client(), ann, batch);
                    Thread.sleep(random.nextInt(LONGEST_LIFE_MS));
                    server.kill();
                    server = ServerProcess.start(folder, "", settings);
                    server.client();
                    Thread.sleep(random.nextInt(LONGEST_LIFE_MS)); // what was under way goes on meanwhile
                    server.kill();
                    server = ServerProcess.start(folder, "", settings);
                }
                var app = server.client();
                int ended = 0;
                for (var graph : graphs) {
                    ended += check(app, ann, graph) ? 1 : 0;
                }
                assertThat(ended).as("runs that had begun before a kill").isPositive();
            } finally {
                server.kill();
            }
        }
    }

    private static Drawn store(TestApp app, TestApp.User ann, Flow flow, String input) {
        var body = MAPPER.createObjectNode().put("name", input);
        body.set("data", flow.json());
        var id = json(app.post(ann, "/api/v1/workflows", body.toString()))
                .path("id")
                .asText();
        return new Drawn(id, input, RandomGraph.undisturbed(flow, input));
    }

    /** Their clients are cut off by the kill, and some never get through. */
    private static void begin(TestApp app, TestApp.User ann, List<Drawn> graphs) {
        for (var graph : graphs) {
            var body = "{\"flow_id\":\"" + graph.id() + "\",\"stream\":false,\"parameters\":{\"AGENT_USER_INPUT\":\""
                    + graph.input() + "\"}}";
            Thread.ofVirtual().start(() -> {
                try {
                    app.post(ann, "/workflow/v1/debug/chat/completions", body);
                } catch (UncheckedIOException killed) {
                    // that is what this is about
                }
            });
        }
    }

    private static void awaitFirst(TestApp app, TestApp.User ann, List<Drawn> graphs) throws InterruptedException {
        var ids = graphs.stream().map(Drawn::id).toList();
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (System.nanoTime() < deadline) {
            var newest = json(app.get(ann, "/api/v1/workflows/runs?limit=1")).at("/runs/0/flow_id");
            if (ids.contains(newest.asText())) {
                return;
            }
            Thread.sleep(5);
        }
        throw new AssertionError("no run began");
    }

    /** Whether it was stored before the kill; then it ends as if nothing had happened, each step done once. */
    private static boolean check(TestApp app, TestApp.User ann, Drawn graph) throws InterruptedException {
        var path = "/api/v1/workflows/" + graph.id() + "/runs";
        var runs = json(app.get(ann, path)).path("runs");
        if (runs.isEmpty()) {
            return false;
        }
        var run = "/api/v1/workflows/runs/" + runs.get(0).path("id").asText();
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        var seen = json(app.get(ann, run));
        while (seen.path("status").asText().equals("running") && System.nanoTime() < deadline) {
            Thread.sleep(20);
            seen = json(app.get(ann, run));
        }
        assertThat(seen.path("status").asText()).as(seen.toString()).isEqualTo("done");
        assertThat(seen.at("/result/outputs"))
                .as(seen.toString())
                .isEqualTo(graph.calm().outputs());
        assertThat(seen.path("steps")
                        .valueStream()
                        .map(RandomKillTest::pathOf)
                        .sorted()
                        .toList())
                .as(seen.toString())
                .isEqualTo(graph.calm().steps());
        return true;
    }

    private static String pathOf(JsonNode step) {
        return step.path("path").asText();
    }
}
