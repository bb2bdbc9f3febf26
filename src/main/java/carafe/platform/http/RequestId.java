package carafe.platform.http;

import io.javalin.http.Context;
import java.util.HexFormat;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Pattern;
import org.slf4j.MDC;

/** One id per request: in the header {@code X-Request-ID}, in error bodies and in every log line. */
public final class RequestId {
    static final String HEADER = "X-Request-ID";
    private static final String ATTRIBUTE = "carafe.request";
    private static final Pattern ACCEPTED = Pattern.compile("[A-Za-z0-9._-]{8,64}");

    private RequestId() {}

    /** Takes over a plausible id that the client sent, else makes one of 16 hex digits. */
    static void begin(Context ctx) {
        var given = ctx.header(HEADER);
        var id = given != null && ACCEPTED.matcher(given).matches() ? given : fresh();
        ctx.attribute(ATTRIBUTE, id);
        ctx.res().setHeader(HEADER, id);
        MDC.put("request_id", id);
    }

    static String fresh() {
        return HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong());
    }

    static void end() {
        MDC.remove("request_id");
    }

    public static String of(Context ctx) {
        String id = ctx.attribute(ATTRIBUTE);
        return id == null ? "" : id;
    }
}
