package carafe.engine.workflow;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Writes the frames of one run, in the words of the contract (section 1.2), all of them for debugging, else only what
 * clients of a release get. Used under the run's lock.
 */
final class Frames {
    static final String FLOW = "flow_obj";

    private final String sid;
    private final boolean debug;
    private final Clock clock;
    private final Already already;
    private final List<Frame> pending = new ArrayList<>();
    private final StringBuilder said = new StringBuilder();
    private final StringBuilder thought = new StringBuilder();
    private int seq;
    private double shown;
    private int over;
    private final int all;

    /** @param already what clients got before this part of the run; it is not written again */
    Frames(String sid, boolean debug, Clock clock, Already already, int all) {
        this.sid = sid;
        this.debug = debug;
        this.clock = clock;
        this.already = already;
        this.all = Math.max(1, all);
        this.said.append(already.said);
        this.thought.append(already.thought);
        this.seq = already.seq();
        this.shown = already.progress();
    }

    /** What has been written of a run: how many frames of each mark, and which text of each node. */
    public static final class Already {
        private final Map<String, Integer> marks = new HashMap<>();
        private final Map<String, StringBuilder> content = new HashMap<>();
        private final Map<String, StringBuilder> reasoning = new HashMap<>();
        private final StringBuilder said = new StringBuilder();
        private final StringBuilder thought = new StringBuilder();
        private int seq;
        private double progress;

        void add(Frame frame) {
            var json = Values.parse(frame.json());
            if (json == null) {
                throw new IllegalStateException("a stored frame that cannot be read");
            }
            seq = json.path("workflow_step").path("seq").asInt();
            progress = Math.max(
                    progress, json.path("workflow_step").path("progress").asDouble());
            var delta = json.path("choices").path(0).path("delta");
            said.append(delta.path("content").asText());
            thought.append(delta.path("reasoning_content").asText());
            if (!frame.mark().startsWith("C ")) {
                marks.merge(frame.mark(), 1, Integer::sum);
                return;
            }
            var path = frame.mark().substring(2);
            content.computeIfAbsent(path, p -> new StringBuilder())
                    .append(delta.path("content").asText());
            reasoning
                    .computeIfAbsent(path, p -> new StringBuilder())
                    .append(delta.path("reasoning_content").asText());
        }

        /** The path of a node that had begun to speak and is not among those that are {@code over}; or null. */
        @Nullable
        String unfinished(Set<String> over) {
            for (var one : content.entrySet()) {
                if (!over.contains(one.getKey())) {
                    return one.getKey();
                }
            }
            return null;
        }

        /** The next frames are for somebody who answered: they are counted anew. */
        void newPart() {
            seq = 0;
        }

        int seq() {
            return seq;
        }

        double progress() {
            return progress;
        }

        /** Whether such a frame was written, which is then forgotten. */
        boolean take(String mark) {
            var left = marks.remove(mark);
            if (left != null && left > 1) {
                marks.put(mark, left - 1);
            }
            return left != null;
        }

        /** What is left of {@code text} after the part that was written. */
        String rest(String path, String text, boolean thought) {
            var written = (thought ? reasoning : content).get(path);
            if (written == null || written.isEmpty()) {
                return text;
            }
            int same = Math.min(written.length(), text.length());
            if (written.substring(0, same).equals(text.substring(0, same))) {
                written.delete(0, same);
                return text.substring(same);
            }
            // a model asked again says something else: what it says now is told whole
            written.setLength(0);
            return "\n\n" + text;
        }
    }

    List<Frame> take() {
        if (pending.isEmpty()) {
            return List.of();
        }
        var taken = List.copyOf(pending);
        pending.clear();
        return taken;
    }

    boolean isEmpty() {
        return pending.isEmpty();
    }

    /** Nodes of the outermost scope that are over. */
    void over(int count) {
        over = count;
    }

    void begin() {
        if (!debug || already.take("W ")) {
            return;
        }
        var frame = frame(0, "Success");
        var node = node(frame, FLOW, FLOW);
        node.put("finish_reason", "stop");
        node.set("inputs", Values.object());
        node.set("outputs", Values.object());
        node.set("error_outputs", Values.object());
        node.put("executed_time", BigDecimal.ZERO.setScale(1));
        usage(node, Usage.NONE);
        step(frame, BigDecimal.ZERO.setScale(1).doubleValue());
        choice(frame, "", "", true, null);
        add(frame, "W ");
    }

    void start(Node node, String path) {
        if (!debug || already.take("S " + path)) {
            return;
        }
        var frame = frame(0, "Success");
        var json = node(frame, node.id(), node.alias());
        json.set("inputs", Values.object());
        json.set("outputs", Values.object());
        json.set("error_outputs", Values.object());
        json.put("executed_time", BigDecimal.ZERO.setScale(1));
        step(frame, progress());
        choice(frame, "", "", true, null);
        add(frame, "S " + path);
    }

    /** Everything that was said, in all parts of the run. */
    String said() {
        return said.toString();
    }

    String thought() {
        return thought.toString();
    }

    /** A piece of what a node says. */
    void say(Node node, String path, String words, String thoughts) {
        var content = already.rest(path, words, false);
        var reasoning = already.rest(path, thoughts, true);
        if (content.isEmpty() && reasoning.isEmpty()) {
            return;
        }
        said.append(content);
        thought.append(reasoning);
        var frame = frame(0, "Success");
        if (debug) {
            var json = node(frame, node.id(), node.alias());
            json.set("inputs", Values.object());
            json.set("outputs", Values.object());
            json.set("error_outputs", Values.object());
            if (node.task() instanceof Task.End end) {
                json.putObject("ext").put("answer_mode", end.template() == null ? 0 : 1);
            }
            json.put("executed_time", BigDecimal.ZERO.setScale(1));
        }
        step(frame, progress());
        choice(frame, content, reasoning, true, null);
        add(frame, "C " + path);
    }

    /** The end of a node; {@code text} is what a node that does not stream says at its end. */
    void end(Node node, Step step, String text, boolean counts) {
        boolean speaks = debug || !text.isEmpty();
        if (!speaks || already.take("E " + step.path())) {
            return;
        }
        said.append(text);
        var frame = frame(
                step.state() == Step.State.FAILED ? step.code() : 0,
                step.state() == Step.State.FAILED ? step.message() : "Success");
        if (debug) {
            var json = node(frame, node.id(), node.alias());
            json.put("finish_reason", "stop");
            json.set("inputs", step.inputs());
            json.set("outputs", step.outputs());
            json.set("error_outputs", step.errors() == null ? Values.object() : step.errors());
            var ext = json.putObject("ext");
            if (node.task() instanceof Task.Llm || node.task() instanceof Task.Decision) {
                ext.put("raw_output", step.raw());
            }
            if (node.task() instanceof Task.End end) {
                ext.put("answer_mode", end.template() == null ? 0 : 1);
            }
            json.put("executed_time", seconds(step.endedAt() - step.startedAt()));
            if (counts) {
                usage(json, step.usage());
            }
        }
        step(frame, progress());
        choice(frame, text, "", !debug, debug ? "stop" : null);
        add(frame, "E " + step.path());
    }

    /** A question; the client's answer comes by another request. */
    void ask(Node node, String path, String eventId, boolean mustReply, ObjectNode value, int attempt) {
        var mark = "I " + path + "@" + attempt;
        if (already.take(mark)) {
            return;
        }
        var frame = frame(0, "Success");
        if (debug) {
            var json = node(frame, node.id(), node.alias());
            json.put("finish_reason", "interrupt");
            json.set("inputs", Values.object());
            json.set("outputs", Values.object());
            json.set("error_outputs", Values.object());
            json.put("executed_time", BigDecimal.ZERO.setScale(1));
        }
        step(frame, progress());
        choice(frame, "", "", true, "interrupt");
        var event = frame.putObject("event_data");
        event.put("event_id", eventId).put("event_type", "interrupt").put("need_reply", mustReply);
        event.set("value", value);
        add(frame, mark);
    }

    /** The last one. */
    void finish(int code, String message, Usage usage) {
        var frame = frame(code, message);
        if (code == 0 && debug) {
            var json = node(frame, FLOW, FLOW);
            json.put("finish_reason", "stop");
            json.set("inputs", Values.object());
            json.set("outputs", Values.object());
            json.set("error_outputs", Values.object());
            json.put("executed_time", BigDecimal.ZERO.setScale(1));
            usage(json, usage);
        }
        step(frame, 1);
        choice(frame, "", "", true, "stop");
        usage(frame, usage);
        add(frame, "Z ");
    }

    private ObjectNode frame(int code, String message) {
        return Values.object()
                .put("code", code)
                .put("message", message)
                .put("id", sid)
                .put("created", clock.instant().getEpochSecond());
    }

    private static ObjectNode node(ObjectNode frame, String id, String alias) {
        return frame.putObject("workflow_step").putObject("node").put("id", id).put("alias_name", alias);
    }

    private void step(ObjectNode frame, double progress) {
        var step = frame.get("workflow_step") instanceof ObjectNode has ? has : frame.putObject("workflow_step");
        if (debug) {
            step.put("seq", 0).put("progress", progress);
        } else {
            shown = Math.max(shown, Math.round(progress * 100) / 100.0);
            step.put("seq", ++seq).put("progress", shown);
        }
    }

    private double progress() {
        return (double) over / all;
    }

    private static void choice(
            ObjectNode frame, String content, String reasoning, boolean index, @Nullable String finish) {
        var choice = frame.putArray("choices").addObject();
        choice.putObject("delta")
                .put("role", "assistant")
                .put("content", content)
                .put("reasoning_content", reasoning);
        if (index) {
            choice.put("index", 0);
        }
        if (finish != null) {
            choice.put("finish_reason", finish);
        }
    }

    private static void usage(ObjectNode to, Usage usage) {
        to.putObject("usage")
                .put("completion_tokens", usage.completion())
                .put("prompt_tokens", usage.prompt())
                .put("total_tokens", usage.prompt() + usage.completion());
    }

    private static BigDecimal seconds(long ms) {
        return new BigDecimal(Math.max(0, ms)).divide(BigDecimal.valueOf(1000), 3, RoundingMode.HALF_UP);
    }

    private void add(JsonNode frame, String mark) {
        pending.add(new Frame(Values.compact(frame), mark));
    }
}
