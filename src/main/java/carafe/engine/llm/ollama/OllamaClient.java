package carafe.engine.llm.ollama;

import carafe.engine.llm.AnswerReader;
import carafe.engine.llm.Calls;
import carafe.engine.llm.Cancellation;
import carafe.engine.llm.ChatClient;
import carafe.engine.llm.Dialect;
import carafe.engine.llm.EventOut;
import carafe.engine.llm.LlmEvent;
import carafe.engine.llm.LlmException;
import carafe.engine.llm.StreamTap;
import carafe.engine.llm.Target;
import carafe.engine.llm.Upstreams;
import carafe.engine.llm.WholeAnswer;
import carafe.platform.config.Secret;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

/** Ollama's own API as a client: chat and the list of models. */
public final class OllamaClient implements ChatClient {
    private final Calls calls;
    private final ObjectMapper mapper;

    public OllamaClient(Upstreams upstreams, ObjectMapper mapper) {
        this.calls = new Calls(upstreams, mapper);
        this.mapper = mapper;
    }

    /** A server of this protocol; {@code url} as Ollama prints it, or with the {@code /v1} of its other API. */
    public static Target target(String url, Secret key) {
        return new Target(url.endsWith("/v1") ? url.substring(0, url.length() - 3) : url, key);
    }

    @Override
    public Dialect dialect() {
        return Dialect.OLLAMA;
    }

    @Override
    public void chat(
            Target target, ObjectNode body, Duration silence, Consumer<LlmEvent> sink, Cancellation cancellation) {
        var out = new EventOut(sink);
        ObjectNode request;
        try {
            request = ChatRequest.of(body, mapper);
        } catch (LlmException e) {
            out.fail(e.failure());
            return;
        }
        calls.chat(target, "/api/chat", request, silence, cancellation, new ChatReader(out), true);
    }

    @Override
    public List<String> models(Target target, Duration silence) {
        return calls.models(target, "/api/tags", "models", "name", "Ollama", silence);
    }

    @Override
    public StreamTap tap(String path) {
        return new LineTap(mapper);
    }

    @Override
    public void events(byte[] json, Consumer<LlmEvent> sink) {
        new ChatReader(new EventOut(sink)).read(mapper, new String(json, StandardCharsets.UTF_8), true);
    }

    @Override
    public WholeAnswer whole(byte[] json) {
        try {
            var answer = mapper.readTree(json);
            if (!answer.isObject()) {
                return WholeAnswer.NO_JSON;
            }
            return answer.hasNonNull("error")
                    ? new WholeAnswer(null, AnswerReader.failure(answer))
                    : new WholeAnswer(ChatReader.usage(answer), null);
        } catch (IOException e) {
            return WholeAnswer.NO_JSON;
        }
    }
}
