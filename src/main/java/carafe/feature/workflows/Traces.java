package carafe.feature.workflows;

import carafe.engine.outbound.Outbound;
import carafe.engine.workflow.Step;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends a trace of each run that is over to a collector: a span for the run, one for each node. Source: OTLP 1.3 over HTTP
 * in JSON. What does not fit into the queue, or what the collector does not take, is dropped: runs never wait for it.
 */
final class Traces implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Traces.class);
    private static final int QUEUE = 2_048;
    /** Bytes of a value from which on the span has a link to it instead. */
    private static final int LARGE = 10_240;

    private static final int MOST_SPANS = 1_000;
    private static final String END = "";

    private final RunStore store;
    private final Outbound collector;
    private final String address;
    private final FlowSettings settings;
    private final ObjectMapper mapper;
    private final ArrayBlockingQueue<String> queue = new ArrayBlockingQueue<>(QUEUE);
    private final Thread sender = Thread.ofVirtual().name("workflow-traces").unstarted(this::sendUntilClosed);

    Traces(RunStore store, Outbound collector, String address, FlowSettings settings, ObjectMapper mapper) {
        this.store = store;
        this.collector = collector;
        this.address = address + "/v1/traces";
        this.settings = settings;
        this.mapper = mapper;
    }

    void start() {
        sender.start();
    }

    void ended(String runId) {
        if (!queue.offer(runId)) {
            log.debug("a trace is dropped run={}", runId);
        }
    }

    private void sendUntilClosed() {
        try {
            for (var id = queue.take(); !id.equals(END); id = queue.take()) {
                try {
                    send(id);
                } catch (IOException | RuntimeException e) {
                    log.debug("a trace was not taken run={}", id, e);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void send(String runId) throws IOException {
        var run = store.find(runId).filter(Run::isOver);
        if (run.isPresent()) {
            var body = trace(run.get(), store.steps(runId)).toString().getBytes(StandardCharsets.UTF_8);
            var headers = new LinkedHashMap<>(settings.traceHeaders());
            headers.put("Content-Type", "application/json");
            collector
                    .exchange(new Outbound.Call("POST", address, headers, body, Duration.ofSeconds(5)))
                    .send();
        }
    }

    ObjectNode trace(Run run, List<Step> steps) {
        var trace = mapper.createObjectNode();
        var resource = trace.putArray("resourceSpans").addObject();
        attribute(resource.putObject("resource").putArray("attributes"), "service.name", settings.serviceName());
        var scope = resource.putArray("scopeSpans").addObject();
        scope.putObject("scope").put("name", settings.tracer());
        var spans = scope.putArray("spans");
        var traceId = run.id().replace("-", "");
        var root =
                span(spans, traceId, traceId.substring(16), "", "engine_async_run", run.createdAt(), run.updatedAt());
        var attributes = root.putArray("attributes");
        attribute(attributes, "sid", run.sid());
        attribute(attributes, "app_id", run.appId());
        attribute(attributes, "uid", run.uid());
        attribute(attributes, "chat_id", run.chatId());
        attribute(attributes, "flow_id", run.flowId());
        attribute(attributes, "span_version", "1.0.0");
        status(root, run.code(), run.message());
        for (var step : steps.subList(0, Math.min(steps.size(), MOST_SPANS))) {
            var id = FlowStore.hash(run.id() + " " + step.path()).substring(0, 16);
            var span = span(
                    spans,
                    traceId,
                    id,
                    traceId.substring(16),
                    "run_node:" + step.nodeId(),
                    step.startedAt(),
                    step.endedAt());
            attribute(span.putArray("attributes"), "path", step.path());
            var events = span.putArray("events");
            event(events, run, step, "input", step.inputs().toString(), step.startedAt());
            event(events, run, step, "output", step.outputs().toString(), step.endedAt());
            status(span, step.code(), step.message());
        }
        return trace;
    }

    private static ObjectNode span(
            ArrayNode spans, String traceId, String id, String parent, String name, long from, long to) {
        var span = spans.addObject()
                .put("traceId", traceId)
                .put("spanId", id)
                .put("name", name)
                .put("kind", 1);
        if (!parent.isEmpty()) {
            span.put("parentSpanId", parent);
        }
        return span.put("startTimeUnixNano", from + "000000").put("endTimeUnixNano", to + "000000");
    }

    private static void attribute(ArrayNode attributes, String name, String value) {
        attributes.addObject().put("key", name).putObject("value").put("stringValue", value);
    }

    private static void status(ObjectNode span, int code, String message) {
        span.putObject("status").put("code", code == 0 ? 1 : 2).put("message", code == 0 ? "" : message);
    }

    private static void event(ArrayNode events, Run run, Step step, String what, String value, long at) {
        boolean large = value.getBytes(StandardCharsets.UTF_8).length >= LARGE;
        var shown = large ? "trace_link: /api/v1/workflows/runs/" + run.id() + "#" + step.path() + "/" + what : value;
        var event = events.addObject().put("name", "INFO").put("timeUnixNano", at + "000000");
        attribute(event.putArray("attributes"), what, shown);
    }

    @Override
    public void close() throws IOException {
        if (!sender.isAlive()) {
            return;
        }
        while (!queue.offer(END)) {
            queue.poll(); // at the stop the oldest of a full queue gives way
        }
        try {
            sender.join(Duration.ofSeconds(5));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        collector.close();
    }
}
