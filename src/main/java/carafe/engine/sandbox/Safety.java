package carafe.engine.sandbox;

import java.util.Set;

/**
 * A lint that runs on the syntax tree before the program; the container is the wall, not this. {@code allowed} names what a
 * lesson lifts from the list (a module, function or attribute).
 */
public record Safety(Level level, Set<String> allowed) {
    public static final Safety OFF = new Safety(Level.OFF, Set.of());

    public Safety {
        allowed = Set.copyOf(allowed);
    }

    public enum Level {
        OFF,
        BASIC,
        STRICT
    }
}
