package carafe.platform.realtime.socketio;

import com.fasterxml.jackson.databind.JsonNode;

/** What became of a call to a client. */
public sealed interface Ack {
    /** {@code value}: the first argument of the client's acknowledgement, a missing node when it had none. */
    record Answered(JsonNode value) implements Ack {}

    /** The client said nothing within the time. */
    record TimedOut() implements Ack {}

    /** The client is not there, left before it answered, or has too many calls open. */
    record Gone() implements Ack {}
}
