package carafe.feature.models;

import carafe.engine.llm.Dialect;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A call as a client made it: passed through as bytes to a server that speaks its protocol, else translated.
 *
 * @param path behind the connection's base, for example {@code /chat/completions}
 * @param model as the client named it
 * @param original the client's bytes, sent on untouched when nothing must change
 * @param body the same, parsed
 * @param headers of the client, for servers of the same protocol
 * @param chat the same as a new chat completion request, for servers of other protocols; null when there is none
 * @param always whether it is translated for every server, since the model changes what is asked
 */
public record RawCall(
        Dialect dialect,
        String path,
        String model,
        byte[] original,
        ObjectNode body,
        Map<String, String> headers,
        @Nullable Supplier<ObjectNode> chat,
        boolean always) {
    public RawCall(
            Dialect dialect,
            String path,
            String model,
            byte[] original,
            ObjectNode body,
            Map<String, String> headers,
            @Nullable Supplier<ObjectNode> chat) {
        this(dialect, path, model, original, body, headers, chat, false);
    }

    /** A call of the OpenAI API without a translation. */
    public RawCall(String path, String model, byte[] original, ObjectNode body) {
        this(Dialect.OPENAI, path, model, original, body, Map.of(), null);
    }

    /** The same for a model that changes what is asked: no server gets the client's own words. */
    RawCall translatedBy(@Nullable Supplier<ObjectNode> newChat) {
        return new RawCall(dialect, path, model, original, body, headers, newChat, true);
    }

    /** Whether a stream is asked for; Ollama's API streams unless told not to. */
    public boolean streams() {
        boolean otherwise = path.equals("/api/chat") || path.equals("/api/generate");
        return body.path("stream").asBoolean(otherwise);
    }

    /** Whether the client asked for the usage chunk at the end of a stream, or always gets it. */
    boolean wantsUsage() {
        return !hasUsageChunk()
                || body.path("stream_options").path("include_usage").asBoolean(false);
    }

    /** Whether a stream tells its usage only when asked to. */
    boolean hasUsageChunk() {
        return dialect == Dialect.OPENAI && path.endsWith("/completions");
    }
}
