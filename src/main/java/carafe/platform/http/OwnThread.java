package carafe.platform.http;

import io.javalin.http.Context;
import java.util.concurrent.CompletableFuture;

/**
 * The rest of a request on a thread of its own, for answers that last: the stack of the thread that reads a request is
 * ten kilobytes deep before the first handler runs, and each stream would keep one for as long as it goes on.
 */
public final class OwnThread {
    private static final String ATTRIBUTE = "carafe.own-thread";

    /** What is left to do; its exceptions are answered like those of a handler. */
    @FunctionalInterface
    public interface Rest {
        void run() throws Exception;
    }

    private OwnThread() {}

    /** To be called last in a handler: {@code rest} begins when the handler has returned. */
    public static void run(Context ctx, Rest rest) {
        var done = new CompletableFuture<Void>();
        ctx.attribute(ATTRIBUTE, done);
        ctx.future(() -> {
            Thread.startVirtualThread(() -> run(ctx, rest, done));
            return done;
        });
    }

    private static void run(Context ctx, Rest rest, CompletableFuture<Void> done) {
        RequestId.resume(ctx);
        try {
            rest.run();
        } catch (StackOverflowError | OutOfMemoryError e) {
            done.completeExceptionally(Errors.fatal(ctx, e));
            return;
        } catch (Throwable e) { // whatever it is, the request must come to its end
            done.completeExceptionally(e);
            return;
        }
        done.complete(null);
    }

    /** Closes {@code place} when the request is over: now, or when the rest of it has been run. */
    static void closeAtEnd(Context ctx, BodyRoom.Place place) {
        CompletableFuture<Void> rest = ctx.attribute(ATTRIBUTE);
        if (rest == null) {
            place.close();
        } else {
            var _ = rest.whenComplete((nothing, failed) -> place.close());
        }
    }
}
