package carafe.engine.llm.openai;

import carafe.engine.llm.AnswerReader;
import carafe.engine.llm.Calls;
import carafe.engine.llm.Cancellation;
import carafe.engine.llm.ChatClient;
import carafe.engine.llm.ChatFields;
import carafe.engine.llm.Dialect;
import carafe.engine.llm.EventOut;
import carafe.engine.llm.LlmEvent;
import carafe.engine.llm.LlmException;
import carafe.engine.llm.StreamTap;
import carafe.engine.llm.Target;
import carafe.engine.llm.Upstreams;
import carafe.engine.llm.WholeAnswer;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

/** The OpenAI API as a client: chat completions and the list of models. Also spoken by local children. */
public final class OpenAiClient implements ChatClient {
    private static final String OPENAI = "api.openai.com";
    /** What the API itself refuses, though nearly every server that speaks it knows them. */
    static final List<String> FOREIGN = List.of("top_k", "min_p", "repeat_penalty", "thinking");

    private final Calls calls;
    private final ObjectMapper mapper;

    public OpenAiClient(Upstreams upstreams, ObjectMapper mapper) {
        this.calls = new Calls(upstreams, mapper);
        this.mapper = mapper;
    }

    @Override
    public Dialect dialect() {
        return Dialect.OPENAI;
    }

    @Override
    public void chat(
            Target target, ObjectNode body, Duration silence, Consumer<LlmEvent> sink, Cancellation cancellation) {
        var out = new EventOut(sink);
        try {
            search(body);
        } catch (LlmException e) {
            out.fail(e.failure());
            return;
        }
        body.remove(ChatFields.OLLAMA);
        if (body.path("tools").isEmpty()) { // nothing may be said of tools that are not there
            body.remove(List.of("tools", "tool_choice", "parallel_tool_calls"));
        }
        boolean stream = body.path("stream").asBoolean(true);
        body.put("stream", stream);
        if (stream) {
            body.putObject("stream_options").put("include_usage", true);
        }
        if (OPENAI.equals(URI.create(target.base()).getHost())) {
            body.remove(FOREIGN);
            if (body.has("max_tokens") && !body.has("max_completion_tokens")) {
                body.set("max_completion_tokens", body.remove("max_tokens")); // the old name is refused by newer models
            }
        }
        calls.chat(target, "/chat/completions", body, silence, cancellation, new ChatReader(out), false);
    }

    /** A search of the web is no tool here: it cannot be forced, nor kept to some sites. */
    private static void search(ObjectNode body) {
        if (!(body.path(ChatFields.SEARCH) instanceof ObjectNode options)) {
            return;
        }
        for (var limit : List.of("allowed_domains", "blocked_domains")) {
            if (!options.path(limit).isEmpty()) {
                throw ChatFields.unsupported("'web_search' with '" + limit
                        + "' is not possible with this model: chat completions cannot keep a search to some sites.");
            }
        }
        options.remove(List.of("max_uses", "allowed_domains", "blocked_domains"));
        if (body.path("tool_choice").path("type").asText().equals("web_search")) {
            body.remove("tool_choice");
        }
    }

    @Override
    public List<String> models(Target target, Duration silence) {
        return calls.models(target, "/models", "data", "id", "an OpenAI-compatible server", silence);
    }

    @Override
    public StreamTap tap(String path) {
        return path.equals("/responses") ? new ResponsesTap(mapper) : new ChatTap(mapper);
    }

    /** Looks at the top level only, and no further than the usage. */
    @Override
    public void events(byte[] json, Consumer<LlmEvent> sink) {
        new ChatReader(new EventOut(sink)).read(mapper, new String(json, StandardCharsets.UTF_8), true);
    }

    @Override
    public WholeAnswer whole(byte[] json) {
        try (var parser = mapper.createParser(json)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                return WholeAnswer.NO_JSON;
            }
            for (var name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
                parser.nextToken();
                if (name.equals("usage") && parser.currentToken() == JsonToken.START_OBJECT) {
                    return new WholeAnswer(ChatTap.usage(tree(parser)), null);
                }
                if (name.equals("error") && parser.currentToken() != JsonToken.VALUE_NULL) {
                    var holder = mapper.createObjectNode();
                    holder.set(name, tree(parser));
                    return new WholeAnswer(null, AnswerReader.failure(holder));
                }
                parser.skipChildren();
            }
            return new WholeAnswer(null, null);
        } catch (IOException e) {
            return WholeAnswer.NO_JSON;
        }
    }

    private JsonNode tree(JsonParser parser) throws IOException {
        // what follows is not read, so it must not count as trailing
        return mapper.reader()
                .without(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                .readTree(parser);
    }
}
