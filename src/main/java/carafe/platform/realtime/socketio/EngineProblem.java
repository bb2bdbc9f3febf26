package carafe.platform.realtime.socketio;

import carafe.platform.http.Problem;

/**
 * Why a request is none of Engine.IO; {@code Surface.ENGINE} puts the number of the protocol beside the message. Source:
 * the engine.io server, which clients were written for.
 */
enum EngineProblem {
    TRANSPORT("transport_unknown", "Transport unknown"),
    SESSION("session_unknown", "Session ID unknown"),
    METHOD("bad_handshake_method", "Bad handshake method"),
    BAD_REQUEST("bad_request", "Bad request"),
    VERSION("unsupported_protocol", "Unsupported protocol version");

    private final String code;
    private final String message;

    EngineProblem(String code, String message) {
        this.code = code;
        this.message = message;
    }

    Problem problem() {
        return new Problem.BadRequest(code, message, null);
    }
}
