package carafe.engine.relay;

import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection on a loop. What the peer does not take at once is kept and the user told, who then stops producing: so
 * no more is kept than one event gives.
 */
final class Wire implements Loop.Registered {
    /** Whom a connection tells what happens; never called again after {@link #gone} or {@link Wire#close}. */
    interface User {
        /** There is something to read, or the end. */
        void readable() throws IOException;

        /** The peer takes no more for now. */
        void clogged();

        /** The peer has taken everything. */
        void drained();

        /** The connection broke. */
        void gone(IOException cause);

        /** About twice a second. */
        void tick(long now);

        /** No new work; what is under way may end. */
        default void stop() {}
    }

    private static final Logger log = LoggerFactory.getLogger(Wire.class);

    final Loop loop;
    final SocketChannel channel;
    private final SelectionKey key;
    private final ArrayDeque<ByteBuffer> unsent = new ArrayDeque<>(2);
    private @Nullable Tls tls;
    private User user;
    private boolean open = true;
    private boolean patient;
    private boolean deaf;

    /** Takes over a connected channel. */
    Wire(Loop loop, SocketChannel channel, User user) throws IOException {
        this.loop = loop;
        this.channel = channel;
        this.user = user;
        this.key = loop.register(channel, SelectionKey.OP_READ, this);
    }

    void user(User newUser) {
        user = newUser;
    }

    /** From here on everything is encrypted. */
    void secure(Tls newTls) {
        tls = newTls;
    }

    boolean isOpen() {
        return open;
    }

    boolean isClogged() {
        return !unsent.isEmpty();
    }

    /** Whether to be told of what comes. */
    void reading(boolean on) {
        if (open) {
            int now = key.interestOps();
            key.interestOps(on ? now | SelectionKey.OP_READ : now & ~SelectionKey.OP_READ);
        }
    }

    @Override
    public void ready(SelectionKey ready) {
        if (open && ready.isWritable()) {
            sendKept();
        }
        if (open && ready.isReadable()) {
            attempt(user::readable);
        }
    }

    /** As if there were something to read, after this event. */
    void readAgain() {
        loop.later(() -> {
            if (open) {
                attempt(user::readable);
            }
        });
    }

    /** Something that may fail, and then is a fault of this connection. */
    interface Step {
        void run() throws IOException;
    }

    void attempt(Step step) {
        try {
            step.run();
        } catch (IOException e) {
            fail(e);
        }
    }

    /** Fills {@code into} as far as there is something: the count, 0 for nothing now, -1 for the end. */
    int read(ByteBuffer into) throws IOException {
        var secured = tls;
        return secured == null ? channel.read(into) : secured.read(into);
    }

    /** Whether the peer has neither said anything nor left: what the socket knows and no event has told yet. */
    boolean isQuiet() {
        try {
            return read(loop.aside.clear()) == 0;
        } catch (IOException e) {
            log.debug("a kept connection broke cause={}", e.toString());
            return false;
        }
    }

    /** Sends all of {@code data}, or keeps what the peer does not take now. Faults are told after the event. */
    void send(ByteBuffer data) {
        if (open && !deaf) {
            try {
                if (tls == null) {
                    raw(data);
                } else {
                    tls.write(data);
                }
            } catch (IOException e) {
                sendingFailed(e);
            }
        }
        data.position(data.limit());
    }

    private void sendingFailed(IOException cause) {
        if (patient) {
            deaf = true;
            unsent.clear();
            key.interestOps(SelectionKey.OP_READ);
        } else {
            fail(cause);
        }
    }

    /** A peer that takes nothing more may have said why: what it sent is read first, and its end is the fault. */
    void patient() {
        patient = true;
    }

    void raw(ByteBuffer data) throws IOException {
        if (unsent.isEmpty()) {
            channel.write(data);
        }
        if (data.hasRemaining()) {
            boolean first = unsent.isEmpty();
            unsent.add(ByteBuffer.allocate(data.remaining()).put(data).flip());
            if (first) {
                key.interestOps(key.interestOps() | SelectionKey.OP_WRITE);
                user.clogged();
            }
        }
    }

    private void sendKept() {
        try {
            while (!unsent.isEmpty()) {
                channel.write(unsent.peekFirst());
                if (unsent.peekFirst().hasRemaining()) {
                    return;
                }
                unsent.pollFirst();
            }
        } catch (IOException e) {
            sendingFailed(e);
            return;
        }
        key.interestOps(key.interestOps() & ~SelectionKey.OP_WRITE);
        user.drained();
    }

    private void fail(IOException cause) {
        if (open) {
            close();
            loop.later(() -> user.gone(cause)); // whoever is writing just now need not expect a call from below
        }
    }

    @Override
    public void tick(long now) {
        if (open) {
            user.tick(now);
        }
    }

    @Override
    public void stop() {
        user.stop();
    }

    /** Ends the sending side. */
    void shutdownOutput() {
        if (open) {
            attempt(channel::shutdownOutput);
        }
    }

    /** Closes now; what was not sent is lost. */
    void close() {
        if (open) {
            if (tls != null && unsent.isEmpty()) {
                tls.farewell();
            }
            open = false;
            loop.forget(this);
            key.cancel();
            unsent.clear();
            quietly(channel::close);
        }
    }

    /** Where nothing is left to be done about a fault. */
    static void quietly(Step step) {
        try {
            step.run();
        } catch (IOException e) {
            log.debug("leaving a connection cause={}", e.toString());
        }
    }

    /** Closes so that the peer sees a fault even where the end of the connection would look like the end of the body. */
    void reset() {
        if (open) {
            quietly(() -> channel.setOption(StandardSocketOptions.SO_LINGER, 0));
            close();
        }
    }

    @Override
    public void abort() {
        if (open) {
            close();
            user.gone(new IOException("cut off"));
        }
    }

    /** Gives the channel away: it is no longer served here. */
    SocketChannel release() {
        open = false;
        loop.forget(this);
        key.cancel();
        return channel;
    }
}
