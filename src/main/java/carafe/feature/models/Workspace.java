package carafe.feature.models;

import carafe.feature.accounts.Accounts;
import carafe.feature.accounts.Grants;
import carafe.feature.accounts.Permissions;
import carafe.platform.http.Caller;
import java.time.Clock;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/**
 * The models that people made, kept in memory because every call asks. A change here shows at once, one of another node
 * after at most {@value #TTL_MS} ms.
 */
public final class Workspace {
    private static final long TTL_MS = 5_000;

    private record Snapshot(long until, Map<String, StoredModel> models) {}

    private final WorkspaceStore store;
    private final Grants grants;
    private final Permissions permissions;
    private final Clock clock;
    private final AtomicReference<Snapshot> current = new AtomicReference<>(new Snapshot(Long.MIN_VALUE, Map.of()));

    public Workspace(WorkspaceStore store, Accounts accounts, Clock clock) {
        this.store = store;
        this.grants = accounts.grants();
        this.permissions = accounts.permissions();
        this.clock = clock;
    }

    WorkspaceStore store() {
        return store;
    }

    Grants grants() {
        return grants;
    }

    Permissions permissions() {
        return permissions;
    }

    Optional<StoredModel> find(String id) {
        return Optional.ofNullable(models().get(id));
    }

    Collection<StoredModel> all() {
        return models().values();
    }

    /** Forgets what is in memory; for after a change. */
    void forget() {
        current.set(new Snapshot(Long.MIN_VALUE, Map.of()));
    }

    private Map<String, StoredModel> models() {
        var known = current.get();
        long now = clock.millis();
        // a clock that was set back must not make it last
        if (now < known.until() && now >= known.until() - TTL_MS) {
            return known.models();
        }
        var fresh = new LinkedHashMap<String, StoredModel>();
        store.all().forEach(model -> fresh.put(model.id(), model));
        // a change in the meantime has set another snapshot, and this one may be older than it
        current.compareAndSet(known, new Snapshot(now + TTL_MS, fresh));
        return fresh;
    }

    /** Whether the caller may see and call the model; one without a row is for everybody with an account. */
    boolean allows(Caller caller, String modelId) {
        var model = models().get(modelId);
        return model == null || (model.active() && allows(caller, model, Grants.Right.READ));
    }

    boolean allows(Caller caller, StoredModel model, Grants.Right right) {
        if (!caller.hasPerson()) {
            // an open class: strangers have what everybody has
            return right == Grants.Right.READ && model.grants().stream().anyMatch(Grants.Grant::open);
        }
        var person = caller.person();
        return caller.isAdmin() || person.id().equals(model.accountId()) || grants.allow(person, model.grants(), right);
    }
}
