package carafe.feature.accounts;

import carafe.platform.config.Catalogue;
import carafe.platform.config.LiveSettings;
import carafe.platform.http.Authenticator;
import carafe.platform.http.Caller;
import carafe.platform.http.Credentials;
import carafe.platform.http.Problem;
import java.util.Optional;

/**
 * Callers by session token (header or cookie) and by API key ({@code Authorization} or {@code x-api-key}). It runs
 * before every request, so it reads the database at most once per token and five seconds.
 */
final class AccountAuthenticator implements Authenticator {
    private static final String KEY_PREFIX = "sk-";

    private final Tokens tokens;
    private final LoginStore logins;
    private final ApiKeyStore keys;
    private final LiveSettings settings;
    private final CallerCache cache;
    private final LastSeen lastSeen;

    AccountAuthenticator(
            Tokens tokens,
            LoginStore logins,
            ApiKeyStore keys,
            LiveSettings settings,
            CallerCache cache,
            LastSeen lastSeen) {
        this.tokens = tokens;
        this.logins = logins;
        this.keys = keys;
        this.settings = settings;
        this.cache = cache;
        this.lastSeen = lastSeen;
    }

    @Override
    public Caller authenticate(Credentials credentials, String address) {
        if (credentials.source() == Credentials.Source.NONE) {
            return new Caller.Anonymous(address);
        }
        var token = credentials.token();
        // a key in a cookie or a socket would escape the rules for keys
        var known =
                token.startsWith(KEY_PREFIX) && credentials.source().mayBeKey() ? byKey(token) : bySession(credentials);
        known.ifPresent(lastSeen::saw);
        return known.orElseGet(() ->
                new Caller.Anonymous(address, tokens.isExpired(token) ? Caller.Proof.EXPIRED : Caller.Proof.INVALID));
    }

    private Optional<Caller> byKey(String key) {
        if (key.length() > 100) {
            return Optional.empty();
        }
        var hash = TokenHash.of(key);
        var caller = cache.get(hash, () -> keys.caller(hash).map(Caller.class::cast));
        if (caller.isPresent() && !settings.isOn(Catalogue.ENABLE_API_KEYS)) {
            throw new Problem.Forbidden("API keys are switched off on this server.");
        }
        return caller;
    }

    private Optional<Caller> bySession(Credentials credentials) {
        if (!credentials.source().mayBeSession()) {
            return Optional.empty();
        }
        var token = credentials.token();
        // the signature and the time are checked each time: they cost microseconds and need no table
        return tokens.read(token)
                .flatMap(session -> cache.get(
                        TokenHash.of(token),
                        () -> logins.person(session.loginId(), session.accountId())
                                .map(Caller.class::cast)));
    }
}
