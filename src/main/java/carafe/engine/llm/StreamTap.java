package carafe.engine.llm;

import org.jspecify.annotations.Nullable;

/** Watches a stream that is passed through as bytes: finds the usage, and whether the stream came to its proper end. */
public interface StreamTap {
    /** Looks at one event; answers true when it carries nothing but usage, which a client must have asked for. */
    boolean isUsageOnly(byte[] bytes, int offset, int length);

    /** Why an answer failed, when this event says so. Costly: only for the first event of a stream that may be retried. */
    @Nullable
    LlmFailure error(byte[] bytes, int offset, int length);

    /** Whether the answer came to an end that the model meant; a stream without one broke off. */
    boolean finished();

    /** The failure that the stream told itself, in an event that has been passed on; null when it told none. */
    @Nullable
    LlmFailure told();

    /** Tokens as the upstream counted them, if it said. */
    LlmEvent.@Nullable Usage usage();
}
