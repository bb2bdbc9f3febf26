package carafe.platform.realtime.socketio;

import java.nio.ByteBuffer;
import java.util.function.Supplier;
import org.eclipse.jetty.util.IteratingCallback;
import org.eclipse.jetty.websocket.api.Callback;
import org.eclipse.jetty.websocket.api.Session;
import org.jspecify.annotations.Nullable;

/** The writing half of a WebSocket: one frame after the other on whichever thread is at hand, nobody waits. */
final class WebSocketLink {
    private final Session socket;
    private final Supplier<@Nullable Frame> source;
    private final Runnable broken;
    private final Writer writer = new Writer();

    /**
     * @param source answers what is to be sent next, null when that is nothing
     * @param broken is told when the client cannot be reached
     */
    WebSocketLink(Session socket, Supplier<@Nullable Frame> source, Runnable broken) {
        this.socket = socket;
        this.source = source;
        this.broken = broken;
    }

    /** There may be something to send. */
    void wake() {
        writer.iterate();
    }

    void largestMessage(int bytes) {
        socket.setMaxTextMessageSize(bytes);
        socket.setMaxBinaryMessageSize(bytes);
    }

    /** Says goodbye and closes. */
    void close(int status, String reason) {
        socket.close(status, reason, Callback.from(() -> {}, failure -> socket.disconnect()));
    }

    /** Cuts the connection, for a client that does not read. */
    void cut() {
        socket.disconnect();
    }

    private final class Writer extends IteratingCallback {
        @Override
        protected Action process() {
            var frame = source.get();
            if (frame == null) {
                return Action.IDLE;
            }
            var sent = Callback.from(this::succeeded, this::failed);
            switch (frame) {
                case Frame.Text(var packet) -> socket.sendText(packet, sent);
                case Frame.Binary(var bytes) -> socket.sendBinary(ByteBuffer.wrap(bytes), sent);
            }
            return Action.SCHEDULED;
        }

        @Override
        protected void onFailure(Throwable cause) {
            broken.run();
        }

        @Override
        public InvocationType getInvocationType() {
            return InvocationType.NON_BLOCKING;
        }
    }
}
