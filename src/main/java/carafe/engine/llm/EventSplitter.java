package carafe.engine.llm;

import java.io.IOException;
import java.util.Arrays;

/**
 * Cuts a byte stream into server-sent events at blank lines, or into lines, without decoding it. An event that is longer
 * than {@value #MOST} bytes is handed on in pieces: passing bytes through matters more than their shape.
 */
public final class EventSplitter {
    /** Receives one whole event with its closing blank line; the bytes are valid only during the call. */
    @FunctionalInterface
    public interface EventSink {
        void event(byte[] bytes, int offset, int length) throws IOException;
    }

    private static final int MOST = 4 << 20;

    private final boolean lines;
    /** What has come of an event that is not complete; only the first {@code held} bytes count. */
    private byte[] kept = new byte[0];

    private int held;

    /** @param lines whether each line is an event (NDJSON), not what stands between blank lines */
    public EventSplitter(boolean lines) {
        this.lines = lines;
    }

    /** Takes the next bytes of the stream and hands on every event they complete. */
    public void accept(byte[] bytes, int length, EventSink sink) throws IOException {
        int from = Math.max(0, held - 3);
        boolean fresh = held == 0;
        byte[] all = fresh ? bytes : joined(bytes, length);
        int end = held + length;
        int start = 0;
        for (int next = boundary(all, from, end); next >= 0; next = boundary(all, start, end)) {
            sink.event(all, start, next - start);
            start = next;
        }
        if (start > 0 || fresh) {
            kept = start == end ? new byte[0] : Arrays.copyOfRange(all, start, end);
        }
        held = end - start;
        if (held > MOST) {
            finish(sink);
        }
    }

    /** Grows by doubling: an event may come in a thousand pieces. */
    private byte[] joined(byte[] bytes, int length) {
        if (kept.length < held + length) {
            kept = Arrays.copyOf(kept, Math.max(held + length, Math.min(2 * held, MOST)));
        }
        System.arraycopy(bytes, 0, kept, held, length);
        return kept;
    }

    /** Hands on what is left after the last blank line. */
    public void finish(EventSink sink) throws IOException {
        if (held > 0) {
            byte[] rest = kept;
            int length = held;
            kept = new byte[0];
            held = 0;
            sink.event(rest, 0, length);
        }
    }

    /** The position after the next event, or -1. */
    private int boundary(byte[] bytes, int from, int end) {
        return lines ? line(bytes, from, end) : blankLine(bytes, from, end);
    }

    private static int line(byte[] bytes, int from, int end) {
        for (int i = from; i < end; i++) {
            if (bytes[i] == '\n') {
                return i + 1;
            }
        }
        return -1;
    }

    /**
     * Lines end in LF, CR LF or CR (HTML standard, 9.2.5). An event whose blank line ends in a CR at the end of the bytes
     * leaves at once; if that CR has its LF in the next bytes, the next event begins with it, which is an empty line more.
     */
    private static int blankLine(byte[] bytes, int from, int end) {
        for (int i = lineEnd(bytes, from, end); i + 1 < end; i = lineEnd(bytes, i + 1, end)) {
            int next = bytes[i] == '\r' && bytes[i + 1] == '\n' ? i + 2 : i + 1;
            if (next < end && bytes[next] == '\n') {
                return next + 1;
            }
            if (next < end && bytes[next] == '\r') {
                return next + 1 < end && bytes[next + 1] == '\n' ? next + 2 : next + 1;
            }
        }
        return -1;
    }

    /** The next CR or LF, or {@code end}; a loop of its own since it looks at every byte. */
    private static int lineEnd(byte[] bytes, int from, int end) {
        int i = from;
        while (i < end && bytes[i] != '\n' && bytes[i] != '\r') {
            i++;
        }
        return i;
    }
}
