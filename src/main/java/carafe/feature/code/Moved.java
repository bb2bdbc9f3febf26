package carafe.feature.code;

import io.javalin.http.Handler;

/** Handlers of old addresses (see {@code Rule.movedTo}): each use is counted. */
public final class Moved {
    private Moved() {}

    public static Handler counted(RunMeters meters, Handler handler) {
        return ctx -> {
            meters.countDeprecated(ctx.endpoint().path);
            handler.handle(ctx);
        };
    }
}
