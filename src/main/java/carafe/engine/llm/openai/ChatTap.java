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
import org.jspecify.annotations.Nullable;

/**
 * Watches a chat completion stream that is passed through: finds the usage, and whether the stream came to its proper
 * end. Only events that can carry something of interest are parsed.
 */
final class ChatTap implements StreamTap {
    private static final byte[] DONE = Bytes.ascii("[DONE]");
    /** Longer events are content, even if it speaks of [DONE]. */
    private static final int DONE_EVENT = 32;

    private static final byte[] ERROR = Bytes.ascii("\"error\"");
    private static final byte[] USAGE = Bytes.ascii("\"usage\":");
    private static final byte[] FINISH = Bytes.ascii("\"finish_reason\":");
    private static final byte[] NULL_USAGE = Bytes.ascii("\"usage\":null");
    private static final byte[] NULL_FINISH = Bytes.ascii("\"finish_reason\":null");

    private final ObjectMapper mapper;
    private LlmEvent.@Nullable Usage usage;
    private boolean finished;
    private @Nullable LlmFailure told;

    ChatTap(ObjectMapper mapper) {
        this.mapper = mapper;
    }

    @Override
    public boolean isUsageOnly(byte[] bytes, int offset, int length) {
        if (length <= DONE_EVENT && Bytes.contains(bytes, offset, length, DONE)) {
            finished = true;
            return false;
        }
        if (told == null && Bytes.contains(bytes, offset, length, ERROR)) {
            told = error(bytes, offset, length);
        }
        boolean mayUse =
                Bytes.contains(bytes, offset, length, USAGE) && !Bytes.contains(bytes, offset, length, NULL_USAGE);
        boolean mayFinish = !finished
                && Bytes.contains(bytes, offset, length, FINISH)
                && !Bytes.contains(bytes, offset, length, NULL_FINISH);
        return (mayUse || mayFinish) && inspect(bytes, offset, length);
    }

    private boolean inspect(byte[] bytes, int offset, int length) {
        JsonNode chunk;
        try {
            chunk = mapper.readTree(Calls.data(bytes, offset, length));
        } catch (JsonProcessingException e) {
            return false; // the client gets the bytes as they are and judges for itself
        }
        if (chunk.path("choices").path(0).hasNonNull("finish_reason")) {
            finished = true;
        }
        if (chunk.path("usage").isObject()) {
            usage = usage(chunk.path("usage"));
            return chunk.path("choices").isEmpty();
        }
        return false;
    }

    @Override
    public @Nullable LlmFailure error(byte[] bytes, int offset, int length) {
        try {
            var chunk = mapper.readTree(Calls.data(bytes, offset, length));
            return chunk.hasNonNull("error") ? AnswerReader.failure(chunk) : null;
        } catch (JsonProcessingException e) {
            return null;
        }
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

    /** Chat completions say prompt and completion, the Responses API input and output. */
    static LlmEvent.Usage usage(JsonNode node) {
        boolean responses = node.has("input_tokens");
        var in = responses ? "input_tokens" : "prompt_tokens";
        var out = responses ? "output_tokens" : "completion_tokens";
        return new LlmEvent.Usage(
                node.path(in).asLong(),
                node.path(out).asLong(),
                node.path(in + "_details").path("cached_tokens").asLong(),
                node.path(out + "_details").path("reasoning_tokens").asLong());
    }
}
