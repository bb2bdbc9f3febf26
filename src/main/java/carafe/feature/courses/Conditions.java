package carafe.feature.courses;

import carafe.feature.courses.format.Lesson;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;

/**
 * What holds for one person in one exercise at one moment, by the server's clock.
 *
 * @param credit the part of the points that a submission gets now: 1, less when it is late, 0 when it is only practice
 * @param attempts how many there are; 0: as many as one likes
 */
record Conditions(
        boolean opened, Optional<Instant> opens, Optional<Instant> due, double credit, boolean late, int attempts) {
    static Conditions of(Lesson lesson, OverrideStore.Terms own, Instant now) {
        var rules = lesson.rules();
        var due = Optional.ofNullable(own.due()).or(rules::due);
        boolean late = due.isPresent() && !now.isBefore(due.get());
        double credit = !late
                ? 1
                : rules.late()
                        .filter(rule -> now.isBefore(rule.until()))
                        .map(Lesson.Late::credit)
                        .orElse(0.0);
        return new Conditions(
                rules.opens().map(opens -> !now.isBefore(opens)).orElse(true),
                rules.opens(),
                due,
                credit,
                late,
                Objects.requireNonNullElse(own.attempts(), rules.attempts()));
    }

    /** How many are left after {@code used}; empty: as many as one likes. */
    Optional<Integer> left(long used) {
        return attempts == 0 ? Optional.empty() : Optional.of((int) Math.max(0, attempts - used));
    }
}
