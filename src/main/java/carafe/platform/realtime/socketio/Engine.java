package carafe.platform.realtime.socketio;

import carafe.platform.http.Problem;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** All open Engine.IO sessions and the one clock that pings them and ends the silent ones. */
final class Engine implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Engine.class);
    private static final int ID_BYTES = 15;

    private final SocketSettings settings;
    private final Outbox.Share share = new Outbox.Share();
    private final SecureRandom random = new SecureRandom();
    private final Map<String, EngineSession> sessions = new ConcurrentHashMap<>();
    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("socket-clock").factory());
    private volatile boolean stopping;

    Engine(SocketSettings settings) {
        this.settings = settings;
        long tick = settings.tick().toMillis();
        var _ = clock.scheduleAtFixedRate(this::tick, tick, tick, TimeUnit.MILLISECONDS);
    }

    /** Runs {@code task} again and again on a thread of its own, never twice at once. */
    void every(Duration time, Runnable task) {
        var busy = new AtomicBoolean();
        var _ = clock.scheduleAtFixedRate(
                () -> {
                    if (busy.compareAndSet(false, true)) {
                        Thread.ofVirtual().name("sockets").start(() -> {
                            try {
                                task.run();
                            } finally {
                                busy.set(false);
                            }
                        });
                    }
                },
                time.toMillis(),
                time.toMillis(),
                TimeUnit.MILLISECONDS);
    }

    SocketSettings settings() {
        return settings;
    }

    Outbox.Share share() {
        return share;
    }

    /** An id that nobody can guess. */
    String newId() {
        var bytes = new byte[ID_BYTES];
        random.nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    /**
     * A new session whose first packet is on its way.
     *
     * @param polling whether it may upgrade to a WebSocket
     * @throws Problem.Upstream 503 when the server stops, or is full of people who signed in
     */
    EngineSession open(String address, boolean polling, SocketIo io) {
        makeRoom();
        var session = new EngineSession(newId(), address, this, io);
        sessions.put(session.id, session);
        session.send(List.of(new Frame.Text("0" + handshake(session.id, polling))));
        return session;
    }

    private String handshake(String id, boolean polling) {
        var packet = JsonNodeFactory.instance.objectNode().put("sid", id);
        var upgrades = packet.putArray("upgrades");
        if (polling && settings.webSocket()) {
            upgrades.add("websocket");
        }
        return packet.put("pingInterval", settings.pingInterval().toMillis())
                .put("pingTimeout", settings.pingTimeout().toMillis())
                .put("maxPayload", SocketSettings.POST_BYTES)
                .toString();
    }

    private void makeRoom() {
        if (stopping) {
            throw new Problem.Upstream(503, "stopping", "The server is about to stop.");
        }
        if (sessions.size() < settings.mostSessions()) {
            return;
        }
        sessions.values().stream()
                .filter(EngineSession::ofStranger)
                .min(Comparator.comparingLong(EngineSession::openedAt))
                .orElseThrow(() -> new Problem.Upstream(503, "full", "Too many pages are connected."))
                .close(EngineSession.End.ROOM);
    }

    Optional<EngineSession> find(String id) {
        return Optional.ofNullable(sessions.get(id));
    }

    void forget(EngineSession session) {
        sessions.remove(session.id);
    }

    /** Ends the session that sent what is no packet. */
    void garbage(EngineSession session, BadPacket packet) {
        log.debug("a socket sent {}", packet.getMessage());
        session.close(EngineSession.End.GARBAGE);
    }

    int size() {
        return sessions.size();
    }

    private void tick() {
        long now = System.nanoTime();
        for (var session : sessions.values()) {
            try {
                session.tick(now, settings);
            } catch (RuntimeException e) {
                log.error("the clock of the sockets stumbled", e); // it must go on for the others
            }
        }
    }

    @Override
    public void close() {
        stopping = true;
        clock.shutdownNow();
        sessions.values().forEach(session -> session.close(EngineSession.End.STOP));
    }
}
