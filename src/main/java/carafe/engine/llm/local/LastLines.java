package carafe.engine.llm.local;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The last lines that a model's processes wrote to stderr, for admins; bounded in number and length. */
final class LastLines {
    private static final int MOST_LINES = 50;
    private static final int LONGEST_LINE = 1000;

    private final Deque<String> lines = new ArrayDeque<>();

    /** Reads until the stream ends. */
    void drain(InputStream stream) {
        byte[] line = new byte[LONGEST_LINE];
        int length = 0;
        try (InputStream in = new java.io.BufferedInputStream(stream)) {
            for (int b = in.read(); b >= 0; b = in.read()) {
                if (b == '\n') {
                    add(new String(line, 0, length, StandardCharsets.UTF_8));
                    length = 0;
                } else if (length < line.length) {
                    line[length++] = (byte) b;
                }
            }
        } catch (IOException e) {
            add("(reading stopped: " + e.getMessage() + ")");
        }
        if (length > 0) {
            add(new String(line, 0, length, StandardCharsets.UTF_8));
        }
    }

    synchronized List<String> all() {
        return List.copyOf(lines);
    }

    /** The latest line that tells of an error, or nothing. */
    synchronized String lastTelling() {
        @Nullable String found = null;
        for (String line : lines) {
            if (line.contains("error") && (found == null || !line.startsWith("load failed"))) {
                found = line;
            }
        }
        return found == null ? "" : found;
    }

    private synchronized void add(String line) {
        if (lines.size() == MOST_LINES) {
            lines.removeFirst();
        }
        lines.addLast(line);
    }
}
