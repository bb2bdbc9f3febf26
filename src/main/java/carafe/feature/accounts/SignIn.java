package carafe.feature.accounts;

import carafe.platform.audit.AuditLog;
import carafe.platform.config.Catalogue;
import carafe.platform.config.Durations;
import carafe.platform.config.LiveSettings;
import carafe.platform.db.Db;
import carafe.platform.db.DbException;
import carafe.platform.db.Ids;
import carafe.platform.http.Caller;
import carafe.platform.http.Problem;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.ReentrantLock;

/** How people get in: sign-up, sign-in and sign-out. Exactly the first account becomes admin by signing up. */
final class SignIn {
    /** Somebody is in, by this token. */
    record Opened(Account account, Tokens.Session session, String token) {}

    /** Where a request comes from. */
    record Origin(String ip, String agent) {}

    /** Who everybody is where nobody signs in; the address is Open WebUI's. */
    private static final String EVERYBODY = "admin@localhost";

    private static final Duration LONGEST = Duration.ofDays(36_500);

    private final Db db;
    private final AccountStore accounts;
    private final LoginStore logins;
    private final TeamStore teams;
    private final Passwords passwords;
    private final Tokens tokens;
    private final LiveSettings settings;
    private final CallerCache cache;
    private final AuditLog audit;
    private final Ids ids;
    private final Clock clock;
    private final FailedSignIns failures;
    /** Sign-ups of this node one after the other: on PostgreSQL they would only make each other run again. */
    private final ReentrantLock oneSignUp = new ReentrantLock();

    SignIn(
            Db db,
            AccountStore accounts,
            LoginStore logins,
            TeamStore teams,
            Passwords passwords,
            Tokens tokens,
            LiveSettings settings,
            CallerCache cache,
            AuditLog audit,
            Clock clock) {
        this.db = db;
        this.accounts = accounts;
        this.logins = logins;
        this.teams = teams;
        this.passwords = passwords;
        this.tokens = tokens;
        this.settings = settings;
        this.cache = cache;
        this.audit = audit;
        this.ids = new Ids(clock);
        this.clock = clock;
        this.failures = new FailedSignIns(clock);
    }

    /** Whether strangers may sign up now. Without any account the first may always, or nobody ever could. */
    boolean signUpOpen() {
        return settings.isOn(Catalogue.ENABLE_SIGNUP) || !accounts.any();
    }

    Opened signUp(NewAccount wanted, Origin from) {
        if (!signUpOpen()) {
            throw signUpOff();
        }
        var hash = passwords.hash(wanted.password());
        var profile = wanted.profile();
        return serially(() -> {
            boolean first = !accounts.any();
            if (!first && !settings.isOn(Catalogue.ENABLE_SIGNUP)) {
                throw signUpOff();
            }
            var role = first ? Caller.Role.ADMIN : defaultRole();
            var account = insert(wanted, role, hash, profile);
            audit.add("sign-up", account.id(), "account:" + account.id(), from.ip(), role(role));
            return open(account, from);
        });
    }

    /** The account that the operator wants to begin with, where there is none yet. */
    void first(NewAccount wanted) {
        if (accounts.any()) {
            return;
        }
        var hash = passwords.hash(wanted.password());
        serially(() -> !accounts.any() && insertFirst(wanted, hash));
    }

    private boolean insertFirst(NewAccount wanted, String hash) {
        var account = insert(wanted, Caller.Role.ADMIN, hash, wanted.profile());
        audit.add("account-added", account.id(), "account:" + account.id(), "", role(Caller.Role.ADMIN));
        return true;
    }

    /**
     * Where nobody signs in: everybody is one administrator.
     *
     * @throws Problem where others have accounts, who would be let in as somebody else
     */
    Opened withoutPassword(Origin from) {
        if (accounts.byEmail(EVERYBODY).isEmpty()) {
            first(new NewAccount("Admin", EVERYBODY, ids.next(), ""));
        }
        var account = accounts.byEmail(EVERYBODY)
                .map(AccountStore.Stored::account)
                .orElseThrow(() -> new Problem.BadRequest(
                        "Sign-in cannot be switched off, as there are accounts already. Set WEBUI_AUTH=true."));
        return db.transaction(() -> open(account, from));
    }

    /** For admins: a new account, nobody signed in. */
    Account add(NewAccount wanted, Caller.Role role, Caller.Person by, String ip) {
        var hash = passwords.hash(wanted.password());
        var profile = wanted.profile();
        return serially(() -> {
            var account = insert(wanted, role, hash, profile);
            audit.add("account-added", by.id(), "account:" + account.id(), ip, role(role));
            return account;
        });
    }

    private Account insert(NewAccount wanted, Caller.Role role, String hash, ObjectNode profile) {
        if (accounts.byEmail(wanted.email()).isPresent()) {
            throw NewAccount.taken();
        }
        var account = accounts.insert(ids.next(), wanted.email(), wanted.name(), role, hash, profile);
        teams.find(settings.text(Catalogue.DEFAULT_GROUP))
                .ifPresent(team -> teams.addMembers(team.id(), List.of(account.id())));
        return account;
    }

    private <T> T serially(Callable<T> work) {
        oneSignUp.lock();
        try {
            return db.transaction(work);
        } catch (DbException e) {
            if (e.kind() != DbException.Kind.CONSTRAINT_UNIQUE) {
                throw e;
            }
            // another node took the number or the address; run again, it is looked at first
            return db.transaction(work);
        } finally {
            oneSignUp.unlock();
        }
    }

    Opened signIn(String email, String password, Origin from) {
        failures.begin(email);
        var stored = accounts.byEmail(email);
        var hash = stored.map(AccountStore.Stored::passwordHash).orElse(null);
        if (!passwords.verify(password, hash) || stored.isEmpty()) {
            throw new Problem.BadRequest(
                    "invalid_credentials", "The e-mail address or the password is not right.", null);
        }
        failures.succeeded(email);
        var account = stored.get().account();
        return db.transaction(() -> {
            audit.add("sign-in", account.id(), "account:" + account.id(), from.ip(), role(account.role()));
            return open(account, from);
        });
    }

    /** Whether {@code password} is the account's; guesses count like sign-ins. */
    boolean isPassword(Caller.Person person, String password) {
        failures.begin(person.email());
        var hash = accounts.stored(person.id())
                .map(AccountStore.Stored::passwordHash)
                .orElse(null);
        boolean right = passwords.verify(password, hash);
        if (right) {
            failures.succeeded(person.email());
        }
        return right;
    }

    void signOut(Caller.Person person) {
        logins.revoke(person.loginId());
        cache.forgetAccount(person.id());
    }

    private Opened open(Account account, Origin from) {
        long now = clock.millis();
        var session = new Tokens.Session(ids.next(), account.id(), expiry(now));
        logins.insert(session.loginId(), account.id(), from.ip(), from.agent(), session.expiresAt());
        return new Opened(account, session, tokens.sign(session, clock.instant()));
    }

    private long expiry(long now) {
        var lifetime = settings.text(Catalogue.JWT_EXPIRES);
        if (lifetime.equals("-1")) {
            return Tokens.FOREVER;
        }
        var duration = Durations.parse(lifetime);
        // whole seconds, as in the token
        long millis = (duration.compareTo(LONGEST) > 0 ? LONGEST : duration).toMillis();
        return (now + millis) / 1000 * 1000;
    }

    private Caller.Role defaultRole() {
        return Caller.Role.valueOf(settings.text(Catalogue.DEFAULT_ROLE).toUpperCase(java.util.Locale.ROOT));
    }

    private static ObjectNode role(Caller.Role role) {
        return JsonNodeFactory.instance.objectNode().put("role", role.wire());
    }

    private static Problem signUpOff() {
        return new Problem.Forbidden("Sign-up is switched off. Ask an administrator for an account.");
    }
}
