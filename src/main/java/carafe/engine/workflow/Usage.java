package carafe.engine.workflow;

/** Tokens of model calls, and their price in millionths of a dollar. */
public record Usage(long prompt, long completion, long microUsd) {
    public static final Usage NONE = new Usage(0, 0, 0);

    public Usage plus(Usage other) {
        return other.equals(NONE)
                ? this
                : new Usage(prompt + other.prompt, completion + other.completion, microUsd + other.microUsd);
    }
}
