package carafe.engine.llm;

/** A model call failed before anything was answered. */
public final class LlmException extends RuntimeException {
    private final LlmFailure failure;

    public LlmException(LlmFailure failure) {
        super(failure.code() + ": " + failure.message());
        this.failure = failure;
    }

    public LlmFailure failure() {
        return failure;
    }
}
