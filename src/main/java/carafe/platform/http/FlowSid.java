package carafe.platform.http;

import io.javalin.http.Context;

/** The id that the workflow API gives each request beside the request id; errors carry it, too. */
public final class FlowSid {
    private FlowSid() {}

    public static void set(Context ctx, String sid) {
        ctx.attribute(FlowErrors.SID, sid);
    }

    public static String of(Context ctx) {
        String sid = ctx.attribute(FlowErrors.SID);
        return sid == null ? RequestId.of(ctx) : sid;
    }
}
