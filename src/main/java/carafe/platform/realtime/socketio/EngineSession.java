package carafe.platform.realtime.socketio;

import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * One Engine.IO session: a client that polls, or has a WebSocket, or is on its way from one to the other. What is sent
 * waits in a bounded queue; a client that lets it overflow is cut off and connects anew.
 */
final class EngineSession {
    /** How a session ends, with the status that its WebSocket is closed by. */
    enum End {
        CLIENT(1000, "closed by the client"),
        GARBAGE(1002, "parse error"),
        TOO_LARGE(1009, "too large"),
        OVERLAP(1002, "overlap"),
        SILENT(1001, "ping timeout"),
        SLOW(1008, "too slow"),
        GONE(1001, "transport close"),
        UNUSED(1008, "no connection within the time"),
        ROOM(1013, "too many sessions"),
        FAULT(1011, "a fault of the server"),
        STOP(1001, "the server stops");

        private final int status;
        private final String reason;

        End(int status, String reason) {
            this.status = status;
            this.reason = reason;
        }
    }

    private static final Frame PING = new Frame.Text("2");
    private static final Frame NOOP = new Frame.Text("6");
    private static final long PROBE_POLL_MS = 100;

    /** What the Python client takes at once. */
    private static final int POLL_FRAMES = 16;

    final String id;
    final String address;
    private final Engine engine;
    private final Conversation conversation;
    private final Outbox outbox;
    private final long openedAt = System.nanoTime();
    private final ReentrantLock receiving = new ReentrantLock();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private @Nullable WebSocketLink link;
    private @Nullable Probe probe;
    private boolean polled;
    private boolean posted;
    private boolean releasePoll;
    private @Nullable End end;
    private long beatAt = System.nanoTime();
    private boolean awaitingPong;
    private volatile int largestMessage = SocketSettings.STRANGER_BYTES;

    /** @param address of the client, for limits */
    EngineSession(String id, String address, Engine engine, SocketIo io) {
        this.id = id;
        this.address = address;
        this.engine = engine;
        this.outbox = new Outbox(engine.share());
        this.conversation = new Conversation(this, io);
    }

    // ---- sending ------------------------------------------------------------------------------

    /** Sends {@code unit} as a whole; a client whose queue is full is cut off. */
    void send(List<Frame> unit) {
        boolean taken;
        WebSocketLink writer;
        lock.lock();
        try {
            if (end != null) {
                return;
            }
            taken = outbox.offer(unit);
            writer = link;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        if (!taken) {
            close(End.SLOW);
        } else if (writer != null) {
            writer.wake();
        }
    }

    private @Nullable Frame next() {
        lock.lock();
        try {
            return outbox.poll();
        } finally {
            lock.unlock();
        }
    }

    // ---- polling ------------------------------------------------------------------------------

    /**
     * What has been sent since the last poll; waits until there is something.
     *
     * @throws carafe.platform.http.Problem 400 when the server ends the session meanwhile. Not a packet: after "close" the Python client would
     *     not come back, and after "noop" the JavaScript client, if its upgrade broke while it waited for the end of this
     *     poll, would neither poll again nor notice before its ping timeout
     */
    List<Frame> poll() throws InterruptedException {
        beginPoll();
        lock.lock();
        try {
            long left = TimeUnit.MILLISECONDS.toNanos(PROBE_POLL_MS);
            while (outbox.isEmpty() && end == null && link == null && !releasePoll && left > 0) {
                if (probe == null) {
                    changed.await();
                } else {
                    left = changed.awaitNanos(left); // the client waits for this poll before it upgrades
                }
            }
            releasePoll = false;
            refuseEnded();
            return end != null || link != null || outbox.isEmpty() ? List.of(NOOP) : outbox.poll(POLL_FRAMES);
        } finally {
            polled = false;
            lock.unlock();
        }
    }

    private void beginPoll() {
        lock.lock();
        try {
            refuseOtherTransport();
            if (!polled) {
                polled = true;
                return;
            }
        } finally {
            lock.unlock();
        }
        close(End.OVERLAP);
        throw EngineProblem.BAD_REQUEST.problem();
    }

    /** Takes the packets of a posted body. */
    void post(String payload) {
        beginPost();
        try {
            Frame.each(payload, this::receive);
        } catch (BadPacket e) {
            engine.garbage(this, e);
            throw EngineProblem.BAD_REQUEST.problem();
        } catch (RuntimeException e) {
            close(End.FAULT); // the rest of the packets is lost: the client must know
            throw e;
        } finally {
            lock.lock();
            try {
                posted = false;
            } finally {
                lock.unlock();
            }
        }
        refuseEnded(); // a client in mid-upgrade waits for this answer as it does for that of a poll
    }

    /** A client whose session the server has ended is told so by an error, at once. */
    private void refuseEnded() {
        lock.lock();
        try {
            if (end != null && end != End.CLIENT) {
                throw EngineProblem.SESSION.problem();
            }
        } finally {
            lock.unlock();
        }
    }

    private void beginPost() {
        lock.lock();
        try {
            refuseOtherTransport();
            if (!posted) {
                posted = true;
                return;
            }
        } finally {
            lock.unlock();
        }
        close(End.OVERLAP);
        throw EngineProblem.BAD_REQUEST.problem();
    }

    private void refuseOtherTransport() {
        if (link != null) {
            throw EngineProblem.BAD_REQUEST.problem();
        }
    }

    // ---- WebSocket ----------------------------------------------------------------------------

    /** Whether a WebSocket may try to take over now. */
    boolean mayUpgrade() {
        lock.lock();
        try {
            return end == null && link == null && probe == null;
        } finally {
            lock.unlock();
        }
    }

    /** From now on everything goes over this WebSocket. */
    WebSocketLink attach(org.eclipse.jetty.websocket.api.Session socket) {
        var writer = new WebSocketLink(socket, this::next, () -> close(End.GONE));
        writer.largestMessage(largestMessage);
        boolean over;
        lock.lock();
        try {
            over = end != null;
            link = writer;
            probe = null;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        if (over) {
            writer.cut();
        } else {
            writer.wake();
        }
        return writer;
    }

    /** False when another one is at it. */
    boolean begin(Probe candidate) {
        lock.lock();
        try {
            if (end != null || link != null || probe != null) {
                return false;
            }
            probe = candidate;
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** The client's WebSocket works: the poll under way is let go, since the client waits for its end. */
    void probed() {
        lock.lock();
        try {
            releasePoll = polled;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    void forget(Probe candidate) {
        lock.lock();
        try {
            if (probe == candidate) {
                probe = null;
                changed.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    // ---- receiving ----------------------------------------------------------------------------

    /** One packet from the client; packets are handled one after the other. */
    void receive(Frame frame) {
        receiving.lock();
        try {
            if (isOver()) {
                return;
            }
            switch (frame) {
                case Frame.Binary(var bytes) -> conversation.binary(bytes);
                case Frame.Text text -> receive(text);
            }
        } finally {
            receiving.unlock();
        }
    }

    private void receive(Frame.Text text) {
        switch (text.type()) {
            case '1' -> close(End.CLIENT);
            case '3' -> beat();
            case '4' -> conversation.text(text.packet().substring(1));
            case '6' -> {} // noop
            default -> throw new BadPacket("an Engine.IO packet that clients do not send");
        }
    }

    private void beat() {
        lock.lock();
        try {
            awaitingPong = false;
            beatAt = System.nanoTime();
        } finally {
            lock.unlock();
        }
    }

    /** How large one message may be, which depends on who sends it. */
    int largestMessage() {
        return largestMessage;
    }

    void largestMessage(int bytes) {
        WebSocketLink writer;
        lock.lock();
        try {
            largestMessage = bytes;
            writer = link;
        } finally {
            lock.unlock();
        }
        if (writer != null) {
            writer.largestMessage(bytes);
        }
    }

    // ---- time and end -------------------------------------------------------------------------

    /** Sends a ping when one is due and ends what has been silent, or without use, for too long. */
    void tick(long now, SocketSettings settings) {
        boolean ping = false;
        End over = null;
        Probe stale = null;
        lock.lock();
        try {
            if (awaitingPong && now - beatAt > settings.pingTimeout().toNanos()) {
                over = End.SILENT;
            } else if (!awaitingPong && now - beatAt > settings.pingInterval().toNanos()) {
                awaitingPong = true;
                beatAt = now;
                ping = true;
            }
            if (probe != null && now - probe.startedAt() > settings.patience().toNanos()) {
                stale = probe;
            }
        } finally {
            lock.unlock();
        }
        if (over == null
                && conversation.unusedSince(openedAt, now) > settings.patience().toNanos()) {
            over = End.UNUSED;
        }
        if (over != null) {
            close(over);
        } else if (ping) {
            send(List.of(PING));
        }
        if (stale != null) {
            stale.cancel();
        }
    }

    boolean isOver() {
        lock.lock();
        try {
            return end != null;
        } finally {
            lock.unlock();
        }
    }

    /** Whether nobody has signed in on it. */
    boolean ofStranger() {
        return conversation.ofStranger();
    }

    long openedAt() {
        return openedAt;
    }

    void close(End how) {
        WebSocketLink writer;
        Probe candidate;
        lock.lock();
        try {
            if (end != null) {
                return;
            }
            end = how;
            outbox.clear();
            writer = link;
            candidate = probe;
            probe = null;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        engine.forget(this);
        if (writer != null && (how == End.SLOW || how == End.SILENT || how == End.GONE)) {
            writer.cut(); // it does not read: it would not read the farewell either
        } else if (writer != null) {
            writer.close(how.status, how.reason);
        }
        if (candidate != null) {
            candidate.cancel();
        }
        conversation.over();
    }
}
