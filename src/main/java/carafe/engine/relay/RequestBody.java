package carafe.engine.relay;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A request's body that is collected because it may be changed. All of them together take a bounded room. */
final class RequestBody implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(RequestBody.class);
    /** Larger ones are rewritten beside the loop, which others wait for. */
    private static final int QUICK = 64 << 10;

    private final Rewriter rewriter;
    private final AtomicLong room;
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream(1024);
    private long taken;

    /** @param room bytes that are left for all such bodies */
    RequestBody(Rewriter rewriter, AtomicLong room) {
        this.rewriter = rewriter;
        this.room = room;
    }

    static Failure tooLarge(int most) {
        return new Failure(
                Failure.Kind.TOO_LARGE, "the request body is larger than the " + most + " bytes that can be rewritten");
    }

    /** Why {@code piece} cannot be taken, or null. */
    @Nullable
    Failure add(ByteBuffer piece) {
        int count = piece.remaining();
        if (bytes.size() + count > rewriter.most()) {
            return tooLarge(rewriter.most());
        }
        taken += count;
        if (room.addAndGet(-count) < 0) {
            return new Failure(Failure.Kind.OVERLOADED, "too many large request bodies at once");
        }
        var copy = new byte[count];
        piece.get(copy);
        bytes.write(copy, 0, count);
        return null;
    }

    /** Calls {@code then} on {@code loop} with what is to be sent. */
    void rewrite(Loop loop, Consumer<byte[]> then) {
        var body = bytes.toByteArray();
        if (body.length <= QUICK) {
            then.accept(rewritten(body));
        } else {
            Thread.startVirtualThread(() -> {
                var changed = rewritten(body);
                loop.run(() -> then.accept(changed));
            });
        }
    }

    private byte[] rewritten(byte[] body) {
        try {
            return rewriter.rewrite(body);
        } catch (RuntimeException | StackOverflowError e) {
            log.error("a request body could not be rewritten and is passed on as it is", e);
            return body;
        }
    }

    /** Gives the room back. */
    @Override
    public void close() {
        room.addAndGet(taken);
        taken = 0;
    }
}
