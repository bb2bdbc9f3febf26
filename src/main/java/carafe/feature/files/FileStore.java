package carafe.feature.files;

import carafe.platform.db.Db;
import carafe.platform.http.Json;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Table {@code file}. Every statement for a person names the owner, so a guessed id can only miss. */
public final class FileStore {
    private static final ObjectMapper MAPPER = Json.mapper();
    private static final String SELECT = """
            SELECT f.id, f.account_id, f.name, f.media_type, f.blob_hash, b.size, f.status, f.error, f.meta, f.created_at,
                   f.updated_at
            FROM file f JOIN blob b ON b.hash = f.blob_hash\s""";

    private final Db db;
    private final Clock clock;

    public FileStore(Db db, Clock clock) {
        this.db = db;
        this.clock = clock;
    }

    /** A file of the account. */
    public Optional<StoredFile> find(String accountId, String id) {
        return db.one(
                SELECT + "WHERE f.id = ? AND f.account_id = ? AND f.deleted_at IS NULL",
                FileStore::read,
                id,
                accountId);
    }

    /** Anybody's file; for admins and jobs. */
    Optional<StoredFile> find(String id) {
        return db.one(SELECT + "WHERE f.id = ? AND f.deleted_at IS NULL", FileStore::read, id);
    }

    /** Its text, empty as long as there is none. */
    public String text(String id) {
        return db.one("SELECT content FROM file WHERE id = ?", row -> Optional.ofNullable(row.getString(1)), id)
                .flatMap(text -> text)
                .orElse("");
    }

    /** The newest first. {@code pattern} is a LIKE pattern with {@code !} as escape, in lower case, or empty. */
    List<StoredFile> page(String accountId, String pattern, int limit, long offset) {
        var args = new ArrayList<Object>(List.of(accountId));
        var where = matching(pattern, args);
        args.add(limit);
        args.add(offset);
        return db.list(
                SELECT + where + " ORDER BY f.created_at DESC, f.id DESC LIMIT ? OFFSET ?",
                FileStore::read,
                args.toArray());
    }

    long count(String accountId, String pattern) {
        var args = new ArrayList<Object>(List.of(accountId));
        var where = matching(pattern, args);
        return db.one("SELECT count(*) FROM file f " + where, row -> row.getLong(1), args.toArray())
                .orElse(0L);
    }

    private static String matching(String pattern, List<Object> args) {
        var where = "WHERE f.account_id = ? AND f.deleted_at IS NULL";
        if (pattern.isEmpty()) {
            return where;
        }
        args.add(pattern);
        return where + " AND lower(f.name) LIKE ? ESCAPE '!'";
    }

    void insert(StoredFile file) {
        db.update(
                """
                INSERT INTO file (id, account_id, name, media_type, blob_hash, status, meta, created_at, updated_at)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)""",
                file.id(),
                file.accountId(),
                file.name(),
                file.mediaType(),
                file.hash(),
                file.status(),
                file.meta().toString(),
                clock.millis(),
                clock.millis());
    }

    /** Whether the file was still there. */
    boolean setText(String id, StoredFile.Status status, @Nullable String error, @Nullable String text) {
        return db.update(
                        "UPDATE file SET status = ?, error = ?, content = ?, updated_at = ? WHERE id = ? AND deleted_at IS NULL",
                        status,
                        error,
                        text,
                        clock.millis(),
                        id)
                > 0;
    }

    /** Ends a reading that will not come to an end; one that has is left as it is. */
    void giveUp(String id, String error) {
        db.update(
                "UPDATE file SET status = ?, error = ?, updated_at = ? WHERE id = ? AND status IN (?, ?)",
                StoredFile.Status.FAILED,
                error,
                clock.millis(),
                id,
                StoredFile.Status.PENDING,
                StoredFile.Status.PROCESSING);
    }

    void setStatus(String id, StoredFile.Status status) {
        db.update("UPDATE file SET status = ?, updated_at = ? WHERE id = ?", status, clock.millis(), id);
    }

    void rename(String id, String name) {
        db.update("UPDATE file SET name = ?, updated_at = ? WHERE id = ?", name, clock.millis(), id);
    }

    void delete(String id) {
        db.update("UPDATE file SET deleted_at = ?, content = NULL WHERE id = ?", clock.millis(), id);
    }

    void deleteAll() {
        db.update("UPDATE file SET deleted_at = ?, content = NULL WHERE deleted_at IS NULL", clock.millis());
    }

    private static StoredFile read(ResultSet row) throws SQLException {
        return new StoredFile(
                row.getString("id"),
                row.getString("account_id"),
                row.getString("name"),
                row.getString("media_type"),
                row.getString("blob_hash"),
                row.getLong("size"),
                StoredFile.Status.valueOf(row.getString("status").toUpperCase(Locale.ROOT)),
                row.getString("error"),
                object(row.getString("meta")),
                row.getLong("created_at"),
                row.getLong("updated_at"));
    }

    private static ObjectNode object(String text) {
        try {
            return (ObjectNode) MAPPER.readTree(text);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a JSON column holds something else", e);
        }
    }
}
