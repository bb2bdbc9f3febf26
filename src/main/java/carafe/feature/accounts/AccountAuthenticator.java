package carafe.feature.accounts;

import carafe.platform.http.Authenticator;
import carafe.platform.http.Caller;
import carafe.platform.http.Credentials;
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
    private final Permissions permissions;
    private final CallerCache cache;
    private final LastSeen lastSeen;

    AccountAuthenticator(
            Tokens tokens,
            LoginStore logins,
            ApiKeyStore keys,
            Permissions permissions,
            CallerCache cache,
            LastSeen lastSeen) {
        this.tokens = tokens;
        this.logins = logins;
        this.keys = keys;
        this.permissions = permissions;
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
        var known = cache.get(hash, () -> {
            var caller = keys.caller(hash);
            caller.ifPresent(held -> permissions.requireKeys(held.owner())); // a refusal is not remembered
            return caller.map(Caller.class::cast);
        });
        if (known.isPresent()) {
            permissions.requireKeysOn(); // also what is remembered ends with the switch
        }
        return known;
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
