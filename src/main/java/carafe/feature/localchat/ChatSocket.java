package carafe.feature.localchat;

import carafe.platform.http.Caller;
import carafe.platform.http.Json;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.eclipse.jetty.websocket.api.Callback;
import org.eclipse.jetty.websocket.api.Session;
import org.eclipse.jetty.websocket.common.WebSocketSession;
import org.eclipse.jetty.websocket.core.WebSocketCoreSession;

/** One open connection to a session. */
final class ChatSocket {
    /** Close codes of the protocol, beside those of RFC 6455. */
    static final int GOING_AWAY = 1001;

    static final int POLICY = 1008;
    static final int BROKEN = 1011;
    static final int TRY_LATER = 1013;
    static final int REFUSED = 4000;
    static final int NO_SESSION = 4004;

    static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Duration PING = Duration.ofSeconds(25);
    private static final int MOST_MISSES = 2;
    private static final Duration FAREWELL = Duration.ofSeconds(5);
    private static final int MOST_MISTAKES = 10;

    private final Session session;
    private final Supplier<Caller> identity;
    private final String accountId;
    private final String chatId;
    private final Outbox outbox;
    private volatile boolean stuck;
    private volatile long closingSince;
    private int closeCode;
    private String closeReason = "";
    private int mistakes;
    private long pingedAt = System.nanoTime();
    private long bytesAtPing = -1;
    private int misses;

    /** @param identity who it is now; throws when the proof that it came with no longer holds */
    ChatSocket(Session session, Supplier<Caller> identity, String accountId, String chatId) {
        this.session = session;
        this.identity = identity;
        this.accountId = accountId;
        this.chatId = chatId;
        this.outbox = new Outbox(session::sendText, this::sayGoodbye, this::giveUp, this::lost, System::nanoTime);
    }

    Caller caller() {
        return identity.get();
    }

    boolean isOf(String account) {
        return accountId.equals(account);
    }

    String chatId() {
        return chatId;
    }

    void event(String name, ObjectNode data) {
        outbox.event(name, Json.text(data));
    }

    void piece(Block block, int from, int to, String clientId) {
        outbox.piece(block, from, to, clientId);
    }

    /** Waits while the client takes nothing; false when it is given up. */
    boolean awaitRoom() throws InterruptedException {
        if (outbox.awaitRoom(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
            return true;
        }
        giveUp();
        return false;
    }

    /** Counts a frame that cannot be understood; true when there were too many in a row. */
    boolean mistake() {
        return ++mistakes >= MOST_MISTAKES;
    }

    void understood() {
        mistakes = 0;
    }

    /** Closes once everything is sent. */
    synchronized void close(int code, String reason) {
        if (closingSince == 0) {
            closeCode = code;
            closeReason = reason;
            closingSince = System.nanoTime();
            outbox.finish();
        }
    }

    private void sayGoodbye() {
        session.close(closeCode, closeReason, Callback.from(() -> {}, failure -> session.disconnect()));
    }

    /** For a client that takes nothing, or not enough. */
    private void giveUp() {
        stuck = true;
        if (closingSince == 0) {
            closingSince = System.nanoTime();
        }
        outbox.drop();
        session.close(TRY_LATER, "too slow; connect again", Callback.from(() -> {}, failure -> session.disconnect()));
    }

    /** For a client that is gone already. */
    private void lost() {
        outbox.drop();
        session.disconnect();
    }

    /** Whether it was given up because it took nothing; then no answer goes on for its sake. */
    boolean wasStuck() {
        return stuck;
    }

    void dropAll() {
        outbox.drop();
    }

    /** Called about once a second: sends pings, ends what is dead. */
    void tick(long now) {
        if (closingSince != 0) {
            if (now - closingSince > FAREWELL.toNanos() + (stuck ? 0 : PATIENCE.toNanos())) {
                session.disconnect();
            }
            return;
        }
        if (outbox.fullFor() > PATIENCE.toNanos()) {
            giveUp();
            return;
        }
        if (now - pingedAt < PING.toNanos()) {
            return;
        }
        long bytes = bytesIn();
        misses = bytes == bytesAtPing ? misses + 1 : 0;
        if (misses >= MOST_MISSES) {
            session.disconnect();
            return;
        }
        bytesAtPing = bytes;
        pingedAt = now;
        session.sendPing(ByteBuffer.allocate(0), Callback.NOOP);
    }

    /** Pongs reach no listener of Javalin's, but they are bytes from a peer that lives. */
    private long bytesIn() {
        return session instanceof WebSocketSession open
                        && open.getCoreSession() instanceof WebSocketCoreSession core
                        && core.getConnection() != null
                ? core.getConnection().getBytesIn()
                : System.nanoTime();
    }
}
