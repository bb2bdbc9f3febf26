package carafe.feature.files;

import carafe.platform.db.Db;
import carafe.platform.http.Problem;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.Duration;
import java.util.HexFormat;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The bytes of files, once each, below the data folder as {@code blobs/ab/abcd…}, named by their SHA-256. What no file
 * names is removed an hour later, so that an upload under way loses nothing.
 */
final class Blobs {
    private static final Logger log = LoggerFactory.getLogger(Blobs.class);
    private static final Duration GRACE = Duration.ofHours(1);
    private static final int CHUNK = 200;

    /** Bytes that are on disk. */
    record Blob(String hash, long size) {}

    private final Path folder;
    private final Db db;
    private final Clock clock;

    Blobs(Path folder, Db db, Clock clock) {
        this.folder = folder;
        this.db = db;
        this.clock = clock;
    }

    /** @throws Problem.TooLarge beyond {@code most} bytes; then nothing is kept */
    Blob store(InputStream in, long most) throws IOException {
        Files.createDirectories(folder);
        var fresh = Files.createTempFile(folder, "new", ".tmp");
        try {
            var blob = copy(in, fresh, most);
            var place = place(blob.hash());
            Files.createDirectories(place.getParent());
            Files.move(fresh, place, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            // the row of bytes that were here before becomes young again: the sweep leaves it alone
            db.update("""
                    INSERT INTO blob (hash, size, created_at) VALUES (?, ?, ?)
                    ON CONFLICT (hash) DO UPDATE SET created_at = excluded.created_at""", blob.hash(), blob.size(), clock.millis());
            return blob;
        } finally {
            Files.deleteIfExists(fresh);
        }
    }

    private static Blob copy(InputStream in, Path to, long most) throws IOException {
        try (var hashed = new DigestInputStream(in, sha256());
                OutputStream out = Files.newOutputStream(to)) {
            byte[] buffer = new byte[64 * 1024];
            long size = 0;
            for (int read = hashed.read(buffer); read >= 0; read = hashed.read(buffer)) {
                size += read;
                if (size > most) {
                    throw new Problem.TooLarge(most);
                }
                out.write(buffer, 0, read);
            }
            return new Blob(HexFormat.of().formatHex(hashed.getMessageDigest().digest()), size);
        }
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /** Where the bytes of a hash are. */
    Path place(String hash) {
        return folder.resolve(hash.substring(0, 2)).resolve(hash);
    }

    /** Removes what no file names any more. */
    void sweep() {
        long old = clock.millis() - GRACE.toMillis();
        db.update("DELETE FROM file WHERE deleted_at IS NOT NULL AND deleted_at < ?", old);
        for (var hash : db.list(
                "SELECT hash FROM blob b WHERE created_at < ? AND NOT EXISTS"
                        + " (SELECT 1 FROM file f WHERE f.blob_hash = b.hash) LIMIT " + CHUNK,
                row -> row.getString(1),
                old)) {
            // the row first: a file that appears meanwhile makes its removal fail, and bytes without a row harm nobody
            int gone = db.update(
                    "DELETE FROM blob WHERE hash = ? AND created_at < ? AND NOT EXISTS"
                            + " (SELECT 1 FROM file f WHERE f.blob_hash = blob.hash)",
                    hash,
                    old);
            if (gone > 0) {
                try {
                    Files.deleteIfExists(place(hash));
                } catch (IOException e) {
                    log.warn("the bytes of a deleted file stay on disk hash={}", hash, e);
                }
            }
        }
    }
}
