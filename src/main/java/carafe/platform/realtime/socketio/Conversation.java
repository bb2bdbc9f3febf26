package carafe.platform.realtime.socketio;

import carafe.platform.http.Caller;
import carafe.platform.http.Problem;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The Socket.IO half of one session: reads its packets in order, keeps its socket while one is connected. */
final class Conversation {
    private final EngineSession session;
    private final SocketIo io;
    private final List<byte[]> binaries = new ArrayList<>();
    private @Nullable Packet awaiting;
    private int binaryBytes;
    private volatile @Nullable Socket socket;
    private volatile long unusedSince;

    Conversation(EngineSession session, SocketIo io) {
        this.session = session;
        this.io = io;
    }

    void text(String message) {
        if (awaiting != null) {
            throw new BadPacket("text where an attachment belongs");
        }
        var packet = Packet.parse(message, io.mapper());
        if (packet.attachments() > 0) {
            awaiting = packet;
        } else {
            handle(packet);
        }
    }

    void binary(byte[] bytes) {
        var packet = awaiting;
        if (packet == null) {
            throw new BadPacket("an attachment of nothing");
        }
        binaryBytes += bytes.length;
        if (binaryBytes > session.largestMessage()) {
            throw new BadPacket("attachments that are too large");
        }
        binaries.add(bytes);
        if (binaries.size() == packet.attachments()) {
            var whole = List.copyOf(binaries);
            awaiting = null;
            binaries.clear();
            binaryBytes = 0;
            var data = packet.data() == null ? null : Attachments.putBack(packet.data(), whole);
            handle(new Packet(packet.type(), packet.namespace(), packet.id(), data, 0));
        }
    }

    private void handle(Packet packet) {
        if (packet.type() == Packet.Type.CONNECT) {
            connect(packet);
            return;
        }
        var connected = socket;
        if (connected == null || !packet.namespace().equals(Packet.ROOT)) {
            throw new BadPacket("a packet to a namespace that is not connected");
        }
        switch (packet.type()) {
            case DISCONNECT -> disconnect(connected);
            case EVENT, BINARY_EVENT ->
                io.received(connected, packet.id(), args(packet), value -> acknowledge(packet.id(), value));
            case ACK, BINARY_ACK -> connected.answered(packet.id(), args(packet));
            case CONNECT, CONNECT_ERROR -> throw new BadPacket("a packet out of place");
        }
    }

    private static ArrayNode args(Packet packet) {
        return (ArrayNode) java.util.Objects.requireNonNull(packet.data(), "checked when it was parsed");
    }

    private void connect(Packet packet) {
        if (!packet.namespace().equals(Packet.ROOT)) {
            refuse(packet.namespace(), "Invalid namespace");
            return;
        }
        if (socket != null) {
            throw new BadPacket("a second connection to the namespace");
        }
        var auth = packet.data();
        Socket fresh;
        try {
            fresh = io.newSocket(session, auth == null ? "" : auth.path("token").asText());
        } catch (Problem e) {
            refuse(Packet.ROOT, e.explain());
            return;
        }
        socket = fresh;
        var answer = JsonNodeFactory.instance.objectNode().put("sid", fresh.id());
        fresh.open(new Packet(Packet.Type.CONNECT, Packet.ROOT, -1, answer, 0).frames());
        io.connected(fresh);
        if (session.isOver()) {
            over(); // it ended meanwhile and was not told of this socket
        }
    }

    private void refuse(String namespace, String why) {
        var error = JsonNodeFactory.instance.objectNode().put("message", why);
        session.send(new Packet(Packet.Type.CONNECT_ERROR, namespace, -1, error, 0).frames());
    }

    private void disconnect(Socket connected) {
        socket = null;
        unusedSince = System.nanoTime();
        io.over(connected);
    }

    private void acknowledge(long id, @Nullable JsonNode value) {
        var args = JsonNodeFactory.instance.arrayNode();
        if (value != null) {
            args.add(value);
        }
        session.send(new Packet(Packet.Type.ACK, Packet.ROOT, id, args, 0).frames());
    }

    /** Nanoseconds without a connected socket; 0 while there is one. */
    long unusedSince(long openedAt, long now) {
        if (socket != null) {
            return 0;
        }
        return now - (unusedSince == 0 ? openedAt : unusedSince);
    }

    boolean ofStranger() {
        var connected = socket;
        return connected == null || connected.caller() instanceof Caller.Anonymous;
    }

    void over() {
        var connected = socket;
        if (connected != null) {
            io.over(connected);
        }
    }
}
