package carafe.feature.workflows;

import static carafe.TestApp.json;
import static org.assertj.core.api.Assertions.assertThat;

import carafe.FakeProvider;
import carafe.ServerProcess;
import carafe.TestApp;
import carafe.engine.workflow.Flow;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole program as a process of its own, killed without warning while workflows run and wait. */
class WorkflowKillTest {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final String KEY = "Bearer k:s";

    @TempDir
    Path folder;

    private ServerProcess serve(String upstream) throws IOException {
        return ServerProcess.start(
                folder,
                "workflow",
                Map.of(
                        "SERVICE_PORT",
                        "0",
                        "OPENAI_API_BASE_URLS",
                        upstream,
                        "APP_MANAGE_PLAT_KEY",
                        "k",
                        "APP_MANAGE_PLAT_SECRET",
                        "s",
                        "TRUSTED_PROXIES",
                        "127.0.0.1/32", // a gateway that vouches for its apps
                        "WORKERS",
                        "2",
                        "RELOAD",
                        "False",
                        "SHUTDOWN_INTERVAL",
                        "2",
                        "SHUTDOWN_TIMEOUT",
                        "180"));
    }

    private static String publish(TestApp app, Flow flow) {
        var body = MAPPER.createObjectNode().put("name", "n").put("app_id", "carafe");
        body.set("data", flow.json());
        var id = json(app.send(null, "POST", "/workflow/v1/protocol/add", body.toString(), "Authorization", KEY))
                .path("data")
                .path("flow_id")
                .asText();
        var publish = "{\"flow_id\":\"" + id + "\",\"release_status\":1,\"plat\":0,\"version\":\"v1.0\"}";
        assertThat(json(app.send(null, "POST", "/v1/publish", publish, "Authorization", KEY))
                        .path("code")
                        .asInt())
                .isZero();
        return id;
    }

    private static String chat(String id, String input) {
        return "{\"flow_id\":\"" + id + "\",\"parameters\":{\"AGENT_USER_INPUT\":\"" + input + "\"},\"stream\":false}";
    }

    @Test
    void runsGoOnWhereTheyWereAndQuestionsStillWait() throws Exception {
        try (var provider = new FakeProvider()) {
            var process = serve(provider.url());
            var app = process.client();
            var asking = publish(
                    app,
                    Flow.fromStart()
                            .llm("spark-llm::l", "q=node-start::s.AGENT_USER_INPUT", "{{q}}")
                            .node("question-answer::q", "query:string content:string", "x=spark-llm::l.output", """
                                    {'question':'{{x}}?','answerType':'direct','needReply':true}""")
                            .end("a=question-answer::q.content;l=spark-llm::l.output", "{{l}}/{{a}}")
                            .edges("node-start::s>spark-llm::l spark-llm::l>question-answer::q"
                                    + " question-answer::q>node-end::e"));
            var hanging = publish(
                    app,
                    Flow.fromStart()
                            .llm("spark-llm::l", "q=node-start::s.AGENT_USER_INPUT", "{{q}}")
                            .node(
                                    "spark-llm::h",
                                    "output:string",
                                    "l=spark-llm::l.output",
                                    "{'model':'hang','template':'{{l}}'}")
                            .end("a=spark-llm::h.output;l=spark-llm::l.output", "{{l}}/{{a}}")
                            .edges("node-start::s>spark-llm::l spark-llm::l>spark-llm::h spark-llm::h>node-end::e"));
            var asked = json(
                    app.send(null, "POST", "/workflow/v1/chat/completions", chat(asking, "tea"), "Authorization", KEY));
            var event = asked.path("event_data").path("event_id").asText();
            assertThat(event).isNotEmpty();
            provider.requests.clear();
            var threads = new ArrayList<Thread>();
            for (int i = 0; i < 10; i++) {
                threads.add(Thread.ofVirtual().start(() -> {
                    try {
                        app.send(
                                null,
                                "POST",
                                "/workflow/v1/chat/completions",
                                chat(hanging, "x"),
                                "Authorization",
                                KEY);
                    } catch (java.io.UncheckedIOException e) {
                        // the process is killed meanwhile: that is what this is about
                    }
                }));
            }
            await(provider, 10, "hang", "echo");
            process.kill();
            for (var thread : threads) {
                thread.join();
            }

            provider.requests.clear();
            provider.release();
            try (var second = serve(provider.url())) {
                var after = second.client();
                await(provider, 10, "hang"); // and nothing else: the finished steps are not asked again
                var answer = json(after.send(
                        null,
                        "POST",
                        "/workflow/v1/resume",
                        "{\"event_id\":\"" + event + "\",\"content\":\"with milk\"}",
                        "X-Consumer-Username",
                        "carafe"));
                assertThat(answer.path("choices")
                                .path(0)
                                .path("delta")
                                .path("content")
                                .asText())
                        .as(answer.toString())
                        .contains("tea")
                        .endsWith("/with milk");
            }
        }
    }

    /** Takes requests until {@code count} of the first model came; all must be for one of {@code models}. */
    private static void await(FakeProvider provider, int count, String... models) throws InterruptedException {
        for (int i = 0; i < count; ) {
            var request = provider.requests.poll(60, TimeUnit.SECONDS);
            assertThat(request).as("%s of %s calls came", i, count).isNotNull();
            assertThat(request.path("model").asText()).isIn((Object[]) models);
            i += request.path("model").asText().equals(models[0]) ? 1 : 0;
        }
    }
}
