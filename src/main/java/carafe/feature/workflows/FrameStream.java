package carafe.feature.workflows;

import carafe.engine.workflow.FlowCode;
import carafe.engine.workflow.FlowFailure;
import carafe.engine.workflow.Frame;
import carafe.platform.http.ClientGone;
import carafe.platform.http.ResponseStream;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.http.Context;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Hands the frames of a run to its client, as they are stored or in one piece. A client that leaves changes nothing for the
 * run.
 */
final class FrameStream {
    private static final Duration SILENCE = Duration.ofSeconds(15);
    private static final Duration LOOK = Duration.ofMillis(500);

    private final RunStore store;
    private final Runner runner;
    private final ObjectMapper mapper;
    private final Clock clock;

    FrameStream(RunStore store, Runner runner, ObjectMapper mapper, Clock clock) {
        this.clock = clock;
        this.store = store;
        this.runner = runner;
        this.mapper = mapper;
    }

    /** What is done with some frames; false ends it. */
    @FunctionalInterface
    private interface Sink {
        boolean take(List<Frame> frames) throws ClientGone;
    }

    @FunctionalInterface
    private interface Silence {
        void came() throws ClientGone;
    }

    /** Frames of one part: until its question or its end. {@code from} is the number of its first. */
    void part(Context ctx, LiveRun part, long from) throws ClientGone, InterruptedException {
        var out = ResponseStream.open(ctx, "text/event-stream");
        var last = new Frame[1];
        follow(
                part.run.id(),
                part,
                from,
                frames -> {
                    var text = new StringBuilder();
                    for (var frame : frames) {
                        last[0] = frame;
                        text.append("data: ").append(frame.json()).append("\n\n");
                        if (closes(frame)) {
                            break;
                        }
                    }
                    out.write(text.toString());
                    return !closes(last[0]);
                },
                () -> out.data(ping(part.run, last[0])));
        if (last[0] == null || !closes(last[0])) {
            out.data(cut(part.run, last[0] == null ? null : read(last[0])).toString());
        }
    }

    /** The last frame of a part that was put aside: the run goes on later, without this client. */
    private ObjectNode cut(Run run, @Nullable JsonNode last) {
        var code = runner.isStopping() ? FlowCode.CHAT : FlowCode.DATABASE;
        var why = runner.isStopping()
                ? "the server stops; the run goes on after its next start"
                : "the run was put aside";
        var frame = head(code.number(), code.explain(why), run.sid());
        var step = frame.putObject("workflow_step");
        var before = last == null ? mapper.createObjectNode() : last.path("workflow_step");
        step.put("seq", run.isDebug() ? 0 : before.path("seq").asInt(0) + 1);
        step.put("progress", before.path("progress").asDouble(0));
        return end(frame);
    }

    /** What a call gets that cannot begin: one frame, its empty keys kept. */
    ObjectNode refusal(String sid, FlowFailure failure) {
        var frame = head(failure.number(), failure.explain(), sid);
        frame.putObject("workflow_step").putNull("node").put("seq", 0).put("progress", 1);
        return end(frame).putNull("event_data");
    }

    private ObjectNode head(int code, String message, String sid) {
        return mapper.createObjectNode()
                .put("code", code)
                .put("message", message)
                .put("id", sid)
                .put("created", clock.instant().getEpochSecond());
    }

    private static void wordless(ObjectNode frame, String reason) {
        var choice = frame.putArray("choices").addObject();
        choice.putObject("delta").put("role", "assistant").put("content", "").put("reasoning_content", "");
        choice.put("index", 0).put("finish_reason", reason);
    }

    private static ObjectNode end(ObjectNode frame) {
        wordless(frame, "stop");
        frame.putObject("usage")
                .put("completion_tokens", 0)
                .put("prompt_tokens", 0)
                .put("total_tokens", 0);
        return frame;
    }

    private static boolean closes(Frame frame) {
        return frame.mark().startsWith("I ") || frame.mark().startsWith("Z ");
    }

    /** A sign of life with the place of the last frame. */
    private String ping(Run run, Frame last) {
        var ping = head(0, "Success", run.sid());
        if (last != null) {
            ping.set("workflow_step", read(last).path("workflow_step"));
        }
        wordless(ping, "ping");
        return ping.toString();
    }

    private JsonNode read(Frame frame) {
        try {
            return mapper.readTree(frame.json());
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a stored frame that is no JSON", e);
        }
    }

    /** All frames of a run after number {@code after}, with their numbers as event ids, until nothing more comes by itself. */
    void events(Context ctx, String runId, long after) throws ClientGone, InterruptedException {
        var out = ResponseStream.open(ctx, "text/event-stream");
        long[] number = {after};
        follow(
                runId,
                runner.live(runId).orElse(null),
                after,
                frames -> {
                    var text = new StringBuilder();
                    for (var frame : frames) {
                        text.append("id: ")
                                .append(++number[0])
                                .append("\ndata: ")
                                .append(frame.json())
                                .append("\n\n");
                    }
                    out.write(text.toString());
                    return true;
                },
                out::ping);
        out.write("event: end\ndata: {}\n\n");
    }

    /** One part as one document: the texts of all frames, the keys of the last. */
    ObjectNode whole(LiveRun part, long from) throws ClientGone, InterruptedException {
        var content = new StringBuilder();
        var reasoning = new StringBuilder();
        var last = new JsonNode[] {mapper.createObjectNode()};
        var closed = new boolean[1];
        follow(
                part.run.id(),
                part,
                from,
                frames -> {
                    for (var frame : frames) {
                        last[0] = read(frame);
                        var delta = last[0].path("choices").path(0).path("delta");
                        content.append(delta.path("content").asText());
                        reasoning.append(delta.path("reasoning_content").asText());
                        if (closes(frame)) {
                            closed[0] = true;
                            return false;
                        }
                    }
                    return true;
                },
                () -> {});
        if (!closed[0]) {
            last[0] = cut(part.run, last[0]);
        }
        var answer = ((ObjectNode) last[0]).deepCopy();
        answer.remove("workflow_step");
        if (answer.path("choices").path(0).path("delta") instanceof ObjectNode delta) {
            delta.put("content", content.toString()).put("reasoning_content", reasoning.toString());
        }
        return answer;
    }

    private void follow(String runId, @Nullable LiveRun part, long from, Sink sink, Silence silence)
            throws ClientGone, InterruptedException {
        long next = from;
        var live = part;
        long spoke = System.nanoTime();
        while (true) {
            var frames = live == null ? null : live.after(next, SILENCE.toNanos());
            if (live != null && frames != null && frames.isEmpty()) {
                if (!live.isOver()) {
                    silence.came();
                    continue;
                }
                frames = null;
            }
            if (frames == null) {
                boolean over = live == null || live.isOver();
                frames = store.frames(runId, next);
                if (frames.isEmpty()) {
                    if (over) {
                        if (!sleeps(runId)) {
                            return;
                        }
                        if (System.nanoTime() - spoke > SILENCE.toNanos()) {
                            silence.came();
                            spoke = System.nanoTime();
                        }
                        Thread.sleep(LOOK);
                        live = runner.live(runId).orElse(null);
                    }
                    continue;
                }
            }
            spoke = System.nanoTime();
            next += frames.size();
            if (!sink.take(frames)) {
                return;
            }
        }
    }

    /** Whether the run waits for nothing but time, or was just taken up after that: then more comes by itself. */
    private boolean sleeps(String runId) {
        return !runner.isStopping()
                && store.wait(runId).filter(wait -> wait.kind().equals("timer")).isPresent()
                && store.find(runId).filter(run -> !run.isOver()).isPresent();
    }
}
