package carafe.feature.accounts;

import carafe.platform.config.SecretKeys;
import com.auth0.jwt.JWT;
import com.auth0.jwt.JWTVerifier;
import com.auth0.jwt.algorithms.Algorithm;
import com.auth0.jwt.exceptions.JWTVerificationException;
import com.auth0.jwt.exceptions.TokenExpiredException;
import com.auth0.jwt.interfaces.DecodedJWT;
import java.time.Clock;
import java.time.Instant;
import java.util.Base64;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Signs and reads session tokens: JWT, HS256, claims id, sub, jti, iat and, unless they hold for ever, exp. */
final class Tokens {
    /** {@code login.expires_at} of a token for ever: the last moment of the year 9999. */
    static final long FOREVER = 253_402_300_799_000L;

    /** A token whose signature and time hold; whether it was taken back is for the table to say. */
    record Session(String loginId, String accountId, long expiresAt) {
        boolean endless() {
            return expiresAt == FOREVER;
        }
    }

    private record Tools(Algorithm algorithm, JWTVerifier verifier) {
        static Tools of(SecretKeys keys, Clock clock) {
            var algorithm = Algorithm.HMAC256(keys.signing());
            var verification = (JWTVerifier.BaseVerification)
                    JWT.require(algorithm).withClaimPresence("jti").withClaimPresence("id");
            return new Tools(algorithm, verification.build(clock));
        }
    }

    private final SecretKeys keys;
    private final Clock clock;
    /** Made for the first token, since the JDK's ciphers would be a tenth of the start. */
    private final AtomicReference<@Nullable Tools> tools = new AtomicReference<>();

    Tokens(SecretKeys keys, Clock clock) {
        this.keys = keys;
        this.clock = clock;
    }

    private Tools tools() {
        var made = tools.get();
        if (made == null) {
            made = Tools.of(keys, clock);
            tools.set(made);
        }
        return made;
    }

    String sign(Session session, Instant now) {
        var token = JWT.create()
                .withClaim("id", session.accountId())
                .withSubject(session.accountId())
                .withJWTId(session.loginId())
                .withIssuedAt(now);
        if (!session.endless()) {
            token.withExpiresAt(Instant.ofEpochMilli(session.expiresAt()));
        }
        return token.sign(tools().algorithm());
    }

    /** Whether it is one of ours whose time is over. */
    boolean isExpired(String token) {
        try {
            tools().verifier().verify(token);
            return false;
        } catch (TokenExpiredException e) {
            return true;
        } catch (JWTVerificationException e) {
            return false;
        }
    }

    /** Whether it bears our signature, be it over or taken back. */
    boolean isSignedHere(String token) {
        try {
            tools().algorithm().verify(JWT.decode(token));
            return true;
        } catch (JWTVerificationException e) {
            return false;
        }
    }

    Optional<Session> read(String token) {
        try {
            DecodedJWT jwt = tools().verifier().verify(token);
            if (!isAsWritten(jwt.getSignature())) {
                return Optional.empty();
            }
            var account = jwt.getClaim("id").asString();
            if (account == null || jwt.getId() == null) {
                return Optional.empty();
            }
            long expires = jwt.getExpiresAtAsInstant() == null
                    ? FOREVER
                    : jwt.getExpiresAtAsInstant().toEpochMilli();
            return Optional.of(new Session(jwt.getId(), account, expires));
        } catch (JWTVerificationException e) {
            return Optional.empty();
        }
    }

    /**
     * Whether these are the characters that {@link #sign} wrote: 32 bytes leave two bits of the last one over, which the
     * decoder ignores, so that a token with another last character would pass.
     */
    private static boolean isAsWritten(String signature) {
        var bytes = Base64.getUrlDecoder().decode(signature);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes).equals(signature);
    }
}
