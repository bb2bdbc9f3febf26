package carafe.engine.llm.local;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Streams a source into a new file, hashing on the way; stops at once for what is no GGUF and before the disk is full. */
final class ModelCopy {
    private static final int BUFFER = 1 << 18;

    /** Room left for the database and the logs on the same disk. */
    private static final long RESERVE = 256L << 20;

    private static final long CHECK_EVERY = 64L << 20;

    private final ModelSource source;
    private final Path target;
    private final long most;
    private final Progress progress;
    private final FileStore disk;

    /** @param most bytes that the file may have */
    ModelCopy(ModelSource source, Path target, long most, Progress progress) throws IOException {
        this.source = source;
        this.target = target;
        this.most = most;
        this.progress = progress;
        this.disk = Files.getFileStore(target.toAbsolutePath().getParent());
    }

    /** The SHA-256 of what was written, in hexadecimal. */
    String run() throws IOException {
        refuseMoreThanAllowed(source.size());
        roomFor(Math.max(0, source.size()));
        progress.at(0, source.size());
        MessageDigest digest = sha256();
        try (FileChannel out = FileChannel.open(target, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            pump(source.stream(), out, digest);
            out.force(true);
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private void pump(InputStream in, FileChannel out, MessageDigest digest) throws IOException {
        byte[] buffer = new byte[BUFFER];
        long done = 0;
        long nextCheck = CHECK_EVERY;
        for (int read = read(in, buffer); read > 0; read = read(in, buffer)) {
            if (done == 0) {
                checkMagic(buffer, read);
            }
            digest.update(buffer, 0, read);
            write(out, ByteBuffer.wrap(buffer, 0, read));
            done += read;
            refuseMoreThanAllowed(done);
            if (done >= nextCheck) {
                roomFor(0);
                nextCheck += CHECK_EVERY;
            }
            progress.at(done, source.size());
        }
        if (done == 0 || (source.size() >= 0 && done != source.size())) {
            throw new BadModelException("The source ended after " + done + " bytes; it is not complete.");
        }
    }

    private void refuseMoreThanAllowed(long bytes) {
        if (bytes > most) {
            throw new BadModelException("The file is larger than the " + (most >> 20)
                    + " MB that may be added here (LOCAL_MODEL_FILE_MB).");
        }
    }

    private static int read(InputStream in, byte[] buffer) {
        try {
            return in.readNBytes(buffer, 0, BUFFER);
        } catch (IOException e) {
            throw new BadModelException("Reading the source failed: " + e.getMessage(), e);
        }
    }

    private void write(FileChannel out, ByteBuffer bytes) throws IOException {
        try {
            while (bytes.hasRemaining()) {
                out.write(bytes);
            }
        } catch (IOException e) {
            throw new BadModelException("Writing to " + target.getParent() + " failed: " + e.getMessage(), e);
        }
    }

    private void roomFor(long bytes) throws IOException {
        long free = disk.getUsableSpace();
        if (free - RESERVE < bytes) {
            throw new BadModelException("Not enough room in " + target.getParent() + ": " + (free >> 20)
                    + " MB are free, and " + ((bytes + RESERVE) >> 20) + " MB are needed.");
        }
    }

    private static void checkMagic(byte[] start, int length) {
        boolean gguf = length >= 4
                && ByteBuffer.wrap(start).order(ByteOrder.LITTLE_ENDIAN).getInt() == Gguf.MAGIC;
        if (!gguf) {
            throw new BadModelException("This is not a GGUF file.");
        }
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
