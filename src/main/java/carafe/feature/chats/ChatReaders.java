package carafe.feature.chats;

import carafe.feature.accounts.Accounts;
import carafe.feature.accounts.Grants;
import carafe.platform.db.Db;
import carafe.platform.http.Caller;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Who reads chats and folders that are others': administrators, unless the operator forbids it, and whoever a folder
 * around the chat is shared with. Nobody but the owner changes anything.
 */
public final class ChatReaders {
    /** The kind under which folders are shared. */
    static final String FOLDER = "folder";

    private static final int MOST = 500;

    private record Owned(String accountId, String folderId) {}

    private final Db db;
    private final ChatStore chats;
    private final FolderStore folders;
    private final Accounts accounts;
    private final boolean adminsRead;

    /** @param adminsRead whether administrators may read the chats of others */
    public ChatReaders(Db db, ChatStore chats, FolderStore folders, Accounts accounts, boolean adminsRead) {
        this.db = db;
        this.chats = chats;
        this.folders = folders;
        this.accounts = accounts;
        this.adminsRead = adminsRead;
    }

    Accounts accounts() {
        return accounts;
    }

    boolean adminRead(Caller caller) {
        return adminsRead && caller.isAdmin();
    }

    /** The chat, if the caller may read it. */
    Optional<Chat> find(Caller.Person person, String id) {
        return chats.find(person.id(), id)
                .or(() -> of(id).filter(owned -> (adminsRead && person.role() == Caller.Role.ADMIN)
                                || (!owned.folderId().isEmpty()
                                        && folder(person, owned.folderId()).isPresent()))
                        .flatMap(owned -> chats.find(owned.accountId(), id)));
    }

    private Optional<Owned> of(String chatId) {
        return db.one(
                "SELECT account_id, coalesce(folder_id, '') AS folder FROM chat WHERE id = ? AND deleted_at IS NULL",
                row -> new Owned(row.getString("account_id"), row.getString("folder")),
                chatId);
    }

    /** The folder, if it is the person's or shared with them, as it is or around it. */
    Optional<FolderStore.Folder> folder(Caller.Person person, String id) {
        return folders.find(person.id(), id)
                .or(() ->
                        ownerOf(id).flatMap(owner -> folders.find(owner, id)).filter(folder -> shared(folder, person)));
    }

    private Optional<String> ownerOf(String folderId) {
        return db.one(
                "SELECT account_id FROM folder WHERE id = ? AND deleted_at IS NULL",
                row -> row.getString("account_id"),
                folderId);
    }

    private boolean shared(FolderStore.Folder folder, Caller.Person person) {
        return folders.around(folder.accountId(), folder.id()).stream()
                .anyMatch(id -> accounts.grants().allow(person, grants(id), Grants.Right.READ));
    }

    List<Grants.Grant> grants(String folderId) {
        return accounts.grants().of(FOLDER, folderId);
    }

    /** Folders that are shared with the person or by them, and all in those; at most {@value #MOST}. */
    List<FolderStore.Folder> sharedFolders(String accountId) {
        var arguments = new ArrayList<Object>(List.of(accountId, FOLDER));
        arguments.addAll(Grants.arguments(accountId, FOLDER, Grants.Right.READ));
        arguments.add(MOST);
        record Top(String id, String owner) {}
        var tops = db.list(
                "SELECT f.id, f.account_id FROM folder f WHERE f.deleted_at IS NULL AND (f.account_id <> ? OR EXISTS"
                        + " (SELECT 1 FROM access_grant o WHERE o.resource_kind = ? AND o.resource_id = f.id)) AND "
                        + Grants.visible("f.account_id", "f.id") + " ORDER BY lower(f.name), f.id LIMIT ?",
                row -> new Top(row.getString("id"), row.getString("account_id")),
                arguments.toArray());
        Map<String, FolderStore.Folder> all = new LinkedHashMap<>();
        for (var top : tops) {
            for (var id : folders.within(top.owner(), top.id())) {
                if (all.size() < MOST) {
                    folders.find(top.owner(), id).ifPresent(folder -> all.putIfAbsent(id, folder));
                }
            }
        }
        return List.copyOf(all.values());
    }

    /** What people call the account; a part of it is gone when the account is. */
    String name(String accountId) {
        return accounts.store().find(accountId).map(account -> account.name()).orElse("");
    }
}
