package carafe.feature.models;

import carafe.engine.llm.Cancellation;
import carafe.engine.llm.Exchange;
import carafe.engine.llm.LlmFailure;
import carafe.engine.llm.openai.EventSplitter;
import carafe.engine.llm.openai.StreamTap;
import carafe.platform.http.ClientGone;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** A chat completion stream on its way through: whole events leave in the order and at the time they came. */
final class PassedStream {
    private final RawAnswer answer;
    private final StreamTap tap;
    private final Meter.Hold hold;
    private final boolean withUsage;
    private final EventSplitter splitter = new EventSplitter();
    private final ByteArrayOutputStream ready = new ByteArrayOutputStream(512);

    PassedStream(RawAnswer answer, StreamTap tap, Meter.Hold hold, boolean withUsage) {
        this.answer = answer;
        this.tap = tap;
        this.hold = hold;
        this.withUsage = withUsage;
    }

    /** Passes everything on; null when the answer came to its proper end, otherwise why not. */
    @Nullable
    LlmFailure pump(Exchange exchange, Cancellation cancellation) throws ClientGone {
        var buffer = new byte[4 << 10];
        try {
            for (int count = exchange.read(buffer); count >= 0; count = exchange.read(buffer)) {
                hold.first();
                splitter.accept(buffer, count, this::keep);
                send();
            }
            splitter.finish(this::keep);
            send();
            return tap.finished() ? null : LlmFailure.brokeOff();
        } catch (ClientGone e) {
            throw e;
        } catch (IOException e) {
            return LlmFailure.midway(e, cancellation.isCancelled());
        } finally {
            hold.settle(tap.usage());
        }
    }

    private void keep(byte[] bytes, int offset, int length) {
        if (!tap.isUsageOnly(bytes, offset, length) || withUsage) {
            ready.write(bytes, offset, length);
            hold.piece();
        }
    }

    private void send() throws ClientGone {
        if (ready.size() > 0) {
            byte[] bytes = ready.toByteArray();
            ready.reset();
            answer.write(bytes, 0, bytes.length);
        }
    }
}
