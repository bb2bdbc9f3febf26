package carafe.feature.courses.grading;

import carafe.feature.courses.format.Finding;
import carafe.feature.courses.format.Lesson;
import carafe.feature.courses.grading.Verdict.Status;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Tries an exercise: its solution must pass, its starter must not, and each mistake must fail somewhere. */
public final class Examiner {
    private final Grader grader;
    private final String owner;

    /** @param owner whose share of the machine it takes */
    public Examiner(Grader grader, String owner) {
        this.grader = grader;
        this.owner = owner;
    }

    /** Stops waiting for an engine. */
    private static final class NoEngine extends Exception {
        NoEngine(String message) {
            super(message, null, false, false);
        }
    }

    public Examination examine(Lesson lesson) {
        var findings = new ArrayList<>(Leaks.of(lesson));
        if (!lesson.isExercise()) {
            return new Examination(true, findings, List.of());
        }
        try {
            solution(lesson, findings);
            starter(lesson, findings);
            return new Examination(true, findings, mistakes(lesson, findings));
        } catch (NoEngine e) {
            findings.add(Finding.error(lesson.folder(), 0, "could not be tried: " + e.getMessage()));
            return new Examination(false, findings, List.of());
        }
    }

    private void solution(Lesson lesson, List<Finding> findings) throws NoEngine {
        var verdict = verdict(lesson, lesson.code().solution());
        if (verdict.status() == Status.PASS) {
            return;
        }
        var why = verdict.tests().stream()
                .filter(test -> test.status() != Status.PASS)
                .limit(5)
                .map(Examiner::told)
                .collect(Collectors.joining("; "));
        findings.add(Finding.error(
                lesson.folder() + "/solution/" + lesson.code().entry(),
                0,
                "the solution does not pass: " + (verdict.message().isEmpty() ? why : verdict.message())));
    }

    private static String told(Verdict.Test test) {
        var compared = test.got() == null
                ? ""
                : " expected " + oneLine(String.valueOf(test.expected())) + ", got " + oneLine(test.got());
        return "'" + test.name() + "' (" + test.status().wire() + ")" + compared
                + (test.message().isEmpty() ? "" : " " + oneLine(test.message()));
    }

    private static String oneLine(String text) {
        var line = text.strip().replace("\n", "\\n");
        return line.length() > 120 ? line.substring(0, 120) + "…" : line;
    }

    private void starter(Lesson lesson, List<Finding> findings) throws NoEngine {
        var files = new HashMap<>(lesson.code().starter());
        if (files.containsKey(lesson.code().entry()) && verdict(lesson, files).status() == Status.PASS) {
            findings.add(Finding.error(
                    lesson.folder() + "/starter/" + lesson.code().entry(), 0, "the starter passes all tests already"));
        }
    }

    private List<Examination.Sign> mistakes(Lesson lesson, List<Finding> findings) throws NoEngine {
        var signs = new ArrayList<Examination.Sign>();
        for (var mistake : lesson.mistakes()) {
            var place = lesson.folder() + "/mistakes/" + mistake.name();
            var verdict = verdict(lesson, lesson.files(mistake));
            if (verdict.status() == Status.PASS) {
                findings.add(Finding.error(place, 0, "this mistake passes all tests"));
                continue;
            }
            if (!verdict.gradable()) {
                findings.add(Finding.error(place, 0, "this mistake cannot be run: " + oneLine(verdict.message())));
                continue;
            }
            Map<String, String> prints = new HashMap<>();
            verdict.tests().stream()
                    .filter(test -> test.status() != Status.PASS)
                    .forEach(test -> prints.put(test.name(), test.print()));
            var sign = new Examination.Sign(mistake.name(), verdict.failing(), prints);
            signs.stream()
                    .filter(other -> other.prints().equals(sign.prints()))
                    .forEach(other -> findings.add(Finding.warning(
                            place, 0, "fails the same tests in the same way as '" + other.mistake() + "'")));
            signs.add(sign);
        }
        return signs;
    }

    private Verdict verdict(Lesson lesson, Map<String, String> files) throws NoEngine {
        for (int tries = 0; ; tries++) {
            switch (grader.grade(lesson, files, Grader.Which.ALL, owner)) {
                case Grader.Graded graded -> {
                    return graded.verdict();
                }
                case Grader.NotRun nothing -> {
                    if (tries == 2) {
                        throw new NoEngine(nothing.message());
                    }
                }
            }
        }
    }
}
