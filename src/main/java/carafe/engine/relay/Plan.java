package carafe.engine.relay;

import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What becomes of a request. */
public sealed interface Plan {
    /** Answered here. {@code fields}: complete lines without their line ends. */
    record Answer(int status, List<String> fields, byte[] body) implements Plan {
        public Answer {
            fields = List.copyOf(fields);
        }
    }

    /** Another server takes over the connection, with this request as the first. */
    record HandOver(Receiver receiver) implements Plan {}

    /** Takes a connection over. The channel does not block; {@code read} was read from it already. */
    interface Receiver {
        void take(SocketChannel channel, byte[] read);
    }

    /**
     * Passed on.
     *
     * @param upstreams at least one; each further one is tried when none before can be connected to
     * @param target path and query behind the upstream's base path
     * @param silence how long the upstream may send nothing
     */
    record Forward(
            List<Upstream> upstreams,
            String target,
            Edits edits,
            @Nullable Rewriter rewriter,
            Duration silence,
            Watcher watcher)
            implements Plan {
        public Forward {
            upstreams = List.copyOf(upstreams);
        }
    }
}
