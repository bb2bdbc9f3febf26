package carafe.engine.llm.local.host;

/**
 * Counts an answer's tokens, which the binding does not report. Each piece is one token, except that the tokens of a
 * character split over several arrive as one piece: those are counted by encoding the piece again.
 */
final class Tally {
    private final int prompt;
    private final int cached;
    private final int most;
    private int written;

    Tally(int prompt, int cached, int most) {
        this.prompt = prompt;
        this.cached = cached;
        this.most = most;
    }

    void add(String piece, Engine engine) {
        boolean ascii = piece.chars().allMatch(c -> c < 128);
        written += ascii ? 1 : Math.max(1, engine.tokens(piece).length);
        written = Math.min(written, most);
    }

    /** An empty last piece is the end-of-answer token; without it the limit was reached or a stop text was found. */
    String reason(boolean lastEmpty, boolean stopTexts) {
        boolean stopped = lastEmpty || (stopTexts && written < most);
        return stopped ? "stop" : "length";
    }

    Reply.Usage usage() {
        return new Reply.Usage(prompt, written, cached);
    }
}
