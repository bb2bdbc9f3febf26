package carafe.engine.llm.local;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Little-endian values from the start of a file; nothing is read or allocated beyond the file's own size. */
final class GgufReader implements AutoCloseable {
    private static final int BUFFER = 1 << 16;

    private final FileChannel channel;
    private final long size;
    private final ByteBuffer buffer =
            ByteBuffer.allocate(BUFFER).order(ByteOrder.LITTLE_ENDIAN).limit(0);
    private long filled;

    GgufReader(Path file) throws IOException {
        channel = FileChannel.open(file, StandardOpenOption.READ);
        size = channel.size();
    }

    long size() {
        return size;
    }

    long position() {
        return filled - buffer.remaining();
    }

    int u8() throws IOException {
        need(1);
        return Byte.toUnsignedInt(buffer.get());
    }

    int u16() throws IOException {
        need(2);
        return Short.toUnsignedInt(buffer.getShort());
    }

    int i32() throws IOException {
        need(4);
        return buffer.getInt();
    }

    long i64() throws IOException {
        need(8);
        return buffer.getLong();
    }

    String text(int longest) throws IOException {
        long length = i64();
        if (length < 0 || length > longest) {
            throw new BadModelException("The file's header holds a text of impossible length; it is damaged.");
        }
        remaining(length);
        byte[] bytes = new byte[(int) length];
        int done = 0;
        while (done < bytes.length) {
            need(1);
            int part = Math.min(buffer.remaining(), bytes.length - done);
            buffer.get(bytes, done, part);
            done += part;
        }
        return new String(bytes, StandardCharsets.UTF_8);
    }

    void skip(long bytes) throws IOException {
        remaining(bytes);
        if (bytes <= buffer.remaining()) {
            buffer.position(buffer.position() + (int) bytes);
        } else {
            filled = position() + bytes;
            buffer.limit(0);
        }
    }

    /** Refuses a count of bytes that the rest of the file cannot hold. */
    void remaining(long bytes) {
        if (bytes < 0 || bytes > size - position()) {
            throw cut();
        }
    }

    private void need(int bytes) throws IOException {
        if (buffer.remaining() >= bytes) {
            return;
        }
        buffer.compact();
        while (buffer.position() < bytes) {
            int read = channel.read(buffer, filled);
            if (read < 0) {
                throw cut();
            }
            filled += read;
        }
        buffer.flip();
    }

    private static BadModelException cut() {
        return new BadModelException("The file ends in the middle; it was not copied or downloaded completely.");
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
