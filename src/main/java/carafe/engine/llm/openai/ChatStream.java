package carafe.engine.llm.openai;

import carafe.engine.llm.LlmEvent;
import carafe.engine.llm.LlmFailure;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Turns the events of a chat completion stream (OpenAI API, "chat.completion.chunk") into {@link LlmEvent}s. */
final class ChatStream {
    private final ObjectMapper mapper;
    private final Consumer<LlmEvent> sink;
    private boolean started;
    private @Nullable String finish;
    private boolean ended;

    ChatStream(ObjectMapper mapper, Consumer<LlmEvent> sink) {
        this.mapper = mapper;
        this.sink = sink;
    }

    void event(byte[] bytes, int offset, int length) {
        for (var line : new String(bytes, offset, length, StandardCharsets.UTF_8).split("\r?\n")) {
            if (line.startsWith("data:") && !ended) {
                data(line.substring(5).strip());
            }
        }
    }

    private void data(String data) {
        if (data.equals("[DONE]")) {
            done();
            return;
        }
        try {
            chunk(mapper.readTree(data));
        } catch (JsonProcessingException e) {
            fail(new LlmFailure(502, "upstream_broken", "The model server sent something that is not JSON."));
        }
    }

    private void chunk(JsonNode chunk) {
        if (chunk.hasNonNull("error")) {
            var error = chunk.get("error");
            var message = error.isTextual()
                    ? error.textValue()
                    : error.path("message").asText("unknown");
            fail(new LlmFailure(502, "upstream_error", message, chunk.toString(), null));
            return;
        }
        if (!started) {
            started = true;
            sink.accept(new LlmEvent.Started(
                    chunk.path("id").asText(), chunk.path("model").asText()));
        }
        var choice = chunk.path("choices").path(0);
        delta(choice.path("delta"));
        if (choice.hasNonNull("finish_reason")) {
            finish = choice.get("finish_reason").asText();
        }
        if (chunk.path("usage").isObject()) {
            sink.accept(StreamTap.usage(chunk.path("usage")));
        }
    }

    private void delta(JsonNode delta) {
        // DeepSeek and vLLM say reasoning_content, OpenRouter and newer Ollama reasoning
        text(delta, "reasoning_content")
                .or(() -> text(delta, "reasoning"))
                .ifPresent(t -> sink.accept(new LlmEvent.Reasoning(t)));
        text(delta, "content").ifPresent(t -> sink.accept(new LlmEvent.Text(t)));
        for (var call : delta.path("tool_calls")) {
            var function = call.path("function");
            sink.accept(new LlmEvent.ToolCallDelta(
                    call.path("index").asInt(),
                    call.path("id").textValue(),
                    function.path("name").textValue(),
                    function.path("arguments").asText("")));
        }
    }

    private static java.util.Optional<String> text(JsonNode delta, String name) {
        var value = delta.path(name);
        return value.isTextual() && !value.textValue().isEmpty()
                ? java.util.Optional.of(value.textValue())
                : java.util.Optional.empty();
    }

    /** The bytes have ended; without a finish reason or [DONE] the answer is torn. */
    void end() {
        if (ended) {
            return;
        }
        if (finish != null) {
            done();
        } else {
            fail(LlmFailure.brokeOff());
        }
    }

    void fail(LlmFailure failure) {
        if (!ended) {
            ended = true;
            sink.accept(new LlmEvent.Failed(failure));
        }
    }

    private void done() {
        ended = true;
        sink.accept(new LlmEvent.Done(finish == null ? "stop" : finish));
    }
}
