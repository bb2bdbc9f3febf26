package carafe.platform.http;

import io.javalin.http.Context;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether who opened a lasting connection still may: a stream or socket must not outlive the sign-in, the key or the role
 * that opened it. Used by one thread.
 */
public final class Standing {
    private static final Logger log = LoggerFactory.getLogger(Standing.class);
    private static final long LOOK_NANOS = 1_000_000_000;

    private final Authenticator authenticator;
    private final Credentials credentials;
    private final Access access;
    private final String holder;
    private long looked = System.nanoTime();
    private boolean holds = true;

    /** Of the caller of this request, who was let in by {@code access}. */
    public Standing(Context ctx, Authenticator authenticator, Access access) {
        this.authenticator = authenticator;
        this.credentials = Credentials.of(ctx);
        this.access = access;
        this.holder = Caller.of(ctx).holder();
    }

    /** To be asked before each thing that is said, and now and then while nothing is; looks at most once a second. */
    public boolean holds() {
        if (holds && System.nanoTime() - looked >= LOOK_NANOS) {
            holds = look();
            looked = System.nanoTime();
        }
        return holds;
    }

    private boolean look() {
        try {
            var caller = authenticator.authenticate(credentials, holder);
            access.check(caller);
            return caller.holder().equals(holder);
        } catch (Problem e) {
            return false;
        } catch (RuntimeException e) {
            // the database is away: who was known stays known until it is back
            log.warn("a connection's sign-in could not be checked cause={}", e.toString());
            return true;
        }
    }
}
