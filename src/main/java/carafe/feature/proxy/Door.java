package carafe.feature.proxy;

import carafe.engine.relay.Listener;
import carafe.engine.relay.Relay;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** The port of the proxy, and how it moves to another without a gap. */
final class Door {
    /** A port that is open beside the present one: either becomes the only one. */
    final class Move {
        private final Listener fresh;

        private Move(Listener fresh) {
            this.fresh = fresh;
        }

        /** The new port it is. Connections of the old one go on. */
        void settle() {
            use(fresh);
        }

        /** The old one it stays. */
        void undo() {
            fresh.close();
        }
    }

    private final Relay relay;
    private final String host;
    private final String variable;
    private @Nullable Listener listener;

    /** @param variable the one that holds the port */
    Door(Relay relay, String host, String variable) {
        this.relay = relay;
        this.host = host;
        this.variable = variable;
    }

    void open(int port) throws IOException {
        use(relay.listen(host, port));
    }

    Move move(int port) throws IOException {
        return new Move(relay.listen(host, port));
    }

    private synchronized void use(Listener fresh) {
        if (listener != null) {
            listener.close();
        }
        listener = fresh;
    }

    /** The port that is open, or 0. */
    synchronized int port() {
        return listener == null ? 0 : listener.port();
    }

    String variable() {
        return variable;
    }
}
