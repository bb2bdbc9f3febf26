package carafe.engine.workflow;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Runs workflows in memory for tests: a journal that can fail at a moment, and a world that answers the same each time. */
final class Bench {
    /** The process died. */
    static final class Died extends RuntimeException {}

    final List<Step> steps = new ArrayList<>();
    final List<Frame> frames = new ArrayList<>();
    final Map<String, JsonNode> variables = new ConcurrentHashMap<>();
    /** How often each step called the world. */
    final Map<String, AtomicInteger> calls = new ConcurrentHashMap<>();

    final Map<String, Services.Model> models = new HashMap<>();
    Journal.@Nullable Pause question;
    Journal.@Nullable Ending ending;
    /** After so many entries the journal fails; negative: never. */
    int diesAfter = -1;

    private boolean dead;

    Bench() {
        models.put("echo", (asked, sink, stop) -> {
            var text = asked.messages().getLast().content();
            for (int i = 0; i < text.length(); i += 3) {
                sink.accept(new Services.Piece(text.substring(i, Math.min(text.length(), i + 3)), false));
            }
            return new Services.Answer(text, "", new Usage(2, 3, 5));
        });
    }

    Services services() {
        return new Services(
                (asked, sink, stop) -> {
                    calls.computeIfAbsent(asked.callId(), id -> new AtomicInteger())
                            .incrementAndGet();
                    var model = models.get(asked.model());
                    if (model == null) {
                        throw new FlowFailure(FlowCode.MODEL, "no model " + asked.model());
                    }
                    return model.ask(asked, sink, stop);
                },
                (program, arguments, limit, stop) -> {
                    if (program.contains("raise")) {
                        throw new FlowFailure(FlowCode.CODE, "it raised");
                    }
                    return arguments;
                },
                (call, stop) -> {
                    throw new FlowFailure(FlowCode.TOOL, "no network");
                },
                (operation, arguments, limit, stop) -> arguments,
                (query, top, kind, match, limit, stop) ->
                        JsonNodeFactory.instance.arrayNode().add(query),
                (url, allowed, stop) -> {},
                new Services.Variables() {
                    @Override
                    public Optional<JsonNode> get(String flowId, String name) {
                        return Optional.ofNullable(variables.get(flowId + " " + name));
                    }

                    @Override
                    public void set(String flowId, Map<String, JsonNode> values) {
                        values.forEach((name, value) -> variables.put(flowId + " " + name, value));
                    }
                },
                Clock.systemUTC());
    }

    private synchronized void keep(Journal.Entry entry) {
        if (dead || (diesAfter >= 0 && diesAfter-- == 0)) {
            dead = true;
            throw new Died();
        }
        steps.addAll(entry.steps());
        frames.addAll(entry.frames());
        if (entry.question() != null) {
            question = entry.question();
        }
        if (entry.ending() != null) {
            ending = entry.ending();
        }
    }

    Execution execution(
            Plan plan, ObjectNode parameters, boolean debug, Execution.Past past, Map<String, Plan> called) {
        var setting = new Execution.Setting(plan, called, "run", "sid", "event", debug, parameters, List.of());
        return new Execution(setting, past, services(), this::keep);
    }

    Journal.Ending run(Plan plan, ObjectNode parameters, boolean debug) {
        return execution(plan, parameters, debug, Execution.Past.NONE, Map.of()).run();
    }

    Journal.Ending run(Flow flow, String input) {
        return run(flow.plan(), (ObjectNode) Flow.json("{'AGENT_USER_INPUT':'" + input + "'}"), true);
    }

    /** What a process that starts now knows. */
    Execution.Past past() {
        dead = false;
        return new Execution.Past(steps, frames, null, false, false);
    }

    String said() {
        var text = new StringBuilder();
        frames.forEach(frame -> text.append(Flow.json(frame.json())
                .path("choices")
                .path(0)
                .path("delta")
                .path("content")
                .asText()));
        return text.toString();
    }

    List<String> marks() {
        return frames.stream().map(Frame::mark).toList();
    }
}
