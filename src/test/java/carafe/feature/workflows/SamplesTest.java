package carafe.feature.workflows;

import static carafe.TestApp.json;
import static org.assertj.core.api.Assertions.assertThat;

import carafe.TestApp;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The samples that come with the program: each is unpacked, passes the checks, and does what it says. */
class SamplesTest {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final String SAMPLES = "/api/v1/workflows/samples";

    @TempDir
    private static Path folder;

    private static HttpServer model;
    private static TestApp app;
    private static TestApp.User ann;

    @BeforeAll
    static void start() throws IOException {
        model = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        model.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        model.createContext("/v1/models", exchange -> send(exchange, "{\"data\":[{\"id\":\"clerk\"}]}"));
        model.createContext("/v1/chat/completions", SamplesTest::answer);
        model.createContext(
                "/page",
                exchange -> send(
                        exchange,
                        "<html><script>no()</script><h1>Sandby light</h1><p>By Ida Holm, 3&nbsp;May 2024</p></html>"));
        model.start();
        app = TestApp.startWithEngine(
                folder, "OPENAI_API_BASE_URLS", url("/v1"), "WORKFLOW_ALLOWED_HOSTS", "127.0.0.1");
        ann = app.signUp("ann");
    }

    @AfterAll
    static void stop() {
        app.close();
        model.stop(0);
    }

    private static String url(String path) {
        return "http://127.0.0.1:" + model.getAddress().getPort() + path;
    }

    /** Answers by what the question is about; a call of a model that does not understand its task shows in the test. */
    private static void answer(HttpExchange exchange) throws IOException {
        var request = MAPPER.readTree(exchange.getRequestBody());
        var messages = request.path("messages");
        var question = messages.path(messages.size() - 1).path("content").asText();
        if (question.contains("out of order")) {
            exchange.sendResponseHeaders(400, -1);
            exchange.close();
            return;
        }
        var said = request.path("model").asText().equals("clerk") ? said(question) : "the wrong model";
        var chunk = MAPPER.createObjectNode();
        chunk.putArray("choices").addObject().put("index", 0).putObject("delta").put("content", said);
        exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
        exchange.sendResponseHeaders(200, 0);
        try (var out = exchange.getResponseBody()) {
            out.write(("data: " + chunk
                            + "\n\ndata: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n"
                            + "data: [DONE]\n\n")
                    .getBytes(StandardCharsets.UTF_8));
        }
    }

    private static String said(String question) {
        if (question.contains("Categories:")) {
            return "{\"category_name\": \"Billing\"}";
        } else if (question.contains("positive, neutral or negative")) {
            return question.contains("lovely") ? "Positive." : "neutral";
        } else if (question.contains("Sandby light") && question.contains("JSON")) {
            return "{\"title\": \"Sandby light\", \"author\": \"Ida Holm\", \"date\": \"2024-05-03\"}";
        } else if (question.startsWith("Translate into")) {
            return "Sehr geehrte Frau Vogt";
        } else if (question.startsWith("List every name")) {
            return "Vogt\n4711";
        } else if (question.startsWith("Facts of the original")) {
            return question.contains("4711") && question.contains("Sehr geehrte")
                    ? "4711 is missing."
                    : "nothing to compare";
        } else if (question.contains("Rules for the reply")) {
            return question.contains("Never promise a refund") ? "We look into it." : "without rules";
        } else if (question.startsWith("Say the same in at most three")) {
            return "Looking into it.";
        } else if (question.contains("three to six short points")) {
            return "- a point";
        }
        return question.contains("exactly one sentence") ? "One sentence." : "unexpected: " + question;
    }

    private static void send(HttpExchange exchange, String body) throws IOException {
        var bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(200, bytes.length);
        try (var out = exchange.getResponseBody()) {
            out.write(bytes);
        }
    }

    private static JsonNode sample(String name) {
        for (var sample : json(app.get(ann, SAMPLES)).path("samples")) {
            if (sample.path("id").asText().equals(name)) {
                return sample;
            }
        }
        throw new AssertionError("no sample " + name);
    }

    /** Makes a copy of a sample and answers its id; the checks must find nothing at all. */
    private static String used(String name) {
        var answer = app.post(ann, SAMPLES + "/" + name, "{\"model\":\"clerk\"}");
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
        var flow =
                json(app.get(ann, "/api/v1/workflows/" + json(answer).path("id").asText()));
        assertThat(flow.path("findings")).as("findings of %s", name).isEmpty();
        assertThat(flow.path("parameters")).isNotEmpty();
        return flow.path("id").asText();
    }

    private static JsonNode run(String id, JsonNode parameters) {
        var body = MAPPER.createObjectNode().put("flow_id", id).put("stream", false);
        body.set("parameters", parameters);
        var answer = json(app.post(ann, "/workflow/v1/debug/chat/completions", body.toString()));
        assertThat(answer.path("code").asInt()).as(answer.toString()).isZero();
        return answer;
    }

    private static String content(JsonNode answer) {
        return answer.path("choices").path(0).path("delta").path("content").asText();
    }

    private static String ran(String name) {
        return content(run(used(name), sample(name).path("example")));
    }

    @Test
    void theFolderHasThemAndIsRead() throws IOException {
        try (var files = Files.list(folder.resolve("workflows"))) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .containsExactlyInAnyOrder(
                            "csv-report.json",
                            "page-briefing.json",
                            "review-mood.json",
                            "summarise.json",
                            "support-triage.json",
                            "translate-and-check.json");
        }
        assertThat(sample("csv-report").path("models").asBoolean()).isFalse();
        assertThat(sample("summarise").path("models").asBoolean()).isTrue();
        Files.writeString(
                folder.resolve("workflows/own.json"), "{\"name\":\"Own\",\"data\":{\"nodes\":[],\"edges\":[]}}");
        Files.writeString(folder.resolve("workflows/broken.json"), "{");
        var names = json(app.get(ann, SAMPLES)).path("samples").findValuesAsText("id");
        assertThat(names).contains("own").doesNotContain("broken");
        Files.delete(folder.resolve("workflows/own.json"));
        Files.delete(folder.resolve("workflows/broken.json"));
    }

    @Test
    void aTextIsSummedUpInTheStyleThatWasAskedFor() {
        assertThat(ran("summarise")).isEqualTo("- a point");
        var other =
                ((ObjectNode) sample("summarise").path("example")).deepCopy().put("style", "sentence");
        assertThat(content(run(used("summarise"), other))).isEqualTo("One sentence.");
    }

    @Test
    void aTranslationIsComparedWithTheFactsOfItsOriginal() {
        assertThat(ran("translate-and-check"))
                .isEqualTo("Sehr geehrte Frau Vogt\n\n---\n\n**Check:** 4711 is missing.");
    }

    @Test
    void aTriageWaitsForAPersonAndDoesWhatIsAnswered() {
        var asked = run(used("support-triage"), sample("support-triage").path("example"));
        assertThat(content(asked)).isEqualTo("**Billing** – draft:\n\nWe look into it.\n\n");
        var event = asked.path("event_data");
        assertThat(event.path("value").path("option").findValuesAsText("text"))
                .isEqualTo(List.of("Send it as it is", "Make it shorter", ""));
        var answer = MAPPER.createObjectNode()
                .put("event_id", event.path("event_id").asText())
                .put("content", "B");
        assertThat(content(json(app.post(ann, "/workflow/v1/debug/resume", answer.toString()))))
                .isEqualTo("Looking into it.");
    }

    @Test
    void aTableIsReadInTheSandbox() {
        assertThat(ran("csv-report"))
                .startsWith("**4 rows, 3 columns**")
                .contains("| visitors | 3 | 1 | 860 | 1,160 | 1,420 |")
                .contains("| city | 4 | 0 | – | 3 different | – |");
        var id = used("csv-report");
        assertThat(content(run(id, MAPPER.createObjectNode().put("table", " "))))
                .contains("could not be read")
                .contains("the table is empty");
        assertThat(content(run(id, MAPPER.createObjectNode().put("table", "a,b"))))
                .isEqualTo("The table has column names, but no rows.");
    }

    @Test
    void aReviewThatFailsCostsItsOwnLine() {
        assertThat(ran("review-mood"))
                .startsWith("**1 positive, 1 neutral, 1 failed**")
                .contains("| Quiet rooms, lovely breakfast. | positive |")
                .contains("| The lift was out of order for three days. | failed |");
    }

    @Test
    void aBriefingBringsItsSubWorkflowAlong() {
        var id = used("page-briefing");
        var called = json(app.get(ann, "/api/v1/workflows/" + id)).findValuesAsText("flowId");
        assertThat(called).hasSize(1);
        var other = json(app.get(ann, "/api/v1/workflows/" + called.getFirst()));
        assertThat(other.path("published").asBoolean()).isTrue();
        assertThat(other.path("name").asText()).isEqualTo("Summarise a text");
        var parameters = MAPPER.createObjectNode().put("url", url("/page"));
        assertThat(content(run(id, parameters)))
                .isEqualTo("### Sandby light\n\n- a point\n\nAuthor: Ida Holm · Date: 2024-05-03");
        parameters.put("url", "http://169.254.1.1/");
        assertThat(content(run(id, parameters))).startsWith("The page http://169.254.1.1/ could not be fetched:");
    }

    @Test
    void strangersAndUnknownNamesGetNothing() {
        assertThat(app.get(null, SAMPLES).statusCode()).isEqualTo(401);
        assertThat(app.post(ann, SAMPLES + "/nothing", "{}").statusCode()).isEqualTo(404);
    }
}
