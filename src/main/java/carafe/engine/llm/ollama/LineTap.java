package carafe.engine.llm.ollama;

import carafe.engine.llm.AnswerReader;
import carafe.engine.llm.Bytes;
import carafe.engine.llm.LlmEvent;
import carafe.engine.llm.LlmFailure;
import carafe.engine.llm.StreamTap;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Watches lines of Ollama's API: the last one says {@code done} and what was counted. */
final class LineTap implements StreamTap {
    private static final byte[] DONE = Bytes.ascii("\"done\":");
    private static final byte[] ERROR = Bytes.ascii("\"error\"");
    private static final byte[] NOT_DONE = Bytes.ascii("\"done\":false");

    private final ObjectMapper mapper;
    private LlmEvent.@Nullable Usage usage;
    private boolean finished;
    private @Nullable LlmFailure told;

    LineTap(ObjectMapper mapper) {
        this.mapper = mapper;
    }

    @Override
    public boolean isUsageOnly(byte[] bytes, int offset, int length) {
        if (!finished
                && Bytes.contains(bytes, offset, length, DONE)
                && !Bytes.contains(bytes, offset, length, NOT_DONE)) {
            var line = parse(bytes, offset, length);
            if (line.path("done").asBoolean()) {
                finished = true;
                usage = ChatReader.usage(line);
            }
        }
        if (told == null && Bytes.contains(bytes, offset, length, ERROR)) {
            told = error(bytes, offset, length);
        }
        return false;
    }

    private JsonNode parse(byte[] bytes, int offset, int length) {
        try {
            return mapper.readTree(bytes, offset, length);
        } catch (IOException e) {
            return MissingNode.getInstance(); // the client gets the bytes as they are and judges for itself
        }
    }

    @Override
    public @Nullable LlmFailure error(byte[] bytes, int offset, int length) {
        var line = parse(bytes, offset, length);
        return line.hasNonNull("error") ? AnswerReader.failure(line) : null;
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
