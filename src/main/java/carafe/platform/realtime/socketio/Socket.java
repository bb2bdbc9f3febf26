package carafe.platform.realtime.socketio;

import carafe.platform.http.Caller;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** One connected client: who it is, which rooms it hears, and which of our calls it has yet to answer. */
public final class Socket {
    private static final int MOST_ROOMS = 200;
    private static final int MOST_CALLS = 256;
    private static final long NOBODY = -1;

    /** Who somebody is, and the proof, which is checked again from time to time. */
    record Identity(Caller caller, String token) {}

    private final String id;
    private final EngineSession session;
    private final Rooms rooms;
    private final Set<String> joined = new HashSet<>();
    private final Map<Long, CompletableFuture<JsonNode>> calls = new ConcurrentHashMap<>();
    private final AtomicLong nextCall = new AtomicLong();
    private volatile Identity identity;
    private volatile long handler = NOBODY;
    private volatile boolean open;
    private boolean gone;

    Socket(String id, EngineSession session, Rooms rooms) {
        this.id = id;
        this.session = session;
        this.rooms = rooms;
        this.identity = new Identity(new Caller.Anonymous(session.address), "");
    }

    /** Its Socket.IO id, which front ends send as {@code session_id}. */
    public String id() {
        return id;
    }

    /** Who is at the other end; {@link Caller.Anonymous} for strangers. */
    public Caller caller() {
        return identity.caller();
    }

    Identity identity() {
        return identity;
    }

    /** Hears {@code room} from now on; nothing happens once it is gone or in {@value #MOST_ROOMS} rooms. */
    public synchronized void join(String room) {
        if (!gone && joined.size() < MOST_ROOMS && joined.add(room)) {
            rooms.add(room, this);
        }
    }

    public synchronized void leave(String room) {
        if (joined.remove(room)) {
            rooms.remove(room, this);
        }
    }

    String address() {
        return session.address;
    }

    /** As {@link #become(Identity)}, unless it is no longer {@code known}; whether it was. */
    synchronized boolean become(Identity known, Identity next) {
        if (!identity.equals(known)) {
            return false; // it signed in meanwhile
        }
        become(next);
        return true;
    }

    /** Is somebody else from now on: rooms are kept only while the account stays the same. */
    synchronized void become(Identity next) {
        var room = SocketIo.roomOf(next.caller());
        if (!room.equals(SocketIo.roomOf(identity.caller()))) {
            leaveAll();
        }
        identity = next;
        boolean stranger = next.caller() instanceof Caller.Anonymous;
        session.largestMessage(stranger ? SocketSettings.STRANGER_BYTES : SocketSettings.MESSAGE_BYTES);
        if (!stranger) {
            join(room);
        }
    }

    private void leaveAll() {
        joined.forEach(room -> rooms.remove(room, this));
        joined.clear();
    }

    public void emit(String event, JsonNode payload) {
        send(frames(event, payload, -1));
    }

    /** Tells the client that it is connected, before anything else: what its rooms heard earlier was not for it. */
    synchronized void open(List<Frame> answer) {
        session.send(answer);
        open = true;
    }

    void send(List<Frame> frames) {
        if (open || isOpen()) {
            session.send(frames);
        }
    }

    private synchronized boolean isOpen() {
        return open;
    }

    static List<Frame> frames(String event, JsonNode payload, long id) {
        var data = JsonNodeFactory.instance.arrayNode().add(event).add(payload);
        return new Packet(Packet.Type.EVENT, Packet.ROOT, id, data, 0).frames();
    }

    /** Sends an event and waits for the client's acknowledgement. Not from a handler of this client: it would wait for ever. */
    public Ack call(String event, JsonNode payload, Duration deadline) throws InterruptedException {
        if (Thread.currentThread().threadId() == handler) {
            throw new IllegalStateException("a handler cannot wait for its own client");
        }
        long number = nextCall.getAndIncrement();
        var answer = new CompletableFuture<JsonNode>();
        synchronized (this) {
            if (gone || calls.size() >= MOST_CALLS) {
                return new Ack.Gone();
            }
            calls.put(number, answer);
        }
        try {
            session.send(frames(event, payload, number));
            return new Ack.Answered(answer.get(deadline.toMillis(), TimeUnit.MILLISECONDS));
        } catch (TimeoutException e) {
            return new Ack.TimedOut();
        } catch (ExecutionException | java.util.concurrent.CancellationException e) {
            return new Ack.Gone();
        } finally {
            calls.remove(number);
        }
    }

    /** An acknowledgement from the client; one that nobody waits for (any more) is dropped. */
    void answered(long number, ArrayNode args) {
        var call = calls.remove(number);
        if (call != null) {
            call.complete(args.isEmpty() ? MissingNode.getInstance() : args.get(0));
        }
    }

    /** Runs an event's handler; meanwhile this thread cannot wait for the client. */
    @Nullable
    JsonNode handle(SocketIo.Handler chosen, JsonNode payload) {
        handler = Thread.currentThread().threadId();
        try {
            return chosen.handle(this, payload);
        } finally {
            handler = NOBODY;
        }
    }

    void over() {
        synchronized (this) {
            gone = true;
            leaveAll();
        }
        calls.values().forEach(call -> call.cancel(false));
    }
}
