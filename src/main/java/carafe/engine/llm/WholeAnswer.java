package carafe.engine.llm;

import org.jspecify.annotations.Nullable;

/**
 * What matters in an answer that came in one piece.
 *
 * @param usage tokens as the upstream counted them
 * @param failure an error that came with status 200: a local model that thinks long sends its status before it knows
 *     how the answer ends
 */
public record WholeAnswer(
        LlmEvent.@Nullable Usage usage, @Nullable LlmFailure failure) {
    /** What is no answer at all: a page of a proxy in between, half of an object, nothing. */
    public static final WholeAnswer NO_JSON = new WholeAnswer(null, LlmFailure.notJson());
}
