package carafe.feature.models;

import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * A call to pass through in the OpenAI protocol.
 *
 * @param path behind the connection's base, for example {@code /chat/completions}
 * @param model as the client named it
 * @param original the client's bytes, sent on untouched when nothing must change
 * @param body the same, parsed; may be changed by the call
 */
public record RawCall(String path, String model, byte[] original, ObjectNode body) {
    boolean streams() {
        return body.path("stream").asBoolean(false);
    }

    /** Whether the client asked for the usage chunk at the end of a stream. */
    boolean wantsUsage() {
        return body.path("stream_options").path("include_usage").asBoolean(false);
    }
}
