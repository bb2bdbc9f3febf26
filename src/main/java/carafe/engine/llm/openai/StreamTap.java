package carafe.engine.llm.openai;

import carafe.engine.llm.LlmEvent;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Watches a chat completion stream that is passed through: finds the usage, and whether the stream came to its proper
 * end. Only events that can carry something of interest are parsed.
 */
public final class StreamTap {
    private static final byte[] DONE = Bytes.ascii("[DONE]");
    /** Longer events are content, even if it speaks of [DONE]. */
    private static final int DONE_EVENT = 32;

    private static final byte[] USAGE = Bytes.ascii("\"usage\":");
    private static final byte[] FINISH = Bytes.ascii("\"finish_reason\":");
    private static final byte[] NULL_USAGE = Bytes.ascii("\"usage\":null");
    private static final byte[] NULL_FINISH = Bytes.ascii("\"finish_reason\":null");

    private final ObjectMapper mapper;
    private LlmEvent.@Nullable Usage usage;
    private boolean finished;

    public StreamTap(ObjectMapper mapper) {
        this.mapper = mapper;
    }

    /** Looks at one event; answers true when it carries nothing but usage, which a client must have asked for. */
    public boolean isUsageOnly(byte[] bytes, int offset, int length) {
        if (length <= DONE_EVENT && Bytes.contains(bytes, offset, length, DONE)) {
            finished = true;
            return false;
        }
        boolean mayUse =
                Bytes.contains(bytes, offset, length, USAGE) && !Bytes.contains(bytes, offset, length, NULL_USAGE);
        boolean mayFinish = !finished
                && Bytes.contains(bytes, offset, length, FINISH)
                && !Bytes.contains(bytes, offset, length, NULL_FINISH);
        return (mayUse || mayFinish) && inspect(bytes, offset, length);
    }

    private boolean inspect(byte[] bytes, int offset, int length) {
        var text = new String(bytes, offset, length, StandardCharsets.UTF_8);
        int data = text.indexOf("data:");
        if (data < 0) {
            return false;
        }
        JsonNode chunk;
        try {
            chunk = mapper.readTree(text.substring(data + 5));
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

    /** Whether the answer came to an end that the model meant; a stream without one broke off. */
    public boolean finished() {
        return finished;
    }

    /** Tokens as the upstream counted them, if it said. */
    public LlmEvent.@Nullable Usage usage() {
        return usage;
    }

    static LlmEvent.Usage usage(JsonNode node) {
        return new LlmEvent.Usage(
                node.path("prompt_tokens").asLong(),
                node.path("completion_tokens").asLong(),
                node.path("prompt_tokens_details").path("cached_tokens").asLong());
    }
}
