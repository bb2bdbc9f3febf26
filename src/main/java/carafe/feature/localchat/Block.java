package carafe.feature.localchat;

import com.fasterxml.jackson.core.io.JsonStringEncoder;

/**
 * One block of an answer on its way to sockets: text, or the thoughts before it. Queues of sockets hold places in it
 * and no text of their own, so that a slow reader costs nothing and what waits for it joins by itself.
 */
final class Block {
    private final String messageId;
    private final int index;
    private final boolean thoughts;
    private final StringBuilder text = new StringBuilder();

    Block(String messageId, int index, boolean thoughts) {
        this.messageId = messageId;
        this.index = index;
        this.thoughts = thoughts;
    }

    String type() {
        return thoughts ? "reasoning" : "text";
    }

    boolean thoughts() {
        return thoughts;
    }

    int index() {
        return index;
    }

    /** Adds whole characters; the length after it. */
    synchronized int add(String piece) {
        text.append(piece);
        return text.length();
    }

    synchronized int length() {
        return text.length();
    }

    /** Where a piece from {@code from} of at most {@code most} characters ends, so that no surrogate pair is cut. */
    synchronized int end(int from, int to, int most) {
        int end = Math.min(to, from + most);
        return end < to && Character.isHighSurrogate(text.charAt(end - 1)) ? end + 1 : end;
    }

    /** The data of {@code content_block_delta}; written by hand, since it is made for every token and socket. */
    String delta(int from, int to, String clientId) {
        var out = new StringBuilder(160 + (to - from));
        out.append("{\"index\":").append(index).append(",\"message_id\":\"").append(messageId);
        if (!clientId.isEmpty()) {
            out.append("\",\"client_id\":\"");
            JsonStringEncoder.getInstance().quoteAsString(clientId, out);
        }
        var encoded = new StringBuilder(to - from + 16);
        synchronized (this) {
            JsonStringEncoder.getInstance().quoteAsString(text.substring(from, to), encoded);
        }
        out.append("\",\"delta\":{\"type\":\"").append(thoughts ? "reasoning_delta" : "text_delta");
        out.append("\",\"text\":\"").append(encoded);
        if (thoughts) {
            out.append("\",\"reasoning_content\":\"").append(encoded);
        }
        return out.append("\"}}").toString();
    }
}
