package carafe.platform.realtime.socketio;

/** Something that no client of the protocol sends; it ends the session that sent it and no other. */
final class BadPacket extends RuntimeException {
    private static final long serialVersionUID = 1;

    BadPacket(String message) {
        super(message, null, false, false);
    }
}
