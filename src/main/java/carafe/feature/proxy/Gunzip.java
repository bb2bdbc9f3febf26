package carafe.feature.proxy;

import java.nio.ByteBuffer;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/** Unpacks gzip (RFC 1952) piece by piece as it comes. Stops reading after {@value #MOST} bytes. */
final class Gunzip implements AutoCloseable {
    /** Takes each unpacked byte. */
    interface Taker {
        void take(byte b);
    }

    private static final int MOST = 8 << 20;
    private static final int HEAD = 10;

    private final Inflater inflater = new Inflater(true);
    private final byte[] out = new byte[4096];
    private final byte[] head = new byte[HEAD];
    private int headRead;
    private long total;

    /** Reads {@code piece} without moving its position. */
    void feed(ByteBuffer piece, Taker taker) throws DataFormatException {
        var copy = piece.duplicate();
        while (copy.hasRemaining() && headRead < HEAD) {
            head[headRead++] = copy.get();
            if (headRead == HEAD) {
                checkHead();
            }
        }
        if (!copy.hasRemaining() || inflater.finished() || total > MOST) {
            return;
        }
        inflater.setInput(copy);
        while (total <= MOST) {
            int count = inflater.inflate(out);
            if (count == 0) {
                return;
            }
            total += count;
            for (int i = 0; i < count; i++) {
                taker.take(out[i]);
            }
        }
    }

    /** Servers send heads without names, remarks and the like; what has them is left unread. */
    private void checkHead() throws DataFormatException {
        if (head[0] != 0x1f || (head[1] & 0xff) != 0x8b || head[2] != 8 || (head[3] & 0xfe) != 0) {
            throw new DataFormatException("not gzip as servers send it");
        }
    }

    @Override
    public void close() {
        inflater.end();
    }
}
