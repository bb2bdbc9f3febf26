package carafe.feature.models;

import carafe.engine.llm.Target;

/** The right to call one server for the time of one call; a local model stays loaded as long as it is open. */
public record Access(Target target, Runnable release) implements AutoCloseable {
    @Override
    public void close() {
        release.run();
    }
}
