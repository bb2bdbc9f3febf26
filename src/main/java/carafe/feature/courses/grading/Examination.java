package carafe.feature.courses.grading;

import carafe.feature.courses.format.Finding;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * What running an exercise with its own solution, starter and mistakes has shown.
 *
 * @param done false when the sandbox was not to be had, and nothing is known
 */
public record Examination(boolean done, List<Finding> findings, List<Sign> signs) {
    /**
     * By what a mistake is recognised.
     *
     * @param failing tests that fail
     * @param prints of those, what they gave
     */
    public record Sign(String mistake, Set<String> failing, Map<String, String> prints) {
        public Sign {
            failing = Set.copyOf(failing);
            prints = Map.copyOf(prints);
        }
    }

    public Examination {
        findings = List.copyOf(findings);
        signs = List.copyOf(signs);
    }

    /**
     * The mistake whose failing tests are just those of {@code verdict}; of several, the one that gave the most equal
     * results. Where every test fails there are many ways to do so, and an equal result is asked for.
     */
    public Optional<String> recognise(Verdict verdict) {
        var failing = verdict.failing();
        if (failing.isEmpty() || !verdict.gradable()) {
            return Optional.empty();
        }
        int least = failing.size() == verdict.tests().size() ? 1 : 0;
        return signs.stream()
                .filter(sign -> sign.failing().equals(failing) && equal(sign, verdict) >= least)
                .max(Comparator.comparingLong((Sign sign) -> equal(sign, verdict))
                        .thenComparing(Sign::mistake, Comparator.reverseOrder()))
                .map(Sign::mistake);
    }

    private static long equal(Sign sign, Verdict verdict) {
        return verdict.tests().stream()
                .filter(test -> test.status() != Verdict.Status.PASS)
                .filter(test -> Objects.equals(sign.prints().get(test.name()), test.print()))
                .count();
    }
}
