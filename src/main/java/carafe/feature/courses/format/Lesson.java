package carafe.feature.courses.format;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A lesson, and an exercise when it has tests.
 *
 * @param text Markdown
 * @param codeTests a Python file of tests that learners see
 * @param folder relative to the course's
 * @param hash of all its files
 * @param testsHash of what decides about a submission: tests, data files, entry, times, points
 */
public record Lesson(
        String id,
        String title,
        Kind kind,
        About about,
        Rules rules,
        String text,
        Code code,
        List<TableTest> tests,
        Optional<String> codeTests,
        List<Step> hints,
        List<Mistake> mistakes,
        String folder,
        String hash,
        String testsHash) {
    public enum Kind {
        LESSON,
        EXERCISE,
        PROJECT
    }

    /** What learners choose by; {@code minutes} 0 is unknown. */
    public record About(String language, String difficulty, int minutes, List<String> tags, List<String> concepts) {
        public About {
            tags = List.copyOf(tags);
            concepts = List.copyOf(concepts);
        }
    }

    /**
     * @param timeout of one test
     * @param attempts 0: as many as one likes
     * @param allowed what the safety check lets pass here
     * @param requires ids of lessons to be passed before
     */
    public record Rules(
            double points,
            Duration timeout,
            int attempts,
            Optional<Instant> opens,
            Optional<Instant> due,
            Optional<Late> late,
            Set<String> allowed,
            List<String> requires) {
        public Rules {
            allowed = Set.copyOf(allowed);
            requires = List.copyOf(requires);
        }
    }

    /** After the deadline: this part of the points, until then. */
    public record Late(double credit, Instant until) {}

    /** Files by name; {@code data} lies beside the program. The solution is never sent to anybody but teachers. */
    public record Code(
            String entry, Map<String, String> starter, Map<String, String> solution, Map<String, byte[]> data) {
        public Code {
            starter = Map.copyOf(starter);
            solution = Map.copyOf(solution);
            data = Map.copyOf(data);
        }
    }

    /** A step of the teacher's ladder of hints. */
    public record Step(String title, String text) {}

    /** A typical wrong answer: files that differ from the solution's, and what to say to whoever gives it. */
    public record Mistake(String name, Map<String, String> files, String hint) {
        public Mistake {
            files = Map.copyOf(files);
        }
    }

    public Lesson {
        tests = List.copyOf(tests);
        hints = List.copyOf(hints);
        mistakes = List.copyOf(mistakes);
    }

    public boolean isExercise() {
        return !tests.isEmpty() || codeTests.isPresent();
    }

    /** The file that is run, as learners begin with it. */
    public String template() {
        return code.starter().getOrDefault(code.entry(), "");
    }

    /** The solution with the files of a mistake over it. */
    public Map<String, String> files(Mistake mistake) {
        var files = new HashMap<>(code.solution());
        files.putAll(mistake.files());
        return files;
    }
}
