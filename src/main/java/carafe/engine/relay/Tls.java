package carafe.engine.relay;

import java.io.IOException;
import java.nio.ByteBuffer;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;

/** TLS over one wire. The costly steps of the handshake run beside the loop. */
final class Tls {
    private final Wire wire;
    private final SSLEngine engine;
    private final Runnable connected;
    private final ByteBuffer empty = ByteBuffer.allocate(0);
    private ByteBuffer encrypted;
    private final ByteBuffer record;
    private boolean handshaken;
    private boolean working;

    /** @param connected runs on the loop when the handshake is done; its failure is a fault of the wire */
    Tls(Wire wire, SSLEngine engine, Runnable connected) {
        this.wire = wire;
        this.engine = engine;
        this.connected = connected;
        int packet = engine.getSession().getPacketBufferSize();
        this.encrypted = ByteBuffer.allocate(2 * packet);
        this.record = ByteBuffer.allocate(packet);
    }

    void start() throws IOException {
        engine.beginHandshake();
        shake();
    }

    /** Decrypts what is there into {@code into}, which has room for more than two records. */
    int read(ByteBuffer into) throws IOException {
        if (working) {
            return 0;
        }
        int start = into.position();
        int count = wire.channel.read(encrypted);
        unwrap(into);
        int got = into.position() - start;
        if (got > 0) {
            if (engine.isInboundDone()) {
                wire.readAgain(); // the farewell came with the data, and the socket may never tell of anything more
            }
            return got;
        }
        if (count >= 0 && !engine.isInboundDone()) {
            return 0;
        }
        if (count < 0 && !engine.isInboundDone()) {
            throw new SSLException("the connection ended without the closing message of TLS");
        }
        return -1;
    }

    private void unwrap(ByteBuffer into) throws IOException {
        encrypted.flip();
        try {
            while (encrypted.hasRemaining() && !working && !engine.isInboundDone()) {
                var result = engine.unwrap(encrypted, into);
                if (result.getStatus() == SSLEngineResult.Status.BUFFER_OVERFLOW) {
                    throw new SSLException("a record is larger than its session allows");
                }
                follow(result.getHandshakeStatus());
                if (result.getStatus() == SSLEngineResult.Status.BUFFER_UNDERFLOW || nothing(result)) {
                    break;
                }
            }
        } finally {
            encrypted.compact();
        }
    }

    private static boolean nothing(SSLEngineResult result) {
        return result.bytesConsumed() == 0
                && result.bytesProduced() == 0
                && result.getHandshakeStatus() == HandshakeStatus.NEED_UNWRAP;
    }

    void write(ByteBuffer data) throws IOException {
        while (data.hasRemaining()) {
            record.clear();
            var result = engine.wrap(data, record);
            if (result.getStatus() != SSLEngineResult.Status.OK) {
                throw new SSLException("nothing more can be sent: " + result.getStatus());
            }
            wire.raw(record.flip());
        }
    }

    private void shake() throws IOException {
        follow(engine.getHandshakeStatus());
    }

    /** Does what the handshake needs next, until it waits for the peer. */
    private void follow(HandshakeStatus first) throws IOException {
        var status = first;
        while (true) {
            switch (status) {
                case NEED_WRAP -> {
                    record.clear();
                    var result = engine.wrap(empty, record);
                    wire.raw(record.flip());
                    status = result.getHandshakeStatus();
                    if (result.getStatus() == SSLEngineResult.Status.CLOSED && status == HandshakeStatus.NEED_WRAP) {
                        return;
                    }
                }
                case NEED_TASK -> {
                    work();
                    return;
                }
                case FINISHED -> {
                    finished();
                    return;
                }
                case NEED_UNWRAP, NEED_UNWRAP_AGAIN, NOT_HANDSHAKING -> {
                    return;
                }
            }
        }
    }

    /** Tells the peer that nothing more comes, if it will listen. */
    void farewell() {
        engine.closeOutbound();
        record.clear();
        wire.attempt(() -> {
            engine.wrap(empty, record);
            wire.channel.write(record.flip());
        });
    }

    private void finished() {
        if (!handshaken) {
            handshaken = true;
            wire.loop.later(connected);
        }
    }

    /** Checking a certificate takes milliseconds, which the other connections of this loop should not wait for. */
    private void work() {
        working = true;
        wire.reading(false);
        Thread.startVirtualThread(() -> {
            for (var task = engine.getDelegatedTask(); task != null; task = engine.getDelegatedTask()) {
                task.run();
            }
            wire.loop.run(this::worked);
        });
    }

    private void worked() {
        working = false;
        if (!wire.isOpen()) {
            return;
        }
        wire.reading(true);
        wire.attempt(() -> {
            shake();
            if (encrypted.position() > 0) {
                wire.loop.in.clear();
                unwrap(wire.loop.in);
                if (wire.loop.in.position() > 0) {
                    throw new SSLException("data before the end of the handshake");
                }
            }
        });
    }
}
