package carafe.feature.workflows;

import carafe.feature.accounts.AccountStore;
import carafe.platform.config.Secret;
import carafe.platform.config.SecretKeys;
import carafe.platform.db.Db;
import carafe.platform.http.Authenticator;
import carafe.platform.http.Caller;
import carafe.platform.http.Credentials;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Table {@code wf_app}: programs that call workflows with {@code Bearer key:secret}. What was found is remembered for some
 * seconds, since it is asked for before every request.
 */
public final class FlowApps {
    /** The app that is there from the start, with all rights. */
    public static final String TENANT = "carafe";

    private static final Duration REMEMBERED = Duration.ofSeconds(5);
    private static final int MOST_REMEMBERED = 10_000;

    /** An app; its secret is shown once, when it is made, and to administrators. */
    public record App(String id, @Nullable String accountId, String name, String key, boolean tenant, boolean active) {}

    private record Known(App app, Secret secret, Caller.@Nullable FlowApp caller, long until) {}

    private final Db db;
    private final SecretKeys keys;
    private final @Nullable AccountStore accounts;
    private final Clock clock;
    private final SecureRandom random = new SecureRandom();
    private final Map<String, Known> byKey = new ConcurrentHashMap<>();
    private final Map<String, Known> byName = new ConcurrentHashMap<>();

    /** @param accounts null where there are none, when workflows run alone */
    public FlowApps(Db db, SecretKeys keys, @Nullable AccountStore accounts, Clock clock) {
        this.db = db;
        this.keys = keys;
        this.accounts = accounts;
        this.clock = clock;
    }

    /** Makes the app with all rights when it is not there. {@code key} and {@code secret} empty: random ones. */
    public void provision(Secret key, Secret secret) {
        if (!key.isSet() && find(TENANT).isPresent()) {
            return;
        }
        var sealed = keys.seal(secret.isSet() ? secret : random());
        var newKey = key.isSet() ? key.reveal() : random().reveal();
        db.transaction(() -> {
            int made = db.update("""
                    INSERT INTO wf_app (id, account_id, name, api_key, secret_enc, tenant, platforms, created_at)
                    VALUES (?, NULL, 'Carafe', ?, ?, 1, 31, ?) ON CONFLICT (id) DO NOTHING""", TENANT, newKey, sealed, clock.millis());
            if (made == 0 && key.isSet()) {
                db.update("UPDATE wf_app SET api_key = ?, secret_enc = ? WHERE id = ?", newKey, sealed, TENANT);
            }
            return made;
        });
    }

    /** Adds apps to what {@code accounts} knows. */
    public Authenticator beside(Authenticator others) {
        return (credentials, address) -> {
            var token = credentials.token();
            if (credentials.source() == Credentials.Source.GATEWAY) {
                return named(token).orElseGet(() -> new Caller.Anonymous(address, Caller.Proof.INVALID));
            }
            int colon = token.indexOf(':');
            if (credentials.source() == Credentials.Source.BEARER && colon > 0) {
                return keyed(token.substring(0, colon), token.substring(colon + 1))
                        .orElseGet(() -> new Caller.Anonymous(address, Caller.Proof.INVALID));
            }
            return others.authenticate(credentials, address);
        };
    }

    private Optional<Caller> named(String id) {
        return known(byName, id, "id").flatMap(known -> Optional.ofNullable(known.caller()));
    }

    private Optional<Caller> keyed(String key, String secret) {
        return known(byKey, key, "api_key")
                .filter(known -> MessageDigest.isEqual(
                        known.secret().reveal().getBytes(StandardCharsets.UTF_8),
                        secret.getBytes(StandardCharsets.UTF_8)))
                .flatMap(known -> Optional.ofNullable(known.caller()));
    }

    private Optional<Known> known(Map<String, Known> memory, String by, String column) {
        var remembered = memory.get(by);
        if (remembered != null && remembered.until() > clock.millis()) {
            return Optional.of(remembered);
        }
        var found = db.one(
                "SELECT id, account_id, name, api_key, secret_enc, tenant, active FROM wf_app WHERE active = 1 AND "
                        + column + " = ?",
                row -> new Known(
                        new App(
                                row.getString("id"),
                                row.getString("account_id"),
                                row.getString("name"),
                                row.getString("api_key"),
                                row.getInt("tenant") == 1,
                                row.getInt("active") == 1),
                        new Secret(row.getString("secret_enc")),
                        null,
                        clock.millis() + REMEMBERED.toMillis()),
                by);
        if (memory.size() > MOST_REMEMBERED) {
            memory.clear();
        }
        return found.map(this::opened).map(known -> {
            memory.put(by, known);
            return known;
        });
    }

    private Known opened(Known sealed) {
        try {
            var app = sealed.app();
            var secret = keys.open(sealed.secret().reveal());
            return new Known(app, secret, caller(app), sealed.until());
        } catch (SecretKeys.SealBroken e) {
            return new Known(sealed.app(), random(), null, sealed.until()); // nobody gets in with it
        }
    }

    private Caller.@Nullable FlowApp caller(App app) {
        if (app.accountId() == null) {
            return new Caller.FlowApp(app.id(), app.tenant(), null);
        }
        return accounts == null
                ? null
                : accounts.find(app.accountId())
                        .map(owner -> new Caller.Person(
                                owner.id(), owner.num(), owner.name(), owner.email(), owner.role(), ""))
                        .filter(owner -> owner.role() != Caller.Role.PENDING)
                        .map(owner -> new Caller.FlowApp(app.id(), app.tenant(), owner))
                        .orElse(null);
    }

    private Secret random() {
        var bytes = new byte[24];
        random.nextBytes(bytes);
        return new Secret(HexFormat.of().formatHex(bytes));
    }

    /** Makes an app of an account; its secret is in the answer, and nowhere else in the clear. */
    Map.Entry<App, Secret> create(String accountId, String id, String name) {
        var app = new App(id, accountId, name, random().reveal(), false, true);
        var secret = random();
        db.update(
                "INSERT INTO wf_app (id, account_id, name, api_key, secret_enc, created_at) VALUES (?, ?, ?, ?, ?, ?)",
                id,
                accountId,
                name,
                app.key(),
                keys.seal(secret),
                clock.millis());
        return Map.entry(app, secret);
    }

    Optional<App> find(String id) {
        return db.one(SELECT + "WHERE id = ?", FlowApps::app, id);
    }

    List<App> of(Party party) {
        return party.all()
                ? db.list(SELECT + "ORDER BY created_at, id LIMIT 1000", FlowApps::app)
                : db.list(
                        SELECT + "WHERE account_id = ? ORDER BY created_at, id LIMIT 1000",
                        FlowApps::app,
                        party.accountId());
    }

    /** The secret in the clear. */
    Optional<Secret> secret(String id) {
        return db.one("SELECT secret_enc FROM wf_app WHERE id = ?", row -> row.getString("secret_enc"), id)
                .flatMap(closed -> {
                    try {
                        return Optional.of(keys.open(closed));
                    } catch (SecretKeys.SealBroken e) {
                        return Optional.empty();
                    }
                });
    }

    boolean delete(String id) {
        byKey.clear();
        byName.clear();
        return db.update("DELETE FROM wf_app WHERE id = ? AND tenant = 0", id) > 0;
    }

    private static final String SELECT = "SELECT id, account_id, name, api_key, tenant, active FROM wf_app ";

    private static App app(java.sql.ResultSet row) throws java.sql.SQLException {
        return new App(
                row.getString("id"),
                row.getString("account_id"),
                row.getString("name"),
                row.getString("api_key"),
                row.getInt("tenant") == 1,
                row.getInt("active") == 1);
    }
}
