package carafe.feature.workflows;

import carafe.engine.workflow.FlowCode;
import carafe.engine.workflow.FlowFailure;
import carafe.platform.config.SecretKeys;
import carafe.platform.db.Db;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Table {@code wf_upload} and its files: what people upload for a run. They are read by addresses that are signed and
 * expire, so that other programs can fetch them without an account.
 */
final class FlowFiles {
    /** So many of the largest files may be there for one app or account. */
    private static final int MOST_LARGE = 100;

    private static final int MOST_LEFT = 100_000;
    private static final int BUFFER = 64 << 10;

    record Upload(String id, String name, String mediaType, long size) {}

    private final Db db;
    private final Path folder;
    private final SecretKeys keys;
    private final Duration valid;
    private final Clock clock;

    /** @param valid how long a file is kept and its address is good */
    FlowFiles(Db db, Path folder, SecretKeys keys, Duration valid, Clock clock) {
        this.db = db;
        this.folder = folder;
        this.keys = keys;
        this.valid = valid;
        this.clock = clock;
    }

    private static byte[] mac(byte[] key, String text) {
        try {
            var mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("HMAC-SHA256 is part of every JDK", e);
        }
    }

    /** @throws FlowFailure beyond {@code most} bytes, or when its app has too many; then nothing is kept */
    Upload store(String id, String appId, String name, String mediaType, InputStream in, long most) throws IOException {
        Files.createDirectories(folder);
        long used = db.one(
                        "SELECT COALESCE(SUM(size), 0) AS used FROM wf_upload WHERE app_id = ?",
                        row -> row.getLong("used"),
                        appId)
                .orElse(0L);
        if (used >= most * MOST_LARGE) {
            throw new FlowFailure(
                    FlowCode.FILE_STORAGE,
                    "there are " + used + " bytes already; files go after " + valid.toHours() + " hours");
        }
        var place = folder.resolve(id);
        boolean whole = false;
        try (var out = Files.newOutputStream(place)) {
            byte[] buffer = new byte[BUFFER];
            long size = 0;
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                size += read;
                if (size > most) {
                    throw new FlowFailure(FlowCode.FILE, "it is larger than " + most + " bytes");
                }
                out.write(buffer, 0, read);
            }
            db.update(
                    "INSERT INTO wf_upload (id, app_id, name, media_type, size, created_at) VALUES (?, ?, ?, ?, ?, ?)",
                    id,
                    appId,
                    name,
                    mediaType,
                    size,
                    clock.millis());
            whole = true;
            return new Upload(id, name, mediaType, size);
        } finally {
            if (!whole) {
                Files.deleteIfExists(place);
            }
        }
    }

    /** The path and query under which it can be read while it is kept. */
    String address(Upload upload) {
        long until = clock.millis() + valid.toMillis();
        var name = upload.name().replaceAll("[^A-Za-z0-9._-]", "_");
        return "/workflow/v1/files/" + upload.id() + "/" + name + "?expires=" + until + "&signature="
                + signature(upload.id(), until);
    }

    private String signature(String id, long until) {
        return HexFormat.of().formatHex(mac(mac(keys.signing(), "workflow files"), id + " " + until));
    }

    /** Empty when the address is not one of ours, or not any more. */
    Optional<Upload> find(String id, String expires, String signature) {
        if (!expires.matches("\\d{1,15}") || Long.parseLong(expires) < clock.millis()) {
            return Optional.empty();
        }
        var right = signature(id, Long.parseLong(expires)).getBytes(StandardCharsets.UTF_8);
        return MessageDigest.isEqual(right, signature.getBytes(StandardCharsets.UTF_8))
                ? db.one(
                        "SELECT id, name, media_type, size FROM wf_upload WHERE id = ?",
                        row -> new Upload(
                                row.getString("id"),
                                row.getString("name"),
                                row.getString("media_type"),
                                row.getLong("size")),
                        id)
                : Optional.empty();
    }

    private static final Pattern OWN = Pattern.compile("/workflow/v1/files/([^/]{1,60})/[^/]*");
    private static final Pattern SIGNED = Pattern.compile("expires=(\\d{1,15})&signature=([0-9a-f]{64})");

    /** The upload that this address leads to, on whatever host we are known; empty when it is none of ours. */
    Optional<Upload> at(URI address) {
        var path = OWN.matcher(String.valueOf(address.getPath()));
        var query = SIGNED.matcher(String.valueOf(address.getQuery()));
        return path.matches() && query.matches()
                ? find(path.group(1), query.group(1), query.group(2))
                : Optional.empty();
    }

    InputStream open(Upload upload) throws IOException {
        return Files.newInputStream(folder.resolve(upload.id()));
    }

    /** Removes what nobody can read any more. */
    int sweep() throws IOException {
        var old = db.list(
                "SELECT id FROM wf_upload WHERE created_at < ? ORDER BY created_at LIMIT 500",
                row -> row.getString("id"),
                clock.millis() - valid.toMillis());
        for (var id : old) {
            db.update("DELETE FROM wf_upload WHERE id = ?", id);
            Files.deleteIfExists(folder.resolve(id));
        }
        return old.size();
    }

    /** Removes files without a row: of uploads that a process died in. */
    void sweepLeftovers() throws IOException {
        if (!Files.isDirectory(folder)) {
            return;
        }
        var before = FileTime.from(clock.instant().minus(valid).minus(Duration.ofDays(1)));
        try (var all = Files.list(folder)) {
            for (var file : all.filter(Files::isRegularFile).limit(MOST_LEFT).toList()) {
                if (Files.getLastModifiedTime(file).compareTo(before) < 0) {
                    Files.deleteIfExists(file);
                }
            }
        }
    }
}
