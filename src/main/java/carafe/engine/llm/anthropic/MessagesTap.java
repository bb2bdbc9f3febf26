package carafe.engine.llm.anthropic;

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
import org.jspecify.annotations.Nullable;

/** Watches a stream of the Anthropic API: usage is in its first event and in the one before the last. */
final class MessagesTap implements StreamTap {
    private static final byte[] USAGE = Bytes.ascii("\"usage\"");
    private static final byte[] STOP = Bytes.ascii("message_stop");
    private static final byte[] ERROR = Bytes.ascii("\"error\"");
    /** Longer events are content, even if it speaks of message_stop. */
    private static final int STOP_EVENT = 200;

    private final ObjectMapper mapper;
    private final MessagesReader.UsageCount usage = new MessagesReader.UsageCount();
    private boolean finished;
    private @Nullable LlmFailure told;

    MessagesTap(ObjectMapper mapper) {
        this.mapper = mapper;
    }

    @Override
    public boolean isUsageOnly(byte[] bytes, int offset, int length) {
        if (Bytes.contains(bytes, offset, length, USAGE)) {
            var event = parse(bytes, offset, length);
            usage.add(event.path("message").path("usage"));
            usage.add(event.path("usage"));
        } else if (length <= STOP_EVENT && Bytes.contains(bytes, offset, length, STOP)) {
            finished |= parse(bytes, offset, length).path("type").asText().equals("message_stop");
        } else if (told == null && Bytes.contains(bytes, offset, length, ERROR)) {
            told = error(bytes, offset, length);
        }
        return false; // clients of this protocol always get it
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
        if (!Bytes.contains(bytes, offset, length, ERROR)) {
            return null;
        }
        var event = parse(bytes, offset, length);
        return event.hasNonNull("error") ? AnswerReader.failure(event) : null;
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
        return usage.usage();
    }
}
