package carafe.engine.sandbox;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** Cuts a runner's byte stream into frames: u8 type, u32 length (big endian), payload. Bytes may come in any pieces. */
final class FrameReader {
    /** A runner gathers up to 64 KiB; what claims more than this is not a runner. */
    static final int MAX_PAYLOAD = 1 << 20;

    private static final int HEADER = 5;
    private static final int KEEP = 1 << 17;

    /** Gets one whole frame; {@code payload} is valid for the call only. */
    interface Sink {
        void frame(byte type, byte[] payload, int length) throws IOException;
    }

    private final Sink sink;
    private byte[] payload = new byte[1 << 12];
    private final byte[] header = new byte[HEADER];
    private int headerBytes;
    private int length;
    private int payloadBytes;

    FrameReader(Sink sink) {
        this.sink = sink;
    }

    /** @throws IOException when the bytes are no frames, or when the sink says so */
    void feed(byte[] bytes) throws IOException {
        int at = 0;
        while (at < bytes.length) {
            if (headerBytes < HEADER) {
                header[headerBytes++] = bytes[at++];
                if (headerBytes == HEADER) {
                    begin();
                }
            } else {
                int n = Math.min(bytes.length - at, length - payloadBytes);
                System.arraycopy(bytes, at, payload, payloadBytes, n);
                payloadBytes += n;
                at += n;
                finish();
            }
        }
    }

    private void begin() throws IOException {
        length = ByteBuffer.wrap(header).getInt(1);
        if (length < 0 || length > MAX_PAYLOAD) {
            throw new IOException("a frame of " + Integer.toUnsignedString(length) + " bytes");
        }
        payloadBytes = 0;
        if (length > payload.length) {
            payload = Arrays.copyOf(payload, Math.max(length, Math.min(MAX_PAYLOAD, payload.length * 2)));
        }
        finish();
    }

    private void finish() throws IOException {
        if (payloadBytes < length) {
            return;
        }
        headerBytes = 0;
        sink.frame(header[0], payload, length);
        if (payload.length > KEEP) {
            payload = new byte[1 << 12];
        }
    }
}
