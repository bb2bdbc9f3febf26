package carafe.platform.http;

import io.javalin.http.Context;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Pattern;
import org.slf4j.MDC;

/** One id per request: in the header {@code X-Request-ID}, in error bodies and in every log line. */
public final class RequestId {
    static final String HEADER = "X-Request-ID";
    private static final String ATTRIBUTE = "carafe.request";
    private static final Pattern ACCEPTED = Pattern.compile("[A-Za-z0-9._-]{8,64}");

    private RequestId() {}

    /** Takes over a plausible id that the client sent, else makes a UUID of version 4 (RFC 9562); it names, it proves nothing. */
    static void begin(Context ctx) {
        var given = ctx.header(HEADER);
        var id = given != null && ACCEPTED.matcher(given).matches() ? given : fresh();
        ctx.attribute(ATTRIBUTE, id);
        ctx.res().setHeader(HEADER, id);
        MDC.put("request_id", id);
    }

    static String fresh() {
        var random = ThreadLocalRandom.current();
        long high = (random.nextLong() & 0xFFFF_FFFF_FFFF_0FFFL) | 0x4000L;
        long low = (random.nextLong() & 0x3FFF_FFFF_FFFF_FFFFL) | 0x8000_0000_0000_0000L;
        return new UUID(high, low).toString();
    }

    static void end() {
        MDC.remove("request_id");
    }

    public static String of(Context ctx) {
        String id = ctx.attribute(ATTRIBUTE);
        return id == null ? "" : id;
    }
}
