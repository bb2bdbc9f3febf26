package carafe.platform.realtime.socketio;

import carafe.platform.http.Access;
import carafe.platform.http.Authenticator;
import carafe.platform.http.Caller;
import carafe.platform.http.Credentials;
import carafe.platform.http.Problem;
import carafe.platform.http.Routes;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The Socket.IO server. Everybody may connect; a valid token makes the socket hear the room of its account, and opens
 * the events that features declared for accounts. What is sent is never waited for.
 */
public final class SocketIo implements AutoCloseable {
    /** Answers an event: the value acknowledges it, null acknowledges it without one. A Problem does the same. */
    @FunctionalInterface
    public interface Handler {
        @Nullable
        JsonNode handle(Socket socket, JsonNode payload);
    }

    /** Told of a socket that is somebody else than {@code before}: signed in, changed, or signed out. */
    @FunctionalInterface
    public interface Change {
        void changed(Socket socket, Caller before);
    }

    private record Listener(Access access, Handler handler) {}

    private static final Logger log = LoggerFactory.getLogger(SocketIo.class);
    private static final int MOST_OF_ACCOUNT = 100;

    private final Authenticator authenticator;
    private final ObjectMapper mapper;
    private final Engine engine;
    private final Rooms rooms = new Rooms();
    private final Map<String, Socket> sockets = new ConcurrentHashMap<>();
    private final Map<String, Listener> listeners = new ConcurrentHashMap<>();
    private final List<Change> changes = new CopyOnWriteArrayList<>();

    public SocketIo(SocketSettings settings, Authenticator authenticator, ObjectMapper mapper) {
        this.authenticator = authenticator;
        this.mapper = mapper;
        this.engine = new Engine(settings);
        engine.every(settings.pingInterval(), this::recheckAll);
    }

    public void register(Routes routes) {
        new SocketIoRoutes(engine, this, mapper).register(routes);
    }

    // ---- for features -------------------------------------------------------------------------

    /** Handles {@code event} of everybody who passes {@code access}; of others it is dropped. One handler an event. */
    public void on(String event, Access access, Handler handler) {
        if (listeners.putIfAbsent(event, new Listener(access, handler)) != null) {
            throw new IllegalStateException("the event " + event + " has a handler already");
        }
    }

    public void onChange(Change change) {
        changes.add(change);
    }

    /** The room that all sockets of an account hear. */
    public static String roomOf(String accountId) {
        return "user:" + accountId;
    }

    /** Sends to everybody in {@code room}. */
    public void emit(String room, String event, JsonNode payload) {
        emitExcept("", room, event, payload);
    }

    /** Sends to everybody in {@code room} but the socket {@code skipped}. */
    public void emitExcept(String skipped, String room, String event, JsonNode payload) {
        var members = rooms.of(room);
        if (!members.isEmpty()) {
            var frames = Socket.frames(event, payload, -1);
            members.stream().filter(socket -> !socket.id().equals(skipped)).forEach(socket -> socket.send(frames));
        }
    }

    /** Sends {@code event} to one socket and waits for its answer, {@code deadline} at most. */
    public Ack call(String socketId, String event, JsonNode payload, Duration deadline) throws InterruptedException {
        var socket = sockets.get(socketId);
        return socket == null ? new Ack.Gone() : socket.call(event, payload, deadline);
    }

    /** The connected socket with this id, if it belongs to the account. */
    public Optional<Socket> find(String accountId, String socketId) {
        return Optional.ofNullable(sockets.get(socketId))
                .filter(socket -> roomOf(socket.caller()).equals(roomOf(accountId)));
    }

    /** How many sockets hear {@code room}. */
    public int listeners(String room) {
        return rooms.of(room).size();
    }

    /**
     * Makes {@code socket} the account of {@code token}, a stranger when the token does not hold.
     *
     * @throws Problem.TooMany when the account has too many sockets; nothing changed then
     */
    public void signIn(Socket socket, String token) {
        var before = socket.caller();
        identify(socket, token);
        tell(socket, before);
    }

    /** Looks again whether the tokens of an account's sockets still hold. To be called after a change is committed. */
    public void recheck(String accountId) {
        rooms.of(roomOf(accountId)).forEach(this::recheck);
    }

    // ---- for the sessions ---------------------------------------------------------------------

    ObjectMapper mapper() {
        return mapper;
    }

    /** A socket that nobody hears of before it is {@link #connected}. */
    Socket newSocket(EngineSession session, String token) {
        var socket = new Socket(engine.newId(), session, rooms);
        identify(socket, token);
        return socket;
    }

    void connected(Socket socket) {
        sockets.put(socket.id(), socket);
        tell(socket, new Caller.Anonymous(""));
    }

    void over(Socket socket) {
        sockets.remove(socket.id());
        socket.over();
    }

    /** An event from a client; {@code acknowledge} is called once if it asked for that. */
    void received(Socket socket, long id, ArrayNode args, Consumer<@Nullable JsonNode> acknowledge) {
        var name = args.get(0).asText();
        var payload = args.size() > 1 ? args.get(1) : MissingNode.getInstance();
        var listener = listeners.get(name);
        if (listener == null) {
            return; // newer clients have events that this server does not know
        }
        JsonNode answer = null;
        try {
            listener.access().check(socket.caller());
            answer = socket.handle(listener.handler(), payload);
        } catch (Problem e) {
            log.debug("a socket's event was refused event={} cause={}", name, e.explain());
        } catch (RuntimeException e) {
            log.error("a socket's event failed event={}", name, e);
        }
        if (id >= 0) {
            acknowledge.accept(answer);
        }
    }

    private void identify(Socket socket, String token) {
        var caller = callerOf(token, socket);
        var room = roomOf(caller);
        if (!room.isEmpty() && !room.equals(roomOf(socket.caller())) && listeners(room) >= MOST_OF_ACCOUNT) {
            throw new Problem.TooMany("Too many pages of this account are open.", Duration.ofSeconds(30));
        }
        socket.become(new Socket.Identity(caller, token));
    }

    private Caller callerOf(String token, Socket socket) {
        return authenticator.authenticate(Credentials.ofSocket(token), socket.address());
    }

    /** The room of the caller's account, empty for a stranger. */
    static String roomOf(Caller caller) {
        return caller instanceof Caller.Anonymous ? "" : roomOf(caller.person().id());
    }

    private void recheckAll() {
        sockets.values().stream()
                .filter(socket -> !roomOf(socket.caller()).isEmpty())
                .forEach(this::recheck);
    }

    private void recheck(Socket socket) {
        var known = socket.identity();
        try {
            var caller = callerOf(known.token(), socket);
            if (!caller.equals(known.caller()) && socket.become(known, new Socket.Identity(caller, known.token()))) {
                tell(socket, known.caller());
            }
        } catch (RuntimeException e) {
            // the database is away: who was known stays known until it is back
            log.warn("a socket's token could not be checked cause={}", e.toString());
        }
    }

    private void tell(Socket socket, Caller before) {
        if (!socket.caller().equals(before)) {
            changes.forEach(change -> change.changed(socket, before));
        }
    }

    /** Ends all sessions, so that no open poll holds up a stop. */
    @Override
    public void close() {
        engine.close();
    }
}
