package carafe.feature.models;

import carafe.engine.llm.LlmFailure;
import carafe.engine.llm.Target;
import java.util.function.BooleanSupplier;

/**
 * The right to call one server for the time of one call; a local model stays loaded as long as it is open.
 *
 * @param crashed whether a local model's process ended while this was open
 */
public record Access(Target target, BooleanSupplier crashed, Runnable release) implements AutoCloseable {
    /** A broken answer of a local model whose process died is its crash, which is worth another sentence. */
    LlmFailure explain(LlmFailure failure) {
        return failure.code().startsWith("upstream_") && crashed.getAsBoolean()
                ? new LlmFailure(
                        502, "model_host_crashed", "The local model crashed. It starts again with the next message.")
                : failure;
    }

    @Override
    public void close() {
        release.run();
    }
}
