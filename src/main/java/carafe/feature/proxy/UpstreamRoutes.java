package carafe.feature.proxy;

import carafe.engine.relay.Answering;
import carafe.engine.relay.Edits;
import carafe.engine.relay.Ending;
import carafe.engine.relay.Failure;
import carafe.engine.relay.Head;
import carafe.engine.relay.Plan;
import carafe.engine.relay.Relay;
import carafe.engine.relay.Upstream;
import carafe.engine.relay.Watcher;
import carafe.platform.http.Routes;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.http.Context;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;

/** Which upstreams there are, and whether each of them answers. */
final class UpstreamRoutes {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final int MOST = 20;

    private final ProxyConfig config;
    private final Relay relay;
    private final Gate gate;

    UpstreamRoutes(ProxyConfig config, Relay relay, Gate gate) {
        this.config = config;
        this.relay = relay;
        this.gate = gate;
    }

    void register(Routes routes, String prefix) {
        var rule = AdminRoutes.rule(prefix);
        routes.get(prefix + "/api/admin/upstreams", rule, this::list);
        routes.post(prefix + "/api/admin/upstreams/test", rule, this::test);
    }

    private void list(Context ctx) {
        gate.forOwner(ctx);
        var json = JsonNodeFactory.instance.objectNode();
        var upstreams = json.putArray("upstreams");
        config.settings().upstreams().forEach(url -> upstreams.addObject().put("url", url.text()));
        ctx.json(json);
    }

    /** Asks all of them at the same time for the head of their first page: any answer is a sign of life. */
    private void test(Context ctx) throws InterruptedException {
        gate.forOwner(ctx);
        var urls = config.settings().upstreams();
        var rules = config.rules();
        var trials = new ArrayList<Callable<ObjectNode>>();
        for (int i = 0; i < Math.min(MOST, urls.size()); i++) {
            var url = urls.get(i).text();
            var upstream = rules.upstreams().get(i);
            trials.add(() -> tried(url, upstream));
        }
        var json = JsonNodeFactory.instance.objectNode();
        var results = json.putArray("upstreams");
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (var trial : threads.invokeAll(trials)) {
                results.add(trial.get());
            }
        } catch (ExecutionException e) {
            throw new IllegalStateException("a trial tells its failure itself", e);
        }
        ctx.json(json);
    }

    private ObjectNode tried(String url, Upstream upstream) {
        var json = JsonNodeFactory.instance.objectNode().put("url", url);
        var outcome = new Outcome();
        try {
            var head = Relay.head("HEAD / HTTP/1.1", List.of(Map.entry("Host", "here"), Map.entry("Accept", "*/*")));
            var edits = new Edits(Edits.HostField.UPSTREAMS, List.of(), List.of());
            var plan = new Plan.Forward(List.of(upstream), "/", edits, null, PATIENCE, outcome);
            relay.pass(head, plan, InputStream.nullInputStream(), outcome);
        } catch (IOException e) {
            outcome.error = String.valueOf(e.getMessage());
        }
        json.put("reachable", outcome.status > 0);
        if (outcome.status > 0) {
            json.put("status", outcome.status).put("milliseconds", Math.round(outcome.nanos / 1e4) / 100.0);
        } else {
            json.put("error", outcome.error);
        }
        return json;
    }

    /** Looks at one trial; filled on a loop, read when it is over. */
    private static final class Outcome implements Watcher, Answering {
        private volatile int status;
        private volatile long nanos;
        private volatile String error = "";

        @Override
        public void heard(Head response) {
            status = response.status();
        }

        @Override
        public void ended(Ending ending) {
            nanos = ending.headNanos();
        }

        @Override
        public Plan.Answer refusal(Failure failure) {
            error = failure.reason();
            return Forwarder.text(502, failure.reason());
        }

        @Override
        public void begin(int answered) {
            // heard already
        }

        @Override
        public void field(String name, String value) {
            // nobody reads them
        }

        @Override
        public void begun() {
            // nothing to send
        }

        @Override
        public void piece(byte[] bytes) {
            // nobody reads it
        }

        @Override
        public void refused(Plan.Answer answer) {
            // the reason is known
        }
    }
}
