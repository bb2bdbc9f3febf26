package carafe.engine.llm.anthropic;

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
import java.util.Map;
import java.util.function.Consumer;

/** The Anthropic API as a client: messages and the list of models. */
public final class AnthropicClient implements ChatClient {
    /** The version of the API whose shapes are written and read here. */
    private static final Map<String, String> VERSION = Map.of("anthropic-version", "2023-06-01");

    private final Calls calls;
    private final ObjectMapper mapper;

    public AnthropicClient(Upstreams upstreams, ObjectMapper mapper) {
        this.calls = new Calls(upstreams, mapper);
        this.mapper = mapper;
    }

    /** A server of this protocol; {@code url} with or without the closing {@code /v1}. */
    public static Target target(String url, Secret key) {
        var base = url.endsWith("/v1") ? url.substring(0, url.length() - 3) : url;
        return new Target(base, key, "x-api-key", VERSION);
    }

    @Override
    public Dialect dialect() {
        return Dialect.ANTHROPIC;
    }

    @Override
    public void chat(
            Target target, ObjectNode body, Duration silence, Consumer<LlmEvent> sink, Cancellation cancellation) {
        var out = new EventOut(sink);
        ObjectNode request;
        try {
            request = MessagesRequest.of(body, mapper);
        } catch (LlmException e) {
            out.fail(e.failure());
            return;
        }
        calls.chat(target, "/v1/messages", request, silence, cancellation, new MessagesReader(out, mapper), false);
    }

    @Override
    public List<String> models(Target target, Duration silence) {
        return calls.models(target, "/v1/models?limit=1000", "data", "id", "a server of the Anthropic API", silence);
    }

    @Override
    public StreamTap tap(String path) {
        return new MessagesTap(mapper);
    }

    @Override
    public void events(byte[] json, Consumer<LlmEvent> sink) {
        new MessagesReader(new EventOut(sink), mapper).read(mapper, new String(json, StandardCharsets.UTF_8), true);
    }

    @Override
    public WholeAnswer whole(byte[] json) {
        try {
            var message = mapper.readTree(json);
            if (!message.isObject()) {
                return WholeAnswer.NO_JSON;
            }
            if (message.hasNonNull("error")) {
                return new WholeAnswer(null, AnswerReader.failure(message));
            }
            var usage = new MessagesReader.UsageCount();
            usage.add(message.path("usage"));
            return new WholeAnswer(usage.usage(), null);
        } catch (IOException e) {
            return WholeAnswer.NO_JSON;
        }
    }
}
