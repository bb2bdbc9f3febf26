package carafe.feature.courses.format;

/** A text that stops whoever reads it for too long: a pattern can take longer than the universe is old. */
final class TimedText implements CharSequence {
    private static final long MOST_NANOS = 100_000_000;
    private static final int LOOK_EVERY = 1024;

    private final CharSequence text;
    private final long end;
    private int reads;

    TimedText(CharSequence text) {
        this(text, System.nanoTime() + MOST_NANOS);
    }

    private TimedText(CharSequence text, long end) {
        this.text = text;
        this.end = end;
    }

    @Override
    public char charAt(int index) {
        if (++reads % LOOK_EVERY == 0 && System.nanoTime() - end > 0) {
            throw new Match.TooSlow();
        }
        return text.charAt(index);
    }

    @Override
    public int length() {
        return text.length();
    }

    @Override
    public CharSequence subSequence(int from, int to) {
        return new TimedText(text.subSequence(from, to), end);
    }

    @Override
    public String toString() {
        return text.toString();
    }
}
