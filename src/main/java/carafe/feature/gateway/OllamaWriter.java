package carafe.feature.gateway;

import carafe.engine.llm.LlmEvent;
import carafe.platform.http.ClientGone;
import carafe.platform.http.ResponseStream;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Clock;

/**
 * Answers of Ollama's API (github.com/ollama/ollama, docs/api.md): lines of JSON, the last one with {@code done} and the
 * counts. Tool calls come whole.
 */
final class OllamaWriter implements AnswerWriter {
    private final ObjectMapper mapper;
    private final String model;
    private final boolean generate;
    private final Clock clock;
    private final long started = System.nanoTime();
    private final Collected seen = new Collected();
    private long first;

    /** @param generate whether this is {@code /api/generate}, which knows no messages */
    OllamaWriter(ObjectMapper mapper, String model, boolean generate, Clock clock) {
        this.mapper = mapper;
        this.model = model;
        this.generate = generate;
        this.clock = clock;
    }

    @Override
    public String streamType() {
        return "application/x-ndjson";
    }

    @Override
    public void event(LlmEvent event, ResponseStream out) throws ClientGone {
        seen.add(event);
        switch (event) {
            case LlmEvent.Text(var text, var _) -> piece(out, text, "");
            case LlmEvent.Reasoning(var text) -> piece(out, "", text);
            case LlmEvent.Done done -> end(out);
            case LlmEvent.ToolCallDelta call -> {}
            case LlmEvent.Citation citation -> {} // cannot be asked for here
            case LlmEvent.Search search -> {}
            case LlmEvent.Usage usage -> {}
            case LlmEvent.Started begun -> {}
            case LlmEvent.Failed failed -> {}
        }
    }

    private void piece(ResponseStream out, String text, String thought) throws ClientGone {
        if (first == 0) {
            first = System.nanoTime();
        }
        var line = line(text, thought);
        send(out, line.put("done", false));
    }

    private ObjectNode line(String text, String thought) {
        var line = mapper.createObjectNode()
                .put("model", model)
                .put("created_at", clock.instant().toString());
        if (generate) {
            line.put("response", text);
            if (!thought.isEmpty()) {
                line.put("thinking", thought);
            }
            return line;
        }
        var message = line.putObject("message").put("role", "assistant").put("content", text);
        if (!thought.isEmpty()) {
            message.put("thinking", thought);
        }
        return line;
    }

    private void end(ResponseStream out) throws ClientGone {
        if (!seen.calls().isEmpty() && !generate) {
            var line = line("", "");
            addCalls(line, seen);
            send(out, line.put("done", false));
        }
        var last = line("", "");
        close(last, seen);
        send(out, last);
    }

    private void addCalls(ObjectNode line, Collected answer) {
        int index = 0;
        for (var call : answer.calls()) {
            var node = line.withObject("/message").withArray("tool_calls").addObject();
            node.put("id", call.id());
            node.putObject("function")
                    .put("index", index++)
                    .put("name", call.name())
                    .set("arguments", call.input(mapper));
        }
    }

    private void close(ObjectNode line, Collected answer) {
        long now = System.nanoTime();
        long begun = first == 0 ? now : first;
        line.put("done", true)
                .put("done_reason", answer.reason().equals("length") ? "length" : "stop")
                .put("total_duration", now - started)
                .put("load_duration", 0)
                .put("prompt_eval_count", answer.usage().input())
                .put("prompt_eval_duration", begun - started)
                .put("eval_count", answer.usage().output())
                .put("eval_duration", Math.max(1, now - begun)); // clients divide by it
    }

    /** The official client takes U+2028 and U+2029 for the end of a line. */
    private static void send(ResponseStream out, ObjectNode line) throws ClientGone {
        out.write(line.toString().replace("\u2028", "\\u2028").replace("\u2029", "\\u2029") + "\n");
    }

    @Override
    public void failed(ObjectNode body, ResponseStream out) throws ClientGone {
        send(out, body);
    }

    @Override
    public ObjectNode whole(Collected answer) {
        var line = line(answer.text(), answer.reasoning());
        if (!generate) {
            addCalls(line, answer);
        }
        close(line, answer);
        return line;
    }
}
