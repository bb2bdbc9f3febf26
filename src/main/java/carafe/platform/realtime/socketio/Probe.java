package carafe.platform.realtime.socketio;

import org.eclipse.jetty.websocket.api.Callback;
import org.eclipse.jetty.websocket.api.Session;

/**
 * A WebSocket that wants to take over from polling: the client sends {@code 2probe}, gets {@code 3probe}, lets its polls
 * end and sends {@code 5}. Anything else closes it and leaves the polling as it is.
 */
final class Probe {
    private final EngineSession session;
    private final Session socket;
    private final long startedAt = System.nanoTime();
    private boolean answered;

    Probe(EngineSession session, Session socket) {
        this.session = session;
        this.socket = socket;
    }

    /** Whether the WebSocket has taken over with {@code text}. */
    boolean tookOver(String text) {
        if (!answered && text.equals("2probe")) {
            answered = true;
            // first the answer: a client whose poll ends before it would poll again
            socket.sendText("3probe", Callback.from(session::probed, failure -> session.forget(this)));
            return false;
        }
        if (answered && text.equals("5")) {
            session.attach(socket);
            return true;
        }
        session.forget(this);
        cancel();
        return false;
    }

    void cancel() {
        socket.close(1002, "the upgrade failed", Callback.from(() -> {}, failure -> socket.disconnect()));
    }

    EngineSession session() {
        return session;
    }

    long startedAt() {
        return startedAt;
    }
}
