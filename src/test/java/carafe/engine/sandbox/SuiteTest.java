package carafe.engine.sandbox;

import static carafe.engine.sandbox.TestEngine.await;
import static carafe.engine.sandbox.TestEngine.retired;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Every program of {@code src/test/sandbox}, ordinary ones and attacks: each must come to what its header says. After each
 * the next run must be right and see nothing, in the same container where that is used again, and the host must see
 * nothing of it.
 */
class SuiteTest {
    private static final Path FOLDER = Path.of("src/test/sandbox");
    private static final Path CANARY = FOLDER.resolve("python/canary.py");
    /** Process 1 and the child that waits for the next program. */
    private static final int WAITING_PROCESSES = 2;

    /** Most of the time goes by waiting for limits: two at a time. Each has a container of its own. */
    private static final BlockingQueue<Sandbox> LANES = new LinkedBlockingQueue<>();

    private static final int LANE_COUNT = 2;
    private static final ExecutorService RUNNERS = Executors.newFixedThreadPool(LANE_COUNT);

    @BeforeAll
    static void start() {
        for (int i = 0; i < LANE_COUNT; i++) {
            LANES.add(TestEngine.setup().size(1, 1, 1).ready());
        }
    }

    @AfterAll
    static void close() {
        RUNNERS.shutdownNow();
        LANES.forEach(Sandbox::close);
    }

    @TestFactory
    Stream<DynamicTest> everyProgramComesToWhatItShould() throws IOException {
        try (var files = Files.walk(FOLDER)) {
            var programs = files.filter(file -> SuiteProgram.isOne(FOLDER, file))
                    .sorted()
                    .map(SuiteTest::read)
                    .filter(SuiteProgram::isText)
                    .toList();
            assertThat(programs).hasSizeGreaterThan(100);
            List<Future<List<String>>> wrong = programs.stream()
                    .map(one -> RUNNERS.submit(() -> check(one)))
                    .toList();
            return IntStream.range(0, programs.size())
                    .mapToObj(i -> DynamicTest.dynamicTest(
                            programs.get(i).toString(),
                            () -> rightOrSaid(programs.get(i), wrong.get(i).get())));
        }
    }

    /** In one line: what a summary of failures shows is the first. */
    private static void rightOrSaid(SuiteProgram program, List<String> wrong) {
        assertThat(wrong).withFailMessage(() -> program + ": " + wrong).isEmpty();
    }

    private static List<String> check(SuiteProgram program) throws IOException, InterruptedException {
        var sandbox = LANES.take();
        try {
            return check(sandbox, program);
        } finally {
            LANES.add(sandbox);
        }
    }

    private static SuiteProgram read(Path file) {
        try {
            return new SuiteProgram(file);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static List<String> check(Sandbox sandbox, SuiteProgram program) throws IOException {
        long died = retired(sandbox, "died") + retired(sandbox, "oom");
        long unclean = retired(sandbox, "unclean");
        Outcome outcome;
        try {
            outcome = TestEngine.run(sandbox, program.program(), program.limits());
        } catch (IllegalArgumentException refused) {
            return program.says("failed") ? List.of() : List.of("refused: " + refused.getMessage());
        }
        boolean gone = retired(sandbox, "died") + retired(sandbox, "oom") > died;
        List<String> wrong = new ArrayList<>(expect("gone", program, gone));
        if (!gone) {
            wrong.addAll(program.wrong(outcome));
        }
        if (program.language().equals("python")) {
            await(() -> sandbox.stats().totals().inUse() == 0);
            wrong.addAll(expect("retired", program, retired(sandbox, "unclean") > unclean));
            var next = program.then(CANARY);
            next.wrong(TestEngine.run(sandbox, next.program(), next.limits()))
                    .forEach(one -> wrong.add("then: " + one));
            await(() -> processesOnTheHost(sandbox) == WAITING_PROCESSES);
        }
        return wrong;
    }

    private static List<String> expect(String key, SuiteProgram program, boolean found) {
        var wanted = program.one(key, "no");
        return wanted.equals("maybe") || found == wanted.equals("yes") ? List.of() : List.of(key + " is " + found);
    }

    /** How many processes the host has of the user that Python's container runs as. */
    private static long processesOnTheHost(Sandbox sandbox) {
        var container = sandbox.stats().containers().stream()
                .filter(one -> one.language().equals("python"))
                .findFirst();
        if (container.isEmpty()) {
            return -1;
        }
        try (var engine = TestEngine.engine();
                var processes = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
            var user = engine.inspect(container.get().id())
                    .map(one -> String.valueOf(one.getConfig().getUser()).replaceFirst(":.*", ""))
                    .orElse("");
            long count = 0;
            for (var process : processes) {
                count += uid(process).equals(user) ? 1 : 0;
            }
            return count;
        } catch (IOException | EngineException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static String uid(Path process) {
        try (var lines = Files.lines(process.resolve("status"))) {
            return lines.filter(line -> line.startsWith("Uid:"))
                    .map(line -> line.split("\\s+")[1])
                    .findFirst()
                    .orElse("");
        } catch (IOException | java.io.UncheckedIOException e) {
            return "";
        }
    }
}
