package carafe.engine.llm.openai;

import carafe.engine.llm.Cancellation;
import carafe.engine.llm.Exchange;
import carafe.engine.llm.LlmEvent;
import carafe.engine.llm.LlmException;
import carafe.engine.llm.LlmFailure;
import carafe.engine.llm.PulledExchange;
import carafe.engine.llm.Target;
import carafe.engine.llm.Upstreams;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** The OpenAI API as a client: chat completions and the list of models. Also Ollama's {@code /v1}, and local children. */
public final class OpenAiClient {
    private static final int MOST_ERROR = 64 << 10;
    private static final int MOST_MODELS = 8 << 20;

    private final Upstreams upstreams;
    private final ObjectMapper mapper;

    public OpenAiClient(Upstreams upstreams, ObjectMapper mapper) {
        this.upstreams = upstreams;
        this.mapper = mapper;
    }

    /**
     * Streams one chat completion into {@code sink}, on the calling thread; returns after Done or Failed. A sink that
     * throws ends the upstream call.
     *
     * @param body the request of the API; {@code stream} and {@code stream_options} are set here
     */
    public void chat(
            Target target, ObjectNode body, Duration silence, Consumer<LlmEvent> sink, Cancellation cancellation) {
        var stream = new ChatStream(mapper, sink);
        body.put("stream", true);
        body.putObject("stream_options").put("include_usage", true);
        try (var exchange = post(target, "/chat/completions", body, silence, cancellation)) {
            if (exchange.status() != 200) {
                stream.fail(failure(exchange));
                return;
            }
            pump(exchange, stream);
        } catch (LlmException e) {
            stream.fail(e.failure());
        } catch (IOException e) {
            stream.fail(LlmFailure.midway(e, cancellation.isCancelled()));
        }
    }

    private PulledExchange post(
            Target target, String path, ObjectNode body, Duration silence, Cancellation cancellation)
            throws IOException {
        return upstreams.post(target, path, mapper.writeValueAsBytes(body), silence, cancellation);
    }

    private static void pump(PulledExchange exchange, ChatStream stream) throws IOException {
        var splitter = new EventSplitter();
        var buffer = new byte[4 << 10];
        for (int count = exchange.read(buffer); count >= 0; count = exchange.read(buffer)) {
            splitter.accept(buffer, count, stream::event);
        }
        splitter.finish(stream::event);
        stream.end();
    }

    /** What an answer with an error status says. */
    public LlmFailure failure(Exchange exchange) throws IOException {
        var body = new String(exchange.readAll(MOST_ERROR), StandardCharsets.UTF_8);
        return new LlmFailure(
                exchange.status(),
                "upstream_error",
                message(body, exchange.status()),
                body,
                exchange.header("Retry-After"));
    }

    private String message(String body, int status) {
        try {
            var json = mapper.readTree(body);
            var error = json.path("error");
            for (JsonNode node :
                    new JsonNode[] {error.path("message"), error, json.path("message"), json.path("detail")}) {
                if (node.isTextual() && !node.textValue().isBlank()) {
                    return node.textValue();
                }
            }
        } catch (IOException e) {
            // not JSON: the status says what there is to say
        }
        return "The model server answered with status " + status + ".";
    }

    /** Ids of the models at {@code target}. @throws LlmException when it does not answer as the API does */
    public List<String> models(Target target, Duration silence) {
        try (var exchange = upstreams.get(target, "/models", silence)) {
            if (exchange.status() != 200) {
                throw new LlmException(failure(exchange));
            }
            var ids = new ArrayList<String>();
            for (var model : mapper.readTree(exchange.readAll(MOST_MODELS)).path("data")) {
                var id = model.path("id").asText();
                if (!id.isEmpty() && id.length() <= 256) {
                    ids.add(id);
                }
            }
            return ids;
        } catch (IOException e) {
            throw new LlmException(new LlmFailure(
                    502, "upstream_broken", "This address does not answer like an OpenAI-compatible server."));
        }
    }
}
