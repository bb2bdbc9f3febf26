package carafe.feature.localchat;

import carafe.feature.chats.Chat;
import carafe.feature.chats.LinearChats;
import carafe.feature.models.ModelEntry;
import carafe.platform.http.Authenticator;
import carafe.platform.http.Caller;
import carafe.platform.http.Credentials;
import carafe.platform.http.Problem;
import carafe.platform.http.Routes;
import carafe.platform.http.Rule;
import carafe.platform.http.Surface;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.javalin.http.Context;
import io.javalin.websocket.WsConfig;
import io.javalin.websocket.WsContext;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sockets to sessions: who may open one, to which session, and their end. */
final class SocketRoutes {
    private static final Logger log = LoggerFactory.getLogger(SocketRoutes.class);
    private static final String IDENTITY = "carafe.local.identity";
    private static final String SOCKET = "carafe.local.socket";

    private final Guests guests;
    private final Authenticator authenticator;
    private final Tickets tickets;
    private final LinearChats sessions;
    private final ModelChoice models;
    private final Rooms rooms;
    private final SocketFrames frames;
    private final ObjectMapper mapper;
    private final boolean finish;
    private final int most;
    private final Set<ChatSocket> open = ConcurrentHashMap.newKeySet();
    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("local-sockets").factory());
    private volatile boolean stopping;

    /**
     * @param finish whether answers go on when nobody is connected any more
     * @param most how many sockets may be open at once, half of them by one account
     */
    SocketRoutes(
            Guests guests,
            Authenticator authenticator,
            Tickets tickets,
            LinearChats sessions,
            ModelChoice models,
            Rooms rooms,
            SocketFrames frames,
            ObjectMapper mapper,
            boolean finish,
            int most) {
        this.guests = guests;
        this.authenticator = authenticator;
        this.tickets = tickets;
        this.sessions = sessions;
        this.models = models;
        this.rooms = rooms;
        this.frames = frames;
        this.mapper = mapper;
        this.finish = finish;
        this.most = most;
        var _ = clock.scheduleAtFixedRate(this::tick, 1, 1, TimeUnit.SECONDS);
    }

    void register(Routes routes) {
        routes.post("/api/ws/ticket", guests.rule(), this::ticket);
        // who it is may stand in the query, so the guard lets everybody through to check()
        var rule = Rule.of(Surface.LOCAL, carafe.platform.http.Access.PUBLIC);
        routes.webSocket("/api/ws/chat", rule, this::check, this::socket);
    }

    int connections() {
        return open.size();
    }

    /** What a session is called that nobody has named. */
    static String title(String sessionId) {
        return "WebSocket " + sessionId.substring(0, Math.min(8, sessionId.length()));
    }

    private void ticket(Context ctx) {
        var _ = guests.of(ctx);
        ctx.json(mapper.createObjectNode()
                .put("ticket", tickets.issue(Credentials.of(ctx)))
                .put("expires_in", Tickets.LIFE.toSeconds()));
    }

    private void check(Context ctx) {
        var address = Caller.addressOf(ctx);
        var credentials = credentials(ctx);
        Supplier<Caller> identity = () -> guests.of(authenticator.authenticate(credentials, address));
        var _ = identity.get();
        var id = ctx.queryParam("session_id");
        if (id != null && !id.matches("[A-Za-z0-9_-]{1,100}")) {
            throw new Problem.BadRequest(
                    "'session_id' must be 1 to 100 letters, digits, hyphens and underscores.", "session_id");
        }
        if (stopping) {
            throw new Problem.Upstream(503, "stopping", "The server is about to stop. Try again in a moment.");
        }
        ctx.attribute(IDENTITY, identity);
    }

    private Credentials credentials(Context ctx) {
        var sent = Credentials.of(ctx);
        if (sent.source() != Credentials.Source.NONE) {
            return sent;
        }
        var ticket = ctx.queryParam("token");
        if (ticket != null) {
            return tickets.redeem(ticket)
                    .orElseThrow(() -> new Problem.Unauthenticated("This ticket is not valid, or was used already."));
        }
        var key = ctx.queryParam("api_key");
        return key == null ? sent : Credentials.ofQueryKey(key);
    }

    private void socket(WsConfig socket) {
        socket.onConnect(this::connect);
        socket.onMessage(ctx -> {
            ChatSocket one = ctx.attribute(SOCKET);
            if (one != null) {
                frames.text(one, ctx.message());
            }
        });
        socket.onBinaryMessage(ctx -> {
            ChatSocket one = ctx.attribute(SOCKET);
            if (one != null) {
                frames.binary(one);
            }
        });
        socket.onClose(this::gone);
        socket.onError(this::gone);
    }

    /** What goes wrong is for the log: a close frame would say it in the words of the database. */
    private void connect(WsContext ctx) {
        try {
            connected(ctx);
        } catch (Problem.Unauthenticated e) {
            ctx.closeSession(ChatSocket.REFUSED, "not signed in any more");
        } catch (RuntimeException e) {
            log.error("a socket could not be opened", e);
            ctx.closeSession(ChatSocket.BROKEN, "something went wrong on our side");
        }
    }

    private void connected(WsContext ctx) {
        Supplier<Caller> identity = ctx.attribute(IDENTITY);
        if (identity == null) {
            ctx.closeSession(ChatSocket.REFUSED, "not signed in");
            return;
        }
        ctx.session.setIdleTimeout(Duration.ofMinutes(3)); // pings come more often
        ctx.session.setMaxTextMessageSize(Rule.MEBIBYTE);
        ctx.session.setMaxBinaryMessageSize(1024); // there are none in this protocol
        var caller = identity.get();
        long own = open.stream().filter(one -> one.isOf(caller.person().id())).count();
        if (stopping) {
            ctx.closeSession(ChatSocket.GOING_AWAY, "the server stops");
            return;
        }
        if (open.size() >= most || own >= most / 2) {
            ctx.closeSession(ChatSocket.TRY_LATER, "too many connections");
            return;
        }
        var named = Optional.ofNullable(ctx.queryParam("session_id"));
        var id = named.orElseGet(() -> UUID.randomUUID().toString());
        var account = caller.person().id();
        var known = sessions.find(account, id);
        var fresh = known.isPresent() ? Optional.<Chat>empty() : sessions.createNamed(account, id, title(id));
        var chat = known.or(() -> fresh).or(() -> sessions.find(account, id)); // another tab may make it meanwhile
        if (chat.isEmpty()) {
            ctx.closeSession(ChatSocket.NO_SESSION, "no such session");
            return;
        }
        var socket = new ChatSocket(ctx.session, identity, account, id);
        ctx.attribute(SOCKET, socket);
        open.add(socket);
        start(socket, caller, chat.get(), fresh.isEmpty());
        rooms.join(account, socket);
    }

    private void start(ChatSocket socket, Caller caller, Chat chat, boolean resumed) {
        var data = mapper.createObjectNode()
                .put("session_id", chat.id())
                .put("protocol", 1)
                .put("resumed", resumed)
                .put("title", chat.title());
        data.put("model", models.byDefault(caller).map(ModelEntry::id).orElse(null));
        socket.event("session_start", data);
    }

    /** On a thread of its own: a socket may end while something is being sent to it, under the lock of its room. */
    private void gone(WsContext ctx) {
        ChatSocket socket = ctx.attribute(SOCKET);
        if (socket != null && open.remove(socket)) {
            socket.dropAll();
            Thread.ofVirtual()
                    .name("local-socket-end")
                    .start(() -> rooms.leave(socket, !stopping && (socket.wasStuck() || !finish)));
        }
    }

    /** Ends the sockets of a session that is no more. */
    void end(String sessionId) {
        open.stream()
                .filter(socket -> socket.chatId().equals(sessionId))
                .forEach(socket -> socket.close(ChatSocket.NO_SESSION, "the session was deleted"));
    }

    private void tick() {
        long now = System.nanoTime();
        open.forEach(socket -> {
            try {
                if (stopping && !rooms.isTelling(socket.chatId())) {
                    socket.close(ChatSocket.GOING_AWAY, "the server stops");
                }
                socket.tick(now);
            } catch (RuntimeException e) {
                log.warn("a socket could not be looked after", e);
            }
        });
    }

    /** Lets the answers that are being told end, for so long; then all sockets close. */
    void close(Duration patience) {
        stopping = true;
        long end = System.nanoTime() + patience.toNanos();
        tick();
        try {
            while (rooms.isTelling() && System.nanoTime() < end) {
                Thread.sleep(20);
            }
            open.forEach(socket -> socket.close(ChatSocket.GOING_AWAY, "the server stops"));
            for (long goodbye = System.nanoTime() + TimeUnit.SECONDS.toNanos(1);
                    !open.isEmpty() && System.nanoTime() < goodbye; ) {
                Thread.sleep(10);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        clock.shutdownNow();
    }
}
