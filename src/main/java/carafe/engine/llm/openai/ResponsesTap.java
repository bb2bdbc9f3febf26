package carafe.engine.llm.openai;

import carafe.engine.llm.AnswerReader;
import carafe.engine.llm.Bytes;
import carafe.engine.llm.Calls;
import carafe.engine.llm.LlmEvent;
import carafe.engine.llm.LlmFailure;
import carafe.engine.llm.StreamTap;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Watches a stream of the Responses API: its last event holds the whole response with its usage. */
final class ResponsesTap implements StreamTap {
    private static final byte[] COMPLETED = Bytes.ascii("\"response.completed\"");
    private static final byte[] INCOMPLETE = Bytes.ascii("\"response.incomplete\"");
    private static final byte[] ERROR = Bytes.ascii("\"error\"");
    private static final byte[] FAILED = Bytes.ascii("\"response.failed\"");
    private static final Set<String> LAST = Set.of("response.completed", "response.incomplete", "response.failed");

    private final ObjectMapper mapper;
    private LlmEvent.@Nullable Usage usage;
    private boolean finished;
    private @Nullable LlmFailure told;

    ResponsesTap(ObjectMapper mapper) {
        this.mapper = mapper;
    }

    @Override
    public boolean isUsageOnly(byte[] bytes, int offset, int length) {
        if (Bytes.contains(bytes, offset, length, COMPLETED)
                || Bytes.contains(bytes, offset, length, INCOMPLETE)
                || Bytes.contains(bytes, offset, length, FAILED)) {
            var event = parse(bytes, offset, length);
            finished |= LAST.contains(event.path("type").asText());
            var counted = event.path("response").path("usage");
            usage = counted.isObject() ? ChatTap.usage(counted) : usage;
            told = event.path("response").hasNonNull("error") ? AnswerReader.failure(event.path("response")) : told;
        } else if (told == null && Bytes.contains(bytes, offset, length, ERROR)) {
            told = error(bytes, offset, length);
        }
        return false;
    }

    private JsonNode parse(byte[] bytes, int offset, int length) {
        try {
            return mapper.readTree(Calls.data(bytes, offset, length));
        } catch (JsonProcessingException e) {
            return MissingNode.getInstance(); // the client gets the bytes as they are and judges for itself
        }
    }

    @Override
    public @Nullable LlmFailure error(byte[] bytes, int offset, int length) {
        var event = parse(bytes, offset, length);
        return event.path("type").asText().equals("error")
                ? new LlmFailure(502, "upstream_error", event.path("message").asText("The model failed."))
                : event.hasNonNull("error") ? AnswerReader.failure(event) : null;
    }

    @Override
    public @Nullable LlmFailure told() {
        return told;
    }

    @Override
    public boolean finished() {
        return finished;
    }

    @Override
    public LlmEvent.@Nullable Usage usage() {
        return usage;
    }
}
