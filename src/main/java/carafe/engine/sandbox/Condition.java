package carafe.engine.sandbox;

/**
 * Whether programs can be run now. {@code reason} says what is wrong and {@code remedy} what an operator can do, in one
 * sentence each; both are empty when healthy. Neither names hosts or credentials.
 */
public record Condition(State state, String reason, String remedy) {
    public static final Condition HEALTHY = new Condition(State.HEALTHY, "", "");

    public enum State {
        HEALTHY,
        DEGRADED
    }

    public static Condition degraded(String reason, String remedy) {
        return new Condition(State.DEGRADED, reason, remedy);
    }

    public boolean healthy() {
        return state == State.HEALTHY;
    }
}
