package carafe.engine.workflow;

/** A failure with a number that clients know. It carries no stack trace: it is an answer. */
public final class FlowFailure extends RuntimeException {
    private static final int MOST = 2_000;

    private final FlowCode code;

    private FlowFailure(FlowCode code, String whole, boolean again) {
        super(whole, null, false, again);
        this.code = code;
    }

    /** A failure that was written down before; {@code message} as {@link #explain} gave it. */
    static FlowFailure again(int number, String message) {
        var code = FlowCode.NODE_RUN;
        for (var one : FlowCode.values()) {
            if (one.number() == number) {
                code = one;
            }
        }
        return new FlowFailure(code, message, false);
    }

    public FlowFailure(FlowCode code, String detail) {
        super(code.explain(detail.length() <= MOST ? detail : detail.substring(0, MOST) + "…"), null, false, false);
        this.code = code;
    }

    public FlowCode code() {
        return code;
    }

    public int number() {
        return code.number();
    }

    /** Text for people, with the standard text in front. */
    public String explain() {
        return String.valueOf(getMessage());
    }
}
