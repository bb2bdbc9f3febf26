package carafe.feature.chats;

import carafe.platform.db.Db;
import carafe.platform.db.DbException;
import carafe.platform.db.Ids;
import carafe.platform.http.Problem;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Table {@code folder}: folders of chats, in folders. Every statement names the owner. */
public final class FolderStore {
    static final int MOST = 2_000;
    private static final int DEEPEST = 32;
    private static final String SELECT = """
            SELECT id, account_id, parent_id, name, data, meta, expanded, created_at, updated_at FROM folder
            WHERE account_id = ? AND deleted_at IS NULL\s""";

    /** {@code data} (system prompt, files) and {@code meta} (icon) are the client's JSON objects. Times in milliseconds. */
    record Folder(
            String id,
            String accountId,
            @Nullable String parentId,
            String name,
            String data,
            String meta,
            boolean expanded,
            long createdAt,
            long updatedAt) {}

    private final Db db;
    private final ChatStore chats;
    private final Ids ids;
    private final Clock clock;

    public FolderStore(Db db, ChatStore chats, Ids ids, Clock clock) {
        this.db = db;
        this.chats = chats;
        this.ids = ids;
        this.clock = clock;
    }

    List<Folder> all(String accountId) {
        return db.list(SELECT + "ORDER BY lower(name), id LIMIT ?", FolderStore::read, accountId, MOST);
    }

    Optional<Folder> find(String accountId, String id) {
        return db.one(SELECT + "AND id = ?", FolderStore::read, accountId, id);
    }

    /** @throws Problem when there is one of that name, too many, or no such parent */
    Folder add(String accountId, String name, @Nullable String parentId, ObjectNode data, ObjectNode meta) {
        long now = clock.millis();
        var id = ids.next();
        return unique(() -> db.transaction(() -> {
            var all = all(accountId);
            if (all.size() >= MOST) {
                throw new Problem.BadRequest("There can be at most " + MOST + " folders.");
            }
            if (parentId != null && depth(all, parentId) >= DEEPEST) {
                throw new Problem.BadRequest("Folders can be at most " + DEEPEST + " deep.", "parent_id");
            }
            db.update("""
                    INSERT INTO folder (id, account_id, parent_id, name, data, meta, created_at, updated_at)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?)""", id, accountId, parentId, name, Wire.sorted(data), Wire.sorted(meta), now, now);
            return found(accountId, id);
        }));
    }

    /** How deep {@code id} lies, from 1. @throws Problem.NotFound when it is not there */
    private static int depth(List<Folder> all, String id) {
        var parents = new HashMap<String, @Nullable String>();
        all.forEach(folder -> parents.put(folder.id(), folder.parentId()));
        if (!parents.containsKey(id)) {
            throw new Problem.NotFound("folder");
        }
        int depth = 0;
        for (@Nullable String at = id; at != null && depth <= DEEPEST; at = parents.get(at)) {
            depth++;
        }
        return depth;
    }

    /** Each null leaves what is stored; data and meta change key by key. */
    Folder change(
            String accountId, String id, @Nullable String name, @Nullable ObjectNode data, @Nullable ObjectNode meta) {
        long now = clock.millis();
        return unique(() -> db.transaction(() -> {
            var folder = found(accountId, id);
            db.update(
                    "UPDATE folder SET name = ?, data = ?, meta = ?, updated_at = ? WHERE id = ? AND account_id = ?",
                    name == null ? folder.name() : name,
                    merged(folder.data(), data),
                    merged(folder.meta(), meta),
                    now,
                    id,
                    accountId);
            return found(accountId, id);
        }));
    }

    private static String merged(String stored, @Nullable ObjectNode changes) {
        if (changes == null) {
            return stored;
        }
        var node = Wire.parsed(stored);
        node.setAll(changes);
        return Wire.sorted(node);
    }

    /** @throws Problem when it would lie in itself */
    Folder move(String accountId, String id, @Nullable String parentId) {
        return unique(() -> db.transaction(() -> {
            found(accountId, id);
            if (parentId != null) {
                found(accountId, parentId);
                if (within(accountId, id).contains(parentId)) {
                    throw new Problem.BadRequest("A folder cannot be moved into itself.", "parent_id");
                }
                if (depth(all(accountId), parentId) >= DEEPEST) {
                    throw new Problem.BadRequest("Folders can be at most " + DEEPEST + " deep.", "parent_id");
                }
            }
            db.update("UPDATE folder SET parent_id = ? WHERE id = ? AND account_id = ?", parentId, id, accountId);
            return found(accountId, id);
        }));
    }

    Folder expand(String accountId, String id, boolean expanded) {
        db.update("UPDATE folder SET expanded = ? WHERE id = ? AND account_id = ?", expanded, id, accountId);
        return found(accountId, id);
    }

    /** The folder and those around it. */
    List<String> around(String accountId, String id) {
        var parents = new HashMap<String, @Nullable String>();
        all(accountId).forEach(folder -> parents.put(folder.id(), folder.parentId()));
        var around = new ArrayList<String>();
        for (@Nullable String at = id; at != null && around.size() <= DEEPEST; at = parents.get(at)) {
            around.add(at);
        }
        return around;
    }

    /** The folder and all in it. */
    List<String> within(String accountId, String id) {
        return within(all(accountId), List.of(id));
    }

    /** The folders with one of these {@link ChatQuery#plain} names, and all that lie in them. */
    List<String> named(String accountId, Set<String> names) {
        var all = all(accountId);
        var named = all.stream()
                .filter(folder -> names.contains(ChatQuery.plain(folder.name())))
                .map(Folder::id)
                .toList();
        return within(all, named);
    }

    private static List<String> within(List<Folder> all, List<String> ids) {
        var inside = new ArrayList<String>(ids);
        var seen = new HashSet<String>(inside);
        for (int i = 0; i < inside.size(); i++) {
            var at = inside.get(i);
            all.stream()
                    .filter(folder -> at.equals(folder.parentId()) && seen.add(folder.id()))
                    .forEach(folder -> inside.add(folder.id()));
        }
        return inside;
    }

    /** Removes it with all folders in it; the chats in them go too, or are filed nowhere. */
    void delete(String accountId, String id, boolean withChats) {
        long now = clock.millis();
        db.transaction(() -> {
            found(accountId, id);
            for (var folder : within(accountId, id)) {
                db.update(
                        "DELETE FROM access_grant WHERE resource_kind = ? AND resource_id = ?",
                        ChatReaders.FOLDER,
                        folder);
                if (withChats) {
                    db.update(
                            "UPDATE chat SET deleted_at = ? WHERE account_id = ? AND folder_id = ? AND deleted_at IS NULL",
                            now,
                            accountId,
                            folder);
                }
                db.update("UPDATE chat SET folder_id = NULL WHERE account_id = ? AND folder_id = ?", accountId, folder);
            }
            return db.update("DELETE FROM folder WHERE id = ? AND account_id = ?", id, accountId);
        });
    }

    /** {@code {folder id: chats that were changed since they were read}}, those of folders in it included. */
    ObjectNode unread(String accountId) {
        var direct = chats.unreadByFolder(accountId);
        var counts = JsonNodeFactory.instance.objectNode();
        var all = all(accountId);
        var parents = new HashMap<String, @Nullable String>();
        all.forEach(folder -> parents.put(folder.id(), folder.parentId()));
        all.forEach(folder -> counts.put(folder.id(), 0));
        direct.forEach((folder, count) -> {
            int steps = 0;
            for (@Nullable String at = folder; at != null && steps++ <= DEEPEST; at = parents.get(at)) {
                counts.put(at, counts.path(at).asInt() + count);
            }
        });
        return counts;
    }

    private Folder found(String accountId, String id) {
        return find(accountId, id).orElseThrow(() -> new Problem.NotFound("folder"));
    }

    private static Folder unique(java.util.function.Supplier<Folder> work) {
        try {
            return work.get();
        } catch (DbException e) {
            if (e.kind() == DbException.Kind.CONSTRAINT_UNIQUE) {
                throw new Problem.BadRequest("There is a folder of that name already.", "name");
            }
            throw e;
        }
    }

    private static Folder read(ResultSet row) throws SQLException {
        return new Folder(
                row.getString("id"),
                row.getString("account_id"),
                row.getString("parent_id"),
                row.getString("name"),
                row.getString("data"),
                row.getString("meta"),
                row.getBoolean("expanded"),
                row.getLong("created_at"),
                row.getLong("updated_at"));
    }
}
