package carafe.feature.courses;

import carafe.engine.sandbox.RunControl;
import carafe.engine.sandbox.Sandbox;
import carafe.feature.code.CodeSettings;
import carafe.feature.courses.format.CourseReader;
import carafe.feature.courses.format.Finding;
import carafe.feature.courses.grading.Examiner;
import carafe.feature.courses.grading.Grader;
import carafe.platform.config.Config;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The command line of authors: {@code course check} and {@code course import}. */
public final class CourseCommand {
    /** Everything is in order, something is wrong with a course, the command itself could not do its work. */
    private static final int GOOD = 0;

    private static final int FAULTS = 1;
    private static final int UNABLE = 2;

    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final String USAGE = """
            Usage: java -jar carafe.jar course check [--no-run] DIR…
                   java -jar carafe.jar course import-exercism FROM TO""";

    private CourseCommand() {}

    /** @return the exit code: 0 in order, 1 with errors in a course, 2 when it could not be told */
    public static int run(String[] words, Map<String, String> environment, PrintStream out, PrintStream err) {
        try {
            var rest = new ArrayList<>(List.of(words));
            if (rest.contains("--help") || rest.contains("-h")) {
                out.println(USAGE);
                return GOOD;
            }
            var what = rest.isEmpty() ? "" : rest.removeFirst();
            boolean run = !rest.remove("--no-run");
            if (what.equals("check") && !rest.isEmpty()) {
                return check(rest.stream().map(Path::of).toList(), run, environment, out, err);
            }
            if (what.equals("import-exercism") && rest.size() == 2) {
                ExercismImport.run(Path.of(rest.get(0)), Path.of(rest.get(1)));
                out.println("Written to " + rest.get(1));
                return GOOD;
            }
            err.println(USAGE);
        } catch (IOException e) {
            err.println("It did not work: " + e.getMessage());
        }
        return UNABLE;
    }

    private static int check(
            List<Path> folders, boolean run, Map<String, String> environment, PrintStream out, PrintStream err)
            throws IOException {
        var courses = new ArrayList<Path>();
        for (var folder : folders) {
            courses.addAll(courses(folder));
        }
        if (courses.isEmpty()) {
            err.println("There is no course: no folder with a course.json.");
            return UNABLE;
        }
        if (!run) {
            return check(courses, null, out);
        }
        var config = Config.from(environment, Path.of(".env"));
        var code = CodeSettings.of(config.code());
        try (var sandbox = new Sandbox(
                CodeSettings.sandbox(config.code(), Duration.ofSeconds(1)), new ObjectMapper(), Clock.systemUTC())) {
            sandbox.start();
            if (!ready(sandbox)) {
                err.println("The sandbox cannot run programs: "
                        + sandbox.condition().reason());
                err.println(sandbox.condition().remedy());
                return UNABLE;
            }
            var grader = new Grader(
                    (program, limits, owner) -> sandbox.run(program, limits, new RunControl(owner)),
                    new Grader.Rules(code.safety(), code.processes()));
            return check(courses, new Examiner(grader, "course-check"), out);
        }
    }

    /** The folder itself, or those in it. */
    private static List<Path> courses(Path folder) throws IOException {
        if (Files.isRegularFile(folder.resolve("course.json"))) {
            return List.of(folder);
        }
        try (var inside = Files.list(folder)) {
            return inside.filter(Files::isDirectory)
                    .filter(one -> !one.getFileName().toString().startsWith("."))
                    .sorted()
                    .toList();
        }
    }

    private static boolean ready(Sandbox sandbox) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!sandbox.condition().healthy() || sandbox.stats().totals().available() == 0) {
            if (System.nanoTime() > end) {
                return false;
            }
            try {
                Thread.sleep(50);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
            }
        }
        return true;
    }

    private static int check(
            List<Path> courses, @org.jspecify.annotations.Nullable Examiner examiner, PrintStream out) {
        int errors = 0;
        for (var folder : courses) {
            var reading = CourseReader.read(folder);
            var findings = new ArrayList<>(reading.findings());
            long exercises = 0;
            if (reading.course().isPresent()) {
                var course = reading.course().get();
                exercises =
                        course.lessons().filter(lesson -> lesson.isExercise()).count();
                if (examiner != null) {
                    course.lessons()
                            .filter(lesson -> !reading.broken().contains(lesson.folder()))
                            .forEach(lesson ->
                                    findings.addAll(examiner.examine(lesson).findings()));
                }
                out.println(
                        course.title() + ": " + course.lessons().count() + " lessons, " + exercises + " with tests");
            }
            findings.forEach(finding -> out.println(folder + "/" + finding));
            errors += (int) findings.stream().filter(Finding::isError).count();
        }
        out.println(errors == 0 ? "In order." : errors + " errors.");
        return errors == 0 ? GOOD : FAULTS;
    }
}
