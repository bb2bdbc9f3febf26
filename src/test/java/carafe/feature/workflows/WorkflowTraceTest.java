package carafe.feature.workflows;

import static carafe.TestApp.json;
import static org.assertj.core.api.Assertions.assertThat;

import carafe.TestApp;
import carafe.engine.workflow.Flow;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WorkflowTraceTest {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    @TempDir
    Path folder;

    @Test
    void eachRunIsATraceWithASpanForEachNodeAndLargeValuesAreLinks() throws Exception {
        var received = new LinkedBlockingQueue<JsonNode>();
        var tokens = new LinkedBlockingQueue<String>();
        var collector = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        collector.createContext("/v1/traces", exchange -> {
            received.add(MAPPER.readTree(exchange.getRequestBody()));
            tokens.add(String.valueOf(exchange.getRequestHeaders().getFirst("X-Token")));
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
        collector.start();
        try (var app = TestApp.start(
                folder,
                "OTLP_ENABLE",
                "1",
                "OTLP_HEADERS",
                "x-token=abc=,x-more=1",
                "OTLP_ENDPOINT",
                "http://127.0.0.1:" + collector.getAddress().getPort())) {
            var ann = app.signUp("ann");
            var flow = MAPPER.createObjectNode().put("name", "n");
            flow.set(
                    "data",
                    Flow.fromStart()
                            .joiner("text-joiner::a", "x=node-start::s.AGENT_USER_INPUT", "{{x}}")
                            .end("out=text-joiner::a.output", "{{out}}")
                            .edges("node-start::s>text-joiner::a text-joiner::a>node-end::e")
                            .json());
            var id = json(app.post(ann, "/api/v1/workflows", flow.toString()))
                    .path("id")
                    .asText();
            var run = MAPPER.createObjectNode().put("flow_id", id).put("stream", false);
            run.putObject("parameters").put("AGENT_USER_INPUT", "z".repeat(20_000));
            app.post(ann, "/workflow/v1/debug/chat/completions", run.toString());

            var trace = received.poll(60, TimeUnit.SECONDS);
            assertThat(trace).isNotNull();
            assertThat(tokens.take()).isEqualTo("abc=");
            var spans = trace.path("resourceSpans")
                    .path(0)
                    .path("scopeSpans")
                    .path(0)
                    .path("spans");
            assertThat(spans.findValuesAsText("name"))
                    .contains("engine_async_run", "run_node:text-joiner::a", "run_node:node-end::e");
            assertThat(trace.toString()).contains("trace_link: ").doesNotContain("zzzzz");
            assertThat(app.get(ann, "/metrics").body())
                    .contains("carafe_workflow_runs_total{")
                    .contains("flow_id=\"" + id + "\"");
        } finally {
            collector.stop(0);
        }
    }
}
