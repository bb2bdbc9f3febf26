package carafe.platform.config;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Comparator;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A file of settings that programs and people both write. A change is made whole or not at all: under a lock, with a copy
 * kept in {@code backups/} beside it, as a new file that takes the old one's place. Where that place cannot be taken (a
 * file mounted by itself into a container), the old file is written over.
 */
public final class EnvFile {
    private static final Logger log = LoggerFactory.getLogger(EnvFile.class);
    private static final DateTimeFormatter STAMP =
            DateTimeFormatter.ofPattern("yyyyMMdd_HHmmss").withZone(ZoneOffset.UTC);
    private static final int BACKUPS = 10;
    private static final int LARGEST = 1 << 20;

    /** Puts a file in another's place. */
    interface Mover {
        void move(Path from, Path to) throws IOException;
    }

    private final Path path;
    private final Clock clock;
    private final Mover mover;

    public EnvFile(Path path, Clock clock) {
        this(
                path,
                clock,
                (from, to) ->
                        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING));
    }

    EnvFile(Path path, Clock clock, Mover mover) {
        this.path = path.toAbsolutePath();
        this.clock = clock;
        this.mover = mover;
    }

    public Path path() {
        return path;
    }

    /** Its values; none when there is no such file. */
    public Map<String, String> read() throws IOException {
        return new EnvText(text()).values();
    }

    /** The whole text; empty when there is no such file. */
    public String text() throws IOException {
        if (Files.isDirectory(path)) {
            throw new IOException(
                    path + " is a directory. Container engines make one when a file that is mounted does not"
                            + " exist: remove it, create the file, and mount it again");
        }
        try {
            if (Files.size(path) > LARGEST) {
                throw new IOException(path + " is larger than a file of settings can be");
            }
            return Files.readString(path);
        } catch (NoSuchFileException e) {
            return "";
        } catch (CharacterCodingException e) {
            throw new IOException(path + " is not UTF-8 text", e);
        }
    }

    /** Sets these values, null takes one out; everything else in the file stays. */
    public void update(Map<String, @Nullable String> changes) throws IOException {
        write(() -> new EnvText(text()).with(changes));
    }

    /** Replaces the whole text. */
    public void replace(String text) throws IOException {
        write(() -> text);
    }

    private interface Text {
        String get() throws IOException;
    }

    // one writer in this process at a time; the lock on the file keeps others out
    private synchronized void write(Text newText) throws IOException {
        Files.createDirectories(parent());
        text(); // a directory in its place is told before anything happens
        try (var channel = openForLock()) {
            try (var _ = channel == null ? null : lock(channel)) {
                var text = newText.get();
                backUp();
                put(text.getBytes(StandardCharsets.UTF_8));
            }
        }
    }

    private Path parent() {
        var parent = path.getParent();
        return parent == null ? path : parent;
    }

    private @Nullable FileChannel openForLock() throws IOException {
        return Files.exists(path) ? FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE) : null;
    }

    private @Nullable FileLock lock(FileChannel channel) throws IOException {
        FileLock lock;
        try {
            lock = channel.tryLock();
        } catch (OverlappingFileLockException e) {
            lock = null;
        } catch (IOException e) {
            log.debug("this file system knows no locks cause={}", e.toString());
            return null;
        }
        if (lock == null) {
            throw new IOException(path + " is being written by another program; try again in a moment");
        }
        return lock;
    }

    private void put(byte[] bytes) throws IOException {
        Path fresh;
        try {
            fresh = Files.createTempFile(parent(), path.getFileName().toString(), ".tmp");
        } catch (IOException e) {
            log.debug("no file can be made beside {}, it is written over cause={}", path, e.toString());
            writeOver(bytes);
            return;
        }
        try {
            overwrite(fresh, bytes);
            keepPermissions(fresh);
            move(fresh, bytes);
        } finally {
            Files.deleteIfExists(fresh);
        }
    }

    private void move(Path fresh, byte[] bytes) throws IOException {
        try {
            mover.move(fresh, path);
        } catch (IOException e) {
            if (!Files.isRegularFile(path)) {
                throw e;
            }
            log.debug("{} cannot be replaced, it is written over cause={}", path, e.toString());
            writeOver(bytes);
            return;
        }
        try (var folder = FileChannel.open(parent(), StandardOpenOption.READ)) {
            folder.force(true);
        } catch (IOException e) {
            log.debug("a folder cannot be flushed here cause={}", e.toString());
        }
    }

    /** On a full disk the old text comes back. */
    private void writeOver(byte[] bytes) throws IOException {
        var old = Files.readAllBytes(path);
        try {
            overwrite(path, bytes);
        } catch (IOException e) {
            overwrite(path, old);
            throw e;
        }
    }

    private static void overwrite(Path file, byte[] bytes) throws IOException {
        try (var channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            var buffer = ByteBuffer.wrap(bytes);
            while (buffer.hasRemaining()) {
                channel.write(buffer);
            }
            channel.truncate(bytes.length);
            channel.force(true);
        }
    }

    /** As the file before; a new one is its owner's alone, since it holds keys. */
    private void keepPermissions(Path fresh) throws IOException {
        try {
            Set<PosixFilePermission> wanted = Files.exists(path)
                    ? Files.getPosixFilePermissions(path)
                    : PosixFilePermissions.fromString("rw-------");
            Files.setPosixFilePermissions(fresh, wanted);
        } catch (UnsupportedOperationException e) {
            log.debug("this file system knows no permissions");
        }
    }

    /** A copy that cannot be made does not stop the change. */
    private void backUp() {
        if (!Files.exists(path)) {
            return;
        }
        try {
            var folder = Files.createDirectories(parent().resolve("backups"));
            var name = path.getFileName() + "_" + STAMP.format(clock.instant());
            Files.copy(
                    path,
                    folder.resolve(name),
                    StandardCopyOption.REPLACE_EXISTING,
                    StandardCopyOption.COPY_ATTRIBUTES);
            forgetOld(folder);
        } catch (IOException e) {
            log.warn("no copy of {} could be kept cause={}", path, e.toString());
        }
    }

    private void forgetOld(Path folder) throws IOException {
        try (var files = Files.list(folder)) {
            var old = files.filter(file -> file.getFileName().toString().startsWith(path.getFileName() + "_"))
                    .sorted(Comparator.comparing(Path::getFileName).reversed())
                    .skip(BACKUPS)
                    .toList();
            for (var file : old) {
                Files.delete(file);
            }
        }
    }
}
