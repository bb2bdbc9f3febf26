package carafe.feature.courses.format;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * A test as a row: what goes into the program, and what should come out. Only the input ever enters a container.
 *
 * @param message what to tell whoever fails it, or empty
 */
public record TableTest(
        String name,
        boolean hidden,
        Input input,
        Expected expected,
        double points,
        Optional<Duration> timeout,
        String message) {
    public sealed interface Input {
        /** Standard input. */
        String stdin();
    }

    /** The program is run. */
    public record Run(String stdin, List<String> args) implements Input {
        public Run {
            args = List.copyOf(args);
        }
    }

    /** An expression is evaluated in the program's module. */
    public record Call(String expression, String stdin) implements Input {}

    public sealed interface Expected {}

    /** Standard output. */
    public record Output(String text, Match match) implements Expected {}

    /** The value of a call as JSON; tuples count as lists, sets as sorted lists. {@code tolerance} is for floats. */
    public record Value(JsonNode value, Optional<Double> tolerance) implements Expected {}

    /** An exception of this class or one derived from it. */
    public record Raised(String type) implements Expected {}
}
