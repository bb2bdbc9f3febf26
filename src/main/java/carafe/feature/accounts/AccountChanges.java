package carafe.feature.accounts;

import carafe.platform.audit.AuditLog;
import carafe.platform.config.Secret;
import carafe.platform.db.Db;
import carafe.platform.db.DbException;
import carafe.platform.http.Caller;
import carafe.platform.http.Problem;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Changes to accounts that exist, each in one transaction with its audit row. What takes rights away holds from the
 * answer on: the cache of callers forgets the account once the change is committed.
 */
final class AccountChanges {
    /** What an admin may change; null leaves a part as it is. */
    record Change(
            @Nullable String name,
            @Nullable String email,
            Caller.@Nullable Role role,
            @Nullable String password,
            @Nullable String image) {
        @Override
        public String toString() {
            return "Change[" + name + ", " + email + ", " + role + "]";
        }
    }

    private static final int MAX_SETTINGS = 256 * 1024;

    private final Db db;
    private final AccountStore accounts;
    private final LoginStore logins;
    private final ApiKeyStore keys;
    private final Passwords passwords;
    private final SignIn signIn;
    private final Permissions permissions;
    private final CallerCache cache;
    private final AuditLog audit;

    AccountChanges(
            Db db,
            AccountStore accounts,
            LoginStore logins,
            ApiKeyStore keys,
            Passwords passwords,
            SignIn signIn,
            Permissions permissions,
            CallerCache cache,
            AuditLog audit) {
        this.db = db;
        this.accounts = accounts;
        this.logins = logins;
        this.keys = keys;
        this.passwords = passwords;
        this.signIn = signIn;
        this.permissions = permissions;
        this.cache = cache;
        this.audit = audit;
    }

    /** Changes the name and the profile. */
    Account person(String id, String name, Consumer<ObjectNode> edit) {
        return changing(id, () -> {
            var old = existing(id);
            var renamed = with(old, name, old.email(), old.role());
            accounts.update(renamed);
            storeProfile(id, edit);
            return renamed;
        });
    }

    /** Changes the profile. */
    void profile(String id, Consumer<ObjectNode> edit) {
        db.transaction(() -> storeProfile(id, edit));
    }

    private boolean storeProfile(String id, Consumer<ObjectNode> edit) {
        var profile = accounts.profile(id);
        edit.accept(profile);
        bounded(profile, 768 * 1024);
        accounts.setProfile(id, profile);
        return true;
    }

    /** Merges {@code patch} into the settings of the person: null removes a key, {@code ui} is merged by its keys. */
    ObjectNode patchSettings(String id, ObjectNode patch) {
        return db.transaction(() -> {
            var merged = accounts.settings(id);
            patch.properties().forEach(field -> {
                if (field.getKey().equals("ui") && field.getValue() instanceof ObjectNode ui) {
                    var known = merged.get("ui") instanceof ObjectNode old ? old : merged.putObject("ui");
                    merge(known, ui);
                } else {
                    put(merged, field.getKey(), field.getValue());
                }
            });
            bounded(merged, MAX_SETTINGS);
            accounts.setSettings(id, merged);
            return merged;
        });
    }

    static void merge(ObjectNode into, ObjectNode patch) {
        patch.properties().forEach(field -> put(into, field.getKey(), field.getValue()));
    }

    private static void put(ObjectNode into, String key, com.fasterxml.jackson.databind.JsonNode value) {
        if (value.isNull()) {
            into.remove(key);
        } else {
            into.set(key, value);
        }
    }

    private static void bounded(ObjectNode node, int max) {
        if (node.toString().length() > max) {
            throw new Problem.BadRequest("This is more than can be kept here (" + max / 1024 + " kB).");
        }
    }

    /** Every other sign-in of the account ends. */
    void ownPassword(Caller.Person person, String old, String fresh, String ip) {
        if (!signIn.isPassword(person, old)) {
            throw new Problem.BadRequest("The current password is not right.", "password");
        }
        var hash = passwords.hash(fresh);
        changing(person.id(), () -> {
            accounts.setPassword(person.id(), hash);
            logins.revokeOthers(person.id(), person.loginId());
            audit("password-changed", person.id(), person.id(), ip);
            return true;
        });
    }

    Secret newKey(Caller.Person person, String ip) {
        permissions.requireKeys(person);
        return changing(person.id(), () -> {
            var key = keys.replacePersonal(person.id());
            audit("api-key-made", person.id(), person.id(), ip);
            return key;
        });
    }

    Optional<Secret> key(Caller.Person person) {
        permissions.requireKeys(person);
        return keys.personal(person.id());
    }

    boolean deleteKey(Caller.Person person, String ip) {
        return changing(person.id(), () -> {
            boolean deleted = keys.deletePersonal(person.id());
            if (deleted) {
                audit("api-key-deleted", person.id(), person.id(), ip);
            }
            return deleted;
        });
    }

    /** By an admin. A new password ends the account's sign-ins. */
    Account change(String id, Change change, Caller.Person by, String ip) {
        var hash = change.password() == null ? null : passwords.hash(change.password());
        try {
            return changing(id, () -> apply(id, change, hash, by, ip));
        } catch (DbException e) {
            if (e.kind() == DbException.Kind.CONSTRAINT_UNIQUE) {
                throw NewAccount.taken();
            }
            throw e;
        }
    }

    private Account apply(String id, Change change, @Nullable String hash, Caller.Person by, String ip) {
        var old = existing(id);
        var fresh = with(
                old,
                change.name() == null ? old.name() : change.name(),
                change.email() == null ? old.email() : change.email(),
                change.role() == null ? old.role() : change.role());
        if (old.role() == Caller.Role.ADMIN && fresh.role() != Caller.Role.ADMIN && accounts.otherAdmins(id) == 0) {
            throw new Problem.BadRequest("This is the last administrator; make somebody else one first.", "role");
        }
        var holder = accounts.byEmail(fresh.email());
        if (holder.isPresent() && !holder.get().account().id().equals(id)) {
            throw NewAccount.taken();
        }
        accounts.update(fresh);
        if (change.image() != null) {
            var image = change.image();
            storeProfile(id, profile -> profile.put("profile_image_url", image));
        }
        if (hash != null) {
            accounts.setPassword(id, hash);
            logins.revokeOthers(id, "");
            audit("password-changed", by.id(), id, ip);
        }
        if (old.role() != fresh.role()) {
            var roles = JsonNodeFactory.instance
                    .objectNode()
                    .put("from", old.role().wire())
                    .put("to", fresh.role().wire());
            audit.add("role-changed", by.id(), "account:" + id, ip, roles);
        }
        return fresh;
    }

    /** Its sign-ins and keys end at once. */
    void delete(String id, Caller.Person by, String ip) {
        if (id.equals(by.id())) {
            throw new Problem.Forbidden("You cannot delete your own account here; another administrator can.");
        }
        changing(id, () -> {
            var account = existing(id);
            if (account.role() == Caller.Role.ADMIN && accounts.otherAdmins(id) == 0) {
                throw new Problem.Forbidden("This is the last administrator and cannot be deleted.");
            }
            logins.revokeOthers(id, "");
            keys.deleteAll(id);
            audit("account-deleted", by.id(), id, ip);
            return accounts.delete(id);
        });
    }

    void endSessions(String id, Caller.Person by, String ip) {
        changing(id, () -> {
            existing(id);
            audit("sign-ins-ended", by.id(), id, ip);
            return logins.revokeOthers(id, "");
        });
    }

    private <T> T changing(String id, Callable<T> work) {
        return db.transaction(() -> {
            db.afterCommit(() -> cache.forgetAccount(id));
            return work.call();
        });
    }

    private Account existing(String id) {
        return accounts.find(id).orElseThrow(() -> new Problem.NotFound("account"));
    }

    private void audit(String action, String by, String id, String ip) {
        audit.add(action, by, "account:" + id, ip, JsonNodeFactory.instance.objectNode());
    }

    private static Account with(Account a, String name, String email, Caller.Role role) {
        return new Account(a.id(), a.num(), email, name, role, a.lastActiveAt(), a.createdAt(), a.updatedAt());
    }
}
