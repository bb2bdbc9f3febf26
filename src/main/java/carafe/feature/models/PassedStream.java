package carafe.feature.models;

import carafe.engine.llm.EventSplitter;
import carafe.engine.llm.LlmException;
import carafe.engine.llm.LlmFailure;
import carafe.engine.llm.PushedExchange;
import carafe.engine.llm.StreamTap;
import carafe.platform.http.ClientGone;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** A stream on its way through: whole events leave in the order and at the time they came. */
final class PassedStream {
    /** The first event says that there will be no answer; nobody has seen it. */
    private static final class Unusable extends IOException {
        private final transient LlmFailure failure;

        private Unusable(LlmFailure failure) {
            super(failure.message());
            this.failure = failure;
        }
    }

    private final Attempt attempt;
    private final RawAnswer answer;
    private final StreamTap tap;
    private final Meter.Hold hold;
    private final boolean withUsage;
    private final EventSplitter splitter;
    /** What must be done before the first event can leave; null once it has been. */
    private @Nullable Runnable begin;

    private boolean begun;

    /** The run of events to pass on, all within one array. */
    private byte[] run = new byte[0];

    private int runStart;
    private int runEnd;

    PassedStream(Attempt attempt, RawAnswer answer, StreamTap tap, Meter.Hold hold, boolean withUsage, boolean lines) {
        this.attempt = attempt;
        this.answer = answer;
        this.tap = tap;
        this.hold = hold;
        this.withUsage = withUsage;
        this.splitter = new EventSplitter(lines);
    }

    /** Keeps everything back until the first event of an answer, before which {@code newBegin} runs. */
    void hold(Runnable newBegin) {
        begin = newBegin;
    }

    /**
     * Passes everything on; null when the answer came to its proper end, otherwise why not.
     *
     * @throws LlmException when it failed before anything was passed on
     */
    @Nullable
    LlmFailure pump(PushedExchange exchange) throws ClientGone {
        LlmFailure failure;
        try {
            exchange.drain((bytes, taken) -> {
                hold.first();
                splitter.accept(bytes, bytes.length, this::keep);
                send(taken);
            });
            splitter.finish(this::keep);
            send(() -> {});
            if (begin == null) {
                answer.flush();
            }
            var told = tap.told();
            failure = told != null || tap.finished() ? told : LlmFailure.brokeOff();
        } catch (ClientGone e) {
            throw e;
        } catch (Unusable e) {
            failure = e.failure;
        } catch (IOException e) {
            failure = LlmFailure.midway(e, attempt.cancellation.isCancelled());
        } finally {
            hold.settle(tap.usage());
        }
        if (begin != null) {
            throw new LlmException(
                    failure == null
                            ? new LlmFailure(502, "upstream_empty", "The model server answered without a word.")
                            : failure);
        }
        return failure;
    }

    private void keep(byte[] bytes, int offset, int length) throws IOException {
        if (!begun && !begins(bytes, offset, length)) {
            return;
        }
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

    /** Looks at events until the first of the answer; whether this one is to be passed on. */
    private boolean begins(byte[] bytes, int offset, int length) throws Unusable {
        boolean object = false;
        for (int i = offset; i < offset + length && !object && bytes[offset] != ':'; i++) {
            object = bytes[i] == '{';
        }
        if (object) {
            begun = true;
            attempt.begun();
        }
        if (begin == null) {
            return true;
        }
        if (!object) {
            return false; // a comment, or the end of an answer that never began
        }
        var failure = tap.error(bytes, offset, length);
        if (failure != null) {
            throw new Unusable(failure);
        }
        begin.run();
        begin = null;
        return true;
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
