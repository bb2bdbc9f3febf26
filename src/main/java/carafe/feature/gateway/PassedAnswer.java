package carafe.feature.gateway;

import carafe.engine.llm.Cancellation;
import carafe.engine.llm.LlmEvent;
import carafe.engine.llm.LlmException;
import carafe.engine.llm.LlmFailure;
import carafe.feature.models.RawAnswer;
import carafe.platform.http.ClientGone;
import carafe.platform.http.ClientWatch;
import carafe.platform.http.Heartbeats;
import carafe.platform.http.Problem;
import carafe.platform.http.RequestId;
import carafe.platform.http.ResponseStream;
import carafe.platform.http.Surface;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.http.Context;
import java.io.IOException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * An upstream's answer on its way to the client of one request, as its bytes or written anew. A client that leaves before
 * the first byte ends the call upstream, too.
 */
final class PassedAnswer implements RawAnswer, AutoCloseable {
    private final Context ctx;
    private final Surface surface;
    private final Heartbeats heartbeats;
    private final Cancellation cancellation;
    private final ClientWatch.Watched client;
    private final @Nullable AnswerWriter writer;
    private final boolean streams;
    private final Collected collected = new Collected();
    private @Nullable ResponseStream stream;

    /**
     * @param writer for answers of other protocols; null when the call has no translation
     * @param streams whether the client wants a stream
     */
    PassedAnswer(
            Context ctx,
            Surface surface,
            Heartbeats heartbeats,
            Cancellation cancellation,
            ClientWatch clients,
            @Nullable AnswerWriter writer,
            boolean streams) {
        this.ctx = ctx;
        this.surface = surface;
        this.heartbeats = heartbeats;
        this.cancellation = cancellation;
        this.writer = writer;
        this.streams = streams;
        this.client = clients.watch(ctx, cancellation::cancel);
    }

    @Override
    public void begin(int status, String contentType) {
        client.close(); // from here on, writing finds out
        ctx.status(status);
        boolean lines = contentType.startsWith("application/x-ndjson");
        if (!lines && !contentType.startsWith("text/event-stream")) {
            ctx.res().setContentType(contentType);
            return;
        }
        var opened = ResponseStream.open(ctx, contentType);
        opened.whenGone(cancellation::cancel);
        stream = opened;
        if (!lines) { // which know no comments
            heartbeats.watch(opened, cancellation::cancel);
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
        if (stream != null) {
            stream.flush();
        }
    }

    @Override
    public void afterwards(Runnable sent) throws ClientGone {
        if (stream == null) {
            sent.run();
        } else {
            stream.afterwards(sent);
        }
    }

    /** An error event for clients that look, and a cut connection for all others, unless the protocol has such an end. */
    @Override
    public void tear(LlmFailure failure) throws ClientGone {
        if (stream != null) {
            var problem = new Problem.Upstream(failure.status(), failure.code(), failure.message());
            var body = told(problem);
            if (writer == null) {
                stream.data(body.toString());
            } else {
                writer.failed(body, stream);
                if (writer.endsInFailure()) {
                    return;
                }
            }
            stream.flush();
        }
        ResponseStream.abort(ctx);
    }

    /** Clients of OpenAI's API look for {@code error} in a stream, whatever the other errors of the surface are like. */
    private ObjectNode told(Problem problem) {
        if (surface != Surface.WEBUI) {
            return surface.render(problem, RequestId.of(ctx));
        }
        var body = Surface.OPENAI.render(problem, RequestId.of(ctx));
        return body.put("detail", body.at("/error/message").asText());
    }

    @Override
    public void event(LlmEvent event) throws ClientGone {
        var words = Objects.requireNonNull(writer, "an answer without a writer");
        if (streams) {
            write(event, words);
            return;
        }
        collected.add(event);
        if (event instanceof LlmEvent.Failed(var failure)) {
            throw new LlmException(failure.withoutBody()); // nothing has been sent yet
        }
        if (event instanceof LlmEvent.Done) {
            client.close();
            ctx.status(200).json(words.whole(collected));
        }
    }

    private void write(LlmEvent event, AnswerWriter words) throws ClientGone {
        if (stream == null) {
            begin(200, words.streamType());
            Objects.requireNonNull(stream).waitForNobody();
        }
        if (event instanceof LlmEvent.Failed(var failure)) {
            tear(failure);
        } else {
            words.event(event, Objects.requireNonNull(stream));
        }
    }

    @Override
    public void close() {
        client.close();
        if (stream != null) {
            heartbeats.forget(stream);
        }
    }
}
