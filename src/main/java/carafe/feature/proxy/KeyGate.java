package carafe.feature.proxy;

import carafe.platform.http.Caller;
import carafe.platform.http.Problem;
import io.javalin.http.Context;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import org.jspecify.annotations.Nullable;

/**
 * On the proxy's own port the key of the panel counts ({@code Authorization: Bearer}). Without a key set, nobody can
 * change anything; the figures then are open, as long as the panel is on.
 */
final class KeyGate implements Gate {
    static final int LONGEST = 1024;

    private final ProxyConfig config;
    private final WrongKeys wrong;

    KeyGate(ProxyConfig config, WrongKeys wrong) {
        this.config = config;
        this.wrong = wrong;
    }

    @Override
    public void forAnybody(Context ctx) {
        if (!config.settings().dashboard()) {
            throw new Problem.Forbidden("Dashboard is disabled");
        }
    }

    @Override
    public void forReaders(Context ctx) {
        forAnybody(ctx);
        var settings = config.settings();
        if (settings.key().isSet() && !settings.openStats()) {
            forOwner(ctx);
        }
    }

    @Override
    public void forOwner(Context ctx) {
        forAnybody(ctx);
        var expected = config.settings().key();
        if (!expected.isSet()) {
            throw refused(ctx, "Dashboard API key is not configured");
        }
        var address = Caller.addressOf(ctx);
        wrong.begin(address);
        var given = given(ctx.header("Authorization"));
        var compared = given.length() > LONGEST ? "" : given;
        if (!MessageDigest.isEqual(digest(compared), digest(expected.reveal()))) {
            if (!given.isEmpty()) { // who sends none tries none
                wrong.failed(address, ctx.req().getMethod() + " " + ctx.path());
            }
            throw refused(ctx, "Invalid or missing API key");
        }
        wrong.succeeded(address);
    }

    private static String given(@Nullable String authorization) {
        return authorization != null && authorization.regionMatches(true, 0, "Bearer ", 0, 7)
                ? authorization.substring(7).strip()
                : "";
    }

    private static Problem refused(Context ctx, String why) {
        ctx.res().setHeader("WWW-Authenticate", "Bearer");
        return new Problem.Unauthenticated(why);
    }

    /** Equally long for all, so that not even the length of the key shows in the time a comparison takes. */
    private static byte[] digest(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
