package carafe.feature.courses.grading;

import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What the tests say about a program.
 *
 * @param score 0 to 1
 * @param gradable false when the program never began, as with a syntax error: no attempt is used up
 * @param message for the learner, about the program as a whole; empty when the tests say it all
 * @param runMs the program's own time
 */
public record Verdict(Status status, double score, boolean gradable, String message, List<Test> tests, double runMs) {
    public enum Status {
        PASS,
        FAIL,
        ERROR,
        TIMEOUT;

        public String wire() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * One test. {@code expected} and {@code got} are null where there is nothing to compare. {@code print} tells equal
     * results apart from others.
     */
    public record Test(
            String name,
            boolean hidden,
            Status status,
            double points,
            double maxPoints,
            String message,
            @Nullable String input,
            @Nullable String expected,
            @Nullable String got,
            String output,
            String error,
            String print) {}

    public Verdict {
        tests = List.copyOf(tests);
    }

    /** Names of the tests that did not pass. */
    public Set<String> failing() {
        return tests.stream()
                .filter(test -> test.status() != Status.PASS)
                .map(Test::name)
                .collect(Collectors.toUnmodifiableSet());
    }
}
