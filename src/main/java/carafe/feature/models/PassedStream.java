package carafe.feature.models;

import carafe.engine.llm.Cancellation;
import carafe.engine.llm.LlmFailure;
import carafe.engine.llm.PushedExchange;
import carafe.engine.llm.openai.EventSplitter;
import carafe.engine.llm.openai.StreamTap;
import carafe.platform.http.ClientGone;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** A chat completion stream on its way through: whole events leave in the order and at the time they came. */
final class PassedStream {
    private final RawAnswer answer;
    private final StreamTap tap;
    private final Meter.Hold hold;
    private final boolean withUsage;
    private final EventSplitter splitter = new EventSplitter();

    /** The run of events to pass on, all within one array. */
    private byte[] run = new byte[0];

    private int runStart;
    private int runEnd;

    PassedStream(RawAnswer answer, StreamTap tap, Meter.Hold hold, boolean withUsage) {
        this.answer = answer;
        this.tap = tap;
        this.hold = hold;
        this.withUsage = withUsage;
    }

    /** Passes everything on; null when the answer came to its proper end, otherwise why not. */
    @Nullable
    LlmFailure pump(PushedExchange exchange, Cancellation cancellation) throws ClientGone {
        try {
            exchange.drain((bytes, taken) -> {
                hold.first();
                splitter.accept(bytes, bytes.length, this::keep);
                send(taken);
            });
            splitter.finish(this::keep);
            send(() -> {});
            answer.flush();
            return tap.finished() ? null : LlmFailure.brokeOff();
        } catch (ClientGone e) {
            throw e;
        } catch (IOException e) {
            return LlmFailure.midway(e, cancellation.isCancelled());
        } finally {
            hold.settle(tap.usage());
        }
    }

    private void keep(byte[] bytes, int offset, int length) throws ClientGone {
        if (tap.isUsageOnly(bytes, offset, length) && !withUsage) {
            return;
        }
        hold.piece();
        if (runStart == runEnd || runEnd != offset) { // nothing there yet, or left out in between
            send(() -> {});
            run = bytes;
            runStart = offset;
        }
        runEnd = offset + length;
    }

    /** {@code taken} runs once all events until here are on the wire. */
    private void send(Runnable taken) throws ClientGone {
        if (runEnd > runStart) {
            answer.send(run, runStart, runEnd - runStart, taken);
            runStart = runEnd;
        } else {
            taken.run();
        }
    }
}
