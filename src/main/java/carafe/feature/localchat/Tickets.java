package carafe.feature.localchat;

import carafe.platform.http.Credentials;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * One-time tickets for sockets: browsers cannot send headers with an upgrade, and an address is no place for anything
 * that lasts. At most {@value #MOST} are out at once, the oldest is void then.
 */
final class Tickets {
    static final Duration LIFE = Duration.ofSeconds(30);
    private static final int MOST = 10_000;

    private record Issued(Credentials credentials, long until) {}

    private final Clock clock;
    private final SecureRandom random = new SecureRandom();
    private final Map<String, Issued> issued = new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Issued> eldest) {
            return size() > MOST;
        }
    };

    Tickets(Clock clock) {
        this.clock = clock;
    }

    /** A ticket that stands for {@code credentials} once. */
    String issue(Credentials credentials) {
        var bytes = new byte[24];
        random.nextBytes(bytes);
        var ticket = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
        synchronized (issued) {
            issued.put(ticket, new Issued(credentials, clock.millis() + LIFE.toMillis()));
        }
        return ticket;
    }

    Optional<Credentials> redeem(String ticket) {
        synchronized (issued) {
            return Optional.ofNullable(issued.remove(ticket))
                    .filter(one -> one.until() > clock.millis())
                    .map(Issued::credentials);
        }
    }
}
