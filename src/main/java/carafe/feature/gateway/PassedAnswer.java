package carafe.feature.gateway;

import carafe.engine.llm.Cancellation;
import carafe.engine.llm.LlmFailure;
import carafe.feature.models.RawAnswer;
import carafe.platform.http.ClientGone;
import carafe.platform.http.Heartbeats;
import carafe.platform.http.Problem;
import carafe.platform.http.RequestId;
import carafe.platform.http.ResponseStream;
import carafe.platform.http.Surface;
import io.javalin.http.Context;
import java.io.IOException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** An upstream's answer on its way to the client of one request. */
final class PassedAnswer implements RawAnswer, AutoCloseable {
    private final Context ctx;
    private final Surface surface;
    private final Heartbeats heartbeats;
    private final Cancellation cancellation;
    private @Nullable ResponseStream stream;

    PassedAnswer(Context ctx, Surface surface, Heartbeats heartbeats, Cancellation cancellation) {
        this.ctx = ctx;
        this.surface = surface;
        this.heartbeats = heartbeats;
        this.cancellation = cancellation;
    }

    @Override
    public void begin(int status, String contentType) {
        ctx.status(status);
        if (contentType.startsWith("text/event-stream")) {
            stream = ResponseStream.open(ctx, contentType);
            heartbeats.watch(stream, cancellation::cancel);
        } else {
            ctx.res().setContentType(contentType);
        }
    }

    @Override
    public void whole(byte[] bytes) throws ClientGone {
        try {
            ctx.res().setContentLength(bytes.length);
            ctx.res().getOutputStream().write(bytes);
        } catch (IOException e) {
            throw new ClientGone(e);
        }
    }

    @Override
    public void send(byte[] bytes, int offset, int length, Runnable sent) throws ClientGone {
        Objects.requireNonNull(stream).send(bytes, offset, length, sent);
    }

    @Override
    public void flush() throws ClientGone {
        Objects.requireNonNull(stream).flush();
    }

    /** An error event for clients that look, and a cut connection for all others. */
    @Override
    public void tear(LlmFailure failure) throws ClientGone {
        if (stream != null) {
            var problem = new Problem.Upstream(failure.status(), failure.code(), failure.message());
            stream.data(surface.render(problem, RequestId.of(ctx)).toString());
        }
        ResponseStream.abort(ctx);
    }

    @Override
    public void close() {
        if (stream != null) {
            heartbeats.forget(stream);
        }
    }
}
