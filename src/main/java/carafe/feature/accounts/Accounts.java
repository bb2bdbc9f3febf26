package carafe.feature.accounts;

import carafe.platform.audit.AuditLog;
import carafe.platform.config.Config;
import carafe.platform.config.LiveSettings;
import carafe.platform.config.SecretKeys;
import carafe.platform.db.Db;
import carafe.platform.db.Ids;
import carafe.platform.http.Authenticator;
import carafe.platform.http.Body;
import carafe.platform.http.Caller;
import carafe.platform.http.Routes;
import carafe.platform.realtime.socketio.SocketIo;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The feature put together: who people are, how they get in, and what admins and front ends learn about it. */
public final class Accounts implements AutoCloseable {
    /**
     * @param secureCookie whether the cookie is for https only
     * @param auth whether people sign in; without, everybody is one administrator
     * @param first the administrator to be made where there is no account
     * @param name of the server, as front ends show it
     * @param version shown to front ends, which reload when it changes
     * @param features flags of {@code /api/config} that other features make true, such as enable_title_generation
     * @param permissions leaves of the permission tree that the operator set, over its defaults
     */
    public record Options(
            boolean secureCookie,
            boolean auth,
            Optional<Config.FirstAdmin> first,
            String name,
            String version,
            Set<String> features,
            Map<String, Boolean> permissions) {
        public Options {
            features = Set.copyOf(features);
            permissions = Map.copyOf(permissions);
        }
    }

    private static final Logger log = LoggerFactory.getLogger(Accounts.class);
    private static final Duration UPKEEP = Duration.ofMinutes(1);

    private final Options options;
    private final AccountStore store;
    private final SignIn signIn;
    private final LoginStore logins;
    private final Passwords passwords = new Passwords();
    private final LastSeen lastSeen;
    private final AuditLog audit;
    private final CallerCache cache;
    private final ModelsInUse inUse;
    private final Tokens tokens;
    private final AccountAuthenticator authenticator;
    private final SignInRoutes signInRoutes;
    private final ProfileRoutes profileRoutes;
    private final AdminConfigRoutes adminConfigRoutes;
    private final UserRoutes userRoutes;
    private final UserAdminRoutes userAdminRoutes;
    private final GroupRoutes groupRoutes;
    private final NamedKeyRoutes namedKeyRoutes;
    private final Permissions permissions;
    private final Grants grants;
    private final Learners learners;
    private final ConfigRoutes configRoutes;
    private final InterfaceRoutes interfaceRoutes;
    private final AtomicReference<@Nullable Thread> upkeep = new AtomicReference<>();

    public Accounts(
            Db db, SecretKeys secrets, LiveSettings settings, ObjectMapper mapper, Clock clock, Options options) {
        this.store = new AccountStore(db, mapper, clock);
        this.logins = new LoginStore(db, clock);
        this.lastSeen = new LastSeen(db, clock);
        this.audit = new AuditLog(db, clock);
        var keys = new ApiKeyStore(db, secrets, new Ids(clock), clock);
        this.tokens = new Tokens(secrets, clock);
        var cache = new CallerCache(clock);
        var teams = new TeamStore(db, clock);
        this.permissions = new Permissions(settings, teams, options.permissions());
        this.authenticator = new AccountAuthenticator(tokens, logins, keys, permissions, cache, lastSeen);
        this.options = options;
        this.signIn = new SignIn(db, store, logins, teams, passwords, tokens, settings, cache, audit, clock);
        var changes = new AccountChanges(db, store, logins, keys, passwords, signIn, permissions, cache, audit);
        this.grants = new Grants(db, teams, permissions);
        var json = new AccountJson(permissions, clock);
        var body = new Body(mapper);
        var cookie = new SessionCookie(options.secureCookie());
        this.signInRoutes = new SignInRoutes(signIn, store, tokens, json, cookie, body, clock, options.auth());
        this.profileRoutes = new ProfileRoutes(changes, store, json, body);
        this.adminConfigRoutes = new AdminConfigRoutes(db, settings, signIn, store, audit, body);
        this.userRoutes = new UserRoutes(store, changes, json, permissions, teams, body, clock);
        this.userAdminRoutes = new UserAdminRoutes(store, changes, signIn, json, permissions, teams, body);
        this.interfaceRoutes = new InterfaceRoutes(db, settings, audit, body);
        this.groupRoutes = new GroupRoutes(db, teams, permissions, json, cache, audit, body, new Ids(clock));
        this.namedKeyRoutes =
                new NamedKeyRoutes(new NamedKeys(db, cache, audit, new Ids(clock), clock), permissions, mapper);
        this.learners = new Learners(db, store, changes, cache, audit, new Ids(clock), clock);
        this.cache = cache;
        this.inUse = new ModelsInUse(clock);
        this.configRoutes = new ConfigRoutes(settings, permissions, signIn, store, options, inUse, clock);
    }

    public Authenticator authenticator() {
        return authenticator;
    }

    /** Whether {@code token} is one of the tokens by which people are signed in here. */
    public boolean isSignedHere(String token) {
        return tokens.isSignedHere(token);
    }

    public AccountStore store() {
        return store;
    }

    /** The account that strangers share where a feature lets them in. */
    public Caller.Person strangers() {
        var account = store.find(AccountStore.STRANGERS).orElseGet(store::strangers);
        return new Caller.Person(account.id(), account.num(), account.name(), "", account.role(), "");
    }

    /** Who may do what. */
    public Permissions permissions() {
        return permissions;
    }

    /** What is shared with whom. */
    public Grants grants() {
        return grants;
    }

    /** Accounts as the course API names them. */
    public Learners learners() {
        return learners;
    }

    public AuditLog audit() {
        return audit;
    }

    public void register(Routes routes) {
        configRoutes.register(routes);
        interfaceRoutes.register(routes);
        signInRoutes.register(routes);
        profileRoutes.register(routes);
        adminConfigRoutes.register(routes);
        userRoutes.register(routes);
        userAdminRoutes.register(routes);
        groupRoutes.register(routes);
        namedKeyRoutes.register(routes);
    }

    /** Listens to pages, and tells their sockets when an account's sign-ins or rights change. */
    public void connect(SocketIo sockets) {
        new AccountSockets(sockets, lastSeen, inUse).register();
        cache.onForget(accountId -> Thread.ofVirtual().name("recheck-sockets").start(() -> sockets.recheck(accountId)));
    }

    /** Begins to write down who was seen and to remove what is over, once a minute; makes the first account if told to. */
    public void start() {
        options.first().ifPresent(first -> signIn.first(NewAccount.of(first)));
        if (!options.auth()) {
            log.warn("nobody signs in here: whoever reaches this server is its administrator (WEBUI_AUTH)");
        }
        upkeep.set(Thread.ofVirtual().name("accounts").start(() -> {
            while (!Thread.currentThread().isInterrupted()) {
                try {
                    Thread.sleep(UPKEEP);
                } catch (InterruptedException e) {
                    return;
                }
                keepUp();
            }
        }));
    }

    /** One round of upkeep. */
    void keepUp() {
        try {
            lastSeen.flush();
            logins.purge();
            audit.purge();
        } catch (RuntimeException e) {
            log.warn("upkeep of accounts failed and is tried again in a minute", e);
        }
    }

    /** Before the database closes. */
    @Override
    public void close() {
        var thread = upkeep.getAndSet(null);
        if (thread != null) {
            thread.interrupt();
        }
        keepUp();
        passwords.close();
    }
}
